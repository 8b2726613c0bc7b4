"""What the OpenAPI document says in words: of an operation its handler's docstring, of a parameter this table."""

from inspect import getdoc
from typing import Any

from litestar.handlers import HTTPRouteHandler

from server.api.caller import PUBLIC
from server.auth.roles import ALLOWED, Role

PARAMETERS = {
    "account": "an account's id, as the book has it",
    "after": "the number of the last event that one has",
    "against": "the id of the other one",
    "as_of": "a day, such as 2026-12-31",
    "base": "the snapshot to whose households the body's are added",
    "before": "an instant: what was tried before it; `next` of the page before",
    "begin": "the number of the first one",
    "credential": "the id of an API key, or of a provider's token as `/v1/me` says it",
    "cursor": "`next` of the page before; the first page without it",
    "endpoint": "the webhook endpoint's id (`hook_…`)",
    "erasure_id": "the erasure's id (`erase_…`)",
    "hold": "the hold's id",
    "household": "a household's id, as the book has it",
    "key": "the key's id",
    "last": "the last day on which it is named, such as 2026-12-31",
    "leaf": "the entry's leaf hash, in hex, as receipts and events have it",
    "level": "the level of the tree, 0 for the leaves",
    "limit": "how many at most",
    "list_id": "the list's id, as the rules have it",
    "mode": "the mode's id (`mode_…`)",
    "more": "whether others follow: then this one is never the newest",
    "name": "the SHA-256 of what was filed, in hex",
    "older": "whether it may be of an older day than the newest snapshot",
    "over": "the snapshot sealed meanwhile, in whose place this one comes",
    "override": "the override's id (`ovr_…`)",
    "place": "the number of the tile in its level, as C2SP tlog-tiles writes it",
    "policy": "the approval policy's id (`ap_…`)",
    "principal": "a person, as their key or token names them",
    "proposal": "the proposal's id (`prop_…`)",
    "reason": "why, in one's own words",
    "rule": "a rule's id",
    "rulebook": "the rule book's id (`rb_…`)",
    "run": "the run's id (`run_…`)",
    "seen": "the size of a state of the log that one has kept, such as the one on a trust card",
    "since": "`now`, or an instant to come",
    "slug": "the `code` of a problem",
    "snapshot": "the snapshot's id (`snap_…`)",
    "source": "where the data come from, in one's own words",
    "subject": "whom the list names: the id of an issuer or a security",
    "waiver": "the waiver's id (`wvr_…`)",
}
"""By name. A parameter that is something else somewhere says so there."""


def _header(name: str, says: str, *, required: bool = False, **schema: object) -> dict[str, Any]:
    described = {"description": says, "schema": {"type": "string", **schema}}
    return {"name": name, "in": "header", "required": required, **described}


KEY = _header(
    "Idempotency-Key",
    "new for each request, the same when a request is repeated; kept for 30 days",
    required=True,
    minLength=1,
    maxLength=255,
)
MATCH = _header("If-Match", "the ETag of the version that was read", required=True)
MAY_MATCH = _header("If-Match", "the ETag of the version that was read; without it, whichever it has")
WAIT = _header("Prefer", "such as `wait=10`: answer when there is a result, and after that many seconds (60 at most)")
LAST = _header("Last-Event-ID", "the number of the last event that one has; goes before `after`")
HEADERS = "headers"
"""The option of a route that reads WAIT or LAST."""


def operation(handler: HTTPRouteHandler) -> dict[str, str]:
    """The first line of the docstring, the rest of it, and who may."""
    doc = getdoc(getattr(handler.fn, "func", handler.fn)) or ""  # a sync handler is wrapped
    summary, _, rest = doc.partition("\n\n")
    description = "\n\n".join(filter(None, (rest, f"For {who(handler)}.")))
    return {"summary": summary.removesuffix("."), "description": description}


def who(handler: HTTPRouteHandler) -> str:
    """The roles that may, as server.auth.roles has them."""
    if handler.opt.get(PUBLIC):
        return "anybody, without a key"
    roles = ALLOWED[handler.opt["act"]]
    return "every role" if roles == frozenset(Role) else ", ".join(role for role in Role if role in roles)


def parameters(found: list[dict[str, Any]]) -> None:
    for each in found:
        each.setdefault("description", PARAMETERS.get(each["name"], ""))
