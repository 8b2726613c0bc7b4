"""Two firms that differ only in what a reader may not see give that reader the same answers, on every route there is.

What one of them has more of is another household (its holdings, proposals, runs, holds, waivers, evidence) and a rule
for other eyes. Readers of every role see one household; nobody of them has the rule's role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar

from policy.canonical import digest
from server.api.caller import PUBLIC as OPEN
from server.api.routes import routes
from server.auth.roles import Role
from server.running import Service, first_key, opened
from server.settings import Settings
from tests.server import stocked
from tests.server.api.conftest import Caller, answering
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.texts import PUBLIC, SECRET
from tests.server.flow.test_headroom import FIRM

Ids = Mapping[str, list[str]]
WAIVED = PUBLIC.replace("on breach block", 'on breach block, waiver by "CCO"').format(share=50)
HIDDEN = SECRET.replace("on breach block", 'on breach block, waiver by "CCO"').format(most=90)
IDLE = HIDDEN.replace("H-7", "H-8").replace("90%", "99%")
NOW = datetime.now(UTC)
LAST, LATER = f"{NOW + timedelta(days=90):%Y-%m-%d}", f"{NOW + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
FIRST = {"If-Match": '"r1"'}
WAIT = {"Prefer": "wait=60"}
READERS = [role for role in Role if role is not Role.CONTROL_ROOM]
STREAMS = {"/v1/events/stream", "/v1/runs/{run}/progress", "/v1/proposals/{proposal}/progress"}
"""What does not end: the feed's pages, the run and the proposal say the same."""
MEASURED = {"/v1/metrics"}
"""Sums over everything, for those who run the service."""
DAYS = "|".join(f"{NOW + timedelta(days=ahead):%Y-%m-%d}" for ahead in (0, 1))
"""Of the test: midnight may come."""
VARYING = re.compile(
    r"\b(?:prop|rb|snap|key|req|evt|run|wvr|W|mode|ovr|hold|erase|legal|hook|ap|ver)[_-][0-9a-v]{20,}|[0-9a-f]{64}"
    r"|seen \d+ \S+|example\.org/log\+\S+|\d{4}-\d\d-\d\dT[\d:.]+Z|\"(?:index|after|seq|since|cause)\":-?\d+"
    rf"|\"content-length\": \"\d+\"|P\d+DT\d+H\d+M\d+S|{DAYS}"
)


@contextmanager
def of_its_own(folder: Path) -> Iterator[tuple[Service, Litestar, Callable[..., Caller]]]:
    """A service that shares nothing with another one of the same test."""
    service = opened(Settings(folder, f"sqlite:///{folder / 'x.sqlite'}", origin="example.org/log"))
    try:
        with answering(service) as client:
            first = Caller(client, first_key(service.settings).read_text().strip())
            admin = Caller(client, _key(first, "ada", [Role.ADMIN]))

            def caller(name: str, *roles: Role, **more: Any) -> Caller:
                return Caller(client, _key(admin, name, list(roles), **more))

            yield service, client.app, caller
    finally:
        service.store.engine.dispose()


def _key(by: Caller, name: str, roles: list[Role], **more: Any) -> str:
    return str(by("POST", "/v1/keys", json={"principal": name, "roles": roles, **more}).json()["key"])


@contextmanager
def world(folder: Path, *, busy: bool) -> Iterator[tuple[Litestar, Callable[..., Caller], Ids]]:
    with of_its_own(folder / ("busy" if busy else "quiet")) as (service, served, caller):
        yield served, caller, filled(service, caller, busy=busy)


def filled(service: Service, caller: Callable[..., Caller], *, busy: bool) -> Ids:
    """What there is of each kind; of what only the busy firm has, ids that name nothing in the other."""
    files = {"open.mandate": WAIVED, "firm.mandate": FIRM.format(share=90), "hidden.mandate": HIDDEN if busy else IDLE}
    ids: dict[str, list[str]] = {"rulebook": [stocked.ruled(service, files)]}
    smith = household("smith", quantity="700" if busy else "10", accounts=2 if busy else 1)
    ids["snapshot"] = [stocked.sealed(service, {**SHARED, **together(household("jones"), smith)})]
    ids |= {"household": ["jones", "smith"], "account": ["jones-0", "smith-0", "smith-1"]}
    theirs, others = (Party(caller, name, ids) for name in ("jones", "smith"))
    theirs.busy()
    ids["rulebook"].append(theirs.room("GET", "/v1/rulebooks").json()["data"][0]["id"])
    mine = {kind: len(names) for kind, names in ids.items()}
    if busy:
        others.busy()
        theirs.secret()
    for kind, name in NOTHING.items():
        ids[kind] = [*ids.get(kind, ()), *(name for _ in range(MOST))][: mine.get(kind, 0) + MOST]
    return ids


