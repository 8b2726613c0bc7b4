"""The repository as data: its modules and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ("dsl", "policy", "solver")
PACKAGES = (*CORE, "server")


@dataclass(frozen=True, slots=True)
class Module:
    """`name`: dotted; `path`: relative to the root."""

    name: str
    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _tree(self.text)


def modules(*packages: str) -> Iterator[Module]:
    for package in packages:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT)
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            yield Module(name, str(path), file.read_text(encoding="utf-8"))


@cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)
