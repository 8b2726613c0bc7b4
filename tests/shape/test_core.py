"""What the core promises about itself: no float, no clock, no dice, no disk, nothing assigned twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.shape.source import CORE, Module, modules

EDGES = {"policy.proof.verify"}
"""Modules with a command line of their own, which read files and print."""

UNDER_CONSTRUCTION = {
    "dsl.machine.Machine",
    "policy.ir.forms.Table",
    "solver.backend.rounding.Walk",
    "solver.encode.normal.Reading",
    "solver.encode.rows.Draft",
    "solver.encode.sheet.Sheet",
    "solver.search.Search",
}
"""What a pass fills while it runs and nobody changes afterwards; every other value is frozen."""

FLOATS_ALLOWED = "solver.backend"
"""Backends speak in floats; nothing of theirs leaves the folder but claims."""

FLOATING_MATH = {"sqrt", "exp", "log", "log2", "log10", "pow", "fsum", "inf", "nan", "pi", "e", "sin", "cos"}
CLOCKS = {"now", "today", "utcnow", "fromtimestamp"}
TOUCHES = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}

core = pytest.mark.parametrize("package", CORE)


@core
def test_no_float_in_the_core(package: str) -> None:
    exact = [each for each in modules(package) if not each.name.startswith(FLOATS_ALLOWED)]
    assert not [f"{each.path}:{flaw}" for each in exact for flaw in floats(each.tree)], "numbers in the core are exact"


@core
def test_no_clock_and_no_disk_in_the_core(package: str) -> None:
    pure = [each for each in modules(package) if each.name not in EDGES]
    found = [f"{each.path}:{flaw}" for each in pure for flaw in touches(each.tree)]
    assert not found, "what the core needs comes in as an argument"


@core
def test_no_name_is_rebound_from_inside_a_function(package: str) -> None:
    found = [f"{each.path}:{node.lineno}" for each, node in nodes(package) if isinstance(node, ast.Global)]
    assert not found, "a global that is assigned twice"


@core
def test_annotations_are_not_evaluated(package: str) -> None:
    found = [each.path for each in modules(package) if not evaluates_none(each.tree)]
    assert not found, "begin with `from __future__ import annotations`"


@core
def test_dataclasses_are_frozen_and_slotted(package: str) -> None:
    for module, node in nodes(package):
        for name in map(ast.unparse, getattr(node, "decorator_list", ())):
            if isinstance(node, ast.ClassDef) and name.startswith("dataclass"):
                place = f"{module.path}:{node.lineno}: {node.name}"
                assert "slots=True" in name, f"{place} has no slots"
                assert "frozen=True" in name or f"{module.name}.{node.name}" in UNDER_CONSTRUCTION, place


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 0.5", 1),
        ("x = float(y)", 1),
        ("x = math.sqrt(y)", 1),
        ("x: float = y", 1),
        ("x = 1e9", 1),
        ("from math import isqrt, sqrt", 1),
        ("from math import sqrt as root", 1),
        ("import math as m\nx = m.sqrt(y)", 1),
        ("x = 1 / 2", 1),
        ("x = len(a) / len(b)", 1),
        ("x = -y.numerator / (2 * y.denominator)", 1),
        ("from math import isqrt, lcm", 0),
        ("x = y / 2", 0),
        ("x = Fraction(1, 2) + math.isqrt(4)", 0),
    ],
)
def test_the_search_for_floats_finds_them(text: str, found: int) -> None:
    assert len(list(floats(ast.parse(text)))) == found


@pytest.mark.parametrize(
    ("text", "found"), [("open('x')", 1), ("date.today()", 1), ("datetime.now()", 1), ("list.open()", 0)]
)
def test_the_search_for_clocks_and_disks_finds_them(text: str, found: int) -> None:
    assert len(list(touches(ast.parse(text)))) == found


def nodes(package: str) -> Iterator[tuple[Module, ast.AST]]:
    for module in modules(package):
        for node in ast.walk(module.tree):
            yield module, node


def evaluates_none(tree: ast.Module) -> bool:
    """Of its annotations: it puts that off, or has nothing but imports and words."""
    future = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
    return future or all(isinstance(node, ast.Expr | ast.ImportFrom | ast.Import) for node in tree.body)


def floats(tree: ast.AST) -> Iterator[str]:
    imports = [name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    maths = {"math"} | {name.asname for name in imports if name.name == "math" and name.asname}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex() as value):
                yield f"{node.lineno}: {value}"
            case ast.Name(id="float" | "complex" as name):
                yield f"{node.lineno}: {name}"
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in maths and attr in FLOATING_MATH:
                yield f"{node.lineno}: math.{attr}"
            case ast.ImportFrom(module="math", names=names):
                yield from (f"{node.lineno}: math.{n.name}" for n in names if n.name in FLOATING_MATH)
            case ast.BinOp(op=ast.Div(), left=left, right=right) if _whole(left) and _whole(right):
                yield f"{node.lineno}: {ast.unparse(node)}"


def _whole(node: ast.expr) -> bool:
    """What is an int by its looks alone. `a / b` of two names is for the type checker: a float has nowhere to go."""
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.UnaryOp(operand=operand):
            return _whole(operand)
        case ast.BinOp(left=left, right=right):
            return _whole(left) and _whole(right)
        case ast.Call(func=ast.Name(id="len" | "int")):
            return True
        case ast.Attribute(attr="numerator" | "denominator"):
            return True
        case _:
            return False


def touches(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in TOUCHES:
                yield f"{node.lineno}: {name}"
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in CLOCKS:
                yield f"{node.lineno}: {attr}"
