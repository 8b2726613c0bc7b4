"""Every message of the checker, drawn as people see it: text in, text out, in `tests/golden/check/`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.codes import CODES
from tests.dsl.checking import Example, bless, codes, examples, said

FOLDER = Path(__file__).parent.parent / "golden" / "check"
PATHS = sorted(FOLDER.glob("*.md"))
EXAMPLES = [example for path in PATHS for example in examples(path)]


@pytest.fixture(scope="module", autouse=True)
def _blessed(bless_: None) -> None:
    """Golden files are rewritten before they are read."""


@pytest.fixture(scope="module")
def bless_(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--bless"):
        for path in PATHS:
            bless(path)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.path.stem}: {example.title}")
def test_what_is_said(example: Example) -> None:
    now = {found.title: found.expected for found in examples(example.path)}
    assert said(example.file) == now[example.title]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_section_is_read(path: Path) -> None:
    titles = [line[3:] for line in path.read_text("utf-8").splitlines() if line.startswith("## ")]
    assert titles == [example.title for example in examples(path)]
    assert len(set(titles)) == len(titles)


def test_every_code_of_the_checker_is_shown() -> None:
    shown = {code for example in EXAMPLES for code in codes(example.file)}
    ours = {code for code in CODES if code >= "M201" or code in ("M117", "M131", "M132")}
    assert ours <= shown, sorted(ours - shown)
