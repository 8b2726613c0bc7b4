"""Which way the arrows point, and who may know whom: the contracts of pyproject.toml, and what is loaded in fact."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.source import PACKAGES, ROOT, modules

LOADED = """import importlib, json, sys
before = set(sys.modules)
for name in sys.argv[1:]: importlib.import_module(name)
print(json.dumps(sorted(set(sys.modules) - before)))"""


def loaded(*names: str) -> set[str]:
    """Every module outside the standard library that importing these, in one process, loads."""
    run = [sys.executable, "-c", LOADED, *names]
    found = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-3000:]
    return {name for name in json.loads(found.stdout) if name.partition(".")[0] not in sys.stdlib_module_names}


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names if not name.startswith("_")}


def test_the_contracts_hold() -> None:
    command = str(Path(sys.executable).with_name("lint-imports"))
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-3000:]


def test_the_verifier_stands_alone() -> None:
    names = loaded("policy.proof.verify")
    assert tops(names) <= {"policy", "cryptography", "cffi"}
    ours = {name for name in names if name.startswith("policy.")}
    assert all(name.startswith("policy.proof") or name == "policy.canonical" for name in ours), ours


def test_the_judge_needs_no_third_party() -> None:
    assert tops(loaded("policy.judge.eval")) <= {"policy", "dsl"}


def test_the_language_needs_lark_alone() -> None:
    assert tops(loaded("dsl.parse")) <= {"dsl", "lark"}


def test_the_command_loads_no_verb_before_it_is_called() -> None:
    names = loaded("server.cli.main")
    assert names == {"server", "server.cli", "server.cli.main"}


OUTSIDE = {
    "dsl": {"lark"},
    "policy": {"lark", "cryptography", "cffi", "networkx", "pydantic"},
    "solver": {"lark", "cryptography", "cffi", "networkx", "pydantic", "numpy", "ortools", "scipy"},
}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_can_be_imported_without_its_neighbours_above(package: str) -> None:
    names = [module.name for module in modules(package)]
    found = loaded(*names)
    assert set(names) <= found
    assert tops(found) & set(PACKAGES) <= set(PACKAGES[: PACKAGES.index(package) + 1])
    above = set().union(*OUTSIDE.values()) - OUTSIDE.get(package, set().union(*OUTSIDE.values()))
    assert not tops(found) & above
