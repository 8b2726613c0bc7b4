"""Characters that look like others or like nothing: the table, and what a text looks like.

After Unicode TR 36 and TR 39, with the letters that pass for Latin ones in common fonts.
"""

from __future__ import annotations

import unicodedata

_TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТХҮԌԜаеіјорсухѕһԁԛԝъьЗӏ"  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορτυχικγ"  # Greek
    "ՕՍոսցհ"  # Armenian
    "‐‑‒–—−’‘ʼ′",
    "ABESIJKMHOPCTXYGWaeijopcyxshdqwbb3lABEZHIKMNOPTYXavoptuxikyOUnugh------''''",
)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
_HIDDEN_KINDS = frozenset({"Cf", "Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def hidden(character: str) -> bool:
    """Whether a character cannot be seen, or looks like a plain blank and is none."""
    return character not in " \t\n\r" and (unicodedata.category(character) in _HIDDEN_KINDS or character in _BLANKS)


def skeleton(text: str) -> str:
    """What a text looks like: equal for texts that a reader cannot tell apart. Letters keep their case."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = unicodedata.normalize("NFKC", text).translate(_TWINS)
    return " ".join("".join(c for c in plain if not hidden(c)).split())


def script(letter: str) -> str | None:
    """The script of a letter, among those that share letters to the eye."""
    name = unicodedata.name(letter, "")
    return next((script for script in _SCRIPTS if name.startswith(script + " ")), None)
