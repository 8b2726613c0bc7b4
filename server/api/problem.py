"""What is wrong with a request, as RFC 9457 problems. A verdict is never one: these say that nothing was judged.

A slug is stable, its page says what to do (`/problems/<slug>`), and `detail` says it for this request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

MEDIA = "application/problem+json"
NAMED = 1_000
"""Flaws in one answer."""
LOOKED_FOR = NAMED + 1
"""Whoever says what is wrong may stop here: more are not named, and each costs time."""


@dataclass(frozen=True, slots=True)
class Slug:
    status: int
    title: str
    do: str
    retryable: bool = False


SLUGS: dict[str, Slug] = {
    "malformed-json": Slug(400, "the body is not JSON", "send one JSON document in UTF-8, each member once"),
    "idempotency-key-missing": Slug(
        400, "a POST needs an Idempotency-Key", 'send a header such as `Idempotency-Key: "7f0c"`, new for each request'
    ),
    "bad-parameter": Slug(400, "a parameter cannot be read", "see what the parameter may be in /schema/openapi.json"),
    "bad-cursor": Slug(400, "the cursor is none of ours", "begin the walk again without a cursor"),
    "credentials-missing": Slug(
        401, "no valid credentials", "send `Authorization: Bearer KEY` with a key that is known"
    ),
    "credentials-expired": Slug(401, "the credentials have expired", "ask an administrator for a new key"),
    "role-not-allowed": Slug(403, "this role may not do that", "ask somebody whose role may"),
    "self-approval": Slug(403, "that takes a second person", "let somebody else do it than who asked for it"),
    "approval-needed": Slug(
        403, "this approval is not the one that is needed", "see `approval_needed` of the proposal, and approve it so"
    ),
    "step-up-needed": Slug(
        403, "who you are has to be shown anew", "sign the approval with your own key, or sign in again, and repeat it"
    ),
    "same-key-twice": Slug(409, "this key was registered before", "make a key of your own that nobody ever registered"),
    "challenge-used": Slug(409, "this challenge was used or has expired", "ask for a new one and sign that"),
    "not-found": Slug(404, "there is no such thing, or it is not yours to see", "look at the id again"),
    "method-not-allowed": Slug(405, "this resource has no such verb", "see docs/routes.md for the verbs that it has"),
    "too-slow": Slug(408, "the body came too slowly", "send it again, faster or in parts", retryable=True),
    "override-needed": Slug(
        409, "the orders need consent", "ask for one at /v1/proposals/{id}/overrides, and let compliance grant it"
    ),
    "state-conflict": Slug(409, "the state does not allow that", "read the resource again and see what it allows"),
    "verdict-changed": Slug(
        409,
        "the orders do not pass any more, by the rules and on the data of now",
        "propose again; of a run, reject what `errors` names, and approve the rest",
    ),
    "verdict-changing": Slug(409, "rules or facts changed at this moment", "send it again", retryable=True),
    "idempotency-in-progress": Slug(409, "the same request is being answered", "ask again in a moment", retryable=True),
    "account-held": Slug(409, "nothing is traded there now", "ask again when the hold that `detail` names ends"),
    "retention": Slug(409, "it must be kept for longer", "ask again after the instant that `detail` names"),
    "legal-hold": Slug(409, "a legal hold stands", "ask again when compliance has ended it"),
    "erased": Slug(410, "it was erased", "its entry in the log and every proof of that stay"),
    "version-old": Slug(412, "it was changed meanwhile", "read it again and send its new ETag in If-Match"),
    "too-large": Slug(413, "the body is too large", "send less at once"),
    "invalid": Slug(422, "the request says something that cannot be", "mend each of `errors`"),
    "idempotency-key-reused": Slug(422, "this Idempotency-Key was used for another body", "use a new key"),
    "rule-book-not-active": Slug(422, "no rule book is in force", "publish one and activate it"),
    "no-snapshot": Slug(422, "there is no snapshot", "send one to /v1/snapshots"),
    "data-too-old": Slug(422, "the data is older than `max_age`", "send newer data to /v1/snapshots, or allow more"),
    "if-match-needed": Slug(428, "the ETag is missing", "send the resource's ETag in If-Match"),
    "probing-limited": Slug(
        429,
        "too many different names were refused by rules that you may not see",
        "ask compliance; or come again after `Retry-After` seconds",
        retryable=True,
    ),
    "signer-down": Slug(503, "the log cannot be signed", "see /v1/health/ready; nothing was lost", retryable=True),
    "identity-down": Slug(503, "the identity provider cannot be reached", "ask again in a moment", retryable=True),
    "database-down": Slug(503, "the database cannot do that now", "ask again in a moment", retryable=True),
    "fault": Slug(500, "a fault of proofolio", "report the request id", retryable=True),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One of several things that are wrong. `pointer`: RFC 6901, where in the body; `code`: what kind of mistake."""

    pointer: str | None
    detail: str
    help: str
    code: str = "wrong"


@dataclass(frozen=True, slots=True)
class Problem:
    """application/problem+json. `instance`: the path of the request; `request_id`: as in the header X-Request-Id and in
    the log."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool
    request_id: str
    errors: tuple[Flaw, ...] = ()


class ProblemError(Exception):
    """Ends a request with a problem. `slug` is one of SLUGS."""

    def __init__(self, slug: str, detail: str, errors: Sequence[Flaw] = (), headers: Mapping[str, str] | None = None):
        super().__init__(detail)
        self.slug, self.detail, self.errors, self.headers = slug, detail, tuple(errors), dict(headers or {})


def several(what: str, errors: Sequence[Flaw]) -> ProblemError:
    """Of a body in which all these are wrong, or the first `LOOKED_FOR` of them. `what`: that it is about."""
    if len(errors) > NAMED:
        said = f"more than {NAMED:,} things are wrong with {what}; `errors` has the first {NAMED:,}"
        return ProblemError("invalid", said, errors[:NAMED])
    said = "1 thing is" if len(errors) == 1 else f"{len(errors)} things are"
    return ProblemError("invalid", f"{said} wrong with {what}", errors)


def answered(request: Request[Any, Any, Any], error: ProblemError) -> Response[Problem]:
    return response(request, error.slug, error.detail, error.errors, error.headers)


def response(
    request: Request[Any, Any, Any],
    slug: str,
    detail: str,
    errors: tuple[Flaw, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[Problem]:
    about, known = SLUGS[slug], request.scope["state"]["request_id"]
    path = quote(request.scope["path"])
    problem = Problem(
        f"/problems/{slug}", about.title, about.status, detail, path, slug, about.retryable, known, errors
    )
    return Response(problem, status_code=about.status, media_type=MEDIA, headers=dict(headers or {}))


def page(slug: str) -> str:
    """The page that a problem's `type` opens."""
    about = SLUGS[slug]
    return f"{slug} ({about.status})\n\n{about.title}.\nWhat to do: {about.do}.\n"
