"""Something to do on every route that writes, in a firm of two households: all of it is about `smith`, and can be done
at once. A route that is added says here what is done on it (`tests.server.api.test_writes` asks for that)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from httpx import Response
from litestar import Litestar
from sqlalchemy import update

from server import clock
from server.auth import credentials
from server.auth.roles import Role
from server.flow import rebalancing, worker
from server.log import journal
from server.log.events import Event
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Hold, Proposal, Webhook
from tests.server import stocked
from tests.server.api.conftest import Caller, answering
from tests.server.api.test_facts import LIST
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.texts import PUBLIC
from tests.server.signing import named, registered, signed

RULES = {
    "open.mandate": PUBLIC.replace("on breach block", 'on breach block, waiver by "CCO"').format(share=50),
    "list.mandate": LIST.format(eyes="").replace("LIST-1", "L").replace("forbid buy", "forbid short"),
}
FIRM = {**SHARED, **together(household("jones"), household("smith", quantity="600", accounts=2))}
"""Of which `smith` has too much of one company, in both accounts; waived and held is the second."""
FIRST, SECOND, THIRD = ({"If-Match": f'"r{version}"'} for version in (1, 2, 3))
WHY = {"reason": "why"}
EVE = {"principal": "eve", "roles": ["trader"]}
TODAY, LAST = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}" for days in (0, 9))
OLD = "2015-03-05T10:00:00.000000Z"
_NUMBER = count()


@dataclass(frozen=True)
class Deed:
    """`path`: with what it is done to; `body`: JSON, or bytes."""

    path: str
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    def __call__(self, by: Caller, **more: Any) -> Response:
        """As `by` does it; `path`, `body`, `headers` instead of its own."""
        body, headers = more.pop("body", self.body), more.pop("headers", self.headers)
        content = {"content" if isinstance(body, bytes) else "json": body} if self.method == "POST" else {}
        return by(self.method, more.pop("path", self.path), headers=headers, **content, **more)


@dataclass(frozen=True)
class World:
    """`one` and `two` may do everything; `stranger` too, to the household `jones`."""

    service: Service
    served: Litestar
    one: Caller
    two: Caller
    stranger: Caller

    def made(self, path: str, body: Any = None, **headers: str) -> str:
        """The id of what `one` made."""
        found = Deed(path, {} if body is None else body, headers)(self.one)
        assert found.status_code in (200, 201, 202), (path, found.text)
        return str(found.json()["id"])

    def fresh(self) -> None:
        """Nothing that was approved or held before is in the way."""
        stocked.filled(self.service, FIRM)
        with self.service.store.writing() as session:
            session.connection().execute(update(Hold).values(until=clock.now()))

    def worked(self) -> None:
        while worker.one(self.service):
            pass

    def proposal(self) -> str:
        self.fresh()
        name = self.made("/v1/proposals", {"household": "smith"})
        self.worked()
        return name

    def consented(self) -> str:
        """A proposal of which it is put down that it needs consent."""
        name = self.proposal()
        with self.service.store.writing() as session:
            row = session.get_one(Proposal, name)
            row.measures = str(row.measures).replace('"consent":false', '"consent":true')
            session.add(row)
        return name

    def run(self) -> str:
        return self.made("/v1/runs", {"households": ["smith"]})

    def size(self) -> int:
        with self.service.store.reading() as session:
            return journal.size(session)


@contextmanager
def world(url: str, folder: Path) -> Iterator[World]:
    service = opened(Settings(folder / "data", url, workers=0))
    stocked.ruled(service, RULES)
    stocked.sealed(service, FIRM)
    with answering(service) as client:
        people = (Caller(client, _key(service, *each)) for each in (("one", None), ("two", None), ("x", ["jones"])))
        yield World(service, client.app, *people)
    service.store.engine.dispose()


def _key(service: Service, name: str, households: list[str] | None) -> str:
    with service.store.writing() as session:
        until = clock.text(datetime.now(UTC) + timedelta(hours=1))
        mine = None if households is None else frozenset(households)
        return credentials.made(session, name, frozenset(Role), mine, clock.now(), until)[1]


# --- what is done ------------------------------------------------------------------------------


def _waiver(w: World) -> str:
    days = {"first": TODAY, "last": LAST}
    return w.made("/v1/waivers", {"rule": "P-1", "account": "smith-1", **days, **WHY})


def _mode(w: World) -> str:
    book = w.made("/v1/rulebooks", {"title": "modes", "files": RULES})
    return w.made(f"/v1/rulebooks/{book}/modes", {"rule": "P-1", "mode": "observe", **WHY})


def _policy(w: World) -> str:
    return w.made("/v1/approval-policies", {"title": "t", "clauses": []})


def _agreed(w: World) -> str:
    name = _policy(w)
    assert Deed(f"/v1/approval-policies/{name}/approval", {}, FIRST)(w.two).status_code == 200
    return name


def _endpoint(w: World) -> str:
    return w.made("/v1/webhook-endpoints", {"url": f"https://x.example/{next(_NUMBER)}"})


def _approved(w: World) -> str:
    name = w.proposal()
    assert Deed(f"/v1/proposals/{name}/approval", {}, SECOND)(w.two).status_code == 200
    return name


def _held(w: World) -> str:
    name = w.proposal()
    assert Deed(f"/v1/proposals/{name}/hold", WHY, SECOND)(w.two).status_code == 200
    return name


def _override(w: World) -> str:
    return w.made(f"/v1/proposals/{w.consented()}/overrides", WHY)


def _of_old(w: World) -> dict[str, str]:
    """What may be erased: an entry of long ago."""
    says = Event("proposal.rejected", f"s{next(_NUMBER)}", "it", "anna", {}, household="smith")
    with w.service.store.writing() as session:
        return {"leaf": journal.append(session, [says], OLD)[0].leaf, **WHY}


def _challenged(w: World) -> Deed:
    seed = bytes([next(_NUMBER) % 256] * 32)
    asked = w.two("POST", "/v1/me/keys/challenges", json={"key": named("two", seed)})
    return Deed("/v1/me/keys", {"envelope": signed(asked.json(), seed)})


def _root(w: World) -> Deed:
    w.fresh()
    run = w.run()
    rebalancing.step(w.service, run)
    w.worked()
    said = w.two("GET", f"/v1/runs/{run}/approval-payload")
    assert said.status_code == 200, said.text
    return Deed(f"/v1/runs/{run}/approvals", {"root": said.json()["payload"]["root"]})


def _resumed(w: World) -> Deed:
    run = w.run()
    w.made(f"/v1/runs/{run}/pause", **FIRST)
    return Deed(f"/v1/runs/{run}/resumption", {}, SECOND)


def _stopped(w: World) -> Deed:
    name = _endpoint(w)
    with w.service.store.writing() as session:
        session.get_one(Webhook, name).stopped = clock.now()
    return Deed(f"/v1/webhook-endpoints/{name}/resumption")


def _listed(w: World) -> Deed:
    Deed("/v1/lists/L/entries", {"kind": "issuer", "subject": "XB"})(w.one)
    return Deed("/v1/lists/L/entries/XB", method="DELETE")


def _delete(path: str, name: str) -> Deed:
    return Deed(f"/v1/{path}/{name}", method="DELETE")


DEEDS: Mapping[str, Callable[[World], Deed]] = {
    "keys_add": lambda w: Deed("/v1/keys", EVE),
    "keys_rotate": lambda w: Deed(f"/v1/keys/{w.made('/v1/keys', EVE)}/rotation"),
    "keys_end": lambda w: _delete("keys", w.made("/v1/keys", EVE)),
    "rulebooks_add": lambda w: Deed("/v1/rulebooks", {"title": "t", "files": RULES}),
    "rulebooks_activate": lambda w: Deed(
        f"/v1/rulebooks/{w.made('/v1/rulebooks', {'title': 't', 'files': RULES})}/activation", {"from": "now"}, FIRST
    ),
    "modes_add": lambda w: Deed(
        f"/v1/rulebooks/{w.made('/v1/rulebooks', {'title': 't', 'files': RULES})}/modes",
        {"rule": "P-1", "mode": "observe", **WHY},
    ),
    "modes_agree": lambda w: Deed(f"/v1/modes/{_mode(w)}/approval", {}, FIRST),
    "evidence_add": lambda w: Deed("/v1/evidence", b"signed"),
    "waivers_add": lambda w: Deed(
        "/v1/waivers", {"rule": "P-1", "account": "smith-1", "first": TODAY, "last": LAST, **WHY}
    ),
    "waivers_grant": lambda w: Deed(f"/v1/waivers/{_waiver(w)}/grant", {}, FIRST),
    "waivers_end": lambda w: _delete("waivers", _waiver(w)),
    "overrides_add": lambda w: Deed(f"/v1/proposals/{w.consented()}/overrides", WHY),
    "overrides_grant": lambda w: Deed(f"/v1/overrides/{_override(w)}/grant", {}, FIRST),
    "overrides_end": lambda w: _delete("overrides", _override(w)),
    "snapshots_add": lambda w: Deed("/v1/snapshots", FIRM),
    "facts_add": lambda w: Deed("/v1/facts", {"prices": [{"instrument": "A", "day": "2026-01-30", "price": "10.00"}]}),
    "lists_enter": lambda w: Deed("/v1/lists/L/entries", {"kind": "issuer", "subject": "XA"}),
    "lists_end": _listed,
    "proposals_add": lambda w: Deed("/v1/proposals", {"household": "smith"}),
    "revisions_revise": lambda w: Deed(f"/v1/proposals/{w.proposal()}/revisions"),
    "decisions_approve": lambda w: Deed(f"/v1/proposals/{w.proposal()}/approval", {}, SECOND),
    "decisions_reject": lambda w: Deed(f"/v1/proposals/{w.proposal()}/rejection", WHY, SECOND),
    "decisions_hold": lambda w: Deed(
        f"/v1/proposals/{w.proposal()}/hold", {**WHY, "until": "2099-01-01T00:00:00Z"}, SECOND
    ),
    "decisions_resume": lambda w: Deed(f"/v1/proposals/{_held(w)}/resumption", {}, THIRD),
    "headroom_release": lambda w: Deed(f"/v1/proposals/{_approved(w)}/release", WHY, THIRD),
    "holds_add": lambda w: Deed("/v1/holds", {"household": "smith", "account": "smith-1", **WHY}),
    "holds_end": lambda w: _delete("holds", w.made("/v1/holds", {"household": "smith", **WHY})),
    "approval_policies_add": lambda w: Deed("/v1/approval-policies", {"title": "t", "clauses": []}),
    "approval_policies_agree": lambda w: Deed(f"/v1/approval-policies/{_policy(w)}/approval", {}, FIRST),
    "approval_policies_end": lambda w: _delete("approval-policies", _agreed(w)),
    "people_challenge": lambda w: Deed("/v1/me/keys/challenges", {"key": named("two", bytes([77] * 32))}),
    "people_add": _challenged,
    "people_end": lambda w: _delete("people/keys", registered(w.two, "two", bytes([next(_NUMBER) % 256] * 32))),
    "runs_add": lambda w: Deed("/v1/runs", {"households": ["smith"]}),
    "runs_pause": lambda w: Deed(f"/v1/runs/{w.run()}/pause", {}, FIRST),
    "runs_resume": _resumed,
    "runs_cancel": lambda w: Deed(f"/v1/runs/{w.run()}/cancellation", WHY, FIRST),
    "run_approvals_approve": _root,
    "webhooks_add": lambda w: Deed("/v1/webhook-endpoints", {"url": "https://x.example/"}),
    "webhooks_rotate": lambda w: Deed(f"/v1/webhook-endpoints/{_endpoint(w)}/secret"),
    "webhooks_resume": _stopped,
    "webhooks_again": lambda w: Deed(f"/v1/webhook-endpoints/{_endpoint(w)}/redelivery", {"from": 0, "to": 1}),
    "webhooks_end": lambda w: _delete("webhook-endpoints", _endpoint(w)),
    "erasures_ask": lambda w: Deed("/v1/erasures", _of_old(w)),
    "erasures_agree": lambda w: Deed(f"/v1/erasures/{w.made('/v1/erasures', _of_old(w))}/approval", {}, FIRST),
    "erasures_place": lambda w: Deed("/v1/legal-holds", {"household": "smith", **WHY}),
    "erasures_end": lambda w: _delete("legal-holds", w.made("/v1/legal-holds", {"household": "smith", **WHY})),
}
"""By the route's operation id. `two` does it; what somebody else has to have done before, `one` did."""

_FIRMS = ("keys_", "rulebooks_", "modes_", "facts_", "lists_", "approval_policies_", "people_")
FIRMS = frozenset(name for name in DEEDS if name.startswith(_FIRMS))
"""What is the whole firm's, and no household's."""
