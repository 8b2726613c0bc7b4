"""Rule books: published with what their cases say, read, and put in force by somebody else than their author."""

from base64 import b64decode
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session, col

from policy.book.problem import Problem, pointer
from policy.judge.redact import sees_all
from policy.proof.archive import ArchiveError, checked_path
from policy.proof.gitobjects import Git
from server import clock
from server.answer import cases
from server.answer.check import checked
from server.api.chosen import invalid
from server.api.instants import begins
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import Flaw, ProblemError, several
from server.api.rules_shown import (
    RulebookAnswer,
    RulebooksAnswer,
    RulesAnswer,
    Seen,
    readable_to,
    rules_said,
    shown,
)
from server.api.version import matched, version
from server.api.wire import LARGE, Asked, answer, asked, said
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import loaded, publish, revision, ruling
from server.desk.loaded import Rules
from server.desk.publish import Draft
from server.log import journal
from server.running import Service
from server.store.tables import Rulebook

MOST_FILES = 1_000
MOST_TEXT = 4 * 1024 * 1024  # characters of all files together


class GitAsked(Asked):
    """The revision that the files are, as `proofolio publish` sends it: they are all rule files of the folder."""

    commit: Annotated[str, Field(pattern="^([0-9a-f]{40}|[0-9a-f]{64})$")]
    path: Annotated[str, Field(max_length=200)] = ""
    """the folder of the rules in it; the top without it"""
    objects: Annotated[dict[str, str], Field(max_length=MOST_FILES)]
    """the raw commit, the trees down to that folder and all below it, by id, in base64"""


class RulebookAsked(Asked):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    files: Annotated[dict[str, str], Field(min_length=1, max_length=MOST_FILES)]
    """the text of every rule file, by its path, such as `us/funds.mandate`"""
    observe: Annotated[tuple[str, ...], Field(max_length=MOST_FILES)] = ()
    """rules and lists that are judged and counted at first, and block nothing"""
    git: GitAsked | None = None


class ActivationAsked(Asked):
    since: Annotated[str, Field(alias="from", max_length=40)]
    """`now`, or an instant to come, such as `2026-12-01T09:30:00-05:00`"""


ADD = {"act": Act.PUBLISH_RULES, "asks": RulebookAsked, "says": RulebookAnswer, "problems": ("too-large",)}
ACTIVATE = {
    "act": Act.ACTIVATE_RULES,
    "asks": ActivationAsked,
    "says": RulebookAnswer,
    "problems": ("self-approval", "state-conflict", "version-old", "if-match-needed"),
}
IN_FORCE = {"act": Act.READ_RULES, "says": RulebookAnswer, "problems": ("not-found",)}
LIST = {"act": Act.READ_RULES, "says": RulebooksAnswer, "problems": ("bad-cursor",)}


