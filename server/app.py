"""The service put together: the only file that knows every resource."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

from litestar import Litestar, Router
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
from server.api.problem import ProblemError
from server.log.reads import Reads, writing
from server.running import Service
from server.store import observations
from server.store.blobs import ErasedError

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
LARGEST = 64 * 1024 * 1024  # bytes of a body


def app(service: Service) -> Litestar:
    follower, noting = Follower(service.store), Reads(service.store, service.settings.reads_days)

    def provided() -> Service:
        return service

    def following() -> Follower:
        return follower

    def noted() -> Reads:
        return noting

    @asynccontextmanager
    async def working(_app: Litestar) -> AsyncIterator[None]:
        with writing(noting):
            yield
        observations.written(service.memory.tally, service.store)

    found = Litestar(
        route_handlers=[health.ROUTES, Router("/v1", route_handlers=[each.ROUTES for each in RESOURCES])],
        lifespan=[working],
        dependencies={
            "service": Provide(provided, sync_to_thread=False),
            "follower": Provide(following, sync_to_thread=False),
            "noting": Provide(noted, sync_to_thread=False),
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
    found.asgi_handler = trace.traced(reads.noted(found.asgi_handler, noting), service.instruments)
    found.state.service, found.state.follower = service, follower
    return found
