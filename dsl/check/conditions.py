"""Conditions: on holdings and their groups (`where …`), and on the accounts judged (`if …`, `require …`)."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from dsl import tree, vocabulary
from dsl.check import facts, names, numbers
from dsl.check.agreement import agree
from dsl.check.facts import NAMED, OF_HOLDINGS, fact, is_problems, lot_at_hand, no_symbol, number_of
from dsl.check.place import Place, Problems
from dsl.diagnostic import Diagnostic
from dsl.vocabulary import Kind


def of_holdings(cond: tree.Cond, at: Place) -> Problems:
    """A condition after `where`: on facts of a holding, or on quantities of its group at `at.level`."""
    match cond:
        case tree.Compare(left):
            found, right = fact(left), number_of(cond)
            if right is None:
                yield no_symbol(cond)
            elif found is not None and found.of != "scope":
                yield from facts.compared(cond, found, right, at)
            else:
                yield from compared(left, right, at)
        case tree.Is(subject=subject):
            yield from is_problems(cond, at)
            yield from lot_at_hand(subject, at)
        case tree.InList(subject=subject):
            if subject.words not in NAMED:
                yield Diagnostic(
                    "M217", f"`{subject.words}` stands on no list", subject.span, "write `security is in list …`"
                )
        case tree.Traded():
            yield history(cond)
        case tree.Not(part):
            yield from of_holdings(part, at)
        case tree.And(parts) | tree.Or(parts):
            for part in parts:
                yield from of_holdings(part, at)
        case _:
            assert_never(cond)


def of_scope(cond: tree.Cond, at: Place) -> Problems:
    """A condition on the accounts judged: quantities of the whole, or facts of an account."""
    match cond:
        case tree.Compare(left):
            right = number_of(cond)
            if right is None:
                yield no_symbol(cond)
            else:
                yield from compared(left, right, at)
        case tree.Is(subject=subject):
            found = vocabulary.TERMS.get(subject.words)
            if found is not None and (found.of in OF_HOLDINGS or found.kind is Kind.LEVEL):
                yield Diagnostic(
                    "M217", f"`{subject.words}` is known of holdings; of which ones is this said?", cond.span,
                    f"write `number of securities where {subject.words} …` or `forbid … where {subject.words} …`",
                )  # fmt: skip
            else:
                yield from is_problems(cond, at)
        case tree.InList():
            yield Diagnostic(
                "M217", "a list speaks of holdings; of which ones is this said?", cond.span,
                "write `forbid buy of securities where security is in list …`",
            )  # fmt: skip
        case tree.Traded():
            yield history(cond)
        case tree.Not(part):
            yield from of_scope(part, at)
        case tree.And(parts) | tree.Or(parts):
            for part in parts:
                yield from of_scope(part, at)
        case _:
            assert_never(cond)


def compared(left: tree.Expr, right: tree.Expr, at: Place) -> Problems:
    """`left op right` as numbers: each side sound, both in one unit, and a ratio or a risk against a plain number."""
    found = [
        *numbers.problems(left, replace(at, alone=True)),
        *numbers.problems(right, replace(at, alone=False)),
    ]  # fmt: skip
    found = found or list(agree(left, right, at))
    if not found and (isinstance(left, tree.Average) or is_risk(left)):
        found = list(_plain(left, right, at))
    yield from found


def is_risk(expr: tree.Expr) -> bool:
    found = vocabulary.TERMS.get(expr.words) if isinstance(expr, tree.Term) else None
    return found is not None and found.kind is Kind.RISK


def _plain(left: tree.Expr, right: tree.Expr, at: Place) -> Problems:
    """What an average or a risk is compared with does not move with the trades."""
    if is_risk(left):
        if not isinstance(right, tree.Amount):
            yield Diagnostic("M214", "a risk is limited by a percentage", right.span, "write one: `12%`")
    elif not _constant(right, at, choice=True):
        yield Diagnostic(
            "M214", "an average is limited by a number that no trade moves", right.span,
            "write a number, or a fact of the account such as `benchmark duration`",
        )  # fmt: skip


def _constant(expr: tree.Expr, at: Place, *, choice: bool = False) -> bool:
    """A number that trades do not move. `choice`: the greater or lesser of some may stand here, not inside of it."""
    match expr:
        case tree.Amount():
            return True
        case tree.Term():
            found = names.quantity(expr, at.names)
            if isinstance(found, vocabulary.Term):
                return found.kind is Kind.FACT and found.of in ("account", "household", "firm")
            return found is None or found.expr is None or _constant(found.expr, at, choice=choice)
        case tree.Share(base=part) | tree.Negative(part=part):
            return _constant(part, at)
        case tree.Sum(parts=parts):
            return all(_constant(part, at) for part in parts)
        case tree.Choice(parts=parts):
            return choice and all(_constant(part, at) for part in parts)
        case _:
            return False


# --- history -----------------------------------------------------------------------------------


def history(cond: tree.Traded) -> Diagnostic:
    """What was traded before is judged in one sentence so far; the others are said not to be."""
    fix = (
        "wash sales: `forbid buy where substantially identical was sold at a loss within 30 calendar days before or "
        "after`; holding periods: `forbid sell of lots where days held < 180`"
    )
    return Diagnostic("M218", "this condition on past trades cannot be judged", cond.span, fix)


def is_wash_sale(test: tree.Forbid) -> bool:
    """`forbid buy where substantially identical was sold at a loss within 30 calendar days before or after`."""
    where = test.where
    return (
        isinstance(where, tree.Traded)
        and where.subject.words in ("substantially identical", "identical group")
        and where.verb == "sold"
        and where.at_loss
        and where.side == "before or after"
    )
