"""An adviser who asks of name after name whether it is on a secret list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlmodel import select

from policy.judge.redact import NOT_PERMITTED
from server import clock
from server.auth.roles import Role
from server.flow import worker
from server.flow.proposing import LIMITED
from server.settings import Probing
from server.store.tables import Probe
from tests.server.api.conftest import Caller
from tests.server.api.losing import losing
from tests.server.api.test_secrets import MARKET, World, made, order, secret, world

NAMES = [f"S{n:03}" for n in range(200)]
SECRET = frozenset(NAMES[7::9])
BIG: dict[str, Any] = {
    **MARKET,
    "issuers": [*MARKET["issuers"], *({"id": f"I-{n}", "name": f"Issuer {n}"} for n in NAMES)],
    "instruments": [
        *MARKET["instruments"],
        *({"id": n, "name": f"Share {n}", "issuer": f"I-{n}", "currency": "USD"} for n in NAMES),
    ],
    "prices": [*MARKET["prices"], *({"instrument": n, "day": "2026-01-30", "price": "1.00"} for n in NAMES)],
}
RULES = secret("FALCON", *sorted(SECRET))
FEW = Probing(names=5, hours=24)


def asked(who: Caller, *names: str) -> str:
    """`pass`, `stopped` or `limited`."""
    found = who("POST", "/v1/checks", json={"orders": [order(name, 1) for name in names]})
    if found.status_code == 429:
        assert found.json()["code"] == "probing-limited"
        assert 0 < int(found.headers["retry-after"]) <= 24 * 3600 + 1
        assert not any(name in found.text for name in names)
        return "limited"
    assert found.status_code == 200, found.text
    return "stopped" if NOT_PERMITTED in found.text else found.json()["verdict"]["answer"]


def events(who: Caller) -> list[dict[str, Any]]:
    page = who("GET", "/v1/events?limit=1000").json()["events"]
    return [each for each in page if each["type"] == "probing.suspected"]


def attack(there: World) -> set[str]:
    """Name after name, in whatever batches, until nothing more is answered: what is known to be on the list then."""
    return {name for name in NAMES if asked(there.adviser, name) == "stopped"}


def test_who_asks_of_name_after_name_is_stopped_and_reported(tmp_path: Path) -> None:
    with world(tmp_path, RULES, book=BIG, probing=FEW) as there:
        learnt = attack(there)
        assert len(learnt) == FEW.names + 1  # of 22; and nobody who may see the rule is kept waiting
        assert learnt < SECRET
        assert asked(there.adviser, "B") == asked(there.adviser) == "limited"
        assert asked(there.room, *NAMES) == "block"
        cora = Caller(there.client, made(there.admin, "cora", Role.COMPLIANCE))
        (event,) = events(there.room)
        assert events(cora) == [event]
        assert (event["data"]["principal"], event["data"]["names"], event["data"]["hours"]) == ("anna", 6, 24)
        assert not [name for name in NAMES if name in json.dumps(event)]
        assert "FALCON" not in json.dumps(event)
        assert events(there.adviser) == []
        assert there.adviser("GET", f"/v1/log/entries/{event['leaf']}").status_code == 404
        assert asked(Caller(there.client, made(there.admin, "boris", Role.ADVISER)), "B") == "pass"


def test_another_key_of_the_same_person_is_no_way_round(tmp_path: Path) -> None:
    with world(tmp_path, RULES, book=BIG, probing=FEW) as there:
        attack(there)
        assert asked(Caller(there.client, made(there.admin, "anna", Role.ADVISER)), "B") == "limited"


def test_a_batch_counts_each_of_its_names(tmp_path: Path) -> None:
    """Whoever asks of many at once learns of many, where nothing stops them; and spends all of them, where it does."""
    with world(tmp_path, RULES, book=BIG, probing=FEW) as there:
        clean = [name for name in NAMES if name not in SECRET]
        assert asked(there.adviser, *clean) == "pass"
        assert asked(there.adviser, *NAMES[:8]) == "stopped"
        assert asked(there.adviser, *clean) == "limited"
        assert len(events(there.room)) == 1


def test_the_same_name_again_and_what_passes_cost_nothing(tmp_path: Path) -> None:
    with world(tmp_path, RULES, book=BIG, probing=FEW) as there:
        name, *_ = sorted(SECRET)
        assert {asked(there.adviser, name) for _ in range(3 * FEW.names)} == {"stopped"}
        assert {asked(there.adviser, "B") for _ in range(3 * FEW.names)} == {"pass"}
        assert events(there.room) == []


def test_a_key_that_is_revoked_meanwhile_is_told_nothing_and_writes_nothing(tmp_path: Path) -> None:
    with world(tmp_path, RULES, book=BIG, probing=FEW) as there:
        with losing(there.service, ended=clock.now()):
            found = there.adviser("POST", "/v1/checks", json={"orders": [order(min(SECRET), 1)]})
        assert found.json()["code"] == "credentials-missing"
        with there.service.store.reading() as session:
            assert session.exec(select(Probe)).all() == []


def test_the_window_moves_on(tmp_path: Path) -> None:
    with world(tmp_path, RULES, book=BIG, probing=FEW) as there:
        learnt = attack(there)
        store = there.service.store
        with store.writing() as session:
            row = session.exec(select(Probe).order_by(Probe.time)).first()
            row.time = "2020-01-01T00:00:00.000000Z"
            session.add(row)
        more = sorted(SECRET - learnt)
        assert [asked(there.adviser, name) for name in more[:2]] == ["stopped", "limited"]
        assert len(events(there.room)) == 2


def test_orders_that_name_nothing_new_are_counted_by_issuer(tmp_path: Path) -> None:
    """Two shares of one issuer are one name."""
    book = {**BIG, "instruments": [{**each, "issuer": "I-S000"} if each["id"] in NAMES else each
                                   for each in BIG["instruments"]]}  # fmt: skip
    with world(tmp_path, RULES, book=book, probing=FEW) as there:
        assert {asked(there.adviser, name) for name in sorted(SECRET)} == {"stopped"}


WAIT = {"Prefer": "wait=60"}
SOME = NAMES[:40]
WIDE = {**BIG, "weights": [{"model": "M", "kind": "security", "key": n, "weight": "1%"} for n in SOME]}
"""What the model has can be bought."""


def pinned(who: Caller, *names: str, path: str = "/v1/proposals") -> dict[str, Any]:
    """What is answered to a proposal that has to buy these."""
    pins = [{"account": "trust", "instrument": name, "least": "1"} for name in names]
    said = who("POST", path, json={"intent": {"pins": pins}}, headers=WAIT)
    return dict(said.json())


def test_proposals_count_as_checks_do(tmp_path: Path) -> None:
    """And revisions; nothing at all is searched past the limit, whatever it would have said."""
    few = Probing(names=2, hours=24)
    with world(tmp_path, RULES, book=WIDE, probing=few) as there:
        secret, clean = sorted(SECRET), next(name for name in SOME if name not in SECRET)
        first = pinned(there.adviser, clean)
        assert first["state"] == "proposed"
        assert {pinned(there.adviser, secret[0])["answer"]["answer"] for _ in range(2)} == {"not permitted"}
        assert asked(there.adviser, secret[1]) == "stopped"
        revised = pinned(there.adviser, secret[2], path=f"/v1/proposals/{first['id']}/revisions")
        assert revised["answer"]["answer"] == "not permitted"
        (event,) = events(there.room)
        assert (event["data"]["principal"], event["data"]["names"]) == ("anna", 4)  # pins are joined
        for body in (pinned(there.adviser, clean), there.adviser("POST", "/v1/runs", json={}).json()):
            assert body["code"] == "probing-limited"
        assert asked(there.adviser, clean) == "limited"


def test_proposals_that_wait_are_not_searched_past_the_limit(tmp_path: Path) -> None:
    """Whoever asks for many at once, before the first is refused, learns of no more names than who waits for each."""
    with world(tmp_path, RULES, book=WIDE, probing=Probing(names=1, hours=24), workers=0) as there:
        name = sorted(SECRET)
        clean = [each for each in SOME if each not in SECRET]
        asks = [name[0], name[1], name[2], clean[0]]
        pins = [[{"account": "trust", "instrument": each, "least": "1"}] for each in asks]
        made = [there.adviser("POST", "/v1/proposals", json={"intent": {"pins": pin}}).json() for pin in pins]
        while worker.one(there.service):
            pass
        found = [there.adviser("GET", f"/v1/proposals/{each['id']}").json() for each in made]
        assert [each["state"] for each in found] == ["refused"] * 4
        assert [each["answer"] is not None for each in found] == [True, True, False, False]
        assert {each["reason"] for each in found[2:]} == {LIMITED}
