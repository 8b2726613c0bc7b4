"""What differs between two rule books."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.api.problem import ProblemError
from server.api.rules_shown import readable_to
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import changes, loaded
from server.desk.changes import Change
from server.running import Service


@dataclass(frozen=True, slots=True)
class ChangesAnswer:
    """From `against` to `rulebook`, of the rules that the reader may see."""

    rulebook: str
    against: str
    data: tuple[Change, ...]


@get(
    "/rulebooks/{rulebook:str}/changes",
    opt={"act": Act.READ_RULES, "says": ChangesAnswer},
    sync_to_thread=True,
)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    rulebook: FromPath[str],
    against: FromQuery[str],
) -> ChangesAnswer:
    """Compare two rule books.

    Published ones, and states of them: then waivers and modes are what differs."""
    new, old = (loaded.rules_of(service, name) for name in (rulebook, against))
    if new is None or old is None:
        raise ProblemError("not-found", f"there is no rule book `{(rulebook if new is None else against)[:80]}`")
    mine = (readable_to(service, known, request.user) for known in (old, new))
    return ChangesAnswer(rulebook, against, changes.changes(*mine))


ROUTES = Router("/", route_handlers=[listed], tags=["rules"])
