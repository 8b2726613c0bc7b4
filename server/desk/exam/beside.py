"""The rows of an export's tables that are about no one proposal: what was in force in the period, what was held, which
data was used, what happened."""

from collections.abc import Collection, Iterable, Iterator

from sqlmodel import Session, col, or_, select

from policy.canonical import digest
from policy.judge.redact import sees_all
from policy.proof import gitobjects
from policy.proof.bundle import rules_manifest
from server.desk import approval_policies, holds, loaded, publish, revision, ruling, runs, waivers
from server.desk.exam.scope import AT_ONCE, Scope
from server.desk.exam.sheets import Row
from server.desk.proposals import may_see
from server.log import feed
from server.running import Service
from server.store.tables import ApprovalPolicy, Hold, Journal, Rulebook, Run, Snapshot, Waiver


def waived(session: Session, of: Scope, now: str) -> Iterator[Row]:
    """Waivers whose days meet the period, and those that nobody granted."""
    days = col(Waiver.first) <= of.last.isoformat(), col(Waiver.last) >= of.first.isoformat()
    lasting = or_(col(Waiver.ended).is_(None), col(Waiver.ended) >= of.begin)
    wanted = select(Waiver).where(*days, lasting, col(Waiver.made) <= of.end).order_by(col(Waiver.id))
    for row in session.exec(wanted).all():
        if waivers.seen_by(row, of.who) and _covers(row, of):
            yield {
                "waiver": row.id,
                "rule": row.rule,
                "state": waivers.state(row, now).value,
                "terms": row.terms,
                "first": row.first,
                "last": row.last,
                "reason": row.reason,
                "evidence": row.evidence,
                "asker": row.asker,
                "asked": row.made,
                "granter": row.granter,
                "granted": row.granted,
                "kind": row.kind,
                "envelope": row.envelope,
                "signed": row.signed,
                "file": row.file,
                "ender": row.ender,
                "ended": row.ended,
            }


def _covers(row: Waiver, of: Scope) -> bool:
    """Whether it is for something that the export is about."""
    if of.account is not None and waivers.wanted_by(row).terms.account not in (None, of.account):
        return False
    return of.household is None or row.household in (None, of.household)


def held(session: Session, of: Scope, now: str) -> Iterator[Row]:
    """Holds that stood for a moment of the period."""
    lasting = or_(col(Hold.until).is_(None), col(Hold.until) > of.begin)
    wanted = select(Hold).where(col(Hold.since) <= of.end, lasting)
    mine = wanted if of.household is None else wanted.where(Hold.household == of.household)
    for row in session.exec(mine.order_by(col(Hold.id))).all():
        if may_see(row.household, of.who.households) and of.account in (None, row.account or of.account):
            yield {
                "hold": row.id,
                "household": row.household,
                "account": row.account,
                "state": holds.state(row, now).value,
                "reason": row.reason,
                "since": row.since,
                "until": row.until,
                "author": row.author,
                "placed": row.made,
                "ender": row.ender,
            }


def run(session: Session, of: Scope) -> Iterator[Row]:
    """Runs that were asked for in the period and had the household among theirs."""
    wanted = select(Run).where(col(Run.made).between(of.begin, of.end)).order_by(col(Run.id))
    for row in session.exec(wanted).all():
        if runs.seen_by(session, row, of.who.households) and _has(session, of, row):
            yield {
                "run": row.id,
                "kind": row.kind,
                "state": row.state,
                "proposer": row.proposer,
                "asked": row.made,
                "ended": row.ended,
                "households": row.total,
                "passed": row.passed,
                "rulebook": row.rulebook,
                "snapshot": row.snapshot,
                "reason": row.reason,
            }


def in_force(session: Session, of: Scope) -> list[tuple[Rulebook, str | None]]:
    """The rule books that were in force at some instant of the period, in this order, and until when where another came
    within it; without states that differ in what is kept from the reader."""
    kept = ruling.kept_from(session, of.who)
    within = col(Rulebook.active).between(of.begin, of.end), col(Rulebook.id).not_in(kept)
    instants = sorted({of.begin, *filter(None, session.exec(select(Rulebook.active).where(*within)).all())})
    found = [(at, publish.in_force(session, at, kept)) for at in instants]
    steps = list[tuple[str, Rulebook]]()
    for at, row in found:
        if row is not None and (not steps or steps[-1][1].id != row.id):
            steps.append((at, row))
    ends: list[str | None] = [*(at for at, _ in steps[1:]), None]
    return [(row, end) for (_, row), end in zip(steps, ends, strict=False)]  # without any, there is no end


def rulebook(session: Session, row: Rulebook, until: str | None, *, shown: bool) -> Row:
    git = revision.of(session, row) if shown else None
    return {
        "rulebook": row.id,
        "base": row.base,
        "manifest": row.manifest,
        "commit": None if git is None else git.commit,
        "title": row.title,
        "author": row.author,
        "activator": row.activator,
        "from": row.active,
        "until": until,
        "files": "yes" if shown else "no",
    }


def files(service: Service, session: Session, of: Scope, row: Rulebook) -> dict[str, bytes] | None:
    """With the manifest that the log names, and the git objects; None where something is kept from the reader."""
    if not sees_all(loaded.rules_in(service, row).library, of.who.roles):
        return None
    found = ruling.files_of(session, row)
    manifest = rules_manifest(found)
    assert digest(manifest) == row.manifest, "the manifest follows from the files"
    git = revision.of(session, row)
    return {**found, "MANIFEST.sha256": manifest, **({} if git is None else gitobjects.files(git))}


def policies(session: Session, of: Scope, named: Collection[str]) -> list[ApprovalPolicy]:
    """Those that were in force at some instant of the period, and those that decisions were made under."""
    first = approval_policies.ruling(session, of.begin)
    names = {*named, *(() if first is None else (first.id,))}
    met = or_(col(ApprovalPolicy.id).in_(names), col(ApprovalPolicy.active).between(of.begin, of.end))
    return list(session.exec(select(ApprovalPolicy).where(met).order_by(col(ApprovalPolicy.active))))


def policy(row: ApprovalPolicy) -> Row:
    return {
        "policy": row.id,
        "document": row.document,
        "title": row.title,
        "author": row.author,
        "approver": row.approver,
        "from": row.active,
        "ends": row.ends,
        "file": f"policies/{row.id}.json",
    }


def snapshot(session: Session, names: Iterable[str]) -> Iterator[Row]:
    for name in sorted(names):
        row = session.get_one(Snapshot, name)
        yield {
            "snapshot": row.id,
            "manifest": row.manifest,
            "source": row.source,
            "as_of": row.as_of,
            "known_at": row.known_at,
            "sealed": row.made,
        }


def happened(session: Session, of: Scope, streams: frozenset[str], size: int) -> Iterator[Journal]:
    """Entries of the period, in the log's first `size`, that are for the reader's eyes; of a household, those of no
    household and those of the proposals `streams`, beside its own."""
    after = -1
    while True:
        within = select(Journal).where(col(Journal.index) > after, col(Journal.index) < size)
        seen = within.where(col(Journal.time).between(of.begin, of.end), feed.seen_by(of.who))
        rows = session.exec(seen.order_by(col(Journal.index)).limit(AT_ONCE)).all()
        for row in rows:
            if of.household is None or row.household in (None, of.household) or row.stream in streams:
                yield row
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].index


def _has(session: Session, of: Scope, row: Run) -> bool:
    return of.household is None or of.household in runs.households(session, row)
