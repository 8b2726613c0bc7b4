"""Names of other rows: each must be the id of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from policy.book.intake.flaw import Flaw
from policy.book.intake.records import Records
from policy.book.problem import SUGGESTED, did_you_mean

_SOURCES = {"models": frozenset({"weights"}), "constituents": frozenset({"instruments", "issuers"})}
"""Tables in which a target's names stand, where that is not the table of the same name."""

_WHAT = {
    "issuers": "the book has no issuer `{}`",
    "instruments": "the book has no instrument `{}`",
    "households": "the book has no household `{}`",
    "accounts": "the book has no account `{}`",
    "models": "no weights of a model `{}`",
    "constituents": "`{}` is neither an instrument nor an issuer of the book",
    "levels": "groups of `{}` cannot be stated to be complete",
}
_ADVICE = {
    **{name: f"add it to {name}, or correct the name" for name in ("issuers", "instruments", "households", "accounts")},
    "models": "give them in weights, or leave the name out",
    "constituents": "add it to instruments or issuers, or correct the name",
    "levels": "say `household` or `identical group`",
}
_Reference = tuple[int, tuple[str | int, ...], str | None]
"""Row, path of the field, and the id that it names."""


def unknown_references(
    records: Records, lost: Mapping[str, Collection[str]], unread: Collection[str]
) -> Iterator[Flaw]:
    """References to what the book does not have, as far as the tables they lead to could be read."""
    known = {
        table: {row.id for row in getattr(records, table)} | set(lost.get(table, ()))
        for table in ("issuers", "instruments", "households", "accounts")
    }
    known["models"] = {weight.model for weight in records.weights} | set(lost.get("weights", ()))
    known["constituents"] = known["instruments"] | known["issuers"]
    known["levels"] = {"household", "identical group"}
    suggested: dict[tuple[str, str], str] = {}
    for table, target, references in _references(records):
        if not _SOURCES.get(target, frozenset({target})).isdisjoint(unread):
            continue
        for row, path, name in references:
            if name is not None and name not in known[target]:
                if len(suggested) < SUGGESTED and (target, name) not in suggested:
                    suggested[target, name] = did_you_mean(name, known[target], _ADVICE[target])
                advice = suggested.get((target, name), _ADVICE[target])
                yield Flaw(table, row, path, _WHAT[target].format(name), advice)


def _references(records: Records) -> Iterator[tuple[str, str, Iterable[_Reference]]]:
    """(table, where its references lead, the references)."""
    r = records
    yield "issuers", "issuers", ((n, ("parent",), x.parent) for n, x in enumerate(r.issuers))
    yield "instruments", "issuers", ((n, ("issuer",), x.issuer) for n, x in enumerate(r.instruments))
    yield "instruments", "instruments", ((n, ("underlying",), x.underlying) for n, x in enumerate(r.instruments))
    yield "instruments", "constituents", _constituents(r)
    yield "accounts", "households", ((n, ("household",), x.household) for n, x in enumerate(r.accounts))
    yield "accounts", "models", ((n, ("model",), x.model) for n, x in enumerate(r.accounts))
    yield "accounts", "models", ((n, ("benchmark",), x.benchmark) for n, x in enumerate(r.accounts))
    for table in ("lots", "history", "flows", "balances"):
        yield table, "accounts", ((n, ("account",), x.account) for n, x in enumerate(getattr(r, table)))
    for table in ("lots", "prices", "history", "loadings"):
        yield table, "instruments", ((n, ("instrument",), x.instrument) for n, x in enumerate(getattr(r, table)))
    for kind, target in (("security", "instruments"), ("issuer", "issuers")):
        yield "lists", target, ((n, ("subject",), x.subject) for n, x in enumerate(r.lists) if x.kind == kind)
    yield "weights", "instruments", ((n, ("key",), x.key) for n, x in enumerate(r.weights) if x.kind == "security")
    for of, target in (("history", "accounts"), ("flows", "accounts"), ("groups", "levels")):
        yield "complete", target, ((n, ("id",), name) for n, (what, name, _) in enumerate(r.complete) if what == of)


def _constituents(records: Records) -> Iterator[_Reference]:
    for row, instrument in enumerate(records.instruments):
        for part, (name, _) in enumerate(instrument.constituents or ()):
            yield row, ("constituents", part, "id"), name
