"""Standing verdicts that are kept current are those of judging everything anew, whatever facts change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from itertools import islice
from random import Random

import pytest

from policy.book.changes import Changes, between, changed, reindexed
from policy.book.facts import Book, Instrument, Issuer, ListEntry, Lot, Price, Rate
from policy.book.read import Index, index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Op, Outcome
from policy.judge import current, part, piece
from policy.judge.current import Current, Home, Judged
from policy.judge.eval import judge
from policy.judge.part import Part
from tests.depth import chunks
from tests.worlds.firms import SECTORS, TODAY, firm, money
from tests.worlds.mandates import library, share
from tests.worlds.rules import NOWHERE, plain, within

Answers = dict[str, tuple[Outcome, str, bool | None]]
STEPS, FOLLOWED = 4, 110


def anew(rules: core.Library, facts: Index) -> Answers:
    found = judge(bind_to(rules, facts), {}, standing=True).findings
    return {f.obligation.id: (f.outcome, f.reason, f.within) for f in found}


@dataclass
class Followed:
    """What was said last of each part."""

    known: Current
    parts: dict[Home, Part] = field(default_factory=dict)

    def told(self, found: tuple[Current, Iterable[Judged]]) -> int:
        """How many parts were judged again."""
        self.known, again = found[0], list(found[1])
        for home, before, now in again:
            if before is not None:
                assert [*part.answers(before)] == [*part.answers(self.parts[home])]
                _differ(before, now or ())
            if now is None:
                del self.parts[home]
            else:
                self.parts[home] = now
        assert len({each.home for each in again}) == len(again)
        assert current.kept(self.known) <= self.known.room
        assert self.known.own.keys() == self.parts.keys() == set(current.places(self.known))
        return len(again)

    def answers(self) -> Answers:
        pairs = (pair for found in self.parts.values() for pair in part.answers(found))
        return {told.id: (answer.outcome, answer.reason, answer.within) for told, answer in pairs}


def _differ(before: Part, now: Part) -> None:
    """What a piece says is what it said before, but for what it is asked for beside that."""
    old = {id(each.told): each for block in before for each in block}
    for each in (each for block in now for each in block if id(each.told) in old):
        was, then, moved = (
            {told.id: answer for told, answer in pairs}
            for pairs in (
                piece.answers(old[id(each.told)]),
                piece.answers(each),
                piece.answers(each, old[id(each.told)]),
            )
        )
        assert was | moved == then


def followed(rules: core.Library, book: Index, room: int = current.ALL, *, ready: int | None = None) -> Followed:
    """Judged from scratch; `ready`: by a process that began later and packed so many parts, or as many as it has."""
    known = current.begun(rules, current.firm(book), room)
    found = Followed(known)
    found.told((known, current.everything(known)))
    if ready is not None:
        found.known = current.begun(rules, current.firm(book), room)
        assert list(current.looking(found.known)) == current.places(known)
        packed = list(islice(current.ready(found.known), ready))
        assert [*found.known.parts] == packed == current.places(known)[: len(packed)]
    return found


@pytest.mark.parametrize("chunk", chunks(6, quick=1))
def test_what_is_kept_current_is_what_judging_anew_says(chunk: int) -> None:
    """And that is not for judging everything again, nor for nothing ever changing."""
    moved: Counter[str] = Counter()
    for seed in range(chunk * FOLLOWED, (chunk + 1) * FOLLOWED):
        _follow(seed, moved)
    assert all(moved[f"{kind.__name__} moved"] for kind in KINDS), moved
    assert all(moved[f"{kind.__name__} spared"] for kind in KINDS if kind not in (days, moves)), moved


def _follow(seed: int, moved: Counter[str]) -> None:
    rng = Random(seed)
    book, rules = world(rng)
    facts = index(book)
    found = followed(rules, facts, rng.choice((current.ALL, 0, 4_000, 20_000)), ready=rng.choice((None, 0, 2, 1_000)))
    before = anew(rules, facts)
    assert found.answers() == before
    for _ in range(STEPS):
        kind = rng.choice(KINDS)
        changes = kind(rng, facts.book)
        fresh = index(changed(facts.book, changes))
        assert reindexed(facts, changes) == fresh
        assert changed(facts.book, between(facts.book, fresh.book) or Changes()) == fresh.book
        again = found.told(current.after(found.known, current.firm(fresh), changes))
        facts, now = fresh, anew(rules, fresh)
        assert found.answers() == now, (seed, kind.__name__)
        moved[f"{kind.__name__} moved"] += now != before
        moved[f"{kind.__name__} spared"] += len(found.parts) - again
        before = now


def test_other_rules_leave_what_the_same_rules_said() -> None:
    for seed in range(60):
        rng = Random(seed)
        rules, book = _rules(rng), index(firm(rng, gaps=False))
        found = followed(rules, book, rng.choice((current.ALL, 0, 8_000)))
        fewer = replace(rules, rules=tuple(rng.sample(rules.rules, 4)), lists=())
        for others in (fewer, rules):
            found.told(current.reruled(found.known, others))
            assert found.answers() == anew(others, book)
        assert found.told(current.reruled(found.known, rules)) == 0


def world(rng: Random) -> tuple[Book, core.Library]:
    return _some_without_models(rng, firm(rng, gaps=rng.random() < 0.4)), _rules(rng)


def _some_without_models(rng: Random, book: Book) -> Book:
    """So that not every account knows of every instrument."""
    bare = {a.id: replace(a, model=None, benchmark=None) if rng.random() < 0.7 else a for a in book.accounts.values()}
    return replace(book, accounts=bare)


# --- changes -------------------------------------------------------------------------------------


def prices(rng: Random, book: Book) -> Changes:
    """New ones, small moves of old ones, of today and of days before; now and then the first of a name."""
    names = rng.sample(sorted(book.instruments), rng.randint(1, 2))
    day = TODAY - timedelta(days=rng.choice((0, 0, 0, 1, 5)))
    volume = rng.choice((None, Fraction(rng.randint(1, 500))))
    return Changes(prices=tuple(Price(name, day, money(rng, 1, 300), volume) for name in names))


def rates(rng: Random, book: Book) -> Changes:
    return Changes(rates=(Rate("EUR", TODAY, Fraction(rng.randint(80, 130), 100)),))


def entries(rng: Random, book: Book) -> Changes:
    """One begins, or one of those that there are ends."""
    if book.entries and rng.random() < 0.4:
        return Changes(entries=(replace(rng.choice(book.entries), end=TODAY - timedelta(days=1)),))
    kind, named = rng.choice((("security", book.instruments), ("issuer", book.issuers)))
    start = TODAY - timedelta(days=rng.randint(-1, 60))
    entry = ListEntry(rng.choice(("watch", "barred", "new")), kind, rng.choice(sorted(named)), start)
    return Changes(entries=(replace(entry, derivatives=rng.random() < 0.5),))


def positions(rng: Random, book: Book) -> Changes:
    account = book.accounts[rng.choice(sorted(book.accounts))]
    lots = [lot for lot in book.lots.values() if lot.account == account.id and rng.random() < 0.8]
    if rng.random() < 0.7:
        quantity = Fraction(rng.choice((1, 1, 1, -1)) * rng.randint(1, 60))
        name = rng.choice(sorted(book.instruments))
        lots.append(Lot(f"N{rng.random()}", account.id, name, quantity, money(rng, 1, 300), TODAY))
    cash = {"USD": (money(rng, 0, 9000), Fraction(0))}
    return Changes(accounts=(replace(account, cash=cash),), lots={account.id: tuple(lots)})


def moves(rng: Random, book: Book) -> Changes:
    """An account of another household, or of none that is known."""
    account = book.accounts[rng.choice(sorted(book.accounts))]
    return Changes(accounts=(replace(account, household=rng.choice(("H1", "H2", None))),))


def kinds(rng: Random, book: Book) -> Changes:
    """What an instrument, or an issuer, is."""
    if rng.random() < 0.5:
        issuer = book.issuers[rng.choice(sorted(book.issuers))]
        parents = (None, *(name for name in book.issuers if name < issuer.id))
        facts = {**issuer.facts, "coal revenue share": Fraction(rng.choice((0, 4, 6)), 100)}
        return Changes(issuers=(Issuer(issuer.id, issuer.name, rng.choice(parents), facts),))
    found: Instrument = book.instruments[rng.choice(sorted(book.instruments))]
    facts = {**found.facts, "sector": rng.choice(SECTORS), "risk score": Fraction(rng.randint(1, 7))}
    issuer_of = rng.choice((found.issuer, *book.issuers))
    return Changes(instruments=(replace(found, facts=facts, issuer=issuer_of),))


def days(rng: Random, book: Book) -> Changes:
    later = book.as_of + timedelta(days=rng.choice((1, 2, 31)))
    return Changes(as_of=later, known_at=later)


KINDS = (prices, prices, prices, rates, entries, entries, positions, moves, kinds, days)


# --- rules ---------------------------------------------------------------------------------------


def _rules(rng: Random) -> core.Library:
    """Of every construct, with some that see more of a price than what things are worth at it."""
    found = library(rng, rules=5)
    lists = (_list(rng),) if rng.random() < 0.5 else ()
    return core.Library((*found.rules, *rng.sample(_looking(rng), 2)), lists, ())


def _looking(rng: Random) -> list[core.Rule]:
    limit, base = share(rng)
    cheap = core.Pick("security", core.Fact("price", "<", Fraction(rng.randint(1, 300))))
    gained = core.Pick("lot", core.Fact("unrealised gain", ">", Fraction(1, 10)))
    volume = core.Scale(Fraction(1, 4), core.Term("average daily volume", 1))
    liquid = core.Every(core.Pick("security"), core.Compare(core.Own("shares"), Op.LE, volume))
    return [
        plain("price", within(core.Compare(core.Total(cheap), Op.LE, limit, base))),
        plain("gain", within(core.Compare(core.Total(gained), Op.LE, limit, base))),
        plain("loss", within(core.Forbid(("hold",), core.Pick("security", core.Fact("below basis", "is", True))))),
        plain("volume", within(liquid)),
        plain("fresh", within(core.Compare(core.Term("cash"), Op.LE, limit, base)), freshness=(("price", 3),)),
        plain("wash", within(core.WashSale(30))),
        plain("gross", within(_gross(rng)), gross=True),
    ]


def _gross(rng: Random) -> core.Test:
    limit, base = share(rng)
    return core.Every(core.Pick("sector"), core.Compare(core.Own("exposure"), Op.LE, limit, base))


def _list(rng: Random) -> core.ListRule:
    return core.ListRule(
        id=rng.choice(("barred", "watch")),
        title="barred",
        kind="restricted",
        covers=(core.Named("issuer", "X0"),) if rng.random() < 0.3 else (),
        forbid=rng.choice((("buy",), ("buy", "hold"))),
        window=(rng.choice((10, 40)), ("buy", "sell")) if rng.random() < 0.3 else None,
        substitutes=(),
        effective=core.Effective(TODAY - timedelta(days=rng.randint(0, 50))),
        scope=core.Scope("account"),
        citations=(core.Citation("made up"),),
        outcome=Outcome.BLOCK,
        visible_to=None,
        file="test",
        span=NOWHERE,
    )
