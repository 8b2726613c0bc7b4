"""Whether the service lives, and whether it can do its work; and the pages that problems point at."""

from dataclasses import dataclass

from litestar import MediaType, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.api.caller import PUBLIC
from server.api.problem import SLUGS, ProblemError, page
from server.log import signer
from server.log.signer import SignerError
from server.running import Service
from server.store.migrate import pending


@dataclass(frozen=True, slots=True)
class Health:
    """`answer`: "ready", or "degraded" where `says` names what does not work."""

    answer: str
    says: tuple[str, ...] = ()


@get("/v1/health/live", opt={PUBLIC: True}, sync_to_thread=False)
def live() -> Health:
    return Health("ready")


@get("/v1/health/ready", opt={PUBLIC: True}, sync_to_thread=True)
def ready(service: NamedDependency[Service]) -> Response[Health]:
    says = []
    have, want = pending(service.store)
    if have != want:
        says.append(f"the database is at revision {have}, the code expects {want}")
    try:
        signer.sealed(service.store, service.signer)
    except (SignerError, OSError) as error:
        says.append(f"the log cannot be signed: {error}")
    found = Health("degraded" if says else "ready", tuple(says))
    return Response(found, status_code=503 if says else 200)


@get("/problems/{slug:str}", opt={PUBLIC: True}, media_type=MediaType.TEXT, sync_to_thread=False)
def problem(slug: FromPath[str]) -> str:
    if slug not in SLUGS:
        raise ProblemError("not-found", f"there is no problem `{slug}`")
    return page(slug)


ROUTES = Router("/", route_handlers=[live, ready, problem], tags=["operations"])
