"""Binding and judging a rule is reading it plainly: the same truth for every clause, scope and group.

Books without gaps, as they stand. `tests.worlds.plain` reads the core straight off the facts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

from policy.book.read import index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.judge.eval import judge
from tests.worlds.firms import firm
from tests.worlds.mandates import library
from tests.worlds.plain import Plain, Unjudged

BOOKS = 700


def test_bound_and_plain_agree() -> None:
    answers: Counter[bool] = Counter()
    boundary = 0
    for seed in range(BOOKS):
        rng = Random(seed)
        book = firm(rng, gaps=False)
        rules = [replace(rule, look_through=False) for rule in library(rng, rules=4, about_orders=False).rules]
        rules = [rule for rule in rules if not any(_is_risk(clause) for clause in rule.clauses)]
        bound = bind_to(core.Library(tuple(rules), (), ()), index(book))
        by_name = {rule.id: rule for rule in rules}
        universe = frozenset(_position(name) for name in bound.forms if name.startswith("value/"))
        for finding in judge(bound, {}, standing=True).findings:
            obligation = finding.obligation
            rule = by_name[obligation.origin.rule]
            plain = Plain(book, rule, obligation.accounts, universe)
            try:
                expected = _plainly(plain, rule.clauses[obligation.origin.clause - 1], obligation.id)
            except Unjudged:
                continue
            assert finding.within is expected, (seed, obligation.id)
            answers[expected] += 1
            boundary += finding.deciding is not None and finding.deciding.headroom == 0
    assert min(answers.values()) > 500
    assert boundary > 50


def _position(form: str) -> tuple[str, str]:
    _, account, instrument = form.split("/")
    return account, instrument


def _is_risk(clause: core.Clause) -> bool:
    return isinstance(clause.ladder[0].test, core.Compare) and isinstance(clause.ladder[0].test.left, core.Risk)


def _plainly(plain: Plain, clause: core.Clause, name: str) -> bool:
    test = clause.ladder[0].test
    if not isinstance(test, core.Every):
        return plain.truth(test)
    key = name.split("/", 4)[4]
    group = plain.groups(test.pick).get(key, ())
    return replace(plain, group=group, level=test.pick.level, name=key).truth(test.test)
