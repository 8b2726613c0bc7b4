"""Random surface trees: every node that the grammar can say, with terms from the whole vocabulary and unknown ones."""

from __future__ import annotations

from datetime import date, time
from fractions import Fraction

from hypothesis import strategies as st

from dsl import tree
from dsl.parse import KNOWN
from dsl.source import Span

HERE = Span("", 0, 0, 1, 1)
at = st.just(HERE)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


def some(strategy: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    """One or more, as a tuple."""
    return st.lists(strategy, min_size=1, max_size=most).map(tuple)


def any_number(strategy: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most).map(tuple)


# --- leaves ------------------------------------------------------------------------------------

WORDS = [
    "net assets",
    "issuer",
    "securities",
    "value",
    "cash",
    "good issuers",
    "plumbus share",
    "frobnicated s&p thing",
]
terms = st.deferred(lambda: st.builds(tree.Term, st.sampled_from(WORDS) | st.sampled_from(sorted(KNOWN)), at))
names = st.builds(tree.Term, st.sampled_from(["good issuers", "base", "our largest names"]), at)
TEXTS = ["ACME Corp", "", "or", "end", "x # y", "5% of net assets", "Ärzte AG", "a  b", "rule CONC-01", "AA-", "USD 5"]
texts = st.builds(tree.Text, st.sampled_from(TEXTS), at)
ids = st.builds(tree.Text, st.sampled_from(["CONC-01", "MNPI-2026-014", "R", "esg-3", "W-2026-031"]), at)
numbers = st.integers(0, 10**9).map(Fraction) | st.builds(
    Fraction, st.integers(0, 10**12), st.sampled_from([10, 100, 10**6])
)
signed = numbers | numbers.map(lambda n: -n)
bare = st.builds(tree.Amount, numbers, st.just(""), at)
percents = st.builds(tree.Amount, signed, st.just("percent"), at)
monies = st.builds(tree.Amount, signed, st.sampled_from(["USD", "EUR", "JPY"]), at)
UNITS = ["points", "calendar days", "business days", "days", "months", "years"]
measures = st.builds(tree.Amount, numbers, st.sampled_from(UNITS), at)
amounts = bare | percents | monies | measures
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
instants = st.builds(tree.Instant, days, st.none(), st.none(), at) | st.builds(
    tree.Instant, days, clocks, maybe(texts), at
)
values = terms | texts | amounts | instants

# --- numbers -----------------------------------------------------------------------------------

exprs = st.deferred(lambda: factors | sums)
conds = st.deferred(lambda: atoms | nots | ands | ors)
picks = st.deferred(lambda: st.builds(tree.Pick, terms, maybe(conds), maybe(st.integers(0, 99)), at))
shares = st.builds(tree.Share, percents, exprs, at)
overs = st.builds(tree.Over, terms, st.sampled_from(["trailing", "within"]), amounts, at)
totals = st.builds(tree.Total, maybe(terms), picks, at)


def _apart(average: tree.Average) -> tree.Average:
    """`average net assets` is a term of its own."""
    if f"average {average.fact.words}" not in KNOWN:
        return average
    return tree.Average(tree.Term("risk score", HERE), average.pick, average.weight, HERE)


averages = st.builds(tree.Average, terms, maybe(picks), maybe(terms), at).map(_apart)
counts = st.builds(tree.Number, picks, at)


def _unshared(choice: tree.Choice) -> tree.Choice:
    """A trailing window after the last part is never left to bare terms before it: they have it as well."""
    last = choice.parts[-1]
    if not (isinstance(last, tree.Over) and last.way == "trailing"):
        return choice
    parts = [tree.Over(p, last.way, last.period, HERE) if isinstance(p, tree.Term) else p for p in choice.parts]
    return tree.Choice(choice.kind, tuple(parts), HERE)


choices = st.builds(
    tree.Choice, st.sampled_from(["greater", "lesser"]), st.lists(exprs, min_size=2, max_size=3).map(tuple), at
).map(_unshared)
factors = st.one_of(amounts, terms, overs, shares, totals, averages, counts, choices)
sums = st.builds(
    lambda first, rest: tree.Sum((first, *rest), HERE),
    factors,
    some(factors | st.builds(tree.Negative, st.deferred(lambda: factors | sums), at), 2),
)

# --- conditions --------------------------------------------------------------------------------

symbols = st.builds(tree.Text, st.sampled_from(["AAA", "BBB-", "A+", "D"]), at)
compares = st.builds(tree.Compare, exprs, st.sampled_from(["<=", "<", ">=", ">"]), exprs | symbols, at)
facts_are = st.builds(tree.Is, terms, values, at)
listed = st.builds(tree.InList, terms, texts, at)
SIDES = ["before", "after", "before or after"]
traded = st.builds(
    tree.Traded, terms, st.sampled_from(["bought", "sold"]), st.booleans(), amounts, st.sampled_from(SIDES), at
)
atoms = st.one_of(facts_are, listed, traded, compares)
nots = st.builds(tree.Not, conds, at)
pairs = st.integers(2, 3)
ands = st.builds(tree.And, st.lists(atoms | nots | st.deferred(lambda: ors), min_size=2, max_size=3).map(tuple), at)
ors = st.builds(tree.Or, st.lists(atoms | nots | ands, min_size=2, max_size=3).map(tuple), at)
