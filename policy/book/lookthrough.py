"""What a fund holds, opened down to what is not a fund itself."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.facts import Book, Instrument

if TYPE_CHECKING:
    from policy.book.read import Index

ZERO = Fraction(0)
Parts = tuple[tuple[Instrument, Fraction], ...]


def undisclosed(book: Book) -> dict[str, Instrument]:
    """For every issuer that a fund names as a constituent: an instrument that stands for its securities, of which
    nothing but the issuer is known."""
    named = {
        member
        for instrument in book.instruments.values()
        for member, _ in instrument.constituents or ()
        if member not in book.instruments
    }
    return {
        stand_in(issuer): Instrument(stand_in(issuer), f"securities of {book.issuers[issuer].name}", issuer, "")
        for issuer in sorted(named & book.issuers.keys())
    }


def stand_in(issuer: str) -> str:
    """The id of the instrument that stands for an issuer's securities inside a fund."""
    return f"issuer {issuer}"


def constituents(index: Index, instrument: str, de_minimis: Fraction | None = None) -> Parts | None:
    """Shares of the fund's value by what it holds in the end, each subject once, by id; () for what is no fund;
    None where the constituents are not known.

    A constituent that is a fund of unknown holdings stays in as itself. Together with `left_out` the shares may
    add up to less than 1: the rest is what the fund, or a fund in it, does not disclose."""
    shares = _shares(index, instrument, de_minimis or ZERO, {})
    if shares is None:
        return None
    return tuple((index.subjects[subject], share) for subject, share in sorted(shares.items()) if subject != _LEFT_OUT)


def left_out(index: Index, instrument: str, de_minimis: Fraction | None = None) -> Fraction:
    """The share of the fund's value in constituents whose share of their own fund is below `de_minimis` in size:
    they are not counted, and neither is what is in them (NI 81-102, 2.1(4))."""
    return (_shares(index, instrument, de_minimis or ZERO, {}) or {}).get(_LEFT_OUT, ZERO)


_LEFT_OUT = ""
_Shares = dict[str, Fraction]


def _shares(index: Index, fund: str, de_minimis: Fraction, found: dict[str, _Shares | None]) -> _Shares | None:
    """Shares by subject; each fund is opened once, and a fund that is being opened (a circle, which integrity
    refuses) counts as itself. Nesting is bounded by `policy.book.integrity`."""
    if fund in found:
        return found[fund]
    held = index.subjects[fund].constituents
    found[fund] = None
    if held is None:
        return None
    sums: _Shares = {}
    for member, weight in held:
        subject = member if member in index.book.instruments else stand_in(member)
        small = abs(weight) < de_minimis
        below = None if small or subject not in index.subjects else _shares(index, subject, de_minimis, found)
        for part, share in (below or {_LEFT_OUT if small else subject: Fraction(1)}).items():
            sums[part] = sums.get(part, ZERO) + weight * share
    found[fund] = sums
    return sums
