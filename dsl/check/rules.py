"""One rule, whole: its clauses are there, once each, and say things that go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from dsl import tree, vocabulary
from dsl.check import contradictions, demands, names, needs, numbers, periods, quotes, refinements, sets, walk
from dsl.check import lets as lets_
from dsl.check.find import every, one
from dsl.check.names import Names
from dsl.check.place import Place, Problems
from dsl.diagnostic import Diagnostic, Related, Severity
from dsl.source import Span

ONCE = (
    tree.Layer, tree.Applies, tree.Counting, tree.Missing, tree.NotCalculable, tree.Tested, tree.Passive, tree.OnBreach,
    tree.Effective, tree.Known, tree.Visible,
)  # fmt: skip

REQUIRED = (
    (tree.Citation, "M221", "what it rests on", 'write `source "…" section "…" quote "…"`'),
    (tree.Applies, "M222", "whom it applies to", 'write `applies to accounts tagged "…"`, `household "…"` or `firm`'),
    (tree.Tested, "M223", "when it is tested", "write `tested at` with proposal, trade, purchase or close"),
    (tree.OnBreach, "M224", "what a breach leads to", "write `on breach block` or `on breach warn`"),
)
"""(clause, code, what is missing, what to write)"""


def named(rule: tree.Rule) -> Names:
    """The names of the rule, with what it counts and whom it applies to."""
    counting, applies = one(rule.clauses, tree.Counting), one(rule.clauses, tree.Applies)
    base = Names(scope=applies.kind if applies else "account")
    measure = None if counting is None else names.measure(counting.measure, base)
    return lets_.made(every(rule.clauses, tree.Let), Names(counting=measure or names.MONEY_VALUE, scope=base.scope))


SPEAKING = (tree.Let, tree.Demand, tree.Either, tree.Counting)
"""Clauses that use words of the vocabulary to say what is asked."""


def spoken(rule: tree.Rule) -> list[object]:
    """Every node of what the rule asks."""
    return [node for clause in rule.clauses if isinstance(clause, SPEAKING) for node in walk.nodes(clause)]


def problems(rule: tree.Rule, lists: Collection[str]) -> Problems:
    """Everything wrong with the rule; of the others, only the ids of the `lists` matter."""
    nodes = spoken(rule)
    names_ = named(rule)
    missing = one(rule.clauses, tree.Missing)
    reading = one(rule.clauses, tree.Reading) is not None
    yield from once(rule.clauses, ONCE)
    if rule.whole:
        yield from _required(rule, nodes)
    yield from _lets(rule, names_, nodes)
    for clause in demands.clauses(rule):
        yield from demands.problems(clause, names_, reading)
        yield from refinements.problems(clause, names_)
        yield from _in_regime(clause)
    for part in rule.clauses:
        yield from _clause(part, names_, breach=missing is not None and missing.counts_as == "breach")
    yield from known(rule.clauses)
    yield from contradictions.problems(nodes)
    yield from (_no_list(node, lists) for node in every(nodes, tree.InList) if node.list.value not in lists)
    if not reading:
        yield from quotes.problems(every(rule.clauses, tree.Citation), nodes)


def _no_list(node: tree.InList, lists: Collection[str]) -> Diagnostic:
    fix = names.suggestion(node.list.value, lists) or "its entries must come with the book, or nothing passes"
    return Diagnostic(
        "M348", f'no list "{node.list.value}" stands in these files', node.list.span, fix, Severity.WARNING
    )  # fmt: skip


def once(clauses: Iterable[object], kinds: tuple[type, ...]) -> Problems:
    first: dict[type, Span] = {}
    for clause in clauses:
        if isinstance(clause, kinds):
            span: Span = clause.span  # type: ignore[attr-defined]  # every clause has one
            earlier = first.setdefault(type(clause), span)
            if earlier is not span:
                yield Diagnostic("M230", "this is said twice", span, "leave one of them out",
                                 related=(Related("first said here", earlier),))  # fmt: skip


def _required(rule: tree.Rule, nodes: list[object]) -> Problems:
    if not any(True for _ in demands.clauses(rule)):
        fix = "write `limit …`, `require …`, `forbid …`, `keep …` or `hold …`"
        yield Diagnostic("M220", f"rule {rule.id.value} asks for nothing", rule.id.span, fix)
    for kind, code, what, fix in REQUIRED:
        if one(rule.clauses, kind) is None:
            yield Diagnostic(code, f"rule {rule.id.value} does not say {what}", rule.id.span, fix)
    if needs.counts(nodes) and one(rule.clauses, tree.Counting) is None:
        yield Diagnostic(
            "M225", f"rule {rule.id.value} does not say what is counted", rule.id.span,
            "write `counting market value`, `cost`, `par`, `notional` or `shares`",
        )  # fmt: skip
    said = one(rule.clauses, tree.Missing) or one(rule.clauses, tree.NotCalculable)
    missing = None if said else next(needs.data(nodes), None)
    if missing is not None:
        yield Diagnostic(
            "M226", f"rule {rule.id.value} does not say what a missing {missing.name} counts as", rule.id.span,
            "write `missing data counts as breach` or `missing data counts as unknown`",
        )  # fmt: skip


# --- names -------------------------------------------------------------------------------------


def _lets(rule: tree.Rule, names_: Names, nodes: list[object]) -> Problems:
    lets = list(every(rule.clauses, tree.Let))
    if not lets:
        return
    words = Counter(term.words for term in every(nodes, tree.Term))
    made = Counter(let.name.words for let in lets)
    first: dict[str, Span] = {}
    for step in lets_.steps(lets, Names(counting=names_.counting, scope=names_.scope)):
        name = step.let.name
        earlier = first.setdefault(name.words, name.span)
        if vocabulary.term(name.words) is not None or name.words in vocabulary.VALUES:
            fix = "choose a name of your own"
            yield Diagnostic("M202", f"`{name.words}` has a meaning in the vocabulary", name.span, fix)
        elif earlier is not name.span:
            yield Diagnostic("M202", f"`{name.words}` is named twice", name.span, "choose another name",
                             related=(Related("first named here", earlier),))  # fmt: skip
        elif words[name.words] == made[name.words]:
            yield Diagnostic("M203", f"`{name.words}` is never used", name.span, "leave it out", Severity.WARNING)
        yield from _made(step)


def _made(step: lets_.Made) -> Problems:
    name = step.let.name
    for term in step.early:
        fix = "move its `let` up" if term.words != name.words else "say what it stands for in other words"
        yield Diagnostic("M237", f"`{term.words}` is used before it is named", term.span, fix)
    if step.large:
        fix = "leave some of it out, or make several rules of it"
        yield Diagnostic("M238", f"`{name.words}` stands for more than {lets_.LARGEST} words", name.span, fix)
    if not step.early and not step.large:
        yield from _let(step.let, step.above)


def _let(let: tree.Let, above: Names) -> Problems:
    """A name may use those above it; the place where it is used decides about groups."""
    match let.value:
        case tree.Pick():
            yield from sets.pick_problems(let.value, above)
        case tree.Term() if names.group(let.value, above) is not None:
            pass
        case value:
            found = numbers.problems(value, Place(above, alone=True))
            yield from (problem for problem in found if problem.code not in numbers.OF_THE_PLACE)


# --- clauses -----------------------------------------------------------------------------------


def _in_regime(clause: demands.Clause) -> Problems:
    if clause.regime:
        for refinement in clause.demand.refinements:
            if not isinstance(refinement, tree.Except):
                fix = "write it below a demand outside `either`"
                yield Diagnostic("M234", "one of several ways to comply has no rungs", refinement.span, fix)


def _clause(clause: tree.RuleClause, names_: Names, *, breach: bool) -> Problems:
    match clause:
        case tree.Counting():
            yield from _counting(clause, names_)
        case tree.Applies():
            yield from applies(clause)
        case tree.Tested(moments):
            for moment in moments:
                yield from _moment(moment)
        case tree.Passive():
            yield from _passive(clause)
        case tree.Fresh(term, period):
            yield from _fresh(term, names_)
            yield from periods.length(period, business=False)
        case tree.Effective():
            yield from effective(clause)
        case tree.Visible():
            yield from visible(clause)
        case tree.Either(regimes):
            yield from _regimes(regimes)
        case tree.NotCalculable(span=span) if breach:
            fix = "write `missing data counts as unknown`, or leave the derogation out"
            yield Diagnostic("M307", "what is missing cannot be a breach and excused by a derogation", span, fix)
        case _:
            pass


def _counting(counting: tree.Counting, names_: Names) -> Problems:
    yield from sets.measure_problems(counting.measure, names_)
    if counting.measure.words == "value":
        yield Diagnostic("M216", "which value is counted?", counting.measure.span, "write `counting market value`")
    if counting.above is not None and not 0 < counting.above.value < 100:
        yield Diagnostic("M303", "a share of a fund lies between 0% and 100%", counting.above.span, "write `above 10%`")
    if counting.adding is not None:
        yield Diagnostic(
            "M243", f"`{counting.adding.words}` cannot be counted in yet", counting.adding.span,
            "leave it out and limit what is held to less",
        )  # fmt: skip


def applies(clause: tree.Applies) -> Problems:
    """Whose an account is stands in the book: words beside the scope would count nothing."""
    for term in clause.including:
        fix = "leave it out, and give those accounts the household in the book"
        what = f"`{term.words}` adds no account: a household is every account that the book says is in it"
        yield Diagnostic("M232", what, term.span, fix)


def _moment(moment: tree.Moment) -> Problems:
    if moment.trigger is not None:
        yield Diagnostic(
            "M244", "which purchases count follows from the limit; a set of one's own cannot be judged yet",
            moment.span, "write `purchase`: a cap is tested when what it counts is bought",
        )  # fmt: skip


def _passive(passive: tree.Passive) -> Problems:
    if passive.stand is not None:
        yield from periods.length(passive.stand)
        if passive.mode == "cure":
            fix = "say one of the two"
            yield Diagnostic("M307", "a breach that must be cured now may not stand", passive.stand.span, fix)
    for notify in passive.notify:
        if notify.period.unit != "business days" or notify.period.value < 1 or notify.period.value.denominator != 1:
            fix = "write `within 1 business day`"
            yield Diagnostic("M212", "people are told within business days", notify.period.span, fix)


def _fresh(term: tree.Term, names_: Names) -> Problems:
    found = vocabulary.TERMS.get(term.words)
    if found is None:
        yield names.unknown(term, names_)
    elif found.source is not vocabulary.Source.FACT and found.name != "price":
        fix = "name a fact, such as `shares outstanding`"
        yield Diagnostic("M217", f"`{term.words}` is no fact that could be old", term.span, fix)


def _regimes(regimes: tuple[tree.Regime, ...]) -> Problems:
    first: dict[str, Span] = {}
    for regime in regimes:
        earlier = first.setdefault(regime.name.value, regime.name.span)
        if earlier is not regime.name.span:
            yield Diagnostic("M202", f'two ways to comply are called "{regime.name.value}"', regime.name.span,
                             "choose another name", related=(Related("first named here", earlier),))  # fmt: skip


def known(clauses: Iterable[object]) -> Problems:
    """What becomes known only after its end was never in force for anybody."""
    held = tuple(clauses)
    days, told = one(held, tree.Effective), one(held, tree.Known)
    if days is not None and days.end is not None and told is not None and told.day > days.end.day:
        yield Diagnostic("M308", f"this becomes known only after {days.end.day}, its end", told.span, "correct a date")


def effective(clause: tree.Effective) -> Problems:
    if clause.end is not None and clause.end.day < clause.start.day:
        yield Diagnostic("M308", "this ends before it begins", clause.end.span, "swap the dates, or correct one")


def visible(clause: tree.Visible) -> Problems:
    for role in clause.roles[1:]:
        yield Diagnostic("M233", "one role sees what is hidden from all others", role.span, "name one role")
