"""Laws of the judge on random bound books: hiding, loosening, splitting, and the shortcut of the fast judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policy.interval import Number, times
from policy.ir.bound import (
    All,
    Any,
    Bound,
    Form,
    Formula,
    Leaf,
    Lin,
    Not,
    Obligation,
    Op,
    Outcome,
    Rung,
    Scalar,
    Sum,
    Truth,
)
from policy.ir.meaning import CAPS
from policy.judge import eval as reference
from policy.judge import fast
from policy.judge.box import replaced
from policy.judge.columns import Said
from policy.judge.verdict import Finding, Verdict
from tests.worlds.strategies import around, worlds
from tests.worlds.worlds import World

# --- hiding ------------------------------------------------------------------------------------


@given(worlds().map(lambda made: ordered(made)), st.data())
def test_hiding_a_fact_never_moves_a_verdict_down(made: World, data: st.DataObject) -> None:
    """Except a block to unknown. Twice, so that what is partly hidden is hidden further."""
    bound = made.bound
    for _ in range(2):
        hidden = data.draw(st.sampled_from((in_a_form, in_a_formula, in_a_truth)))(bound, data)
        for point in made.points:
            before, after = reference.judge(bound, point), reference.judge(hidden, point)
            for known, less in zip(before.findings, after.findings, strict=True):
                assert not_down(known.outcome, less.outcome), (known.obligation.id, point)
                assert less.within in (known.within, None)
        bound = hidden


def not_down(known: Outcome, hidden: Outcome) -> bool:
    return hidden.rank >= known.rank or (known, hidden) == (Outcome.BLOCK, Outcome.UNKNOWN)


def ordered(made: World) -> World:
    """Ladders as rules have them: the best outcome first, and nothing better after the last rung."""
    return replace(made, bound=replace(made.bound, obligations=tuple(map(_ordered, made.bound.obligations))))


def _ordered(obligation: Obligation) -> Obligation:
    ladder = tuple(sorted(obligation.ladder, key=lambda rung: rung.outcome.rank))
    return replace(obligation, ladder=ladder, otherwise=reference.worst([ladder[-1].outcome, obligation.otherwise]))


def in_a_form(bound: Bound, data: st.DataObject) -> Bound:
    """One coefficient or constant of one form becomes an interval around it."""
    form = data.draw(st.sampled_from(list(bound.forms.values())))
    node = _widened(Lin(form.const, form.terms), data)
    return replace(bound, forms={**bound.forms, form.name: replace(form, const=node.const, terms=node.terms)})


def in_a_formula(bound: Bound, data: st.DataObject) -> Bound:
    """The same to one linear scalar of each rung."""

    def hidden(rung: Rung) -> Rung:
        left = [data.draw(st.integers(0, 5))]

        def linear(node: Lin) -> Lin:
            left[0] -= 1
            return _widened(node, data) if left[0] == -1 else node

        return replace(rung, formula=replaced(rung.formula, linear))

    return _each_rung(bound, hidden)


def _widened(node: Lin, data: st.DataObject) -> Lin:
    place = data.draw(st.integers(-1, len(node.terms) - 1))
    if place == -1:
        return replace(node, const=data.draw(around(node.const)))
    terms = [(data.draw(around(c)), n) if at == place else (c, n) for at, (c, n) in enumerate(node.terms)]
    return replace(node, terms=tuple(terms))


def in_a_truth(bound: Bound, data: st.DataObject) -> Bound:
    return _each_rung(bound, lambda rung: replace(rung, formula=_without_truths(rung.formula)))


def _without_truths(node: Formula) -> Formula:
    match node:
        case Truth():
            return Truth(None)
        case All(parts):
            return All(tuple(_without_truths(part) for part in parts))
        case Any(parts):
            return Any(tuple(_without_truths(part) for part in parts))
        case Not(part):
            return Not(_without_truths(part))
        case _:
            return node


def _each_rung(bound: Bound, change: Callable[[Rung], Rung]) -> Bound:
    obligations = (replace(o, ladder=tuple(map(change, o.ladder))) for o in bound.obligations)
    return replace(bound, obligations=tuple(obligations))


# --- loosening ---------------------------------------------------------------------------------


@given(worlds().map(ordered), st.fractions(0, 1000))
def test_loosening_never_turns_a_pass_into_a_breach(made: World, by: Fraction) -> None:
    """Caps rise and floors fall, under `not` the other way; conditions of members stay."""
    looser = _each_rung(made.bound, lambda rung: replace(rung, formula=loosened(rung.formula, by)))
    for point in made.points:
        before, after = reference.judge(made.bound, point), reference.judge(looser, point)
        for tight, loose in zip(before.findings, after.findings, strict=True):
            assert loose.outcome is Outcome.PASS or tight.outcome is not Outcome.PASS
            assert loose.outcome is not Outcome.BLOCK or tight.outcome is Outcome.BLOCK


def loosened(node: Formula, by: Fraction) -> Formula:
    match node:
        case Leaf():
            return replace(node, bound=_raised(node.bound, by if node.op in CAPS else -by))
        case All(parts):
            return All(tuple(loosened(part, by) for part in parts))
        case Any(parts):
            return Any(tuple(loosened(part, by) for part in parts))
        case Not(part):
            return Not(loosened(part, -by))
        case _:
            return node


def _raised(bound: Scalar, by: Fraction) -> Scalar:
    return Sum(((Fraction(1), bound), (Fraction(1), Lin(by))))


# --- splitting ---------------------------------------------------------------------------------


@given(worlds(), st.fractions(0, 1, max_denominator=9))
def test_splitting_a_term_in_two_changes_nothing(made: World, share: Fraction) -> None:
    """Neither a form's nor a scalar's; for both judges. Contributors are named by term, so they are left out."""
    assume(0 < share < 1)
    forms = {name: _split_form(form, share) for name, form in made.bound.forms.items()}
    split = _each_rung(replace(made.bound, forms=forms), lambda rung: _split_rung(rung, share))
    tables = fast.tables(split)
    for point in made.points:
        whole, parts = reference.judge(made.bound, point), reference.judge(split, point)
        assert _bare(whole) == _bare(parts)
        answers = fast.judge_fast(tables, point)
        assert list(answers.outcomes) == [finding.outcome for finding in whole.findings]


def _split_form(form: Form, share: Fraction) -> Form:
    return replace(form, terms=_split(form.terms, share))


def _split_rung(rung: Rung, share: Fraction) -> Rung:
    return replace(rung, formula=replaced(rung.formula, lambda node: Lin(node.const, _split(node.terms, share))))


def _split(terms: tuple[tuple[Number, str], ...], share: Fraction) -> tuple[tuple[Number, str], ...]:
    return tuple((times(part, factor), name) for factor, name in terms for part in (share, 1 - share))


def _bare(verdict: Verdict) -> list[object]:
    return [_numbers(finding) for finding in verdict.findings]


def _numbers(finding: Finding) -> tuple[object, ...]:
    found = finding.deciding
    numbers = None if found is None else (found.value, found.bound, found.headroom, found.holds)
    return finding.outcome, finding.reason, finding.within, numbers


# --- the shortcut ------------------------------------------------------------------------------


@given(st.integers(-50, 50), st.lists(st.integers(-120, 120), min_size=1, max_size=12), st.integers(1, 20))
@settings(max_examples=2_000)
def test_the_largest_value_is_the_tightest_where_the_fast_judge_says_so(
    bound: int, values: list[int], one: int
) -> None:
    said = Said([True] * len(values), values, [bound] * len(values), list(range(len(values))))
    found = fast.largest(said, [one] * len(values))
    tightness = [reference.tightness(Fraction(value, one), Fraction(bound, one), Op.LE) for value in values]
    assert found is None or found == tightness.index(min(tightness))
