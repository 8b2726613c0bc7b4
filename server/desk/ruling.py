"""What is in force: a published rule book, which of its rules are observed, and the waivers that were granted, as one
set of files with one hash, which log entries and proofs name.

It follows from three tables (who activated what from when, `mode`, `waiver`). Whenever one of these changes, each
instant from now on at which the answer changes gets its row and its entry in the log (`rulebook.amended`), so that
what will be in force at a date is in the log before that date, and no job has to turn anything over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, and_, col, not_, or_, select

from dsl.source import Source
from policy.book.problem import Problem
from policy.canonical import digest
from policy.ir.observed import FILE, SALT, split, text
from policy.proof.archive import listed
from policy.proof.bundle import rules_manifest
from policy.proof.layout import ENDING, WAIVERS
from server import clock
from server.auth.credentials import Principal
from server.desk import publish
from server.desk.publish import STREAM
from server.desk.rules import problems, read
from server.log import feed
from server.log.events import Event, apart
from server.store import blobs, store
from server.store.tables import Mode, Rulebook, Waiver

OBSERVE, ENFORCE = "observe", "enforce"
AMENDED = "rulebook.amended"
NOBODY = "proofolio"
"""Who acted, where bundles show an entry to those who may not know what was decided."""
Eyes = tuple[str | None, str | None]
"""A role and a household, as in the journal."""


@dataclass(frozen=True, slots=True)
class Composed:
    """`base`: the published one; `files`: by path."""

    base: Rulebook
    files: Mapping[str, bytes]


def alone(session: Session) -> None:
    """Whoever changes what is in force waits here for the one before, until that one's transaction ends."""
    store.alone(session.connection(), store.Gate.RULES)


def settled(session: Session, by: str, now: str) -> list[Event]:
    """Rows and entries for what is in force from now on, after something that it follows from was changed by somebody
    who is `alone`."""
    session.flush()
    return list(_settled(session, by, now))


def _settled(session: Session, by: str, now: str) -> Iterator[Event]:
    for at in (now, *sorted(_turns(session, now))):
        wanted, found = composed(session, at), publish.in_force(session, at)
        if wanted is None or found is None:
            continue
        manifest = rules_manifest(wanted.files)
        if (found.base or found.id, found.manifest) == (wanted.base.id, digest(manifest)):
            continue
        if found.base is not None and found.active == at:
            session.get_one(Rulebook, found.id).replaced = now
        row = _row(session, wanted, manifest, by, now, at)
        row.role, row.household = _eyes(session, files_of(session, found), wanted)
        session.flush()
        data = {"id": row.id, "base": wanted.base.id, "from": at}
        actor = by if row.role is None else NOBODY
        told = Event(AMENDED, apart(STREAM, row.role), "rules in force", actor, {**data}, rules=row.manifest)
        yield replace(told, role=row.role, household=row.household)


def _eyes(session: Session, before: Mapping[str, bytes], wanted: Composed) -> Eyes:
    """Whose eyes it is for that these files became those: everybody's, unless all that differs is kept."""
    after = wanted.files
    differ = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    found: set[Eyes] = set()
    if FILE in differ:
        turned = _lines(before) ^ _lines(after)
        said = select(Mode.role).where(Mode.rulebook == wanted.base.id, col(Mode.rule).in_(turned))
        found = {(role, None) for role in session.exec(said)}
    for path in differ - {FILE, SALT}:
        row = session.get(Waiver, path.removeprefix(WAIVERS).removesuffix(ENDING))
        found.add((None, None) if row is None else (row.role, row.household))
    if not found or (None, None) in found:
        return None, None
    roles, households = {role for role, _ in found}, {household for _, household in found}
    role = None if None in roles else ",".join(sorted(filter(None, roles)))
    return role, households.pop() if len(households) == 1 else ""


def _lines(files: Mapping[str, bytes]) -> set[str]:
    return set(files.get(FILE, b"").decode().splitlines())


