"""Texts, days and truth values as they come in: read strictly, or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final
from unicodedata import category, is_normalized, name

from dsl.confusable import skeleton
from dsl.disguise import odd_letter
from policy.book.amount import Refusal, kind, short
from policy.book.currency import CODES

LENGTH: Final = 200
"""Characters of a text: an id, a name, a fact."""

_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def phrase(raw: object) -> str | Refusal:
    """A text of one line that looks like what it is: no control or invisible characters, no spaces at its ends, in
    the composed form of Unicode (NFC), each word in one script, so that texts that look equal are equal."""
    if not isinstance(raw, str):
        return Refusal(f"{kind(raw)} is not a text", "write a text in quotes")
    if raw.isascii() and raw.isprintable() and 0 < len(raw) <= LENGTH and raw[0] != " " != raw[-1]:
        return raw
    return _inspected(raw)


def identifier(raw: object) -> str | Refusal:
    """An id."""
    found = phrase(raw)
    if isinstance(found, str) and found.startswith(RESERVED):
        return Refusal(
            f"`{found}` begins with `{RESERVED}`", "choose another id; that word is taken for funds' contents"
        )
    return found


RESERVED = "issuer "


def account_identifier(raw: object) -> str | Refusal:
    """The id of an account; it stands before a slash in the names of quantities and so has none itself."""
    found = phrase(raw)
    if isinstance(found, str) and "/" in found:
        return Refusal(f"`{found}` contains a slash", "write the account's id without one")
    return found


def tag(raw: object) -> str | Refusal:
    """A tag of an account; a CSV cell holds several with semicolons between them."""
    found = phrase(raw)
    if isinstance(found, str) and ";" in found:
        return Refusal(f"`{found}` contains a semicolon", "write one tag per item")
    return found


def external_ids(raw: object) -> Mapping[str, str] | Refusal:
    """Ids of other systems, by system; a CSV cell has them as `orion: 84213; schwab: 1234`."""
    if not isinstance(raw, dict):
        shown = f"`{short(raw)}`" if isinstance(raw, str) else kind(raw)
        return Refusal(f"{shown} does not say which id is of which system", _EXTERNAL)
    for system, its in raw.items():
        for text, marks in ((system, ":;"), (its, ";")):
            found = phrase(text)
            if isinstance(found, Refusal):
                return found
            if any(mark in found for mark in marks):
                return Refusal(f"`{found}` contains one of `{marks}`", _EXTERNAL)
    return dict(sorted(raw.items()))


def currency(raw: object) -> str | Refusal:
    """A currency code of ISO 4217."""
    found = phrase(raw)
    if isinstance(found, str) and found not in CODES:
        known = found.upper() in CODES
        return Refusal(f"`{found}` is no currency", f"write `{found.upper()}`" if known else _CODE)
    return found


def day(raw: object) -> date | Refusal:
    """A day of the form 2026-01-31."""
    if isinstance(raw, str) and _DAY.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return Refusal(f"`{raw}` is no day of the calendar", _FORM)
    shown = f"`{raw}`" if isinstance(raw, str) and len(raw) <= 40 else kind(raw)
    return Refusal(f"{shown} is no day", _FORM)


def flag(raw: object) -> bool | Refusal:
    if isinstance(raw, bool):
        return raw
    shown = f"`{raw}`" if isinstance(raw, str) and len(raw) <= 40 else kind(raw)
    return Refusal(f"{shown} is neither true nor false", "write true or false, without quotes in JSON")


def ordinal(raw: object) -> int | Refusal:
    """A small whole number, from 0."""
    text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
    if isinstance(text, str) and re.fullmatch("[0-9]{1,6}", text):
        return int(text)
    return Refusal(f"{kind(raw)} is no small whole number", "write 0, 1, 2, …")


_EXTERNAL = 'write {"orion": "84213"}; in CSV orion: 84213, and semicolons between several'
_CODE = "use its three letters of ISO 4217, such as USD"
_FORM = "write year-month-day, such as 2026-01-31"


def _inspected(raw: str) -> str | Refusal:
    if not raw:
        return Refusal("the text is empty", "leave the value out where it is not known")
    if len(raw) > LENGTH:
        return Refusal(f"a text of {len(raw)} characters", f"texts have at most {LENGTH}")
    if raw != raw.strip():
        return Refusal(f"`{short(raw.strip())}` has spaces around it", "remove them")
    for character in raw:
        if not character.isprintable():
            known = name(character, "") or f"category {category(character)}"
            return Refusal(f"the text holds U+{ord(character):04X} ({known.lower()})", "remove that character")
    if not is_normalized("NFC", raw):
        return Refusal(f"`{raw}` is spelt with separate accents", "save the text in Unicode's composed form, NFC")
    for word in _WORD.findall(raw):
        if odd := odd_letter(word, raw):
            said = f"`{word}` is not what it looks like: `{odd}` is {name(odd).lower()}"
            return Refusal(said, f"write {skeleton(raw)}")
    return raw
