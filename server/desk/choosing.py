"""Whether a household meets what a run asks for, in exact numbers.

Drift and cash are asked as rules of the language, of its accounts that can be traded, as they stand: what is a group,
what is cash and what is not known mean there what they mean everywhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from dsl.source import Source
from policy.book.amount import number_text
from policy.book.facts import Book
from policy.book.read import Index, narrowed
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.ir.core import Library
from policy.judge.eval import judge
from policy.judge.redact import visible
from policy.judge.verdict import Finding
from server.desk.loaded import Loaded
from server.desk.rules import read
from server.desk.selection import Reason, Selection

RULE = """\
rule RUN-1 "What a run asks for"
  source "the run"
  layer firm
  applies to {whom}
  counting market value
  {test}
  missing data counts as unknown
  tested at close
  on breach block
end
"""


def reasons(known: Loaded, by: Selection) -> tuple[Reason, ...]:
    """One for each thing that is asked for."""
    facts = known.facts.index
    found = [
        _verdict(known, by) if by.outcomes else None,
        None if by.drift_over is None else drift(facts, by.drift_over, by.level, by.model),
        None if by.cash_over is None else cash(facts, by.cash_over),
    ]
    return tuple(filter(None, found))


def _verdict(known: Loaded, by: Selection) -> Reason:
    library = known.rules.library
    bound = bind_to(library, known.facts.index, snapshot=known.facts.document)
    outcome = judge(visible(bound, library, by.roles), {}, standing=True).outcome
    return Reason("outcomes", outcome in by.outcomes, None, outcome.value, ", ".join(by.outcomes))


def drift(facts: Index, over: str, level: str, model: str | None) -> Reason:
    """The largest distance from a target, as a share of net assets: of each account by its own model, or of all
    together by one."""
    book = _traded(facts.book)
    if model is None:
        book = _only(book, [name for name, account in book.accounts.items() if account.model is not None])
    else:
        book = replace(book, accounts={name: replace(each, model=model) for name, each in book.accounts.items()})
    if not book.accounts:
        return Reason("drift_over", False, "no account that can be traded has a model", None, over)
    points = number_text(100 * Fraction(over))
    found = _judged(facts, book, "each account" if model is None else "firm", _within(level, points))
    beyond = [each for each in found if each.outcome is Outcome.BLOCK]
    unknown = [each for each in found if each.outcome not in (Outcome.BLOCK, Outcome.PASS)]
    shown = max(beyond or unknown or found, key=lambda each: _distance(each, over) or Fraction(-1), default=None)
    if shown is None:
        return Reason("drift_over", False, None, None, over)
    met = True if beyond else None if unknown else False
    return _told("drift_over", met, shown, _distance(shown, over), over, () if met else _unpriced(facts, book))


def cash(facts: Index, over: str) -> Reason:
    """Of all accounts together, in the base currency."""
    book = _traded(facts.book)
    found = _judged(facts, book, "firm", f"require cash <= {book.currency} {over}")
    if not found:
        return Reason("cash_over", False, "no account can be traded", None, over)
    (one,) = found
    met = {Outcome.PASS: False, Outcome.BLOCK: True}.get(one.outcome)
    value = None if one.deciding is None else one.deciding.value
    return _told("cash_over", met, one, value if isinstance(value, Fraction) else None, over)


def _told(
    by: str, met: bool | None, shown: Finding, found: Fraction | None, over: str, missing: tuple[str, ...] = ()
) -> Reason:
    of = shown.obligation
    where = ", ".join(part for part in (None if of.scope == "firm" else of.scope, of.group) if part)
    number = None if found is None else number_text(found)
    return Reason(by, met, where or None, number, over, tuple(sorted({*of.unknowns, *missing})))


def _unpriced(facts: Index, book: Book) -> tuple[str, ...]:
    held = {lot.instrument for lot in book.lots.values()}
    return tuple(f"price of {name}" for name in held if facts.unit_values.get(name) is None)


def _within(level: str, points: str) -> str:
    return f"keep each {level} within {points} points of target weight"


def _distance(found: Finding, over: str) -> Fraction | None:
    """The band around the target is `over` wide on each side, and the headroom is what is left of that."""
    leaf = found.deciding
    if leaf is None or not isinstance(leaf.headroom, Fraction) or not isinstance(leaf.over, Fraction):
        return None
    return Fraction(over) - leaf.headroom / leaf.over if leaf.over else None


# --- asked of a book -----------------------------------------------------------------------------


def _judged(facts: Index, book: Book, whom: str, test: str) -> Sequence[Finding]:
    bound = bind_to(_library(whom, test), narrowed(facts, book))
    return judge(bound, {}, standing=True).findings


@lru_cache(maxsize=64)
def _library(whom: str, test: str) -> Library:
    """The same for every household of a run."""
    found = read([Source("run", RULE.format(whom=whom, test=test))]).library
    assert found is not None, "the words of a run are checked before it is planned"
    return found


def _traded(book: Book) -> Book:
    return _only(book, [name for name, account in book.accounts.items() if not account.held_away])


def _only(book: Book, names: Sequence[str]) -> Book:
    """These accounts, as if there were no others."""
    accounts = {name: book.accounts[name] for name in names}
    lots = {name: lot for name, lot in book.lots.items() if lot.account in accounts}
    return replace(book, accounts=accounts, lots=lots, elsewhere=None)
