"""Reading rules: a thousand of the shipped ones, renamed, from text to diagnostics and to the core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dsl import tree
from dsl.check import check
from dsl.parse import parse
from dsl.source import Source
from policy.ir.from_dsl import library
from tests.bench.bar import Bar, best

RULES = 1_000
RUNS = 5
SHIPPED = Path(__file__).parents[2] / "rules"
RULE = re.compile(r"^rule (\S+)(.*?^end\n)", re.MULTILINE | re.DOTALL)


def bars() -> Iterator[Bar]:
    source = Source("rules.mandate", text())
    parse(source)  # the tables of the grammar are made once
    file, mistakes = parse(source)
    assert not mistakes
    assert not check([file])
    note = f"{sum(isinstance(block, tree.Rule) for block in file.blocks):,} rules, {len(source.text):,} characters"
    reading = best(lambda: check([parse(source)[0]]), RUNS)
    yield Bar("parse and check 1,000 rules", reading, 1.0, "s", note=note)
    yield Bar("of that, check", best(lambda: check([file]), RUNS), 0.3, "s", note=note)
    yield Bar("lower 1,000 rules to the core", best(lambda: library([file]), RUNS), 0.3, "s", note=note)


def text() -> str:
    """The shipped rules over and over, each with an id of its own."""
    shipped = [found for path in sorted(SHIPPED.rglob("*.mandate")) for found in RULE.findall(path.read_text("utf-8"))]
    assert shipped
    return "\n".join(
        f"rule {id_}-{number}{rest}"
        for number, (id_, rest) in enumerate((shipped * (RULES // len(shipped) + 1))[:RULES])
    )  # fmt: skip
