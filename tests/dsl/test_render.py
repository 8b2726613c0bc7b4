"""Carets stand under the words, whatever is on the line."""

from __future__ import annotations

import pytest

from dsl.diagnostic import Diagnostic, Related, Severity, in_order
from dsl.render import render
from dsl.source import Source


def drawn(text: str, start: int, end: int) -> list[str]:
    source = Source("a", text)
    return render(Diagnostic("M107", "no", source.span(start, end)), source).split("\n")


def test_all_parts() -> None:
    source = Source("a", "one\ntwo three\n")
    related = (Related("first here", source.span(0, 3)),)
    found = Diagnostic("M107", "not so", source.span(8, 13), "write `3`", Severity.WARNING, related)
    assert render(found, source) == "\n".join(
        [
            "warning[M107]: not so",
            " --> a:2:5",
            "  |",
            "2 | two three",
            "  |     ^^^^^",
            "  = see a:1: first here",
            "  = help: write `3`",
        ]
    )


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "caret"),
    [
        ("abc", 3, 3, "abc", "   ^"),
        ("", 0, 0, "", "^"),
        ("a\tbc", 2, 4, "a\tbc", " \t^^"),
        ("abc\ndef", 1, 6, "abc", " ^^"),
        ("ab\u202ecd", 3, 5, "ab<U+202E>cd", "          ^^"),
        ("a\x1bb", 2, 3, "a<U+001B>b", "         ^"),
        ("a\u202eb", 1, 2, "a<U+202E>b", " ^^^^^^^^"),
        ("ab\r\ncd", 1, 2, "ab", " ^"),
        ("日本 x", 3, 4, "日本 x", "     ^"),
        ("日本", 0, 2, "日本", "^^^^"),
        ("e\u0301a", 2, 3, "e\u0301a", " ^"),
        ("😀a", 1, 2, "😀a", "  ^"),
        ("\u0301", 0, 1, "\u0301", "^"),
    ],
)
def test_the_caret(text: str, start: int, end: int, line: str, caret: str) -> None:
    lines = drawn(text, start, end)
    assert lines[-2:] == [f"1 | {line}", f"  | {caret}"]


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "x" * 100_000 + "HERE" + "y" * 100_000
    *_, line, caret = drawn(text, 100_000, 100_004)
    assert len(line) < 200
    assert line[caret.index("^") : caret.rindex("^") + 1] == "HERE"


def test_no_control_character_reaches_the_terminal() -> None:
    for number in (*range(32), 127, 0x9B, 0x202E, 0x2066, 0xFEFF):
        if chr(number) not in "\n\t":
            assert chr(number) not in "".join(drawn(f"a{chr(number)}b", 0, 1))
            source = Source(f"{chr(number)}.mandate", "a")
            found = Diagnostic("M107", f"no {chr(number)}", source.span(0, 1), f"write {chr(number)}")
            assert chr(number) not in render(found, source)


def test_several_come_from_top_to_bottom() -> None:
    source = Source("a", "one\ntwo\n")
    later, first = (Diagnostic("M107", "no", source.span(at, at + 3)) for at in (4, 0))
    assert in_order((later, first)) == (first, later)
