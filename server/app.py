"""The service put together: the only file that knows every resource."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any

from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from sqlalchemy.exc import InternalError, OperationalError, TimeoutError

from server.api import (
    accounts,
    approval_policies,
    batch,
    bundles,
    caller,
    changes,
    checks,
    decisions,
    erasures,
    events,
    evidence,
    exports,
    facts,
    headroom,
    health,
    holds,
    households,
    keys,
    lists,
    log,
    metrics,
    modes,
    observed,
    overrides,
    parameters,
    people,
    problem,
    proposal_progress,
    proposals,
    reads,
    refusals,
    revisions,
    routes,
    rulebooks,
    run_approvals,
    run_progress,
    runs,
    schema,
    snapshots,
    trace,
    verdicts,
    waivers,
    webhooks,
    wire,
)
from server.api.caller import PUBLIC
from server.api.follow import Follower
from server.api.once import answering
from server.api.problem import ProblemError
from server.log.reads import Reads, writing
from server.running import Service
from server.store import observations
from server.store.blobs import ErasedError
from server.threads import beside

RESOURCES = (
    keys,
    rulebooks,
    changes,
    modes,
    observed,
    evidence,
    waivers,
    overrides,
    snapshots,
    households,
    accounts,
    facts,
    lists,
    verdicts,
    checks,
    batch,
    proposals,
    bundles,
    proposal_progress,
    headroom,
    decisions,
    revisions,
    holds,
    approval_policies,
    people,
    runs,
    run_progress,
    run_approvals,
    events,
    webhooks,
    log,
    erasures,
    exports,
    reads,
    metrics,
)
LARGEST = 4 * 1024 * 1024  # bytes of a body; `wire.LARGE` where a route says so


def app(service: Service, on: Litestar | None = None) -> Litestar:
    """The routes, answering for this service. `on`: those that answer for no other any more, in place of new ones."""
    found = on or routed()
    found.state.service = service
    found.state.follower = Follower(service.store)
    found.state.answering = answering(service.store)
    found.state.noting = Reads(service.store, service.settings.reads_days)
    return found


def routed() -> Litestar:
    """All routes, which answer for no service yet. ValueError where one of them does not say who may call it."""
    found = Litestar(
        route_handlers=[health.ROUTES, Router("/v1", route_handlers=[each.ROUTES for each in RESOURCES])],
        lifespan=[_working],
        dependencies={
            "service": Provide(_service, sync_to_thread=False),
            "follower": Provide(_follower, sync_to_thread=False),
            "noting": Provide(_noting, sync_to_thread=False),
        },
        middleware=[caller.Authentication],
        guards=[caller.entitled, parameters.known],
        exception_handlers={
            ProblemError: problem.answered,
            HTTPException: refusals.of_framework,
            ErasedError: refusals.of_erased,
            OperationalError: refusals.of_database,
            TimeoutError: refusals.of_database,  # no connection is free
            InternalError: refusals.of_transaction,
            Exception: refusals.fault,
        },
        type_encoders={Fraction: wire.encoded},
        request_max_body_size=LARGEST,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Proofolio",
            version="1",
            operation_id_creator=routes.operation_id,
            components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"key": []}],
            openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt={PUBLIC: True}),
            render_plugins=[schema.Document(path="/openapi.json")],
        ),
    )
    routes.shut(found)
    found.asgi_handler = trace.traced(reads.noted(found.asgi_handler))
    return found


def _service(request: Request[Any, Any, Any]) -> Service:
    found: Service = request.app.state.service
    return found


def _follower(request: Request[Any, Any, Any]) -> Follower:
    found: Follower = request.app.state.follower
    return found


def _noting(request: Request[Any, Any, Any]) -> Reads:
    found: Reads = request.app.state.noting
    return found


@asynccontextmanager
async def _working(app: Litestar) -> AsyncIterator[None]:
    service: Service = app.state.service
    with writing(app.state.noting), beside(app.state.answering.renewing):
        yield
    observations.written(service.memory.tally, service.store)
