"""Files cut short, with words swapped and left out: few messages, each at a place that can be drawn, and no trace."""

from __future__ import annotations

from random import Random
from re import findall

import pytest

from dsl import tree
from dsl.check import check
from dsl.diagnostic import Diagnostic, Severity
from dsl.parse import parse
from dsl.render import render
from dsl.source import Source
from tests.shape.source import ROOT

SHIPPED = sorted((ROOT / "rules").rglob("*.mandate"))
SAMPLE = 61
SWAPS = 60


def said(text: str) -> tuple[tree.File, list[Diagnostic]]:
    source = Source("x.mandate", text)
    file, mistakes = parse(source)
    found = [*mistakes, *check([file])]
    for mistake in found:
        *_, line, caret = [drawn for drawn in render(mistake, source).split("\n") if " | " in drawn]
        assert caret.strip(" |\t").startswith("^")
        assert len(line) <= 2 * 160
    return file, [mistake for mistake in found if mistake.severity is Severity.ERROR]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_file_cut_short_has_at_most_three_messages(path, deep: bool) -> None:
    """The block that is not closed, and the clause that is not whole; what is there of it may make no sense besides."""
    data = path.read_bytes()
    for end in range(0, len(data), 1 if deep else SAMPLE):
        text = data[:end].decode("utf-8", "ignore")
        file, errors = said(text)
        codes = [error.code for error in errors]
        assert len(errors) <= 3, (end, codes)
        assert sum(code < "M200" for code in codes) <= 2, (end, codes)
        heads = [line for line in text.splitlines()[:-1] if line.split()[:1] in (["rule"], ["list"], ["test"])]
        assert [block.id.value if not isinstance(block, tree.Case) else block.rule.value for block in file.blocks][
            : len(heads)
        ] == [head.split()[1] for head in heads], end


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_word_left_out_doubled_or_swapped(path, deep: bool) -> None:
    """Never a trace, and the other blocks are read: one wrong word does not hide the rest of the file. Most is said
    where `end` and `rule` change places: every clause of the second rule is then said twice in the first."""
    words = findall(r"\S+\s*", path.read_text("utf-8"))
    for seed in range(SWAPS * (50 if deep else 1)):
        rng = Random(seed)
        damaged = list(words)
        at = rng.randrange(len(words) - 1)
        how = rng.randrange(3)
        damaged[at : at + 2] = [
            damaged[at + 1 : at + 2],
            [damaged[at]] * 2 + damaged[at + 1 : at + 2],
            damaged[at : at + 2][::-1],
        ][how]
        _, errors = said("".join(damaged))
        assert len(errors) <= 12, (seed, [error.code for error in errors])


def test_words_inside_of_a_block_open_and_close_none() -> None:
    """`waiver by`, `in list` and `quarter end` are said in rules, and names given before are known after them."""
    text = (ROOT / "rules/family-office/cash.mandate").read_text("utf-8")
    _, errors = said(text.replace("tested at proposal, close", "tested at quarter end\n  plumbus"))
    assert [error.code for error in errors] == ["M107"]
    _, errors = said('rule R-1 "a"\n  on breach block, waiver by "A"\n  tested at quarter end\n')
    assert errors[0].span.line == 1
    file, errors = said('rule R-1 "a"\n  tested at quarter')
    assert ([block.id.value for block in file.blocks], errors[0].code) == (["R-1"], "M108")
    assert "M109" not in {error.code for error in errors}
    assert "M360" not in {error.code for error in said(f"{text}\ntes")[1]}
    assert errors[0].code == "M108"