MOST = 12
"""More than the busy firm has of anything."""
NOTHING = {
    "proposal": "prop_0", "run": "run_0", "hold": "hold_0", "waiver": "wvr_0", "mode": "mode_0", "endpoint": "hook_0",
    "name": "0" * 64, "leaf": "0" * 64, "override": "ovr_0", "policy": "ap_0", "erasure_id": "erase_0",
}  # fmt: skip


BUY = {"side": "buy", "instrument": "A", "quantity": "1"}
CHECKS: list[dict[str, Any]] = [
    {},
    {"everything": True},
    {"household": "smith"},
    {"household": "jones", "everything": True},
    {"orders": [{**BUY, "account": "jones-0"}], "everything": True, "instead": True},
    {"orders": [{**BUY, "account": "jones-0"}], "household": "jones"},
    {"orders": [{**BUY, "account": "smith-0"}]},
    {"orders": [{**BUY, "account": "smith-1"}]},
    {"orders": [{**BUY, "account": "nobodys"}]},
]
ASKED: list[tuple[str, dict[str, Any]]] = [
    *(("/v1/checks", {"json": each}) for each in CHECKS),
    ("/v1/checks/batch", {"content": b"\n".join(json.dumps(each).encode() for each in CHECKS)}),
    ("/v1/proposals", {"json": {"household": "smith"}}),
    ("/v1/runs", {"json": {"households": ["smith"]}}),
    ("/v1/holds", {"json": {"household": "smith", "reason": "why"}}),
    ("/v1/legal-holds", {"json": {"household": "smith", "reason": "why"}}),
    ("/v1/erasures", {"json": {"household": "smith", "reason": "why"}}),
    ("/v1/facts", {"json": {"positions": [{"household": "smith", "account": "smith-1", "lots": []}]}}),
    ("/v1/snapshots", {"json": {**SHARED, **together(household("smith"))}}),
    ("/v1/waivers", {"json": {"rule": "H-7", "first": f"{NOW:%Y-%m-%d}", "last": LAST, "reason": "why"}}),
]
"""What each of them asks. Nobody may change what is not theirs."""


class Party:
    """A household, and what everybody does with it."""

    def __init__(self, caller: Callable[..., Caller], name: str, ids: dict[str, list[str]]) -> None:
        self.name, self.ids = name, ids
        only = {"households": [name]}
        self.adviser = caller(f"{name}-adviser", Role.ADVISER, **only)
        self.officer = caller(f"{name}-officer", Role.COMPLIANCE, **only)
        self.room = caller(f"{name}-room", Role.COMPLIANCE, Role.CONTROL_ROOM)
        self.second = caller(f"{name}-second", Role.COMPLIANCE, Role.CONTROL_ROOM)
        self.desk = caller(f"{name}-desk", Role.OPERATIONS, **only)

    def made(self, kind: str, by: Caller, path: str, **more: Any) -> str:
        found = by("POST", path, **more)
        assert found.status_code in (200, 201, 202), (path, found.text)
        said = found.json()
        if kind:
            self.ids.setdefault(kind, []).append(said["id"])
        self.ids.setdefault("leaf", []).append(said["log"]["leaf"])
        return str(said.get("id", ""))

    def busy(self) -> None:
        note = self.made("name", self.officer, "/v1/evidence", content=b"signed by " + self.name.encode())
        self.waived(f"{self.name}-0", note)
        scheduled = {"household": self.name, "from": LATER, "reason": f"the {self.name} divorce"}
        self.made("hold", self.officer, "/v1/holds", json=scheduled)
        self.made("endpoint", self.desk, "/v1/webhook-endpoints", json={"url": f"https://{self.name}.example/hook"})
        self.made("", self.officer, "/v1/legal-holds", json={"household": self.name, "reason": f"{self.name} v. doe"})
        run = self.made("run", self.adviser, "/v1/runs", json={})
        self.made("", self.adviser, f"/v1/runs/{run}/pause", json={"reason": self.name}, headers=FIRST)
        asked = self.adviser("POST", "/v1/proposals", json={"household": self.name}, headers=WAIT).json()
        assert asked["state"] == "proposed", asked
        self.ids.setdefault("proposal", []).append(asked["id"])
        said = {"json": {"remark": f"{self.name} said yes", "evidence": note}, "headers": {"If-Match": '"r2"'}}
        self.made("", self.officer, f"/v1/proposals/{asked['id']}/approval", **said)

    def waived(self, account: str | None, note: str | None, rule: str = "P-1") -> None:
        wanted = {"rule": rule, "account": account, "first": f"{NOW:%Y-%m-%d}", "last": LAST, "evidence": note}
        by = self.officer if rule == "P-1" else self.room
        name = self.made("waiver", by, "/v1/waivers", json={**wanted, "reason": f"for {self.name}"})
        self.made("", self.second, f"/v1/waivers/{name}/grant", json={}, headers=FIRST)

    def secret(self) -> None:
        """What is about the hidden rule alone."""
        body = {"rule": "H-7", "mode": "observe", "from": "now", "reason": "the secret rule is too loud"}
        name = self.made("mode", self.room, f"/v1/rulebooks/{self.ids['rulebook'][0]}/modes", json=body)
        self.made("", self.second, f"/v1/modes/{name}/approval", json={}, headers=FIRST)
        note = self.made("name", self.room, "/v1/evidence", content=b"the secret memorandum")
        self.waived(None, note, "H-7")


