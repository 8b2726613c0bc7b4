"""Text in, text out: trees, canonical texts and mistakes, in `tests/golden/text/`, and every message of the checker in
`tests/golden/check/`, drawn as people see it; `--bless` rewrites the answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.codes import CODES
from dsl.parse import parse
from tests.dsl.checking import codes
from tests.dsl.golden import GOLDEN, Section, all_sections, answer, bless, checked, sections

ANSWERS = {"check": checked, "text": answer}
PATHS = [path for folder in ANSWERS for path in sorted((GOLDEN / folder).glob("*.md"))]
CHECK, TEXT = all_sections("check"), all_sections("text")
OF_THE_CHECKER = {code for code in CODES if code >= "M201"} | {"M117", "M131", "M132"}


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(scope="module", autouse=True)
def _blessed(request: pytest.FixtureRequest) -> None:
    """Golden files are rewritten before they are read."""
    if request.config.getoption("--bless"):
        for path in PATHS:
            bless(path, ANSWERS[path.parent.name])


@pytest.mark.parametrize("section", CHECK + TEXT, ids=lambda section: f"{named(section.path)}: {section.title}")
def test_the_answer_is_as_written(section: Section) -> None:
    (written,) = [now.answer for now in sections(section.path) if now.title == section.title]
    assert ANSWERS[section.path.parent.name](section) == written


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_every_section_is_read(path: Path) -> None:
    titles = [line[3:] for line in path.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert titles == [section.title for section in sections(path)]
    assert len(set(titles)) == len(titles)


def test_two_fifths_are_bad() -> None:
    bad = [section for section in TEXT if parse(section.source)[1]]
    assert len(bad) >= 0.4 * len(TEXT)
    assert all(section.ask == "text" for section in bad)


def test_every_code_is_shown() -> None:
    in_text = {mistake.code for section in TEXT for mistake in parse(section.source)[1]}
    assert CODES.keys() - OF_THE_CHECKER - in_text == {"M101", "M119"}  # too large, too many: see test_large
    in_check = {code for section in CHECK for code in codes(section.file)}
    assert in_check >= OF_THE_CHECKER, sorted(OF_THE_CHECKER - in_check)
