"""Which rules and data a request is about: those that it names, else the rules in force and the newest snapshot."""

from collections.abc import Collection, Iterable, Set
from typing import TypeVar

from sqlmodel import Session, col, select

from policy.book.parts import NOBODY
from policy.book.problem import did_you_mean
from policy.ir.core import Library
from server.api.problem import Flaw, ProblemError
from server.auth.credentials import Principal
from server.desk import ingest, loaded, publish
from server.desk.manifest import Manifest
from server.log import feed
from server.running import Service
from server.store.tables import Rulebook, Snapshot

T = TypeVar("T", Rulebook, Snapshot)


def rules(session: Session, named: str | None, now: str) -> Rulebook:
    """Whether in force or not, where they are named."""
    if named is not None:
        return _there(session.get(Rulebook, named), "rulebook")
    found = publish.in_force(session, now)
    if found is None:
        raise ProblemError("rule-book-not-active", "no rule book is in force; name one in `rulebook`, or activate one")
    return found


def rules_in_force(session: Session, expected: str | None, now: str) -> Rulebook:
    """`expected`: those that the request takes for them."""
    found = publish.in_force(session, now)
    if found is None or expected not in (None, found.id):
        raise ProblemError("rule-book-not-active", f"in force is {'none' if found is None else f'`{found.id}`'}")
    return found


def data(session: Session, named: str | None) -> Snapshot:
    if named is not None:
        return _there(session.get(Snapshot, named), "snapshot")
    found = ingest.latest(session)
    if found is None:
        raise ProblemError("no-snapshot", "no snapshot was sealed yet")
    return found


def sealed(session: Session, who: Principal, named: str | None, as_of: str | None, known_at: str | None) -> Snapshot:
    """The one that is named; or the newest of which the caller may know, of a day or before, sealed by an instant."""
    if named is not None:
        found = session.get(Snapshot, named)
        if found is None:
            raise ProblemError("not-found", f"there is no snapshot `{named[:80]}`")
        return found
    wanted = select(Snapshot).where(col(Snapshot.more).is_(False), feed.of_role(col(Snapshot.role), who))
    if as_of is not None:
        wanted = wanted.where(col(Snapshot.as_of) <= as_of)
    if known_at is not None:
        wanted = wanted.where(col(Snapshot.made) <= known_at)
    found = session.exec(wanted.order_by(col(Snapshot.id).desc()).limit(1)).first()
    if found is None:
        raise ProblemError("no-snapshot", "no snapshot was sealed by then, or of that day or before")
    return found


def library_in_force(service: Service, session: Session, now: str) -> Library | None:
    """What the rules in force say; None where none are."""
    found = publish.in_force(session, now)
    return None if found is None else loaded.rules_in(service, found).library


def libraries(service: Service, session: Session, now: str) -> tuple[Library, ...]:
    """What the rules in force say, first, and those that are to come."""
    found = publish.in_force(session, now)
    rows = (*(() if found is None else (found,)), *publish.to_come(session, now))
    return tuple(loaded.rules_in(service, row).library for row in rows)


def household(known: Manifest, named: str | None, who: Principal, *, snapshot: str | None) -> str | None:
    """Whose part of a snapshot a request is about; None for all of it. Who may see some households only, and of these
    one in this snapshot, means that one. `snapshot`: as it was named."""
    mine = homes(known, who)
    if named is not None:
        if named in mine:
            return named
        do = did_you_mean(named, mine, "name one of it by its id, or another snapshot")
        raise invalid("/household", f"the snapshot has no household `{named[:80]}`", do)
    if who.households is None or mine == known.parts.keys():
        together(mine, "/household", "name one of them; a run is about many, and /v1/verdicts about all")
        return None
    if len(mine) == 1:
        return next(iter(mine))
    if mine:
        raise invalid("/household", "the snapshot has several of your households", "name one of them")
    raise nothing(snapshot)


def nothing(snapshot: str | None) -> ProblemError:
    """No household of the snapshot is the caller's to see: to them it is not there. `snapshot`: as it was named."""
    if snapshot is None:
        return ProblemError("no-snapshot", "there is no snapshot that you may see; send one, or name one")
    return invalid("/snapshot", f"there is no snapshot `{snapshot[:80]}`", "name one of /v1/snapshots")


def homes(known: Manifest, who: Principal) -> Set[str]:
    """The households of a snapshot that are somebody's to see."""
    there = known.parts.keys() - {NOBODY}
    return there if who.households is None else there & who.households


def newest(service: Service) -> Manifest | None:
    with service.store.reading() as session:
        row = ingest.latest(session)
    return None if row is None else loaded.manifest_in(service, row)


def home_now(service: Service, account: str) -> str | None:
    """Whose the account is in the newest snapshot; None where that has none of the name."""
    known = newest(service)
    return None if known is None else known.home.get(account)


def required_now(service: Service, who: Principal, household: str | None, account: str | None = None) -> None:
    """404 where the newest snapshot has no such household, or account, of theirs: an empty list would read as if
    there were nothing of it."""
    if household is None and account is None:
        return
    known = newest(service)
    if household is not None:
        there("household", household, () if known is None else homes(known, who))
    if account is not None:
        there("account", account, () if known is None else accounts(known, who))


def accounts(known: Manifest, who: Principal) -> Set[str]:
    """The accounts of a snapshot that are somebody's to see."""
    if who.households is None:
        return known.home.keys()
    return frozenset().union(*(known.parts[name].accounts for name in homes(known, who)))


def there(kind: str, name: str, names: Iterable[str]) -> None:
    """404 where it is none of `names`, which are the caller's to see."""
    names = frozenset(names)
    if name not in names:
        do = did_you_mean(name, names, "or it is not yours to see")
        raise ProblemError("not-found", f"there is no {kind} `{name[:80]}`; {do}")


MOST = 50
"""Households whose books are looked at together; of each more the rules are bound to all of its accounts."""


def together(households: Collection[str], pointer: str, do: str) -> None:
    """422 where these are too many for one answer."""
    if len(households) > MOST:
        raise invalid(pointer, f"that is about {len(households):,} households; {MOST} are the most at once", do)


def home(known: Manifest, account: str, who: Principal) -> str:
    """Whose account it is, `NOBODY`'s where it states no household."""
    found = known.home.get(account)
    if found is not None and (who.households is None or found in who.households):
        return found
    do = did_you_mean(account, accounts(known, who), "name one of it by its id")
    raise invalid("/account", f"the snapshot has no account `{account[:80]}`", do)


def invalid(pointer: str, detail: str, do: str) -> ProblemError:
    return ProblemError("invalid", detail, [Flaw(pointer, detail, do)])


def _there(found: T | None, member: str) -> T:
    if found is None:
        raise invalid(f"/{member}", f"there is no such {member}", f"leave `{member}` out, or look at /v1/{member}s")
    return found
