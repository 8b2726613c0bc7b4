"""The log as a static tree of files (C2SP tlog-tiles): hashes in tiles of 256, entries in bundles of as many.

A tile of level L holds hashes over 256^L entries each, so what is kept of the tree at every eighth level. Only what the
last signed checkpoint covers is in a tile: what nobody vouches for yet is not there. The tile at the right edge is
partial, and named by its width; it stays readable when it has grown, since it never changes.
"""

import re
from dataclasses import dataclass

from sqlmodel import Session, func, select

from server.log import journal
from server.store.tables import Checkpoint

WIDTH, HEIGHT = 256, 8
HIGHEST = 63

_PLACE = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LEVEL = re.compile(r"0|[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Place:
    """Hashes or entries of one level: `width` of them from number `begin` on."""

    begin: int
    width: int


def place(path: str) -> Place | None:
    """What `x001/x234/067.p/8` names; None where it is not spelt as the one path of a tile."""
    found = _PLACE.fullmatch(path)
    if found is None:
        return None
    digits, width = found[1], int(found[2] or WIDTH)
    index = int(digits.replace("x", "").replace("/", ""))
    partial = found[2] is not None
    return Place(index * WIDTH, width) if encoded(index) == digits and partial == (width < WIDTH) else None


def encoded(index: int) -> str:
    """Three digits an element, an `x` before all but the last."""
    head, last = divmod(index, 1000)
    elements = [f"{last:03}"]
    while head:
        head, digits = divmod(head, 1000)
        elements.insert(0, f"x{digits:03}")
    return "/".join(elements)


def level(text: str) -> int | None:
    return int(text) if _LEVEL.fullmatch(text) and int(text) <= HIGHEST else None


def tile(session: Session, level: int, place: Place) -> bytes | None:
    """None where no checkpoint covers it."""
    if place.begin + place.width > published(session) >> HEIGHT * level:
        return None
    return b"".join(journal.nodes(session, HEIGHT * level, place.begin, place.begin + place.width))


def bundle(session: Session, place: Place) -> bytes | None:
    """None where no checkpoint covers it."""
    end = place.begin + place.width
    if end > published(session):
        return None
    return b"".join(len(entry).to_bytes(2) + entry for entry in journal.entries(session, place.begin, end))


def published(session: Session) -> int:
    """How many entries the newest checkpoint covers."""
    return session.exec(select(func.max(Checkpoint.size))).one() or 0