@post("/rulebooks", opt=ADD, sync_to_thread=True, status_code=201, request_max_body_size=LARGE)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Publish a rule book.

    Every mistake is named; cases that fail are reported, and keep the book from being activated."""
    wanted = asked(RulebookAsked, body)
    texts = [*wanted.files.values(), *(wanted.git.objects.values() if wanted.git is not None else ())]
    if sum(map(len, texts)) > MOST_TEXT:
        raise ProblemError("too-large", f"the files have more than {MOST_TEXT:,} characters")
    git = None if wanted.git is None else _git(wanted.git)

    def work() -> Write:
        draft = publish.drafted(wanted.files, wanted.observe, git)
        if not isinstance(draft, Draft):
            raise several("the rules", _flaws(draft))
        warnings = checked(draft.read.files, draft.read.diagnostics, None).mistakes
        of = None if git is None else revision.revision(git)
        whole = Seen(wanted.files, tuple(sorted(set(wanted.observe))), (), draft.cases, of)

        def write(session: Session) -> Answer:
            now = clock.now()
            row, event = publish.published(session, draft, wanted.title, request.user.name, now)
            (receipt,) = journal.append(session, [event], now)
            made = shown(row, now, ruling.in_force(session, request.user, now), whole, warnings, receipt)
            return answer(201, made, location=f"/v1/rulebooks/{row.id}", etag=version(row))

        return write

    return once(service.store, request, body, work)


@get("/rulebooks", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> RulebooksAnswer:
    """List rule books.

    Without states that came of what the reader may not see."""
    now = clock.now()
    with service.store.reading() as session:
        kept = ruling.kept_from(session, request.user)
        rows, following = page(session, Rulebook, cursor, limit, col(Rulebook.id).not_in(kept))
        last = ruling.in_force(session, request.user, now)
    said = tuple(shown(row, now, last) for row in rows)
    return RulebooksAnswer(None if last is None else last.id, said, following)


@get("/rulebooks/in-force", opt=IN_FORCE, sync_to_thread=True)
def ruled(request: Request[Principal, None, Any], service: NamedDependency[Service]) -> Response[RulebookAnswer]:
    """Read the rule book in force.

    The one by which everything is judged now: a published one, or the state of it with the modes and waivers of now."""
    with service.store.reading() as session:
        last = ruling.in_force(session, request.user, clock.now())
    if last is None:
        raise ProblemError("not-found", "no rule book is in force")
    return _read(service, request.user, last.id)


@get("/rulebooks/{rulebook:str}", opt={"act": Act.READ_RULES, "says": RulebookAnswer}, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], rulebook: FromPath[str]
) -> Response[RulebookAnswer]:
    """Read a rule book.

    Its files and the report of its cases, without what is for other eyes."""
    return _read(service, request.user, rulebook)


@get("/rulebooks/{rulebook:str}/rules", opt={"act": Act.READ_RULES, "says": RulesAnswer}, sync_to_thread=True)
def rules(
    request: Request[Principal, None, Any], service: NamedDependency[Service], rulebook: FromPath[str]
) -> RulesAnswer:
    """Read the rules of a rule book in words.

    Each with its mode, its sentence, its authority, and the facts that it needs."""
    mine = readable_to(service, _known(service, rulebook), request.user)
    with service.store.reading() as session:
        last = ruling.in_force(session, request.user, clock.now(), rulebook)
    return RulesAnswer(rulebook, None if last is None else last.id, rules_said(mine))


@post("/rulebooks/{rulebook:str}/activation", opt=ACTIVATE, sync_to_thread=True, status_code=200)
def activate(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    rulebook: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Put a rule book in force.

    In force from an instant on, by somebody who is not its author. The one before is superseded then."""
    wanted = asked(ActivationAsked, body)

    def write(session: Session) -> Answer:
        ruling.alone(session)
        now, who = clock.now(), request.user.name
        row = session.get(Rulebook, rulebook, with_for_update=True)
        if row is None:
            raise ProblemError("not-found", f"there is no rule book `{rulebook}`")
        matched(request, row)
        _may(session, row, who)
        since = begins(wanted.since, now)
        other = publish.begins(session, since)
        if other is not None:
            raise ProblemError("state-conflict", f"`{other}` begins at {since}; which would be in force? name another")
        event = publish.activated(session, row, who, since)
        amended = ruling.settled(session, who, now)
        last = ruling.in_force(session, request.user, now)
        receipt, *_ = journal.append(session, [event, *amended], now)
        return answer(200, shown(row, now, last, log=receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


def _git(wanted: GitAsked) -> Git:
    try:
        path = checked_path(wanted.path) if wanted.path else ""
        objects = {name: b64decode(said, validate=True) for name, said in wanted.objects.items()}
    except ArchiveError as error:
        raise invalid("/git/path", str(error), "name a folder such as `rules/us`") from None
    except ValueError as error:
        raise invalid("/git/objects", str(error), "send raw objects in base64") from None
    return Git(wanted.commit, path, objects)


def _read(service: Service, who: Principal, name: str) -> Response[RulebookAnswer]:
    now, known = clock.now(), _known(service, name)
    with service.store.reading() as session:
        row, last = session.get_one(Rulebook, name), ruling.in_force(session, who, now, name)
        report = publish.report(session, row)
        git = revision.of(session, row) if sees_all(known.library, who.roles) else None
    of = None if git is None else revision.revision(git)
    mine = readable_to(service, known, who)
    files, waived = publish.readable_files(known, mine, report), tuple(each.id for each in mine.waivers)
    seen = Seen(files, mine.observed, waived, cases.answered(mine, report.results), of)
    return Response(shown(row, now, last, seen), headers={"ETag": f'"{version(row)}"'})


def _flaws(problems: Sequence[Problem]) -> list[Flaw]:
    """Each with its file: `us/funds.mandate:7: M201 …`."""
    return [Flaw(_place(problem), said(problem), problem.do) for problem in problems]


def _place(problem: Problem) -> str:
    file, field = problem.place.file, problem.place.field
    return pointer(["files", file] if file else [field or "files"])


def _may(session: Session, row: Rulebook, who: str) -> None:
    """Four eyes, once, on what its own cases bear out."""
    if row.author == who:
        raise ProblemError("self-approval", f"{who} published this rule book; somebody else activates it")
    if row.active is not None:
        raise ProblemError("state-conflict", f"it was activated from {row.active}; publish the files again to go back")
    failed = publish.report(session, row).failed
    if failed:
        raise ProblemError("state-conflict", "cases of it fail; mend rules or cases, and publish again")


def _known(service: Service, rulebook: str) -> Rules:
    found = loaded.rules_of(service, rulebook)
    if found is None:
        raise ProblemError("not-found", f"there is no rule book `{rulebook}`")
    return found


ROUTES = Router("/", route_handlers=[add, listed, ruled, one, rules, activate], tags=["rules"])
