"""One file, one idea, in one sitting; and no way around a check without a reason."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from statistics import median

import pytest

from tests.shape.source import PACKAGES, ROOT, Module, modules

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base", "service", "services"}
LONGEST, MEDIAN = 400, 130

SUPPRESSION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma: no cover)(?P<code>: ?[A-Z]+\d+|\[[a-z, -]+\])?(?P<reason>[ #:-]+\w.*)?"
)
"""What is looked for, and needs a code and a reason: a pattern, which suppresses nothing itself."""

LATER = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
"""What is looked for outside this folder, where nothing may have it: no stub, but how stubs are found."""

every = pytest.mark.parametrize("package", [*PACKAGES, "tests"])


@every
def test_a_file_fits_in_a_sitting(package: str) -> None:
    assert not [each.path for each in modules(package) if each.text.count("\n") > LONGEST], "cut it along a noun"


def test_most_files_are_short() -> None:
    lengths = [module.text.count("\n") for module in modules(*PACKAGES) if module.text.strip()]
    assert median(lengths) <= MEDIAN


@every
def test_a_module_is_named_for_its_idea(package: str) -> None:
    assert not [each.name for each in modules(package) if VAGUE & set(each.name.split("."))]


@every
def test_a_suppression_gives_its_code_and_its_reason(package: str) -> None:
    assert not [flaw for each in modules(package) for flaw in unreasoned(each)]


def unreasoned(module: Module) -> Iterator[str]:
    """A run of lines with the same suppression may give the reason once, on the first."""
    before = ""
    for number, line in enumerate(module.text.splitlines(), 1):
        found = SUPPRESSION.search(line)
        if found and module.path != "tests/shape/test_files.py":
            if not found["code"]:
                yield f"{module.path}:{number}: no code: {line.strip()}"
            elif not found["reason"] and before != found["code"]:
                yield f"{module.path}:{number}: no reason: {line.strip()}"
        before = found["code"] if found else ""


@every
def test_no_test_is_left_out_without_a_reason(package: str) -> None:
    """What a test needs is in the lock, so that an import cannot be missing: a law that nobody runs is none."""
    assert not [f"{each.path}:{flaw}" for each in modules(package) for flaw in left_out(each.tree)]


@pytest.mark.parametrize(  # texts that the search is tried on: none of them leaves a test of ours out
    ("text", "found"),
    [
        ("pytest.importorskip('z3', reason='a referee')", 1),
        ("from pytest import importorskip", 1),
        ("pytest.skip()", 1),
        ("@pytest.mark.skip\ndef test(): ...", 1),
        ("@pytest.mark.skipif(windows)\ndef test(): ...", 1),
        ("@pytest.mark.xfail(strict=True)\ndef test(): ...", 1),
        ("pytest.skip('not a git work tree')", 0),
        ("@pytest.mark.xfail(reason='known')\ndef test(): ...", 0),
    ],
)
def test_the_search_for_tests_left_out_finds_them(text: str, found: int) -> None:
    assert len(list(left_out(ast.parse(text)))) == found


def left_out(tree: ast.AST) -> Iterator[str]:
    reasons: set[ast.expr] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="skip" | "skipif" | "xfail") as func):
                told = [word.value for word in node.keywords if word.arg == "reason"]
                if told or (func.attr == "skip" and node.args):
                    reasons.add(func)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="importorskip") | ast.alias(name="importorskip"):
                yield f"{node.lineno}: importorskip"
            case ast.Attribute(value=ast.Attribute(attr="mark") | ast.Name(id="pytest"), attr=attr):
                if attr in ("skip", "skipif", "xfail") and node not in reasons:
                    yield f"{node.lineno}: {attr} without a reason"


@every
def test_nothing_is_left_for_later(package: str) -> None:
    found = {each.path: LATER.findall(each.text) for each in modules(package) if "tests/shape" not in each.path}
    assert not {path: words for path, words in found.items() if words}


def test_no_committed_file_names_a_machine() -> None:
    """The lock names packages and hashes, never a host; no file names somebody's home."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree")
    homes = re.compile(rb"/(?:home|root|Users)/\w|file:/{3}\w|-{2}(?:extra-)?index[-]url|-{2}find[-]links")
    for name in filter(None, listed.decode().split("\0")):
        path = ROOT / name
        if path.is_file():
            assert not homes.search(path.read_bytes()), name


def test_the_lock_holds_every_dependency_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
    ]
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    names = {re.split(r"[<>=!~ \[]", requirement)[0] for requirement in wanted}
    assert names <= locked, names - locked
    for block in re.split(r"\n(?=[a-z0-9-]+==)", lock)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]
