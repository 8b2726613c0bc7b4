"""Rules that are observed: judged and counted, and in nobody's way.

Which they are stands in a file of its own beside the rule files, `observed.txt`: one id a line, sorted, each once. So
the manifest of the rules covers it, and one set of observed rules has one spelling.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from policy.ir.core import Library

FILE = "observed.txt"

SALT = "salt.txt"
"""Random bytes beside rule files in which something is kept from anybody. The manifest covers them too, so that its
SHA-256, which everybody reads, confirms nobody's guess of what those files say."""


class ObservedError(ValueError):
    """The file is not what `text` writes, or names what is no rule and no list; the message says which."""


def text(names: Collection[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(set(names)))


def split(files: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """The rule files, and what the file of observed rules says, empty where there is none."""
    rules = {path: content for path, content in files.items() if path not in (FILE, SALT)}
    return rules, files.get(FILE, "")


def with_observed(library: Library, said: str) -> Library:
    """The library in which the rules that `said` names are only observed."""
    names = said.splitlines()
    if text(names) != said:
        raise ObservedError(f"{FILE} does not name each rule once, sorted, in a line of its own")
    odd = [name for name in names if name not in _ids(library)]
    if odd:
        raise ObservedError(f"{FILE} names `{odd[0][:80]}`, which is no rule or list of these files")
    return replace(library, observed=tuple(names))


def observing(library: Library) -> Library:
    """The same with the parts exchanged: what is observed is what is judged."""
    return replace(library, observed=tuple(sorted(_ids(library).difference(library.observed))))


def _ids(library: Library) -> set[str]:
    return {rule.id for rule in library.rules} | {found.id for found in library.lists}
