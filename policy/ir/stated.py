"""What the firm states of all other accounts, where rules about the firm are read for a household that sees its own
rows alone; and the two together.

The own side, each coefficient of it, follows from the rules and the household's book (`policy.ir.alike`); a statement
has the rest: what others come to, and what they alone keep or break. What cannot be put together so (account by
account, such as settled cash, or by lot) is stated with its own side, and is told apart (`taken`). Laws:
tests/laws/test_beyond.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from policy.book.facts import Order
from policy.book.read import Index
from policy.canonical import Json
from policy.interval import ZERO, Number, plus
from policy.ir import bound, core, meaning, show
from policy.ir.alike import (
    FIRM,
    Household,
    StatementError,
    fitted,
    household,
    leaves,
    matters,
    names,
    own_side,
    side,
    total,
)
from policy.ir.bind import with_tolerance
from policy.ir.bound import Bound, Lin, Moment, Obligation, Truth
from policy.ir.forms import ONE, Table
from policy.ir.scope import rules_in_force
from policy.proof.reading import ShapeError

RESERVED = "what proposals of others may order of it"
V = 1
NOTHING = Lin(ZERO)
"""The household's side of what others alone keep or break."""


@dataclass(frozen=True, slots=True)
class Added:
    """A number that rules about the firm compare: what others come to without orders, and what their proposals may
    still add. `own`: the household's side, where it is no more than stated; None where it follows. What others alone
    keep or break is a number too: 0 kept, 1 broken, 2 worse than before."""

    elsewhere: Number
    reserved: Number
    own: Lin | None


@dataclass(frozen=True, slots=True)
class Statement:
    """`firm`, `book`: SHA-256 of the snapshot's manifest and of the household's document; `run`: the proposal that it
    is made for; `beside`: the roll of those that held something then (`policy.proof.roll`). `named`: instruments that
    others hold or may buy, and not the household. `added`: numbers by their place, from 1; `obligations`: over these,
    without tolerance of what was there before; `taken`: those whose own side is no more than stated."""

    firm: str
    book: str
    run: str
    beside: str
    named: tuple[str, ...]
    added: tuple[Added, ...]
    obligations: tuple[Obligation, ...]
    taken: tuple[str, ...]


def statement_json(found: Statement) -> Json:
    said = show.to_json(found)
    assert isinstance(said, dict), "a dataclass is an object"
    return {"v": V, **said}


def statement_from_json(value: Json) -> Statement:
    """ShapeError or CanonicalError where it is none."""
    if not isinstance(value, dict) or value.get("v") != V:
        raise ShapeError(f"expected an object with `v` {V}")
    return show.from_json(Statement, {name: part for name, part in value.items() if name != "v"})


# --- the two together --------------------------------------------------------------------------


def merged(
    own: Bound, library: core.Library, facts: Index, said: Statement | None, orders: tuple[Order, ...] = ()
) -> Bound:
    """A household's bound book, in which rules about the firm are no more unknown than the statement leaves them.
    StatementError where what it states is not what the rules and this book ask for."""
    if said is None:
        return own
    kept = {name: form for name, form in own.forms.items() if not name.startswith(f"{FIRM}/")}
    base = replace(own, forms=kept, obligations=tuple(each for each in own.obligations if each.scope != FIRM))
    table = _table(base, _sides(base, household(base, library, facts, orders, said.named), said), said)
    before = _before(table, said)
    passive = {rule.id: rule.passive for rule in rules_in_force(library, facts.book) if rule.passive.mode == "worsen"}
    accounts = tuple(sorted(facts.book.accounts))
    for each in said.obligations:
        _surely_above_zero(each, table, said)
    firm = tuple(
        replace(_tolerant(each, passive.get(each.origin.rule), before, table, said), accounts=accounts)
        for each in said.obligations
    )
    forms = {**base.forms, **{name: form for name, form in table.forms.items() if name not in base.forms}}
    return replace(base, forms=forms, obligations=(*base.obligations, *firm))