def paths(served: Litestar, ids: Ids) -> Iterator[tuple[str, str]]:
    """Each GET route with every id, by its template and the number of that id."""
    for template, method, handler in routes(served):
        if method != "get" or handler.opt.get(OPEN) or template in STREAMS | MEASURED:
            continue
        name, *more = re.findall(r"\{(\w+)\}", template) or [""]
        assert not more, template
        for number, each in enumerate(ids.get(name, ["none"])):
            yield f"{template} {number}", template.replace(f"{{{name}}}", each)


def queries(template: str, ids: Ids) -> list[str]:
    if template.endswith("/comparison"):
        return [f"?against={each}" for each in ids["proposal"]]
    if template.endswith("/changes"):
        return [f"?against={ids['rulebook'][0]}"]
    if template.endswith("/document"):
        return ["", "?household=jones", "?household=smith"]
    if template.startswith("/v1/verdicts"):
        return ["", "?household=smith", "?rule=H-7"]
    return [""]


def told(found: Response) -> tuple[int, str, str]:
    plain = {name: value for name, value in found.headers.items() if name not in ("x-request-id", "date")}
    body = found.text
    if "zip" in found.headers.get("content-type", ""):
        body = ""
    return found.status_code, VARYING.sub("*", json.dumps(plain, sort_keys=True)), VARYING.sub("*", _plain(body))


def _plain(body: str) -> str:
    """Without the ids in paths that name nothing."""
    return re.sub(r"\b(?:prop|run|hold|wvr|mode|hook|ovr|ap|erase)_0\b", "*", body)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    found = []
    for busy in (False, True):
        with world(tmp_path_factory.mktemp("firm"), busy=busy) as (served, caller, ids):
            said: dict[str, Any] = {}
            for role in READERS:
                who = caller(f"a {role}", role, households=["jones"])
                for name, path in paths(served, ids):
                    for number, query in enumerate(queries(name.partition(" ")[0], ids)):
                        key = f"{role}: {name}.{number} {_plain(VARYING.sub('*', path + query))}"
                        said[key] = told(who("GET", path + query))
                for number, (path, body) in enumerate(ASKED):
                    said[f"{role}: {path} {number}"] = told(who("POST", path, **body))
            found.append(said)
    return found


def test_what_a_reader_may_not_see_changes_none_of_their_answers(heard: list[dict[str, Any]]) -> None:
    quiet, busy = heard
    differ = {name: (quiet[name], busy.get(name)) for name in quiet if quiet[name] != busy.get(name)}
    assert not differ, "\n".join(f"{name}\n  {_first(*both)}" for name, both in differ.items())


def _first(one: tuple[int, str, str], two: tuple[int, str, str]) -> str:
    """Where they begin to differ."""
    texts = [" ".join(map(str, each)) for each in (one, two)]
    place = next((at for at, pair in enumerate(zip(*texts, strict=False)) if len(set(pair)) > 1), 0)
    return "\n  ".join(each[max(0, place - 60) : place + 200] for each in texts)


def test_no_answer_has_a_word_of_it(heard: list[dict[str, Any]]) -> None:
    words = ("smith", "H-7", "memorandum", digest(b"signed by smith"))
    held = [
        (name, word)
        for name, (_, headers, body) in heard[1].items()
        for word in words
        if word in headers + body and word not in name  # what was asked for by its name is named
    ]
    echoes = ("admin: ", *(f"{role}: {path}" for role in READERS for path, _ in ASKED))
    assert [(name, word) for name, word in held if not name.startswith(echoes) or ": /v1/proposals/{" in name] == []
