"""Random files: rules with demands, lists, waivers and tests."""

from __future__ import annotations

from hypothesis import strategies as st

from dsl import tree
from tests.dsl.trees import (
    amounts,
    any_number,
    at,
    conds,
    days,
    exprs,
    factors,
    ids,
    instants,
    maybe,
    monies,
    names,
    percents,
    picks,
    signed,
    some,
    terms,
    texts,
    values,
)

few = st.integers(0, 99)
words = st.sampled_from

# --- demands -----------------------------------------------------------------------------------

eachs = st.builds(tree.Each, maybe(terms), picks, at)
subjects = eachs | exprs
limits = st.builds(tree.Limit, subjects, words(["<=", "<", ">=", ">"]), exprs, at)
requires = st.builds(tree.Require, conds, at)
ends = st.sampled_from([(0, None), (None, 60), (30, 60), (6, None), (None, 0)])
hold_counts = st.builds(lambda ends, pick, span: tree.HoldCount(*ends, pick, span), ends, picks, at)
hold_minimums = st.builds(tree.HoldMinimum, picks, exprs, at)
bands = st.builds(tree.Band, subjects, st.none(), some(amounts, 1), factors, at) | st.builds(
    tree.Band, subjects, words(["wider", "narrower"]), st.lists(amounts, min_size=2, max_size=3).map(tuple), factors, at
)


def _shared_base(between: tree.Between) -> tree.Between:
    """A bare percent at the low end is one of the base at the high end."""
    low, high = between.low, between.high
    if isinstance(low, tree.Amount) and low.unit == "percent" and isinstance(high, tree.Share):
        low = tree.Share(low, high.base, low.span)
    return tree.Between(between.subject, low, high, between.span)


betweens = st.builds(tree.Between, subjects, exprs, exprs, at).map(_shared_base)
verbs = some(words(["buy", "sell", "holding", "short", "trade"]))
forbids = st.builds(tree.Forbid, verbs, maybe(terms), maybe(conds), at)
tests = st.deferred(lambda: st.one_of(limits, requires, hold_counts, hold_minimums, bands, betweens, forbids))
excepts = st.builds(tree.Except, conds, at)
allows = st.builds(tree.Allow, few, picks, exprs, maybe(amounts), at)
warns = st.builds(tree.WarnAt, exprs, at)
rungs = st.builds(tree.Rung, words(["pass", "warn"]), st.just(()), exprs, at) | st.builds(
    tree.Rung, st.just("needs consent"), some(texts), exprs, at
)
ladders = st.builds(tree.Ladder, words(["up", "down"]), some(rungs), words(["block", "warn"]), at)
demands = st.builds(tree.Demand, maybe(conds), tests, any_number(excepts | allows | warns | ladders, 2), at)
regimes = st.builds(tree.Regime, texts, some(demands, 2), at)
eithers = st.builds(tree.Either, st.lists(regimes, min_size=2, max_size=3).map(tuple), at)

# --- clauses -----------------------------------------------------------------------------------

citations = st.builds(tree.Citation, texts, maybe(texts), maybe(texts), at)
scopes = st.one_of(
    st.tuples(st.just("firm"), st.none()),
    st.tuples(words(["household", "account"]), maybe(texts)),
    st.tuples(st.just("tagged"), texts),
)
applies = st.builds(lambda scope, also, span: tree.Applies(*scope, also, span), scopes, any_number(terms), at)
countings = st.one_of(
    st.builds(tree.Counting, terms, st.just(False), st.none(), st.booleans(), st.none(), st.none(), at),
    st.builds(tree.Counting, terms, st.just(True), maybe(percents), st.booleans(), terms, maybe(amounts), at),
)
lets = st.builds(tree.Let, names, exprs | st.builds(tree.Pick, terms, conds, st.none(), at), at)
moments = st.one_of(
    st.builds(tree.Moment, words(["proposal", "trade", "close", "trigger"]), st.just(False), st.none(), at),
    st.builds(tree.Moment, st.just("quarter end"), st.booleans(), st.none(), at),
    st.builds(tree.Moment, st.just("purchase"), st.just(False), maybe(picks), at),
)
testeds = st.builds(tree.Tested, some(moments), at)
notifies = any_number(st.builds(tree.Notify, texts, amounts, at), 2)
modes = st.one_of(
    st.tuples(st.just("worsen"), maybe(words(["weight", "money", "units"]))),
    words([("cure", None), (None, None)]),
)
passives = st.builds(
    lambda stand, mode, notify, span: tree.Passive(stand, *mode, notify, span), maybe(amounts), modes, notifies, at
).filter(lambda passive: passive.stand or passive.mode or passive.notify)
breaches = st.builds(tree.OnBreach, words(["block", "warn"]), any_number(texts), at)
effectives = st.builds(tree.Effective, instants, maybe(instants), at)
knowns = st.builds(tree.Known, days, at)
visibles = st.builds(tree.Visible, some(texts), at)
missings = st.builds(tree.Missing, words(["breach", "unknown"]), at)
rule_clauses = st.one_of(
    demands, demands, demands, eithers, citations, applies, countings, lets, testeds, passives, breaches, effectives,
    knowns, visibles, missings,
    st.builds(tree.Layer, words(["regulation", "firm", "mandate", "account"]), at),
    st.builds(tree.Reading, texts, at),
    st.builds(tree.NotCalculable, texts, at),
    st.builds(tree.Fresh, terms, amounts, at),
)  # fmt: skip
entries = st.builds(tree.Entry, terms, maybe(texts), at)
substitutes = st.builds(tree.Substitute, texts, maybe(percents), at)
list_clauses = st.one_of(
    citations, applies, effectives, knowns, missings, breaches, visibles,
    st.builds(tree.ListKind, words(["restricted", "watch", "grey", "exclusion", "sanctions"]), at),
    st.builds(tree.Covers, some(entries), at),
    st.builds(tree.Forbid, verbs, st.none(), st.none(), at),
    st.builds(tree.Divest, amounts, at),
    st.builds(tree.Substitution, texts, some(substitutes), st.booleans(), at),
)  # fmt: skip
whose = st.one_of(st.tuples(st.just("account"), maybe(texts)), st.tuples(st.just("household"), texts))
levels = st.one_of(
    st.just((None, None)), st.tuples(terms.filter(lambda term: term.words not in ("account", "household")), texts)
)
waiver_clauses = st.one_of(
    effectives, visibles,
    st.builds(lambda whose, level, at: tree.Covering(*whose, *level, at), whose, levels, at),
    st.builds(tree.Moves, words(["raises", "lowers"]), exprs, st.booleans(), at),
    st.builds(tree.Lifts, st.booleans(), at),
    st.builds(tree.Reason, texts, maybe(texts), at),
    st.builds(tree.Approved, texts, days, at),
)  # fmt: skip

