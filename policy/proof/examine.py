"""A bundle's files to one answer per claim: everything that can be checked without recompiling the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policy.canonical import digest
from policy.proof.archive import MANIFEST, ArchiveError, listed, unpacked
from policy.proof.claims import beyond, decision, people, record
from policy.proof.claims.claim import Answer, Claim, in_part, not_proven, proven, refuted
from policy.proof.layout import KEPT, PROPOSAL, is_known
from policy.proof.opened import Opened, opened
from policy.proof.reading import ShapeError
from policy.proof.trust import Trust

NOT_HERE = "not checked at this depth: it takes the compiler of the rules (`proofolio verify`)"


@dataclass(frozen=True, slots=True)
class Examination:
    """`decision`: what was read, for whoever looks deeper; None where it cannot be read."""

    claims: tuple[Claim, ...]
    files: Mapping[str, bytes]
    decision: Opened | None

    @property
    def answer(self) -> Answer:
        """The worst answer among the claims that this depth looks at."""
        answers = {claim.answer for claim in self.claims if not claim.deep}
        return next(answer for answer in (Answer.REFUTED, Answer.NOT_PROVEN, Answer.PROVEN) if answer in answers)


def examined_zip(data: bytes, card: Trust | None) -> Examination:
    try:
        files = unpacked(data)
    except ArchiveError as error:
        return Examination((refuted("file", str(error)),), {}, None)
    return examined(files, card)


def examined(files: Mapping[str, bytes], card: Trust | None) -> Examination:
    """Every claim, in order. `card`: what the examiner knows from elsewhere."""
    try:
        found = opened(files)
    except ShapeError as error:
        return Examination(_unreadable(files, str(error), card), files, None)
    logged, part = _record(files, card), KEPT in files
    claims = (
        _within_measure("file", lambda: _file(files, found)),
        _within_measure("orders", lambda: decision.orders(found, files)),
        _of(part, _within_measure("rules", lambda: decision.rules(found))),
        _of(part, _within_measure("fills", lambda: decision.on_the_way(found))),
        _within_measure("better", lambda: decision.better(found, in_part=part)),
        record.sources(files, logged),
        record.data(files, logged, found),
        *beyond.firm(files, logged, found),
        not_proven("model", NOT_HERE, deep=True),
        people.approvals(files, found, card, logged),
        record.history(files, logged, card, found),
    )
    return Examination(claims, files, found)


def _of(part: bool, claim: Claim) -> Claim:
    return in_part(claim) if part else claim


def with_claim(examination: Examination, claim: Claim) -> Examination:
    """The examination with one claim answered by somebody who looked deeper."""
    claims = tuple(claim if old.name == claim.name else old for old in examination.claims)
    return Examination(claims, examination.files, examination.decision)


def _unreadable(files: Mapping[str, bytes], why: str, card: Trust | None) -> tuple[Claim, ...]:
    """What is left to say about a bundle whose decision cannot be read."""
    logged = _record(files, card)
    return (
        _file(files, None),
        refuted("rules", why),
        record.sources(files, logged),
        record.data(files, logged, None),
        people.approvals(files, None, card, logged),
        record.history(files, logged, card, None),
    )


def _within_measure(name: str, answer: Callable[[], Claim]) -> Claim:
    """The claim; refuted where a number has more digits than Python writes, which no honest one has."""
    try:
        return answer()
    except ValueError as error:
        if "digits" not in str(error):
            raise
        return refuted(name, "a number in it is longer than any of an honest book")


def _record(files: Mapping[str, bytes], card: Trust | None) -> record.Record | record.RecordError:
    try:
        return record.record(files, card)
    except record.RecordError as error:
        return error


def _file(files: Mapping[str, bytes], found: Opened | None) -> Claim:
    """The manifest, and the copies for people."""
    if MANIFEST not in files:
        return refuted("file", f"{MANIFEST} is missing")
    try:
        stated = listed(files[MANIFEST])
    except ArchiveError as error:
        return refuted("file", str(error))
    actual = {path: digest(content) for path, content in files.items() if path != MANIFEST}
    odd = sorted(path for path in stated.keys() | actual.keys() if stated.get(path) != actual.get(path))
    if odd:
        return refuted("file", f"`{odd[0]}` is not what the manifest says" + _more(odd))
    strange = sorted(path for path in files if not is_known(path))
    if strange:
        return refuted("file", f"`{strange[0]}` is no part of a bundle" + _more(strange))
    copy = None if found is None else decision.copies(found, files)
    if copy is not None:
        return refuted("file", f"{copy} does not say what it has to beside {PROPOSAL}")
    return proven("file", f"{len(files)} files, as listed")


def _more(odd: Sequence[str]) -> str:
    return f", and {len(odd) - 1} more" if len(odd) > 1 else ""
