"""What is taken for granted of other households, where a decision for one of them is under rules about the firm."""

from __future__ import annotations

from collections.abc import Mapping

from policy.canonical import digest
from policy.proof.claims.claim import Claim, not_proven, refuted
from policy.proof.claims.record import DECIDED, Record, RecordError
from policy.proof.entry import Kind
from policy.proof.layout import FIRM


def firm(files: Mapping[str, bytes], found: Record | RecordError) -> tuple[Claim, ...]:
    """The claim, where there is such a statement: never proven by a bundle that holds the rows of one household alone,
    and refuted where the log names another statement, or this one only after the decision."""
    if FIRM not in files:
        return ()
    name = digest(files[FIRM])
    if isinstance(found, RecordError):
        return (not_proven("firm", f"the log does not hold: {found}"),)
    stated = next((place for place in found.places.values() if place.entry.kind is Kind.ALLOCATION), None)
    decided = found.places.get(DECIDED)
    if stated is None or decided is None:
        return (not_proven("firm", f"the bundle does not show when {FIRM} was logged"),)
    if stated.entry.snapshot != name:
        return (refuted("firm", f"the log's entry {stated.index} names another statement than {FIRM}"),)
    if not stated.index < decided.index:
        return (refuted("firm", f"{FIRM} was logged as entry {stated.index}, after the decision"),)
    return (not_proven("firm", f"not proven here: it rests on {FIRM}, which the firm stated as entry {stated.index}"),)
