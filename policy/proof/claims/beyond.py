"""What the firm states of all other accounts, where a decision for one household is under rules about the firm.

A bundle shows that it was logged before the decision, for it and for this data, and that the obligations take it as it
is. That it is true of rows which are not here takes the firm's whole book, and is a claim of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.canonical import CanonicalError, decode, digest
from policy.proof.check import stated
from policy.proof.check.stated import Stated
from policy.proof.claims.claim import Claim, not_proven, proven, refuted
from policy.proof.claims.record import DECIDED, Place, Record, RecordError
from policy.proof.entry import Kind
from policy.proof.figures import count
from policy.proof.layout import FIRM, KEPT, OBLIGATIONS, SNAPSHOT
from policy.proof.opened import Opened
from policy.proof.reading import ShapeError

ASSUMED = "an assumption: no row of theirs is in the bundle; the firm's whole book shows it (`proofolio verify --book`)"


def firm(files: Mapping[str, bytes], found: Record | RecordError, decision: Opened) -> tuple[Claim, ...]:
    """The claims, where there is such a statement, or should be."""
    if KEPT in files:
        return ()
    if FIRM not in files:
        named = [name for name in decision.case.forms if name.startswith(f"{stated.SCOPE}/")]
        return (refuted("firm", f"the obligations name `{named[0]}`, and there is no {FIRM}"),) if named else ()
    try:
        said = stated.stated(decode(files[FIRM]))
        wrong = _misplaced(said, files, decision) or stated.differs(said, decode(files[OBLIGATIONS]))
    except (ShapeError, CanonicalError) as error:
        wrong = f"{FIRM}: {error}"
    if wrong is None:
        told = f"{count(len(said.numbers), 'number')} of other accounts in {count(len(said.obligations), 'check')}"
        claim = _logged(told, files, found, decision)
    else:
        claim = refuted("firm", wrong)
    return (claim, not_proven("elsewhere", ASSUMED, deep=True))


def _misplaced(said: Stated, files: Mapping[str, bytes], decision: Opened) -> str | None:
    """Whether it was stated for something else."""
    if said.run != decision.proposal.run:
        return f"{FIRM} was stated for the run `{said.run}`, and this is `{decision.proposal.run}`"
    if said.book != decision.case.book or (SNAPSHOT in files and said.book != digest(files[SNAPSHOT])):
        return f"{FIRM} was stated for other data than {SNAPSHOT}"
    return None


def _logged(told: str, files: Mapping[str, bytes], found: Record | RecordError, decision: Opened) -> Claim:
    if isinstance(found, RecordError):
        return not_proven("firm", f"{told}; the log does not hold: {found}")
    place = next((each for each in found.places.values() if each.entry.kind is Kind.ALLOCATION), None)
    decided = found.places.get(DECIDED)
    if place is None or decided is None:
        return not_proven("firm", f"{told}; the bundle does not show when {FIRM} was logged")
    wrong = _otherwise(place, decided, digest(files[FIRM]), decision.proposal.run)
    if wrong is not None:
        return refuted("firm", f"the log's entry {place.index} {wrong}")
    said = f"{told}, logged {place.entry.time} as entry {place.index}, before the decision"
    return proven("firm", said) if found.confirmed else not_proven("firm", f"{said}; {found.doubt}")


def _otherwise(place: Place, decided: Place, name: str, run: str) -> str | None:
    """What the entry of the statement says that it must not."""
    if place.entry.snapshot != name:
        return f"names another statement than {FIRM}"
    if place.entry.run != run:
        return "is of another run"
    if place.entry.rules != decided.entry.rules:
        return "names other rules than the decision's"
    if not place.index < decided.index or not place.entry.time <= decided.entry.time:
        return f"names {FIRM}, and is after the decision"
    return None
