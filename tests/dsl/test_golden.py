"""Text in, text out: trees, canonical texts and mistakes, in `tests/golden/text/`; `--bless` rewrites the answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.codes import CODES
from dsl.parse import parse
from tests.dsl.golden import FOLDER, Section, answer, bless, sections

PATHS = sorted(FOLDER.glob("*.md"))
SECTIONS = [section for path in PATHS for section in sections(path)]


@pytest.fixture(scope="module", autouse=True)
def _blessed(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--bless"):
        for path in PATHS:
            bless(path)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"{section.path.stem}: {section.title}")
def test_the_answer_is_as_written(section: Section) -> None:
    (written,) = [now.answer for now in sections(section.path) if now.title == section.title]
    assert answer(section) == written


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_section_is_read(path: Path) -> None:
    titles = [line[3:] for line in path.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert titles == [section.title for section in sections(path)]
    assert len(set(titles)) == len(titles)


def test_two_fifths_are_bad() -> None:
    bad = [section for section in SECTIONS if parse(section.source)[1]]
    assert len(bad) >= 0.4 * len(SECTIONS)
    assert all(section.ask == "text" for section in bad)


def test_every_code_of_the_text_is_shown() -> None:
    shown = {mistake.code for section in SECTIONS for mistake in parse(section.source)[1]}
    ours = {code for code in CODES if code < "M200"} - {"M117", "M131", "M132"}
    assert ours - shown == {"M101", "M119"}  # too large, too many: see test_large
