"""The proposals beside which something was stated (`policy.proof.roll`), kept part by part: what rolls share, once."""

from collections.abc import Iterable, Iterator

from sqlmodel import Session

from policy.proof import roll
from server.store import blobs

AT_ONCE = 500  # parts


def put(session: Session, names: Iterable[str]) -> None:
    """Kept when the transaction is. As `blobs.put`."""
    blobs.put(session, roll.rolled(names)[1].values())


def lines(session: Session, roots: Iterable[str]) -> Iterator[bytes]:
    """The parts of these rolls, a line each, those of a level before those below it; each part once."""
    told, level = set[str](), list(dict.fromkeys(roots))
    while level:
        told.update(level)
        below = dict[str, None]()
        for begin in range(0, len(level), AT_ONCE):
            names = level[begin : begin + AT_ONCE]
            found = blobs.get(session, names)
            for part in map(found.__getitem__, names):
                yield part + b"\n"
                below.update(dict.fromkeys(roll.below(part)))
        level = [name for name in below if name not in told]
