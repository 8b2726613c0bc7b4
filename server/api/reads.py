"""The log of reads: what it notes of every answer, and how it is asked.

Every answer that may hold a client's data is noted, whatever route gives it: a new route need not say so. Only what is
of no client (`SILENT`) is left out, and what nobody was given: problems.
"""

import json
from collections.abc import Set
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.params import FromQuery, QueryParameter
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from policy.judge.redact import eyes
from server import clock
from server.api import chosen
from server.api.listing import LONGEST, USUAL
from server.api.problem import ProblemError
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.log import reads
from server.log.reads import LAST, Asked, Reads
from server.running import Service
from server.store.tables import Read

SILENT = frozenset(
    {Act.READ_SELF, Act.MANAGE_KEYS, Act.READ_RULES, Act.PUBLISH_RULES, Act.ACTIVATE_RULES, Act.READ_METRICS}
)
"""What holds no client's data."""

ALL = reads.ALL
MOST = 500  # characters of what was asked for
_HOUSEHOLDS = "households"


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """One answer that somebody was given. `route`: verb and template; `object`: what stood in the path and after it,
    such as the id of a proposal, null where whoever asked sees rules that the reader does not; `households`: whose data
    the answer held, by commas, `*` for all of the firm's, null where the route does not know; `request`: its id, as in
    the header X-Request-Id and in the lines of the process. `number`: in the order of writing."""

    number: int
    time: str
    credential: str
    principal: str
    route: str
    object: str | None
    households: str | None
    request: str


@dataclass(frozen=True, slots=True)
class ReadsAnswer:
    """Oldest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[ReadAnswer, ...]
    next: str | None


LIST = {"act": Act.READ_READS, "says": ReadsAnswer, "problems": ("bad-cursor",)}


@get("/reads", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    noting: NamedDependency[Reads],
    credential: FromQuery[str | None] = None,
    principal: FromQuery[str | None] = None,
    household: FromQuery[str | None] = None,
    since: Annotated[str | None, QueryParameter(name="from", description="an instant; this one included")] = None,
    until: Annotated[str | None, QueryParameter(name="to", description="an instant; this one excluded")] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> ReadsAnswer:
    """List who read what.

    What a credential, or a person, was given between two instants. What was read a second ago is there; of other
    processes on the same database, what they were asked for two seconds ago."""
    if request.user.households is not None:
        raise ProblemError("role-not-allowed", "this key sees some households only, and reads are of all")
    if not 1 <= limit <= LONGEST:
        raise ProblemError("bad-parameter", f"`limit` is {limit}; it may be 1 to {LONGEST}")
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 10 and int(cursor) <= LAST):
        raise ProblemError("bad-cursor", "this cursor was never given")
    wanted = Asked(credential, principal, household, _instant("from", since), _instant("to", until))
    reads.written(noting)
    with service.store.reading() as session:
        rows = reads.found(session, wanted, -1 if cursor is None else int(cursor), limit + 1)
        library = chosen.library_in_force(service, session, clock.now())
    kept = frozenset[str]() if library is None else eyes(library) - request.user.roles
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return ReadsAnswer(tuple(_shown(row, kept) for row in rows[:limit]), following)


def noted(app: ASGIApp) -> ASGIApp:
    """The application, each of whose answers is noted before its first byte leaves."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300 and _is_read(scope):
                reads.noted(scope["app"].state.noting, _row(scope))
            await send(message)

        await app(scope, receive, sent if scope["type"] == ScopeType.HTTP else send)

    return answer


def about(request: Request[Any, Any, Any], *households: str | None) -> None:
    """Notes whose data the answer holds, beside those that were noted. `households`: ids, alone or by commas; ALL
    where it is all of the firm's."""
    state = request.scope["state"]
    state[_HOUSEHOLDS] = reads.together(state.get(_HOUSEHOLDS), *households)


def also_about(noting: Reads, request: Request[Any, Any, Any], *households: str) -> None:
    """Notes one more part of an answer that has begun, and whose data that holds."""
    reads.noted(noting, {**_row(request.scope), _HOUSEHOLDS: reads.together(*households)})


def _is_read(scope: Scope) -> bool:
    handler = scope.get("route_handler")
    act = None if handler is None else handler.opt.get("act")
    return isinstance(scope.get("user"), Principal) and act is not None and act not in SILENT


def _row(scope: Scope) -> dict[str, Any]:
    who: Principal = scope["user"]
    placed = "/".join(str(value) for value in scope.get("path_params", {}).values())
    asked = scope["query_string"].decode("latin-1")
    return {
        "time": clock.now(),
        "credential": who.credential,
        "principal": who.name,
        "roles": ",".join(sorted(who.roles)),
        "route": f"{scope.get('method')} {scope.get('path_template')}",
        "object": _plain(f"{placed}?{asked}" if asked else placed),
        "households": scope["state"].get(_HOUSEHOLDS),
        "request": scope["state"]["request_id"],
    }


def _plain(text: str) -> str:
    """Without what a line or a database could stumble over."""
    return json.dumps(text)[1:-1][:MOST]


def _instant(name: str, said: str | None) -> str | None:
    found = None if said is None else clock.instant(said)
    if said is not None and found is None:
        raise ProblemError("bad-parameter", f"`{name}` is no instant; write one such as 2026-12-01T14:30:00Z")
    return found


def _shown(row: Read, kept: Set[str]) -> ReadAnswer:
    """`kept`: roles for whose eyes there is something that the reader may not see: it may stand in what they asked."""
    assert row.id is not None, "it was written"
    what = row.object if kept.isdisjoint(row.roles.split(",")) else None
    return ReadAnswer(row.id, row.time, row.credential, row.principal, row.route, what, row.households, row.request)


ROUTES = Router("/", route_handlers=[listed], tags=["reads"])
