"""How old the data may be that an answer rests on: a request says it, and what is older is refused by name.

It rests on what the households' accounts are and hold, on prices and rates of that and of what is ordered, and, where
rules that the caller may read speak of lists, on what the last whole book states of these. Each is as old as the word
that it is (`server.desk.origins`): of the instant at which that was sealed, or of the end of its day (of a price or a
rate, its own), whichever was first. What was said of a list itself holds until it is ended, and is never old.
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated

from pydantic import Field

from policy.book import prices
from policy.book.parts import NOBODY
from policy.book.read import Index
from server.api.problem import ProblemError
from server.desk import kept, lists, origins
from server.desk.loaded import Facts, Loaded
from server.desk.origins import POSITIONS, PRICES, RATES, Origin, Origins
from server.running import Service
from server.store.tables import Snapshot

N = "[0-9]{1,5}"
TIME = f"{N}H(?:{N}M)?(?:{N}S)?|{N}M(?:{N}S)?|{N}S"
DURATION = f"^P(?:{N}D|(?:{N}D)?T(?:{TIME}))$"
UNITS = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}  # seconds
MaxAge = Annotated[str, Field(pattern=DURATION, max_length=30)]
"""Days, hours, minutes and seconds (ISO 8601), such as `PT30M`."""

LAST = timezone(timedelta(hours=-12))
"""Where a day ends last: a book says its days without a place."""


@dataclass(frozen=True, slots=True, order=True)
class Aged:
    """What is of an instant: `what` in words, of which source."""

    since: datetime
    what: str
    source: str


def required(service: Service, max_age: str | None, known: Loaded, roles: Set[str], names: Iterable[str]) -> None:
    """ProblemError where something of it is older than that, of which the oldest is named. `names`: instruments beside
    those that are held."""
    if max_age is None:
        return
    facts = known.facts
    found = min((*_aged(service, facts, names), *_listed(service, known, roles)), default=None)
    if found is None:
        return
    old = datetime.now(UTC) - found.since
    if old > _length(max_age):
        since = found.since.astimezone(UTC).isoformat()
        detail = f"{found.what}, of `{found.source}`, are of {since}, {written(old)} ago, in snapshot `{facts.id}`"
        raise ProblemError("data-too-old", detail)


def age(service: Service, row: Snapshot) -> str:
    """How old what was said first of a snapshot is."""
    oldest = min(_of(word, "") for word in _origins(service, row.id).words)
    return written(datetime.now(UTC) - oldest.since)


def modelled(index: Index) -> frozenset[str]:
    """The securities in models of the accounts."""
    models = {account.model for account in index.book.accounts.values() if account.model is not None}
    return frozenset(name for model in models for name in index.weights.get((model, "security"), ()))


def _aged(service: Service, facts: Facts, names: Iterable[str]) -> Iterator[Aged]:
    """The oldest positions, prices and rates."""
    found, index = _origins(service, facts.id), facts.index
    accounts = index.book.accounts
    homes = facts.homes or {account.household or NOBODY for account in accounts.values()}
    yield from sorted(_positions(found, homes))[:1]
    held = {*names}.union(*(index.held.get(account, ()) for account in accounts))
    yield from sorted(_prices(found, index, held))[:1]
    currencies = {index.subjects[name].currency for name in held if name in index.subjects}
    cash = {currency for account in accounts.values() for currency in account.cash}
    yield from sorted(_rates(found, index, currencies | cash))[:1]


def _positions(found: Origins, homes: Set[str]) -> Iterator[Aged]:
    for home in homes:
        yield _of(origins.of(found, POSITIONS, home), f"the positions of household `{home}`" if home else "positions")


def _prices(found: Origins, index: Index, names: Iterable[str]) -> Iterator[Aged]:
    for name in names:
        quote = prices.quote(index, name)
        if quote is not None:
            yield _of(origins.of(found, PRICES, name), f"the prices of `{name}`", quote.day)


def _rates(found: Origins, index: Index, currencies: Iterable[str]) -> Iterator[Aged]:
    for name in currencies:
        if name in index.rates:
            yield _of(origins.of(found, RATES, name), f"the rates of {name}", index.rates[name][0][-1])


def _listed(service: Service, known: Loaded, roles: Set[str]) -> Iterator[Aged]:
    key = "lists", known.rules.manifest, frozenset(roles)
    if kept.of(service.memory.ready, key, lambda: bool(lists.named([known.rules.library], roles))):
        yield _of(_origins(service, known.facts.id).words[0], "the lists of the last whole book")


def _of(word: Origin, what: str, day: date | None = None) -> Aged:
    last = date.fromisoformat(word.known_at) if day is None else day
    return Aged(min(datetime.fromisoformat(word.made), datetime.combine(last, time.max, LAST)), what, word.source)


def _origins(service: Service, snapshot: str) -> Origins:
    def read() -> Origins:
        with service.store.reading() as session:
            return origins.read(session, snapshot)

    return kept.of(service.memory.origins, snapshot, read)


def _length(said: str) -> timedelta:
    return timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in re.findall("([0-9]+)([DHMS])", said)))


def written(length: timedelta) -> str:
    """As `max_age` is written, to the second."""
    seconds = max(0, int(length.total_seconds()))
    days, rest = divmod(seconds, UNITS["D"])
    hours, rest = divmod(rest, UNITS["H"])
    return f"P{days}DT{hours}H{rest // UNITS['M']}M{rest % UNITS['M']}S"
