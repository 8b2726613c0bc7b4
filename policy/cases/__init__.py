"""Runs the tests that stand beside rules: a small book in words, orders, and the verdict that is expected.

The steps of a test are read from top to bottom; every `expect` judges what has been given and ordered up to there.
Only the rule that the test names is judged, with its waivers; the other lists are there to be looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dsl import tree
from dsl.check.find import every, one
from dsl.source import Span
from policy.book.problem import Problem
from policy.book.read import index
from policy.cases.book import Under, book, orders
from policy.cases.expectation import met, said
from policy.ir import core
from policy.ir.bind import bind
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.verdict import Finding


@dataclass(frozen=True, slots=True)
class Result:
    """One expectation of one test. `expected` and `got` are sentences for people."""

    rule: str
    title: str
    expected: str
    got: str
    passed: bool
    where: Span


def run(files: Iterable[tree.File], library: core.Library) -> tuple[Result, ...]:
    """Every expectation of every test in the files, in order. The files have no errors; `library` is made of them."""
    return tuple(
        result
        for file in files
        for case in every(file.blocks, tree.Case)
        for result in _case(case, library)
    )  # fmt: skip


def _case(case: tree.Case, library: core.Library) -> Iterator[Result]:
    under, alone = _under(case.rule.value, library)
    as_of = one(case.steps, tree.AsOf)
    for number, step in enumerate(case.steps):
        if isinstance(step, tree.Expect):
            found = _judged(case.steps[:number], under, alone, case.rule.value, as_of.moment if as_of else None)
            passed, got = (False, found) if isinstance(found, str) else met(step, found)
            yield Result(case.rule.value, case.title.value, said(step), got, passed, step.span)


def _under(rule: str, library: core.Library) -> tuple[Under, core.Library]:
    """The rule or list of this id, alone, and what a book for it must know."""
    rules = tuple(r for r in library.rules if r.id == rule)
    lists = tuple(found for found in library.lists if found.id == rule)
    subjects: list[core.Rule | core.ListRule] = [*rules, *lists]
    start = subjects[0].effective.start
    names = frozenset({found.id for found in library.lists} | set(_listed(rules)))
    waivers = tuple(waiver for waiver in library.waivers if waiver.rule == rule)
    return Under(subjects[0].scope, start, names), core.Library(rules, library.lists, waivers)


def _listed(node: object) -> Iterator[str]:
    """The lists that rules speak of."""
    match node:
        case core.Listed(name):
            yield name
        case tuple():
            for part in node:
                yield from _listed(part)
        case core.Rule(clauses=clauses):
            yield from _listed(clauses)
        case core.Clause(ladder=ladder):
            yield from _listed(ladder)
        case core.Step(test=inner) | core.Every(test=inner) | core.Not(part=inner):
            yield from _listed(inner)
        case core.All(parts=parts) | core.Any(parts=parts):
            yield from _listed(parts)
        case _:
            return


def _judged(
    steps: tuple[tree.Step, ...], under: Under, alone: core.Library, rule: str, moment: str | None
) -> tuple[Finding, ...] | str:
    """The findings of the rule; or why the orders cannot be carried out."""
    world = book(steps, under)
    placed = orders(steps)
    point = point_of(index(world), placed)
    if isinstance(point, tuple):
        return "not judged: " + "; ".join(_problem(problem) for problem in point)
    bound = bind(alone, world, placed)
    verdict = judge(bound, point, standing=not placed)
    return tuple(
        finding
        for finding in verdict.findings
        if finding.obligation.origin.rule == rule
        and (moment is None or moment in [str(m) for m in finding.obligation.moments])
    )


def _problem(problem: Problem) -> str:
    return problem.what
