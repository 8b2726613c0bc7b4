"""Whether the service lives, and whether it can do its work; and the pages that problems point at."""

from dataclasses import dataclass

from litestar import MediaType, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from server.api.caller import PUBLIC
from server.api.problem import SLUGS, ProblemError, page
from server.ops import health
from server.ops.health import State
from server.running import Service


@dataclass(frozen=True, slots=True)
class Health:
    """`answer`: "ready", or "degraded" where something does not work; `says`: that, and what else one should know."""

    answer: str
    says: tuple[str, ...] = ()


@get("/v1/health/live", opt={PUBLIC: True}, sync_to_thread=False)
def live() -> Health:
    """Tell whether the process answers.

    It looks at nothing else."""
    return Health("ready")


DEGRADED = {503: ResponseSpec(Health, description="something does not work", generate_examples=False)}


@get("/v1/health/ready", opt={PUBLIC: True}, sync_to_thread=True, responses=DEGRADED)
def ready(service: NamedDependency[Service]) -> Response[Health]:
    """Tell whether the service can do its work.

    503 where something that it needs fails; `says` has what, and what to do."""
    at = health.Instance(service.settings, service.store, service.signer, service.provider)
    found = [each for each in health.looked(at, health.READY) if each.state is not State.FINE]
    wrong = any(each.state is State.WRONG for each in found)
    says = tuple(f"{each.says}: {each.do}" for each in found)
    return Response(Health("degraded" if wrong else "ready", says), status_code=503 if wrong else 200)


@get("/problems/{slug:str}", opt={PUBLIC: True}, media_type=MediaType.TEXT, sync_to_thread=False)
def problem(slug: FromPath[str]) -> str:
    """Read the page of a problem.

    What the problem is, and what to do: where `type` of every problem leads."""
    if slug not in SLUGS:
        raise ProblemError("not-found", f"there is no problem `{slug}`")
    return page(slug)


ROUTES = Router("/", route_handlers=[live, ready, problem], tags=["operations"])
