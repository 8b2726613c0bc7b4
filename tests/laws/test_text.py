"""Laws of the text: what is printed reads back as the same tree, and no text whatever makes the reader fall over."""

from __future__ import annotations

from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from dsl import tree
from dsl.format import text_of
from dsl.lexer import scan
from dsl.parse import parse
from dsl.source import Source
from dsl.tidy import tidy
from tests.dsl.blocks import files
from tests.dsl.checking import drawn
from tests.dsl.golden import all_sections

ROOT = Path(__file__).parent.parent.parent
TEXTS = [section.file for section in all_sections("text")]
TEXTS += [path.read_text("utf-8") for path in sorted((ROOT / "rules").rglob("*.mandate"))]
TOKENS = sorted({lexeme.text for text in TEXTS for lexeme in scan(Source("", text)).lexemes})


def read(text: str) -> tree.File:
    """The tree; whatever the text, every mistake points into it and can be drawn."""
    source = Source("x.mandate", text)
    file, mistakes = parse(source)
    assert drawn(mistakes, source)
    for mistake in mistakes:
        assert 0 <= mistake.span.start <= mistake.span.end <= len(text)
    assert list(mistakes) == sorted(mistakes, key=lambda mistake: mistake.span.start)
    assert file.whole == (not mistakes)
    return file


@given(files)
def test_what_is_printed_reads_back_as_the_same_tree(file: tree.File) -> None:
    text = text_of(file)
    back, mistakes = parse(Source("x.mandate", text))
    assume(not any(mistake.code == "M102" for mistake in mistakes))
    assert not mistakes, text
    assert back == file, text


@given(files)
def test_printing_twice_changes_nothing(file: tree.File) -> None:
    text = text_of(file)
    again, mistakes = tidy(Source("x.mandate", text))
    assert mistakes or again == text


@given(files, st.data())
def test_comments_and_blank_lines_survive(file: tree.File, data: st.DataObject) -> None:
    """Every comment is there after tidying, in the same order but for those inside of one clause; and tidying is
    idempotent with them, too."""
    lines = text_of(file).splitlines()
    for number in range(len(lines)):
        lines[number] += data.draw(st.sampled_from(["", "", f" # behind {number}", f"\n# below {number}", "\n\n\n"]))
    source = Source("x.mandate", "# first\n" + "\n".join(lines))
    tidied, mistakes = tidy(source)
    assume(not mistakes)
    once = Source("x.mandate", tidied)
    assert sorted(text for _, text in scan(once).comments) == sorted(text for _, text in scan(source).comments)
    assert parse(once)[0] == parse(source)[0]
    assert tidy(once)[0] == tidied


def _mangled(draw: st.DrawFn) -> str:
    """A valid or a bad file after a few cuts, copies, swaps and insertions of lexemes and of characters."""
    text = draw(st.sampled_from(TEXTS))
    pieces = text.split(" ") if draw(st.booleans()) else list(text)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(pieces)))
        piece = draw(st.sampled_from(TOKENS) | st.text(max_size=3))
        size = draw(st.integers(0, 4))
        pieces[at : at + size] = draw(st.sampled_from([[], [piece], pieces[at : at + 1] * 2, ["\n", piece]]))
    return (" " if len(pieces) < len(text) else "").join(pieces)


@given(st.composite(_mangled)())
def test_no_mangled_file_makes_the_reader_fall_over(text: str) -> None:
    read(text)


@given(st.lists(st.sampled_from(TOKENS), max_size=40), st.sampled_from([" ", "\n"]))
def test_no_heap_of_words_makes_the_reader_fall_over(words: list[str], between: str) -> None:
    read(between.join(words))


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    read(text)


@given(st.composite(_mangled)())
def test_what_reads_without_a_mistake_can_be_tidied(text: str) -> None:
    """Whatever a text says is still said after tidying, and tidying again changes nothing. A text with mistakes is
    left as it is."""
    tidied, mistakes = tidy(Source("x.mandate", text))
    if mistakes:
        assert tidied == text
        return
    assert read(tidied) == read(text)
    assert tidy(Source("x.mandate", tidied))[0] == tidied