def kept_from(session: Session, who: Principal) -> frozenset[str]:
    """The states of rule books that differ from the one before in what is not theirs to see."""
    theirs = and_(feed.of_role(col(Rulebook.role), who), feed.of_household(col(Rulebook.household), who))
    return frozenset(session.exec(select(Rulebook.id).where(not_(theirs))))


def in_force(session: Session, who: Principal, at: str, beside: str | None = None) -> Rulebook | None:
    """The one that somebody takes for it: without states that differ in what is not theirs to see, unless they know of
    such a one, `beside`."""
    kept = kept_from(session, who)
    return publish.in_force(session, at, () if beside in kept else kept)


def _row(session: Session, wanted: Composed, manifest: bytes, by: str, now: str, at: str) -> Rulebook:
    kept, *_ = blobs.put(session, [manifest, *wanted.files.values()])
    base = wanted.base
    row = Rulebook(
        id=clock.fresh("rb"),
        manifest=kept,
        title=base.title,
        author=base.author,
        made=now,
        report=base.report,
        active=at,
        activator=by,
        base=base.id,
        git=base.git,
    )
    session.add(row)
    return row


def _turns(session: Session, now: str) -> set[str]:
    """Instants to come at which what is in force may change."""
    books = select(Rulebook.active).where(col(Rulebook.active) > now, col(Rulebook.base).is_(None))
    modes = select(Mode.active).where(col(Mode.active) > now)
    ends = select(Waiver.ended).where(col(Waiver.ended) > now, col(Waiver.granted).is_not(None))
    return {at for asked in (books, modes, ends) for at in session.exec(asked) if at is not None}


def composed(session: Session, at: str) -> Composed | None:
    """What is in force at an instant; None where no rule book is."""
    begun = select(Rulebook).where(col(Rulebook.active) <= at, col(Rulebook.base).is_(None))
    last = begun.order_by(col(Rulebook.active).desc(), col(Rulebook.id).desc()).limit(1)
    base = session.exec(last).first()
    if base is None:
        return None
    files = files_of(session, base)
    observed = set(files.pop(FILE, b"").decode().splitlines())
    turned = select(Mode).where(Mode.rulebook == base.id, col(Mode.active) <= at)
    for mode in session.exec(turned.order_by(col(Mode.active), col(Mode.granted))):
        (observed.add if mode.mode == OBSERVE else observed.discard)(mode.rule)
    own = {FILE: text(observed).encode()} if observed else {}
    return Composed(base, {**files, **own, **_fitting(files, _waivers(session, at))})


def files_of(session: Session, row: Rulebook) -> dict[str, bytes]:
    paths = listed(blobs.get(session, [row.manifest])[row.manifest])
    contents = blobs.get(session, set(paths.values()))
    return {path: contents[name] for path, name in paths.items()}


def path_of(waiver: str) -> str:
    return f"{WAIVERS}{waiver}{ENDING}"


def _waivers(session: Session, at: str) -> dict[str, bytes]:
    """The files of those that were granted and are not ended. What is past its last day stays: it says nothing any
    more, and an old day that is judged again is judged with it."""
    lasting = or_(col(Waiver.ended).is_(None), col(Waiver.ended) > at)
    rows = session.exec(select(Waiver).where(col(Waiver.granted) <= at, lasting)).all()
    names = {row.id: row.file for row in rows if row.file is not None}
    contents = blobs.get(session, set(names.values()))
    return {path_of(waiver): contents[name] for waiver, name in names.items()}


def _fitting(files: Mapping[str, bytes], waivers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The waivers that these rules know: another rule book may not have the rule, or nobody who may waive it."""
    if not waivers:
        return {}
    odd = {problem.place.file for problem in mistakes({**files, **waivers})}
    return {path: content for path, content in waivers.items() if path not in odd}


def mistakes(files: Mapping[str, bytes]) -> list[Problem]:
    """Errors of rule files, by path."""
    rules, _ = split({path: content.decode() for path, content in files.items()})
    return problems(read([Source(path, rules[path]) for path in sorted(rules)]))
