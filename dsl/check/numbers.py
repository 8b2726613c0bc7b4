"""Numbers: which unit an expression has, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from dsl import tree, units, vocabulary
from dsl.check import names, periods
from dsl.check.names import Names
from dsl.diagnostic import Diagnostic
from dsl.format.expression import digits
from dsl.source import Span
from dsl.vocabulary import Kind, Type

Problems = Iterator[Diagnostic]

NUMERIC = frozenset({Type.NUMBER, Type.PERCENT, Type.MONEY})
OF_GROUPS = frozenset({"instrument", "issuer", "group", "lot", "order"})

LEVELS_OF = {
    "instrument": ("security", "voting class", "underlying", "order", "lot"),
    "issuer": ("issuer", "ultimate issuer", "security", "voting class", "investment"),
    "lot": ("lot",),
    "group": tuple(level.name for level in names.LEVELS if level.name not in ("account", "order", "lot")),
}
"""At which levels a quantity has one value, the plainest first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands. `level`: the level of the group at hand, None for the whole scope. `alone`: it is one
    whole side of a comparison."""

    names: Names
    level: str | None = None
    alone: bool = False


# --- units -------------------------------------------------------------------------------------


def unit(expr: tree.Expr, names_: Names) -> str | None:
    """The unit; None where the expression has none, which `problems` explains."""
    match expr:
        case tree.Amount(_, written):
            return amount_unit(written)
        case tree.Term():
            return _term_unit(expr, names_)
        case tree.Over(quantity=term):
            return _term_unit(term, names_)
        case tree.Share(base=base):
            found = unit(base, names_)
            return found if found in units.SHAREABLE else None
        case tree.Total(measure=measure, pick=pick):
            if pick.level.words == "cash" and measure is not None:
                return "money"
            counted = names.measure(measure, names_)
            return None if counted is None else counted.unit
        case tree.Average(fact=fact):
            return _term_unit(fact, names_)
        case tree.Number():
            return "count"
        case tree.Choice(parts=parts) | tree.Sum(parts=parts):
            found = unit(parts[0], names_)
            for part in parts[1:]:
                other = unit(part, names_)
                found = None if found is None or other is None else _joined(found, other)
            return found
        case tree.Negative(part=part):
            return unit(part, names_)
        case _:
            assert_never(expr)


def _joined(a: str, b: str) -> str | None:
    """A plain number takes the unit of what it is added to."""
    if "number" in (a, b) and a != b:
        wanted = b if a == "number" else a
        return wanted if units.fits("number", wanted) else None
    return units.together(a, b)


def amount_unit(written: str) -> str:
    """The unit of a constant as written."""
    if written in ("percent", "points", "years"):
        return written
    if not written:
        return "number"
    return "money" if written.isupper() else "days"


def _term_unit(term: tree.Term, names_: Names) -> str | None:
    match names.quantity(term, names_):
        case vocabulary.Term(type=type_, unit=unit_, kind=kind):
            return unit_ if type_ in NUMERIC and kind is not Kind.LEVEL else None
        case names.Quantity(unit=found):
            return found
        case _:
            return None


# --- what is wrong -----------------------------------------------------------------------------


def problems(expr: tree.Expr, at: Place) -> Problems:
    match expr:
        case tree.Amount(_, "months", span):
            yield Diagnostic("M212", "months have no fixed length", span, "write the number of days")
        case tree.Amount():
            pass
        case tree.Term():
            yield from _term(expr, None, at)
        case tree.Over(quantity=term):
            yield from _term(term, expr, at)
        case tree.Share(base=base):
            yield from problems(base, replace(at, alone=False))
            found = unit(base, at.names)
            if found is not None and found not in units.SHAREABLE:
                yield Diagnostic(
                    "M215", f"a share of {units.in_words(found)} means nothing", expr.span, "write `5% of net assets`"
                )
        case tree.Total():
            yield from _total(expr, at)
        case tree.Average():
            yield from _average(expr, at)
        case tree.Number(pick):
            yield from pick_problems(pick, at.names)
            if _largest(pick, at.names):
                yield Diagnostic("M204", "the number of the largest is given already", expr.span, "leave `largest` out")
        case tree.Choice(parts=parts) | tree.Sum(parts=parts):
            inner = replace(at, alone=False)
            for part in parts:
                yield from problems(part, inner)
            yield from _parts_agree(parts, at)
        case tree.Negative(part=part):
            yield from problems(part, replace(at, alone=False))
        case _:
            assert_never(expr)


def _parts_agree(parts: tuple[tree.Expr, ...], at: Place) -> Problems:
    found = [unit(part, at.names) for part in parts]
    for part, other in zip(parts[1:], found[1:], strict=True):
        if found[0] is not None and other is not None and _joined(found[0], other) is None:
            yield disagreement(parts[0], found[0], part, other)
            return


def disagreement(left: tree.Expr, a: str, right: tree.Expr, b: str) -> Diagnostic:
    """Two numbers that cannot be added or compared, at the one that is to blame."""
    if b == "percent" and a in units.BASED and isinstance(right, tree.Amount):
        return no_base(right, a)
    if a == "percent" and b in units.BASED and isinstance(left, tree.Amount):
        return no_base(left, b)
    span = right.span
    if {a, b} <= {"money", "shares", "votes"}:
        fix: str | None = f"count in {b}: `counting {_COUNTED[b]}`, or compare with {units.in_words(a)}"
        return Diagnostic("M215", f"this compares {units.in_words(a)} with {units.in_words(b)}", span, fix)
    if isinstance(right, tree.Amount) and b == "number":
        fix = f"write {units.LITERALS[a]}" if a in units.LITERALS else None
        return Diagnostic("M215", f"the number has no unit; {units.in_words(a)} is wanted", span, fix)
    return Diagnostic(
        "M215", f"this compares {units.in_words(a)} with {units.in_words(b)}", span, f"write {units.in_words(a)} here"
    )


_COUNTED = {"money": "market value", "shares": "shares", "votes": "votes held"}


def no_base(amount: tree.Amount, other: str) -> Diagnostic:
    shown = f"{digits(amount.value)}%"
    if other in ("shares", "votes"):
        fix = f'write "{shown} of {other} outstanding"'
    else:
        fix = f'write "{shown} of net assets", "{shown} of total assets" or "{shown} of shares outstanding"'
    return Diagnostic("M117", f"this limit has no base: {shown} of what?", amount.span, fix)


# --- words -------------------------------------------------------------------------------------


def _term(term: tree.Term, over: tree.Over | None, at: Place) -> Problems:
    """A word as a number, with the window that it stands in."""
    given = at.names.given.get(term.words)
    if isinstance(given, names.Holdings):
        yield Diagnostic(
            "M204", f"`{term.words}` is a set of holdings, not a number", term.span, f"write `value of {term.words}`"
        )
        return
    if given is not None:
        yield from _given(given, term, over, at)
        return
    found = at.names.counting if term.words == "value" else vocabulary.TERMS.get(term.words)
    if found is None:
        yield unknown(term, at.names)
    elif found.kind is Kind.LEVEL or found.type not in NUMERIC:
        yield Diagnostic("M208", f"`{term.words}` is {_a_kind(found)}, not a number", term.span, _instead(found))
    elif found.kind is Kind.RISK and not at.alone:
        yield standing_alone(f"`{term.words}`", term.span)
    else:
        yield from _owner(found, term, at)
        yield from periods.window(found, term, over)


def _given(given: names.Quantity, term: tree.Term, over: tree.Over | None, at: Place) -> Problems:
    """A number that the rule has named: it must make sense where it is used, too."""
    if over is not None:
        yield Diagnostic("M211", f"`{term.words}` has its window already", over.span, "leave the window out")
    if given.alone and not at.alone:
        yield standing_alone(f"`{term.words}`", term.span)
    for owned in given.owned:
        yield from _owner(owned, tree.Term(owned.name, term.span), at)


OF_THE_PLACE = frozenset({"M209", "M210", "M214"})
"""Codes of what depends on where a number stands."""


def _owner(found: vocabulary.Term, term: tree.Term, at: Place) -> Problems:
    """A quantity of a group needs a group at hand, and one of a level at which it has one value."""
    if found.kind is Kind.FACT and found.of == "account" and at.names.scope in ("firm", "household"):
        yield account_fact(term, at.names.scope)
    if found.of not in OF_GROUPS:
        return
    if at.level is None:
        yield Diagnostic("M209", f"`{term.words}` belongs to {_OWNERS[found.of]}, and none is at hand", term.span,
                         _for_each(found))  # fmt: skip
    elif found.kind is not Kind.MEASURE and found.of in LEVELS_OF and at.level not in LEVELS_OF[found.of]:
        levels = " or ".join(f"`each {level}`" for level in LEVELS_OF[found.of][:2])
        yield Diagnostic(
            "M210", f"`{term.words}` belongs to {_OWNERS[found.of]}, not to a group by {at.level}", term.span,
            f"limit {levels} instead",
        )  # fmt: skip


_OWNERS = {"instrument": "a security", "issuer": "an issuer", "group": "a group", "lot": "a lot", "order": "an order"}


def account_fact(term: tree.Term, scope: str) -> Diagnostic:
    return Diagnostic(
        "M231", f"`{term.words}` belongs to one account, and the rule adds up the accounts of a {scope}", term.span,
        'write `applies to accounts tagged "…"` or `applies to each account`',
    )  # fmt: skip


def _for_each(found: vocabulary.Term) -> str:
    if found.kind is Kind.MEASURE:
        return f"say of what: `{found.name} of securities where …`, or `limit {found.name} of each issuer`"
    if found.kind is Kind.FACT:
        return f"average it, `average {found.name} weighted by value`, or forbid: `forbid buy where {found.name} …`"
    return "limit each group: `limit each security to …`"


def _a_kind(found: vocabulary.Term) -> str:
    return "a level" if found.kind is Kind.LEVEL else f"a fact that is {_TYPES[found.type]}"


_TYPES = {Type.TEXT: "a text", Type.BOOL: "true or false", Type.DATE: "a date"}


def _instead(found: vocabulary.Term) -> str | None:
    if found.kind is Kind.LEVEL and found.plural:
        return f"write `value of {found.plural} where …` or `number of {found.plural}`"
    return None


def unknown(term: tree.Term, names_: Names, more: tuple[str, ...] = ()) -> Diagnostic:
    known = (*vocabulary.TERMS, *vocabulary.PLURALS, *names_.given, *more)
    fix = names.suggestion(term.words, known) or "the terms are listed in docs/vocabulary.md"
    return Diagnostic("M201", f"`{term.words}` is not a known term", term.span, fix)


def standing_alone(what: str, span: Span) -> Diagnostic:
    fix = "write it alone on the left: `limit average duration weighted by value to at most 7`, `limit volatility to …`"
    return Diagnostic("M214", f"{what} is no part of a sum, a share or a limit", span, fix)


# --- sets --------------------------------------------------------------------------------------


def pick_problems(pick: tree.Pick, names_: Names) -> Problems:
    """What is wrong with a set, its conditions included."""
    from dsl.check.conditions import of_holdings  # numbers and conditions contain each other

    found = names.group(pick.level, names_)
    if found is None:
        yield not_a_set(pick.level, names_)
    if pick.largest is not None and pick.largest < 1:
        yield Diagnostic("M204", "the largest none make no sum", pick.span, "write how many: `the 10 largest issuers`")
    if found is not None and found.level == "lot":
        yield Diagnostic(
            "M245", "lots are not added up; which of them may be sold can be said", pick.level.span,
            "write `forbid sell of lots where …`",
        )  # fmt: skip
    if found is not None and found.cash and pick.where is not None:
        yield Diagnostic("M217", "balances of cash have no facts to choose by", pick.where.span, "leave `where` out")
    elif pick.where is not None:
        yield from of_holdings(pick.where, Place(names_, found.level if found else "security"))


def _largest(pick: tree.Pick, names_: Names) -> bool:
    found = names.holdings(pick, names_)
    return found is not None and found.largest is not None


def not_a_set(term: tree.Term, names_: Names) -> Diagnostic:
    if isinstance(names_.given.get(term.words), names.Quantity):
        return Diagnostic(
            "M204",
            f"`{term.words}` is a number, not a set of holdings",
            term.span,
            "name a level: `securities where …`",
        )
    known = vocabulary.TERMS.get(term.words)
    if known is not None and known.kind is not Kind.FACT:
        fix = "name a level, such as `securities` or `issuers`"
        return Diagnostic("M204", f"`{term.words}` names no holdings", term.span, fix)
    if known is not None:
        return Diagnostic(
            "M204", f"`{term.words}` names no holdings", term.span, f"write `securities where {term.words} …`"
        )
    return unknown(term, names_, tuple(names.ASSET_CLASSES))


def _total(total: tree.Total, at: Place) -> Problems:
    yield from measure_problems(total.measure, at.names)
    yield from pick_problems(total.pick, at.names)
    found = names.holdings(total.pick, at.names)
    said = total.measure
    if found is None or said is None or said.words == "value":
        return
    if found.cash and said.words != "market value":
        yield Diagnostic("M216", f"cash has no {said.words}", said.span, "write `value of cash`")
    if found.largest is not None and said.words != at.names.counting.name:
        yield Diagnostic(
            "M216", "the largest are found by what the rule counts", said.span, f"write `counting {said.words}`"
        )


def measure_problems(term: tree.Term | None, names_: Names) -> Problems:
    if term is not None and names.measure(term, names_) is None:
        known = [t.name for t in vocabulary.TERMS.values() if t.kind is Kind.MEASURE]
        fix = names.suggestion(term.words, known) or f"a measure is one of {', '.join(known)}"
        yield Diagnostic("M216", f"`{term.words}` does not measure holdings", term.span, fix)


def _average(average: tree.Average, at: Place) -> Problems:
    fact = average.fact
    found = vocabulary.TERMS.get(fact.words)
    if found is None:
        yield unknown(fact, at.names)
    elif found.kind is not Kind.FACT or found.type not in NUMERIC or found.of not in ("instrument", "issuer"):
        yield Diagnostic(
            "M208", f"`{fact.words}` is no number known of each security, so it has no average", fact.span,
            "average a fact such as `duration`, `rating` or `esg score`",
        )  # fmt: skip
    if average.pick is not None:
        yield from pick_problems(average.pick, at.names)
        if _largest(average.pick, at.names):
            yield Diagnostic("M204", "an average is taken over a whole set", average.pick.span, "leave `largest` out")
    if average.weight is None or average.weight.words not in ("value", at.names.counting.name):
        yield Diagnostic(
            "M213", "what is this average weighted by?", average.span, "end it with `weighted by value`; the "
            "rule's `counting` says which value",
        )  # fmt: skip
    if not at.alone:
        yield standing_alone("an average", average.span)
