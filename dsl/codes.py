"""Every diagnostic code: what it says in general. `docs/diagnostics.md` is made from this table.

M1xx the text cannot be read, M2xx a rule is not well formed, M3xx rules do not fit each other, M4xx no portfolio fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        # the text: dsl.parse
        "M101": "the file is too large to be read",
        "M102": "a clause is nested too deeply to be read",
        "M103": "a character that the language does not use",
        "M104": "a text that is not held by two straight quotes on one line",
        "M105": "a number, a day or a time that is none",
        "M106": "a misspelt keyword",
        "M107": "something else must stand here",
        "M108": "a block that is not closed",
        "M109": "something that stands outside of every block",
        "M110": "a block without its id or its title",
        "M111": "a part of a clause that is said twice",
        "M112": "a ladder that goes both up and down",
        "M113": "a number that must be whole",
        "M115": "`is`, `in` or `was` after something that is not a fact",
        "M116": "an exception, a warning or a ladder without the demand that it refines",
        # names: dsl.confusable
        "M121": "an invisible or bidirectional character, which makes a text look different from what it says",
        "M122": "a word that mixes scripts",
        "M123": "two names that look alike and are different",
    }
)
