"""What the README shows is true: its rule is understood, its commands exist."""

from __future__ import annotations

import re

import pytest

from dsl.check import check
from dsl.diagnostic import Severity
from dsl.parse import parse
from dsl.source import Source
from server.cli.main import VERBS
from tests.shape.source import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
MAKE = re.findall(r"^make (\w+)", TEXT, re.MULTILINE)


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "mandate"])
def test_its_rules_have_no_mistake(text: str) -> None:
    file, mistakes = parse(Source("README.md", text))
    found = [*mistakes, *check([file])]
    assert not [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR], found


@pytest.mark.parametrize("target", MAKE)
def test_its_targets_are_in_the_makefile(target: str) -> None:
    assert f"\n{target}: " in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_its_two_commands_are_there() -> None:
    assert MAKE[:2] == ["demo", "test"]


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"`proofolio (\w+)", TEXT))))
def test_its_verbs_exist(verb: str) -> None:
    assert verb in VERBS
