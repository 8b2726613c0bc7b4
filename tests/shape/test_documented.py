"""Everything that a user can meet is written down: verbs, codes, schemas, words."""

from __future__ import annotations

import re

import pytest

from dsl.codes import CODES
from server.cli.answers import ANSWERS
from server.cli.docs import output_schema, pages
from server.cli.exits import Exit
from server.cli.main import VERBS
from tests.shape.source import PACKAGES, ROOT, modules

DOCS = ROOT / "docs"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_section_and_its_file(verb: str) -> None:
    assert f"\n## {verb}\n\n    proofolio {verb} " in (DOCS / "cli.md").read_text(encoding="utf-8")
    assert (ROOT / "server" / "cli" / f"{verb.replace('-', '_')}.py").exists()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_answer_in_the_schema(verb: str) -> None:
    assert verb in output_schema()["verbs"]
    assert verb in ANSWERS


def test_every_exit_code_is_documented() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == set(Exit)


def test_every_code_that_is_used_is_in_the_table_and_the_other_way_round() -> None:
    used = {code for module in modules("dsl") for code in re.findall(r'"(M\d{3})"', module.text)}
    assert used == set(CODES)


@pytest.mark.parametrize("name", pages())
def test_pages_made_from_code_are_current(name: str, bless: bool) -> None:
    if bless:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_docs_link_to_files_that_exist() -> None:
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_folder_is_a_room_of_the_architecture() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    folders = {module.path.rpartition("/")[0] for module in modules(*PACKAGES)} - {"policy", "server"}
    missing = {folder for folder in folders if f"`{folder}/`" not in text}
    gone = set(re.findall(r"`((?:dsl|policy|solver|server)/[a-z_/]*)/`", text)) - folders
    assert not missing
    assert gone <= {"server/demo"}