# --- tests -------------------------------------------------------------------------------------

quantities = st.builds(tree.Amount, signed, st.just(""), at)
fact_list = any_number(st.builds(tree.Fact, terms, maybe(values), at))
results = st.one_of(st.just((None, None)), st.tuples(words(["loss", "gain"]), maybe(monies)))
steps = st.one_of(
    st.builds(tree.AsOf, days, maybe(words(["proposal", "trade", "purchase", "close", "quarter end", "trigger"])),
              maybe(days), at),
    st.builds(tree.Given, terms, values, at),
    st.builds(tree.Holding, quantities, texts, maybe(texts), maybe(monies), maybe(monies), maybe(days), fact_list, at),
    st.builds(tree.Thing, terms, texts, any_number(texts), maybe(monies), fact_list, at),
    st.builds(tree.Contains, terms, texts, some(st.builds(tree.Constituent, percents, texts, at)), at),
    st.builds(tree.Listing, texts, terms, texts, maybe(days), maybe(days), at),
    st.builds(lambda verb, quantity, security, account, price, day, result, span:
              tree.Past(verb, quantity, security, account, price, day, *result, span),
              words(["bought", "sold"]), quantities, texts, maybe(texts), monies, days, results, at),
    st.builds(tree.Weighs, terms, terms, texts, percents, at),
    st.builds(tree.When, words(["buy", "sell", "short", "cover"]), quantities, texts, maybe(texts), maybe(monies),
              fact_list, at),
    st.builds(tree.Expect, words(["pass", "warn", "waived", "needs consent", "unknown", "block"]), st.none(),
              st.none(), maybe(amounts), maybe(amounts), maybe(amounts), at),
    st.builds(tree.Expect, st.just("block"), terms, texts, maybe(amounts), maybe(amounts), maybe(amounts), at),
)  # fmt: skip

# --- files -------------------------------------------------------------------------------------

whole = st.just(True)


def _ended(clauses: tuple[tree.RuleClause, ...]) -> tuple[tree.RuleClause, ...]:
    """A demand right after the last regime of an `either` would be one more of the regime; it is left out."""
    kept: list[tree.RuleClause] = []
    for clause in clauses:
        if not (kept and isinstance(kept[-1], tree.Either) and isinstance(clause, tree.Demand)):
            kept.append(clause)
    return tuple(kept)


rules = st.builds(tree.Rule, ids, texts, any_number(rule_clauses, 5).map(_ended), whole, at)
lists = st.builds(tree.ListBlock, ids, texts, any_number(list_clauses, 5), whole, at)
waivers = st.builds(tree.Waiver, ids, ids, any_number(waiver_clauses, 5), whole, at)
cases = st.builds(tree.Case, ids, texts, any_number(steps, 5), whole, at)
vocabularies = st.builds(tree.Vocabulary, texts, st.integers(0, 10**6), at)
blocks = any_number(st.one_of(rules, rules, lists, waivers, cases), 3)
files = st.builds(tree.File, maybe(vocabularies), blocks, whole, at)
