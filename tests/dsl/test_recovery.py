"""One mistake costs one message and, at most, its own clause: tried on every line of a file that says everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl import tree
from dsl.format import text_of
from dsl.parse import parse, table
from dsl.source import Source
from dsl.tidy import tidy

PATH = Path(__file__).with_name("everything.mandate")
TEXT = PATH.read_text("utf-8")
WHOLE, _ = parse(Source("x", TEXT))
LINES = TEXT.splitlines()
CLAUSES = [n for n, line in enumerate(LINES) if line.startswith("  ") and not line.startswith("      ")]
ON_ONE_LINE = [n for n in CLAUSES if n + 1 in CLAUSES or LINES[n + 1] == "end"]
BLOCKS = [n for n, line in enumerate(LINES) if line and line[0] not in " #e" and not line.startswith("voc")]


def damaged(number: int, line: str) -> tuple[tree.File, list[str]]:
    text = "\n".join([*LINES[:number], line, *LINES[number + 1 :]]) + "\n"
    file, mistakes = parse(Source("x", text))
    return file, [mistake.code for mistake in mistakes]


def block_at(number: int) -> int:
    return sum(1 for start in BLOCKS if start <= number) - 1


def test_it_is_canonical_and_says_everything() -> None:
    text, mistakes = tidy(Source("x", TEXT))
    assert not mistakes
    assert text == TEXT
    unused = {word for word in table().keywords if f" {word}" not in TEXT.replace("\n", " ").replace("(", " ")}
    assert unused <= {
        *("==", "!=", "fewer", "above", "after", "before", "bought", "buy", "cover", "cured", "cure", "cash"),
        *("<", ">", "<=", ">=", ",", ":", ")", "(", "-", "day", "days", "month", "months", "year", "years", "point"),
        *("regulation", "firm", "account", "unknown", "watch", "grey", "exclusion", "sanctions", "narrower", "lesser"),
        *("money", "units", "down", "be", "must", "this", "by", "lowers", "short", "gain", "waived", "warn", "greater"),
        *("each", "household", "accounts", "tagged", "test"),
    }, unused


@pytest.mark.parametrize("number", [n for n in CLAUSES if len(LINES[n].split()[0]) > 2], ids=lambda n: LINES[n].strip())
def test_a_misspelt_head_gives_one_message_and_loses_nothing(number: int) -> None:
    head = LINES[number].split()[0]
    file, codes = damaged(number, LINES[number].replace(head, head[:-1] + "z", 1))
    assert codes == ["M106"]
    assert text_of(file).split("\n") == text_of(WHOLE).split("\n")


@pytest.mark.parametrize("number", CLAUSES, ids=lambda number: LINES[number].strip())
def test_an_unknown_head_gives_one_message_and_loses_one_clause(number: int) -> None:
    head = LINES[number].split()[0]
    file, codes = damaged(number, LINES[number].replace(head, "plumbus", 1))
    assert len(codes) == 1, codes
    assert_others_untouched(file, number)


@pytest.mark.parametrize("rest", [" ;", " plumbus plumbus", ' "plumbus"', " )", " 5%", " ,"])
def test_too_much_in_a_clause_gives_at_most_one_message(rest: str) -> None:
    """A name or a window may lawfully follow some clauses."""
    for number in ON_ONE_LINE:
        file, codes = damaged(number, LINES[number] + rest)
        assert len(codes) <= 1, (codes, LINES[number])
        assert_others_untouched(file, number)


@pytest.mark.parametrize("number", ON_ONE_LINE, ids=lambda number: LINES[number].strip())
def test_too_little_in_a_clause_gives_at_most_one_message(number: int) -> None:
    words = LINES[number].split(" ")
    for size in range(3, len(words)):
        file, codes = damaged(number, " ".join(words[:size]))
        assert len(codes) <= 1, (codes, words[:size])
        assert_others_untouched(file, number)


@pytest.mark.parametrize("number", BLOCKS, ids=lambda number: LINES[number])
def test_a_misspelt_block_gives_one_message(number: int) -> None:
    kind = LINES[number].split()[0]
    file, codes = damaged(number, LINES[number].replace(kind, kind[:-2] + kind[-1] + kind[-2], 1))
    assert codes == ["M106"]
    assert text_of(file) == text_of(WHOLE)


@pytest.mark.parametrize("number", [n for n, line in enumerate(LINES) if line == "end"])
def test_a_missing_end_gives_one_message_and_loses_nothing(number: int) -> None:
    file, codes = damaged(number, "")
    assert codes == ["M108"]
    assert len(file.blocks) == len(WHOLE.blocks)
    assert_others_untouched(file, number)


def assert_others_untouched(file: tree.File, number: int) -> None:
    at = block_at(number)
    assert len(file.blocks) == len(WHOLE.blocks)
    for n, (block, before) in enumerate(zip(file.blocks, WHOLE.blocks, strict=True)):
        assert n == at or block == before