def _sides(own: Bound, mine: Household, said: Statement) -> list[Lin]:
    """The household's side of each number, in order."""
    plain = frozenset(said.taken)
    following = {total(place) for place, each in enumerate(said.added, 1) if each.own is None}
    found: dict[str, Lin] = {}
    for each in said.obligations:
        fit = fitted(each, mine)
        if fit is None and each.id not in plain and (names(each.ladder) & following or matters(each.id, mine)):
            raise StatementError(f"`{each.id}` is not what the rules say of the household's side of it")
        if each.id not in plain:
            found |= fit or {}
    left_out = sorted(
        name for name in mine.obligations.keys() - {o.id for o in said.obligations} if matters(name, mine)
    )
    if left_out:
        raise StatementError(f"it leaves out `{left_out[0]}`")
    return [_side(place, each, found, mine, own) for place, each in enumerate(said.added, 1)]


def _side(place: int, each: Added, found: Mapping[str, Lin], mine: Household, own: Bound) -> Lin:
    if each.own is None:
        if total(place) not in found:
            raise StatementError(f"no rule speaks of its number {place}")
        return side(found[total(place)], mine, own.forms)
    strange = sorted(name for _, name in each.own.terms if name not in own.forms and name not in own.quantities)
    if strange:
        raise StatementError(f"its number {place} rests on `{strange[0]}`, which is not the household's")
    return each.own


def _table(own: Bound, sides: Iterable[Lin], said: Statement) -> Table:
    """The numbers as forms, over what the household's sides rest on."""
    sides = list(sides)
    wanted = {name for each in sides for _, name in each.terms}
    for name in reversed(list(own.forms)):
        if name in wanted:
            wanted.update(part for _, part in own.forms[name].terms)
    table = Table(quantities=dict(own.quantities))
    for name, form in own.forms.items():
        if name in wanted:
            table.form(name, form.const, form.terms)
    for place, (each, mine) in enumerate(zip(said.added, sides, strict=True), 1):
        table.form(own_side(place), mine.const, mine.terms)
        table.form(total(place), plus(each.elsewhere, each.reserved), ((ONE, own_side(place)),))
    return table


def _before(table: Table, said: Statement) -> meaning.Values:
    """Without any orders, the household's or others'."""
    bare = {
        total(place): replace(table.forms[total(place)], const=each.elsewhere)
        for place, each in enumerate(said.added, 1)
    }
    return meaning.values({**table.forms, **bare}, {})


def _tolerant(
    each: Obligation, passive: core.Passive | None, before: meaning.Values, table: Table, said: Statement
) -> Obligation:
    """With the rung that excuses what was there before. Where orders of others may worsen it, in units, it is not
    known whether they do."""
    if each.moments == (Moment.PURCHASE,):
        return each
    found = with_tolerance(each, passive, before, table)
    reserved = {total(place) for place, one in enumerate(said.added, 1) if one.reserved != ZERO}
    if found is each or passive is None or passive.measure != "units" or not names(each.ladder[:1]) & reserved:
        return found
    doubt = Truth(None, RESERVED)
    return replace(
        found,
        ladder=tuple(
            replace(rung, formula=bound.All((rung.formula, doubt))) if rung.tolerance else rung for rung in found.ladder
        ),
    )


def _surely_above_zero(each: Obligation, table: Table, said: Statement) -> None:
    """A share is compared without asking whether its base is above zero only where that is sure."""
    for leaf in leaves(each.ladder):
        if leaf.base is None and leaf.shown_over is not None:
            for _, name in leaf.shown_over.terms:
                place = int(name.removeprefix(f"{FIRM}/"))
                bottom, _ = table.box(Lin(said.added[place - 1].elsewhere, ((ONE, own_side(place)),)))
                if bottom is None or bottom <= 0:
                    raise StatementError(f"`{each.id}` is a share of what need not be above zero")
