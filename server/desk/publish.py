"""Rule books: published as drafts, put in force by somebody else, and followed by the next one.

What is in force changes between two of them, too (`server.desk.ruling`): each such state is a row like theirs, with
the published one as its `base`. In force is the last row whose instant has come.

| state      | when                                                             | may become |
| ---------- | ---------------------------------------------------------------- | ---------- |
| draft      | it was published                                                 | scheduled, active |
| scheduled  | it was activated from an instant that has not come               | active     |
| active     | it is the last one whose instant has come, or that is a state of it | superseded |
| superseded | another one's instant came after its own, or took its place      |            |

Only the instant is kept; the rest follows from it and from the clock, so that no job has to turn a state over.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter
from sqlmodel import Session, bindparam, col, select

from dsl.source import Source
from policy import canonical
from policy.book.problem import Place, Problem
from policy.ir.core import Library, ListRule, Rule, Waiver
from policy.ir.observed import FILE, SALT, ObservedError, text, with_observed
from policy.judge.redact import sees_all
from policy.proof import gitobjects
from policy.proof.archive import ArchiveError, checked_path
from policy.proof.bundle import rules_manifest
from policy.proof.gitobjects import Git, GitError
from policy.proof.layout import ENDING, GIT, RULES, WAIVERS
from server import clock
from server.answer.cases import CasesAnswer, tested
from server.desk import revision
from server.desk.loaded import Rules
from server.desk.rules import Read, problems, read
from server.log.events import Event
from server.store import blobs, statement
from server.store.tables import Rulebook

STREAM = "rules"


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Draft:
    """Rule files without errors, what the cases beside them say, and of which git revision they were shown to be."""

    files: Mapping[str, bytes]
    manifest: bytes
    read: Read
    cases: CasesAnswer
    git: Git | None = None


def drafted(
    texts: Mapping[str, str], observe: Collection[str] = (), git: Git | None = None
) -> Draft | tuple[Problem, ...]:
    """`texts` by path, of which the rules and lists `observe` are only observed; or everything that is wrong. `git`:
    the revision that they are said to be."""
    misnamed = tuple(_misnamed(texts))
    if misnamed:
        return misnamed
    found = read([Source(path, texts[path]) for path in sorted(texts)])
    if found.library is None:
        return tuple(problems(found))
    if not found.library.rules:
        return (Problem(Place(), "there is no rule in these files", "a rule book without a rule permits everything"),)
    try:
        with_observed(found.library, text(observe))
    except ObservedError as error:
        return (Problem(Place(field="observe"), str(error), "name rules and lists of these files"),)
    files = {path: said.encode() for path, said in texts.items()}
    files |= {FILE: text(observe).encode()} if observe else {}
    files |= {} if sees_all(found.library, ()) else {SALT: f"{os.urandom(32).hex()}\n".encode()}
    try:
        if git is not None:
            gitobjects.shown(git, files)
    except GitError as error:
        do = "send commit and trees as `git cat-file` gives them, and every rule file of that folder and no other"
        return (Problem(Place(field="git"), str(error), do),)
    return Draft(files, rules_manifest(files), found, tested(found.files, found.library), git)


def _misnamed(paths: Iterable[str]) -> Iterator[Problem]:
    """Paths that no bundle could hold, or that two systems would take for two different sets of files."""
    seen: dict[str, str] = {}
    for path in sorted(paths):
        place, twin = Place(path[:80]), seen.setdefault(path.casefold(), path)
        try:
            checked_path(RULES + path)
        except ArchiveError:
            yield Problem(place, "this is no plain relative path", "write one such as `us/funds.mandate`")
        if not path.endswith(ENDING) or (RULES + path).startswith(GIT) or path.casefold().startswith(WAIVERS):
            elsewhere = f"rule files end in `{ENDING}`, and lie elsewhere than in `git/` and `{WAIVERS}`"
            yield Problem(place, "this is no rule file", elsewhere)
        if twin != path:
            yield Problem(place, f"only small and capital letters tell it from `{twin}`", "rename one of them")


def published(session: Session, draft: Draft, title: str, author: str, now: str) -> tuple[Rulebook, Event]:
    report = TypeAdapter(CasesAnswer).dump_json(draft.cases)
    manifest, kept, *_ = blobs.put(session, [draft.manifest, report, *draft.files.values()])
    git = None if draft.git is None else blobs.put(session, [revision.written(draft.git)])[0]
    row = Rulebook(id=clock.fresh("rb"), manifest=manifest, title=title, author=author, made=now, report=kept, git=git)
    session.add(row)
    data: dict[str, canonical.Json] = {"id": row.id, "title": title}
    of: dict[str, canonical.Json] = {} if draft.git is None else {"commit": draft.git.commit, "path": draft.git.path}
    body = canonical.encode({"v": 1, **data, **of, "git": git, "report": kept})
    data |= {} if SALT in draft.files else of  # to who knows all else of it, a commit's id confirms a guess
    return row, Event("rulebook.published", STREAM, row.id, author, data, body, rules=manifest)


def activated(session: Session, row: Rulebook, by: str, since: str) -> Event:
    """`row` is a draft whose cases pass, and locked."""
    row.active, row.activator, row.version = since, by, row.version + 1
    session.add(row)
    data: dict[str, canonical.Json] = {"id": row.id, "from": since, "author": row.author}
    return Event("rulebook.activated", STREAM, "rules in force", by, data, rules=row.manifest)


_BEGUN = (
    select(Rulebook)
    .where(col(Rulebook.active) <= bindparam("at"), col(Rulebook.replaced).is_(None))
    .order_by(col(Rulebook.active).desc(), col(Rulebook.base).is_(None), col(Rulebook.id).desc())
    .limit(1)
)


def begins(session: Session, at: str) -> str | None:
    """The id of the published one that begins at this very instant."""
    wanted = select(Rulebook.id).where(Rulebook.active == at, col(Rulebook.base).is_(None))
    return session.exec(wanted.limit(1)).first()


def in_force(session: Session, at: str, without: Collection[str] = ()) -> Rulebook | None:
    """The last one whose instant has come; of a published one and a state of it that begin together, the state.
    `without`: as it would be if there were none of these."""
    if without:
        return session.exec(_BEGUN.where(col(Rulebook.id).not_in(without)), params={"at": at}).first()
    return statement.first(session, _BEGUN, {"at": at})


def state(row: Rulebook, at: str, ruling: Rulebook | None) -> State:
    """`ruling`: the one in force at the instant. A published one is active in every state of it."""
    if row.active is None:
        return State.DRAFT
    if row.replaced is not None:
        return State.SUPERSEDED
    if row.active > at:
        return State.SCHEDULED
    return State.ACTIVE if ruling is not None and row.id in (ruling.id, ruling.base) else State.SUPERSEDED


def report(session: Session, row: Rulebook) -> CasesAnswer:
    """What its cases said when it was published."""
    return TypeAdapter(CasesAnswer).validate_json(blobs.get(session, [row.report])[row.report])


def to_come(session: Session, at: str) -> Sequence[Rulebook]:
    """Those whose instant has not come."""
    wanted = select(Rulebook).where(col(Rulebook.active) > at, col(Rulebook.replaced).is_(None))
    return session.exec(wanted.order_by(col(Rulebook.active))).all()


def readable_files(known: Rules, mine: Library, report: CasesAnswer) -> Mapping[str, str]:
    """Those in which nothing, and no case of anything, is kept from a reader who may see `mine` of the library."""
    hidden = {each.file for each in set(_blocks(known.library)) - set(_blocks(mine))}
    named = {rule.id for rule in mine.rules} | {entry.id for entry in mine.lists}
    hidden |= {result.file for result in report.results if result.rule not in named}
    return {path: text for path, text in known.sources.items() if path not in {*hidden, FILE, SALT}}


def _blocks(library: Library) -> tuple[Rule | ListRule | Waiver, ...]:
    return (*library.rules, *library.lists, *library.waivers)
