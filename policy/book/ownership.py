"""Who controls whom: issuers up to the ultimate issuer."""

from __future__ import annotations

from collections.abc import Mapping

from policy.book.facts import Issuer


def ultimate_issuers(issuers: Mapping[str, Issuer]) -> dict[str, str | None]:
    """The issuer at the top of each issuer's chain of parents; its own where it has none. None where the chain
    leaves the book or returns to itself: then nobody knows (`policy.book.integrity` refuses such a book)."""
    found: dict[str, str | None] = {}
    for start in issuers:
        chain: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in found and at not in chain and at in issuers:
            chain[at] = None
            at = issuers[at].parent
        top = next(reversed(chain), None) if at is None else found.get(at)
        found.update(dict.fromkeys(chain, top))
    return found


def line_of(issuers: Mapping[str, Issuer], issuer: str) -> tuple[str, ...]:
    """The issuer, its parent, and so on up; ends where the chain leaves the book or returns to itself."""
    line: dict[str, None] = {}
    at: str | None = issuer
    while at is not None and at not in line:
        line[at] = None
        at = issuers[at].parent if at in issuers else None
    return tuple(line)
