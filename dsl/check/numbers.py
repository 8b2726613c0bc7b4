"""Numbers: what is wrong with an expression, part by part."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from dsl import tree, units, vocabulary
from dsl.check import names, periods
from dsl.check.agreement import disagreement
from dsl.check.place import Place, Problems, account_fact, standing_alone
from dsl.check.sets import average_problems, has_largest, pick_problems, total_problems
from dsl.check.unit import NUMERIC, joined, unit_of
from dsl.diagnostic import Diagnostic
from dsl.vocabulary import Kind, Type

OF_GROUPS = frozenset({"instrument", "issuer", "group", "lot", "order"})
LEVELS_OF = {
    "instrument": ("security", "voting class", "underlying", "order", "lot"),
    "issuer": ("issuer", "ultimate issuer", "security", "voting class", "investment"),
    "lot": ("lot",),
    "group": tuple(level.name for level in names.LEVELS if level.name not in ("account", "order", "lot")),
}
"""At which levels a quantity has one value, the plainest first."""


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
            found = unit_of(base, at.names)
            if found is not None and found not in units.SHAREABLE:
                yield Diagnostic(
                    "M215", f"a share of {units.in_words(found)} means nothing", expr.span, "write `5% of net assets`"
                )
        case tree.Total():
            yield from total_problems(expr, at)
        case tree.Average():
            yield from average_problems(expr, at)
        case tree.Number(pick):
            yield from pick_problems(pick, at.names)
            if has_largest(pick, at.names):
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
    found = [unit_of(part, at.names) for part in parts]
    for part, other in zip(parts[1:], found[1:], strict=True):
        if found[0] is not None and other is not None and joined(found[0], other) is None:
            yield disagreement(parts[0], found[0], part, other)
            return


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
        yield names.unknown(term, at.names)
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
