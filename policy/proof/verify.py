"""The stand-alone verifier: `python -m policy.proof.verify FILE [--trust CARD [--grown PROOF]] [--json]`.

FILE is a bundle, as a zip or as the plain folder. It needs the standard library and `cryptography`, and nothing of the
rest of Proofolio but `policy.canonical`. Exit code: 0 every claim that it looks at is proven, 1 a claim is refuted,
2 a claim is not proven, 3 something given cannot be read.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TypeVar

from policy.canonical import Json, encode
from policy.proof.archive import MOST_BYTES, MOST_FILES, ArchiveError, checked_path
from policy.proof.claims.claim import Answer
from policy.proof.examine import Examination, examined, examined_zip
from policy.proof.note import NoteError
from policy.proof.tlog_proof import growth
from policy.proof.trust import Trust, TrustError, trust

T = TypeVar("T")
EXITS = {Answer.PROVEN: 0, Answer.REFUTED: 1, Answer.NOT_PROVEN: 2}
BAD_INPUT = 3
INTERRUPTED = 130
GROWN = "the log's proof of growth from the bundle's state to the card's, for a bundle that is older than the card"


class InputError(ValueError):
    """Something named on the command line cannot be read."""


def examine(place: str, card: Trust | None) -> Examination:
    """The claims of a zip file or of a folder."""
    path = Path(place)
    try:
        return examined(_folder(path), card) if path.is_dir() else examined_zip(_content(path), card)
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
    except ArchiveError as error:
        raise InputError(f"{place}: {error}") from None


def trust_card(place: str | None, grown: str | None = None) -> Trust | None:
    """With the proof of growth beside it; None where there is no card."""
    if place is None and grown is not None:
        raise InputError(f"{grown}: it leads to what a trust card has seen; name the card with --trust")
    card = None if place is None else _read(place, trust)
    return card if card is None or grown is None else replace(card, grown=_read(grown, growth))


def _read(place: str, reader: Callable[[bytes], T]) -> T:
    try:
        return reader(_content(Path(place)))
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
    except (TrustError, NoteError, ArchiveError) as error:
        raise InputError(f"{place}: {error}") from None


def main(words: Sequence[str] | None = None) -> int:
    gc.disable()  # one short run over many small values; collecting them doubles its time
    parser = argparse.ArgumentParser(prog="python -m policy.proof.verify", description=__doc__)
    parser.add_argument("file", metavar="FILE", help="a proof bundle: the zip, or the folder")
    parser.add_argument("--trust", metavar="CARD", help="the log's key and what else you know from elsewhere")
    parser.add_argument("--grown", metavar="PROOF", help=GROWN)
    parser.add_argument("--json", action="store_true", help="the answers as JSON")
    try:
        given = parser.parse_args(words)
    except SystemExit as end:
        return BAD_INPUT if end.code else 0  # argparse ends with 2, which here says `not proven`
    try:
        examination = examine(given.file, trust_card(given.trust, given.grown))
        _say(as_json(examination) if given.json else as_text(examination))
    except InputError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return EXITS[examination.answer]


def _say(text: str) -> None:
    """Printed and flushed; InputError where nobody takes it, since an answer that was not read is none."""
    letters = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        print(text.encode(letters, "backslashreplace").decode(letters), flush=True)
    except OSError as error:
        sys.stdout = StringIO()  # or the interpreter tries again at exit, and complains
        raise InputError(f"the answer cannot be written: {error}") from None


def as_text(examination: Examination) -> str:
    lines = []
    for claim in examination.claims:
        lines += [f"{claim.answer.upper():<10}  {claim.says}", f"{'':<10}  {claim.why}"]
    return "\n".join([*lines, "", f"{examination.answer}: {_summary(examination)}"])


def as_json(examination: Examination) -> str:
    claims: list[Json] = [
        {"name": c.name, "says": c.says, "answer": c.answer.value, "why": c.why, "deep": c.deep}
        for c in examination.claims
    ]
    return encode({"answer": examination.answer.value, "claims": claims}).decode()


def _summary(examination: Examination) -> str:
    counted = {answer: sum(claim.answer is answer for claim in examination.claims) for answer in Answer}
    return ", ".join(f"{count} {answer}" for answer, count in counted.items() if count)


def _folder(path: Path) -> Mapping[str, bytes]:
    """The files of a folder; ArchiveError where it holds something that a bundle cannot."""
    files: dict[str, bytes] = {}
    size = 0
    for file in sorted(path.rglob("*")):
        name = checked_path(file.relative_to(path).as_posix())
        if file.is_symlink() or not (file.is_file() or file.is_dir()):
            raise ArchiveError(f"`{name}` is not a plain file")
        if file.is_file():
            files[name] = _content(file)
            size += len(files[name])
        if len(files) > MOST_FILES or size > MOST_BYTES:
            raise ArchiveError("larger than any bundle")
    return files


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)  # a device has no size, and need not end
    if len(data) > MOST_BYTES:
        raise ArchiveError("larger than any bundle")
    return data


if __name__ == "__main__":
    sys.exit(main())
