"""A proposal asked for again with other wishes, and two of them side by side: what a wish costs is the difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field, SkipValidation

from server import clock
from server.answer.comparison import Comparison, compared
from server.api.freshness import MaxAge
from server.api.intended import Intended
from server.api.once import Write, once
from server.api.problem import ProblemError
from server.api.proposals import ADD, UNMADE, ProposalAsked, answer_of, intent_of, known, queued, waited
from server.api.wire import asked
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import proposals
from server.desk.intent import IntentDocument
from server.desk.proposals import UNSETTLED
from server.running import Service


class RevisionAsked(Intended):
    intent: SkipValidation[IntentDocument | None] = None
    """what is wanted instead: members that it has take the place of the earlier ones, and pins of those of the same
    instrument in the same account"""
    snapshot: str | None = None
    """the data; those of the earlier one without it"""
    max_age: MaxAge | None = None
    """how old the data may be, such as `PT30M`; as old as it is, without it"""
    expires: Annotated[str, Field(max_length=40)] | None = None
    """nobody approves it from this instant on"""


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """`proposal` beside `against`, on whether the same rules and data they rest."""

    proposal: str
    against: str
    same_rules: bool
    same_data: bool
    comparison: Comparison


REVISE = {**ADD, "asks": RevisionAsked, "problems": (*UNMADE, "state-conflict")}
COMPARE = {"act": Act.READ_PROPOSAL, "says": ComparisonAnswer, "problems": ("state-conflict",)}


@post(
    "/proposals/{proposal:str}/revisions",
    opt=REVISE,
    status_code=202,
    responses={201: ResponseSpec(None, description="The result")},
)
async def revise(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Revise a proposal.

    A new proposal by the rules in force, which takes the place of the earlier one when there are orders. As with
    any, `Prefer: wait=SECONDS` waits for it."""
    found = await sync_to_thread(_revised, request, service, proposal, body)
    return await waited(request, service, found)


@get("/proposals/{proposal:str}/comparison", opt=COMPARE, sync_to_thread=True)
def compare(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    against: FromQuery[str],
) -> ComparisonAnswer:
    """Compare two proposals.

    What this one trades, costs and leaves otherwise than another one, as far as its reader may see both."""
    with service.store.reading() as session:
        rows = [known(session, request, name) for name in (proposal, against)]
        one, other = (answer_of(session, request, row) for row in rows)
    if one is None or other is None:
        raise ProblemError("state-conflict", "one of them has no result yet, or none at all")
    this, that = rows
    said = compared(one, other)
    return ComparisonAnswer(this.id, that.id, this.rulebook == that.rulebook, this.snapshot == that.snapshot, said)


def _revised(request: Request[Principal, None, Any], service: Service, name: str, body: bytes) -> Response[bytes]:
    asks = asked(RevisionAsked, body)

    def work() -> Write:
        with service.store.reading() as session:
            row = known(session, request, name)
            if proposals.state(row, clock.now()) in UNSETTLED:
                raise ProblemError("state-conflict", f"`{row.id}` has no result yet that could be revised")
            earlier = intent_of(session, row)
        if earlier is None:
            raise ProblemError("state-conflict", f"what `{row.id}` wanted was erased; ask anew")
        wanted = ProposalAsked(
            snapshot=asks.snapshot or row.snapshot,
            household=row.household,
            account=row.account,
            intent=_joined(earlier, asks.intent),
            max_age=asks.max_age,
            expires=asks.expires,
        )
        return queued(request, service, wanted, revises=row.id)

    return once(service.store, request, body, work)


def _joined(earlier: Mapping[str, Any], later: Any) -> Any:
    """What makes no sense in `later` is left as it is, for who reads intents to refuse."""
    if not isinstance(later, dict):
        return dict(earlier) if later is None else later
    pins = later.get("pins")
    if not isinstance(pins, list) or not all(isinstance(pin, dict) for pin in pins):
        return {**earlier, **later}
    own = {(pin.get("account"), pin.get("instrument")) for pin in pins}
    before = [pin for pin in earlier.get("pins", ()) if (pin["account"], pin["instrument"]) not in own]
    return {**earlier, **later, "pins": [*before, *pins]}


ROUTES = Router("/", route_handlers=[revise, compare], tags=["proposals"])
