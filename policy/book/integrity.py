"""What rows say together: ids that exist and exist once, days that have come, relations that end, prices without
a rival. Each check is a function from records to flaws; `CHECKS` lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from dsl.confusable import skeleton
from dsl.vocabulary import TERMS, Kind
from policy.book.intake.circles import circles, longest
from policy.book.intake.flaw import Flaw
from policy.book.intake.records import Records
from policy.book.intake.references import unknown_references
from policy.book.problem import did_you_mean

DEPTH = 20
"""The deepest nesting of funds in funds, and of derivatives on derivatives."""

Lost = Mapping[str, Collection[str]]
"""Ids of rows that were stated and could not be read, by table."""


def flaws(records: Records, lost: Lost = MappingProxyType({}), unread: Collection[str] = ()) -> Iterator[Flaw]:
    """Everything that is wrong with the records together, check by check."""
    yield from unknown_references(records, lost, unread)
    for check in CHECKS:
        yield from check(records)


def duplicate_ids(records: Records) -> Iterator[Flaw]:
    tables: Mapping[str, Iterable[str]] = {
        "issuers": (issuer.id for issuer in records.issuers),
        "instruments": (instrument.id for instrument in records.instruments),
        "households": (household.id for household in records.households),
        "accounts": (account.id for account in records.accounts),
        "lots": (lot.id for lot in records.lots),
    }
    for table, ids in tables.items():
        seen: set[str] = set()
        for row, name in enumerate(ids):
            if name in seen:
                yield Flaw(table, row, ("id",), f"`{name}` stands twice in {table}", "give every row its own id")
            seen.add(name)


def external_twins(records: Records) -> Iterator[Flaw]:
    """One id of another system for two of a kind."""
    for table in ("households", "accounts"):
        seen: dict[tuple[str, str], str] = {}
        for row, record in enumerate(getattr(records, table)):
            for system, name in record.external_ids.items():
                other = seen.setdefault((system, name), record.id)
                if other != record.id:
                    what = f"`{system}: {name}` is both `{other}` and `{record.id}`"
                    yield Flaw(table, row, ("external_ids",), what, "give it to the one that it is")


def lookalikes(records: Records) -> Iterator[Flaw]:
    """Ids and names that a reader cannot tell apart and that differ: one of them would escape its rules."""
    for table in ("issuers", "instruments", "households", "accounts"):
        for field in ("id", "name"):
            seen: dict[str, str] = {}
            for row, record in enumerate(getattr(records, table)):
                written = getattr(record, field)
                other = seen.setdefault(skeleton(written), written)
                if other != written:
                    yield Flaw(table, row, (field,), f"`{written}` looks like `{other}` and is not the same", _ALIKE)


_ALIKE = "write both alike, or tell them apart"


def rivals(records: Records) -> Iterator[Flaw]:
    """Two rows that state the same thing, where only one can be true."""
    keyed: Mapping[str, tuple[Iterable[tuple[object, ...]], str, str]] = {
        "prices": (((p.instrument, p.day, p.known) for p in records.prices), "day", "two prices of `{}` for {}"),
        "rates": (((r.currency, r.day) for r in records.rates), "day", "two rates of {} for {}"),
        "balances": (((b.account, b.day) for b in records.balances), "day", "two balances of `{}` for {}"),
        "weights": (((w.key, w.model, w.kind) for w in records.weights), "key", "two weights of `{}` in model `{}`"),
        "loadings": (((x.instrument, x.factor) for x in records.loadings), "factor", "two loadings of `{}` on `{}`"),
        "lists": (
            ((e.subject, e.list, e.kind, e.start) for e in records.lists),
            "subject",
            "`{}` stands twice in `{}`",
        ),
        "complete": (((name, of) for of, name, _ in records.complete), "id", "`{}` is stated twice as complete {}"),
    }
    for table, (keys, field, says) in keyed.items():
        seen: set[tuple[object, ...]] = set()
        for row, key in enumerate(keys):
            if key in seen:
                yield Flaw(table, row, (field,), says.format(*key), "keep the one that is true")
            seen.add(key)
    for row, instrument in enumerate(records.instruments):
        held: set[str] = set()
        for part, (name, _) in enumerate(instrument.constituents or ()):
            if name in held:
                path = ("constituents", part, "id")
                yield Flaw("instruments", row, path, f"`{name}` stands twice in `{instrument.id}`", "add the two up")
            held.add(name)


def days_to_come(records: Records) -> Iterator[Flaw]:
    """Facts of the past that lie in the future of the book."""
    dated: Mapping[str, tuple[Iterable[date | None], str]] = {
        "lots": ((lot.acquired for lot in records.lots), "acquired"),
        "prices": ((price.day for price in records.prices), "day"),
        "rates": ((rate.day for rate in records.rates), "day"),
        "history": ((trade.day for trade in records.history), "day"),
        "balances": ((balance.day for balance in records.balances), "day"),
    }
    for table, (days, field) in dated.items():
        for row, day in enumerate(days):
            if day is not None and day > records.as_of:
                yield Flaw(table, row, (field,), f"{day} is after the book's day {records.as_of}", _LATER)
    if records.known_at < records.as_of:
        yield Flaw(
            "book", 0, ("known_at",), f"{records.known_at} is before `as_of`", "a day is not known before it comes"
        )


_LATER = "leave the row out, or take the book as of a later day"


def endless_relations(records: Records) -> Iterator[Flaw]:
    """Issuers that own one another, funds that hold one another, derivatives on one another."""
    owners = {issuer.id: (issuer.parent,) for issuer in records.issuers if issuer.parent}
    funds = {i.id: tuple(name for name, _ in i.constituents) for i in records.instruments if i.constituents}
    derived = {i.id: (i.underlying,) for i in records.instruments if i.underlying}
    issuers = {issuer.id: row for row, issuer in enumerate(records.issuers)}
    instruments = {instrument.id: row for row, instrument in enumerate(records.instruments)}
    for graph, table, rows, field, verb in (
        (owners, "issuers", issuers, "parent", "is owned by"),
        (funds, "instruments", instruments, "constituents", "holds"),
        (derived, "instruments", instruments, "underlying", "derives from"),
    ):
        found = circles(graph)
        for circle in found:
            chain = f" {verb} ".join(f"`{name}`" for name in (*circle, circle[0]))
            yield Flaw(table, rows[circle[0]], (field,), chain, "break the circle at one of them")
        if not found and table == "instruments" and (path := longest(graph)) and len(path) > DEPTH + 1:
            what = f"`{path[0]}` reaches `{path[-1]}` through {len(path) - 2} others"
            yield Flaw(table, rows[path[0]], (field,), what, f"at most {DEPTH} levels are followed; shorten the chain")


def disagreements(records: Records) -> Iterator[Flaw]:
    """A fact of the issuer that an instrument states otherwise, and derivatives of nothing."""
    issuers = {issuer.id: issuer for issuer in records.issuers}
    for row, instrument in enumerate(records.instruments):
        issuer = issuers.get(instrument.issuer or "")
        for name in instrument.facts.keys() & issuer.facts.keys() if issuer else ():
            if issuer and instrument.facts[name] != issuer.facts[name]:
                what = f"`{name}` differs from what issuer `{issuer.id}` states"
                yield Flaw("instruments", row, ("facts", name), what, "state it once, with the issuer")
        if instrument.facts.get("derivative") is True and instrument.underlying is None:
            what = f"`{instrument.id}` is a derivative of nothing"
            yield Flaw("instruments", row, ("underlying",), what, "give `underlying`, an instrument of the book")


LEVELS = frozenset(name for name, term in TERMS.items() if term.kind is Kind.LEVEL and term.of == "instrument")
"""What weights can be of: groups of instruments."""


def unknown_levels(records: Records) -> Iterator[Flaw]:
    """Weights of a kind that the vocabulary does not have."""
    for row, weight in enumerate(records.weights):
        if weight.kind not in LEVELS:
            advice = did_you_mean(weight.kind, LEVELS, "use security, or a level of the vocabulary")
            yield Flaw("weights", row, ("kind",), f"`{weight.kind}` is no level", advice)


CHECKS: tuple[Callable[[Records], Iterator[Flaw]], ...] = (
    duplicate_ids,
    external_twins,
    lookalikes,
    rivals,
    days_to_come,
    endless_relations,
    disagreements,
    unknown_levels,
)
