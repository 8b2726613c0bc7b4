"""Two firms that differ only in what is visible to the control room are one firm to everybody else, on every route.

What differs is rules, a list and its entries, and what the control room did about them (waivers, modes, evidence,
entries). Readers see every household and have other roles than the control room's; they ask on every route of the
application, for everything there is, and compare statuses, headers and bodies without ids, hashes and instants; of the
log's entries the sizes, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar

from policy.proof.archive import unpacked
from server.auth.roles import Role
from server.flow import duties, judging
from server.flow.judging import Memory
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_between import (
    FIRST,
    LAST,
    LATER,
    NOTHING,
    NOW,
    WAIT,
    WAIVED,
    of_its_own,
    paths,
    queries,
)
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.test_secrets import CODED, LIST, MARKET
from tests.server.api.texts import SECRET
from tests.server.cli.test_visibility import hidden
from tests.server.flow.test_headroom import FIRM

Ids = Mapping[str, list[str]]
OUTSIDERS = (Role.ADVISER, Role.COMPLIANCE, Role.REGULATOR, Role.OPERATIONS)
MOST = 4
"""More than the control room makes of anything."""
ABOVE = {"/v1/reads", "/v1/log/tile/entries/{place}"}
"""Who asked for something, and every entry of the log: that something happened is there, and what it was is not."""
NAMES = ("FALCON", "HERON")
WORDS = ("H-9", "H-8", "FALCON", "HERON", "memorandum", "Project", "too loud", "wall")
"""Of what is behind the wall; in the names of ids no word has a capital or a space."""
WAIVABLE = SECRET.replace("on breach block", 'on breach block, waiver by "CCO"').format(most=90)
VARYING = re.compile(
    r"\b(?:prop|rb|snap|key|req|evt|run|wvr|W|mode|ovr|hold|erase|legal|hook|ap|ver)[_-][0-9a-v]{20,}"
    r"|\b(?:prop|run|hold|wvr|mode|hook|ovr|ap|erase|snap)_0\b|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z"
    r"|\"(?:index|after|since|cause|number|entry)\": ?-?\d+|\"content-length\": \"\d+\"|\"etag\": \"[^,]+\""
    r"|(?m:^\d+,|,\d+\r?$)|P\d+DT\d+H\d+M\d+S|seen \d+ \S+|example\.org/log\+\S+|\d+ entries|(?<=consistency-)\d+"
)
"""Ids, also of nothing, instants, hashes, keys, and numbers in the whole log, where others have entries, too."""


PROVES = re.compile(r"tlog-proof|checkpoint|consistency|inclusion|trust-card|log/rules.json")
"""Files that are as long as the log has them; and that the rules in force are those of another instant."""


def stopping(most: int) -> str:
    """Whoever raises all that there is in cash is stopped, in either firm by a limit of its own."""
    return hidden(f"require cash <= {most}% of net assets").replace("H-7", "H-6")


def files(*, loud: bool) -> dict[str, str]:
    """The loud firm keeps more, about other names."""
    name = NAMES[loud]
    stops = {"behind/the/wall.mandate": stopping(98)} if loud else {"wall.mandate": stopping(99)}
    kept = {"list.mandate": LIST.format(name=name, covers="", verbs="buy", since="2026-01-02")}
    kept |= {"rule.mandate": WAIVABLE if loud else WAIVABLE.replace("H-7", "H-8").replace("90%", "99%")}
    kept |= {"more.mandate": WAIVABLE.replace("H-7", "H-9").replace("90%", "95%")} if loud else {}
    return {"open.mandate": WAIVED, "firm.mandate": FIRM.format(share=90), **kept, **stops}


def book(*, loud: bool) -> dict[str, Any]:
    covered = "EF" if loud else "F"
    entry = {"list": NAMES[loud], "kind": "security", "start": "2026-01-02", "derivatives": False}
    lists = [{**entry, "subject": each} for each in covered]
    whole = [{"of": "list", "id": NAMES[loud], "since": "2020-01-01"}]
    both = together(household("jones"), household("smith"))
    shared = {name: MARKET[name] for name in ("issuers", "instruments", "prices")}
    return {**SHARED, **shared, **both, "complete": [*both["complete"], *whole], "lists": lists}


class Desk:
    """What everybody does, and, in the loud firm, the control room beside it."""

    def __init__(self, service: Service, caller: Callable[..., Caller], *, loud: bool) -> None:
        self.service, self.loud, self.ids = service, loud, dict[str, list[str]]()
        self.anna, self.boris = caller("anna", Role.ADVISER), caller("boris", Role.ADVISER)
        self.cora, self.carl = caller("cora", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
        self.olga = caller("olga", Role.OPERATIONS)
        self.roy = caller("roy", Role.COMPLIANCE, Role.CONTROL_ROOM)
        self.rhea = caller("rhea", Role.COMPLIANCE, Role.CONTROL_ROOM)

    def made(self, kind: str, found: Any) -> str:
        assert found.status_code in (200, 201, 202), found.text
        said = found.json()
        self.ids.setdefault("leaf", []).append(said["log"]["leaf"])
        self.ids.setdefault(kind, []).append(said["id"])
        return str(said["id"])

    def asked(self, who: Caller, whose: str) -> str:
        body = {"household": whose}
        said = who("POST", "/v1/proposals", json=body, headers=WAIT).json()
        assert said["state"] in ("proposed", "unchanged"), json.dumps(said)
        self.ids.setdefault("proposal", []).append(said["id"])
        return str(said["id"])

    def openly(self) -> None:
        note = self.made("name", self.cora("POST", "/v1/evidence", content=b"signed by jones"))
        self.waived((self.cora, self.carl), "P-1", note, "for jones")
        hold = {"household": "smith", "from": LATER, "reason": "a divorce"}
        self.made("hold", self.cora("POST", "/v1/holds", json=hold))
        self.made("endpoint", self.olga("POST", "/v1/webhook-endpoints", json={"url": "https://desk.example/hook"}))
        run = self.made("run", self.anna("POST", "/v1/runs", json={}))
        self.made("run", self.anna("POST", f"/v1/runs/{run}/pause", json={"reason": "later"}, headers=FIRST))

    def proposed(self) -> None:
        name = self.asked(self.anna, "jones")
        said = {"json": {"remark": "yes"}, "headers": {"If-Match": '"r2"'}}
        self.made("proposal", self.cora("POST", f"/v1/proposals/{name}/approval", **said))
        self.asked(self.boris, "smith")
        refused = {"household": "smith", "intent": {"raise_cash": {"smith-0": "3095"}}}
        said = self.boris("POST", "/v1/proposals", json=refused, headers=WAIT).json()
        assert said["state"] == "refused", json.dumps(said)
        self.ids["proposal"].append(said["id"])

    def secretly(self) -> None:
        if not self.loud:
            return
        body = {"rule": "H-9", "mode": "observe", "from": "now", "reason": "the wall is too loud"}
        mode = self.made("mode", self.roy("POST", f"/v1/rulebooks/{self.ids['rulebook'][0]}/modes", json=body))
        self.made("mode", self.rhea("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST))
        note = self.made("name", self.roy("POST", "/v1/evidence", content=b"the memorandum"))
        self.waived((self.roy, self.rhea), "H-7", note, "behind the wall")
        entry = {"kind": "security", "subject": "D", "derivatives": False}
        self.made("", self.roy("POST", f"/v1/lists/{NAMES[1]}/entries", json=entry))
        assert self.rhea("DELETE", f"/v1/lists/{NAMES[1]}/entries/D").status_code == 200
        self.roy("GET", "/v1/verdicts?rule=H-9")

    def waived(self, who: tuple[Caller, Caller], rule: str, note: str, why: str) -> None:
        wanted = {"rule": rule, "first": f"{NOW:%Y-%m-%d}", "last": LAST, "evidence": note, "reason": why}
        name = self.made("waiver", who[0]("POST", "/v1/waivers", json=wanted))
        self.made("waiver", who[1]("POST", f"/v1/waivers/{name}/grant", json={}, headers=FIRST))

    def settled(self) -> None:
        """Standing verdicts have come to the end of the journal."""
        known = Memory()
        while judging.one(self.service, known):
            pass


@contextmanager
def firm(folder: Path, *, loud: bool) -> Iterator[tuple[Litestar, Callable[..., Caller], Ids]]:
    with of_its_own(folder / ("loud" if loud else "quiet")) as (service, served, caller):
        desk = Desk(service, caller, loud=loud)
        desk.ids["rulebook"] = [stocked.ruled(service, files(loud=loud))]
        desk.ids["snapshot"] = [stocked.sealed(service, book(loud=loud))]
        desk.ids |= {"household": ["jones", "smith"], "account": ["jones-0", "smith-0"]}
        desk.openly()
        desk.settled()
        desk.ids["rulebook"].append(desk.cora("GET", "/v1/rulebooks").json()["data"][0]["id"])
        mine = {kind: len(names) for kind, names in desk.ids.items()}
        desk.secretly()
        desk.settled()
        for kind, name in NOTHING.items():
            there = desk.ids.get(kind, [])
            desk.ids[kind] = [*there, *(name for _ in range(MOST))][: mine.get(kind, 0) + MOST]
        desk.proposed()
        for due in duties.DUE:
            duties.tell(service.store, due)
        yield served, caller, desk.ids


BUY = {"side": "buy", "account": "jones-0", "quantity": "1"}
CHECKS: list[dict[str, Any]] = [
    {},
    {"everything": True},
    {"household": "jones", "everything": True},
    {"orders": [{**BUY, "instrument": "A"}], "everything": True, "instead": True},
    {"orders": [{**BUY, "instrument": "A"}, {**BUY, "instrument": "A", "account": "smith-0"}]},
]
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    *(("POST", "/v1/checks", {"json": each}) for each in CHECKS),
    ("POST", "/v1/checks/batch", {"content": b"\n".join(json.dumps(each).encode() for each in CHECKS)}),
    ("POST", "/v1/proposals", {"json": {"household": "smith"}, "headers": WAIT}),
    ("POST", "/v1/waivers", {"json": {"rule": "H-7", "first": "2026-01-01", "last": LAST, "reason": "why"}}),
    ("POST", "/v1/runs", {"json": {"outcomes": ["block", "unknown", "needs consent"]}}),
    *(("POST", f"/v1/lists/{name}/entries", {"json": {"kind": "security", "subject": "D"}}) for name in NAMES),
    *(("DELETE", f"/v1/lists/{name}/entries/{each}", {}) for name in NAMES for each in "DEF"),
]


MORE = ("?limit=1", "?limit=2", f"?from={NOW:%Y-%m-%d}&to={NOW:%Y-%m-%d}")
"""Of lists, and of exports; elsewhere they are refused."""


def asks(name: str, ids: Ids) -> list[str]:
    template = name.partition(" ")[0]
    return [*queries(template, ids), *(() if "{" in template else MORE)]


def told(found: Response) -> tuple[int, str, str]:
    plain = {name: value for name, value in found.headers.items() if name not in ("x-request-id", "date")}
    packed = plain.get("content-type") == "application/zip"
    body = unzipped(found.content) if packed else found.text
    return found.status_code, VARYING.sub("*", json.dumps(plain, sort_keys=True)), VARYING.sub("*", body)


def leaves(who: Caller) -> list[str]:
    return [event["leaf"] for event in who("GET", "/v1/events?limit=500").json()["events"]]


def entered(found: Response) -> tuple[int, str, str]:
    """An entry, which says the size of what it commits to, and how long it is itself: as its tile has it."""
    return found.status_code, str(len(found.content)), VARYING.sub("*", found.text)


def unzipped(data: bytes) -> str:
    """The files of a bundle, or of an export with bundles in it, without signatures and hashes in base64."""
    known = {path: said for path, said in unpacked(data).items() if not PROVES.search(path)}
    files = {path: unzipped(said) if said[:2] == b"PK" else said.decode() for path, said in known.items()}
    sizes = {path: "" if path.endswith((".zip", ".csv")) else len(said) for path, said in files.items()}
    return "".join(f"{path} {sizes[path]}\n{CODED.sub('*', files[path])}" for path in sorted(files))


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    found = []
    for loud in (False, True):
        with firm(tmp_path_factory.mktemp("firm"), loud=loud) as (served, caller, ids):
            said: dict[str, Any] = {}
            for role in OUTSIDERS:
                who = caller(f"a {role}", role)
                for name, path in paths(served, ids):
                    for number, query in enumerate(asks(name, ids)):
                        said[f"{role}: {name}.{number}"] = told(who("GET", path + query))
                for number, leaf in enumerate(leaves(who)):
                    said[f"{role}: entry {number} of the feed"] = entered(who("GET", f"/v1/log/entries/{leaf}"))
                for number, (verb, path, body) in enumerate(ASKED):
                    said[f"{role}: {verb} {path} {number}"] = told(who(verb, path, **body))
            found.append(said)
    return found


def test_what_is_behind_the_wall_changes_no_answer(heard: list[dict[str, Any]]) -> None:
    quiet, loud = ({k: v for k, v in each.items() if not any(f": {a} " in k for a in ABOVE)} for each in heard)
    differ = {name: _first(quiet[name], loud[name]) for name in quiet if quiet[name] != loud[name]}
    assert not differ, f"{len(differ)} answers\n" + "\n".join(f"{name}\n  {said}" for name, said in differ.items())


def _first(one: tuple[int, str, str], two: tuple[int, str, str]) -> str:
    """Where they begin to differ."""
    texts = [" ".join(map(str, each)) for each in (one, two)]
    place = next((at for at, pair in enumerate(zip(*texts, strict=False)) if len(set(pair)) > 1), 0)
    return "\n  ".join(each[max(0, place - 160) : place + 200] for each in texts)


def test_no_answer_has_a_word_of_it(heard: list[dict[str, Any]]) -> None:
    for firm_ in heard:
        asks = [f": {verb} {path}" for verb, path, _ in ASKED]
        held = [
            (name, word)
            for name, (_, headers, body) in firm_.items()
            for word in WORDS
            if word in headers + body and not any(ask in name for ask in asks)
        ]
        assert held == []
