"""Standing verdicts: kept current as facts and rules change, told once each, and to whom they are for."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from policy.ir.bind import bind_to
from policy.judge.eval import judge
from server.auth.roles import Role
from server.desk import loaded
from server.desk import standing as kept
from server.flow import judging
from server.flow.judging import Memory
from server.running import Service
from server.store.tables import Journal, Verdict
from tests.server.api.conftest import Caller
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.texts import book, rules
from tests.server.stocked import ruled, sealed

STANDING = select(Verdict).where(col(Verdict.until).is_(None))
Make = Callable[..., Caller]
ROOM = Role.CONTROL_ROOM


def brought(service: Service, memory: Memory | None = None) -> int:
    """How many entries were looked at."""
    known = Memory() if memory is None else memory
    count = 0
    while judging.one(service, known):
        count += 1
    return count


def standing(service: Service) -> dict[str, str]:
    """What is kept, by obligation."""
    with service.store.reading() as session:
        return {row.obligation: row.outcome for row in session.exec(STANDING)}


def anew(service: Service) -> dict[str, str]:
    """What the reference says of the newest snapshot, of what does not pass."""
    with service.store.reading() as session:
        at = kept.reached(session)
    known = loaded.loaded(service, str(at.rulebook), str(at.snapshot))
    found = judge(bind_to(known.rules.library, known.facts.index), {}, standing=True).findings
    return {f.obligation.id: f.outcome.value for f in found if f.outcome.value != "pass"}


def told(service: Service) -> list[dict[str, Any]]:
    with service.store.reading() as session:
        rows = session.exec(select(Journal).where(Journal.type == "verdict.changed").order_by(col(Journal.index)))
        return [json.loads(row.data) for row in rows]


def price(name: str, amount: str) -> dict[str, Any]:
    return {"prices": [{"instrument": name, "day": "2026-01-30", "price": amount}]}


@pytest.fixture
def stocked(service: Service) -> Iterator[Service]:
    ruled(service, rules(share=50, most=40))
    sealed(service, book())
    return service


@pytest.mark.parametrize("ready", [0, 1])
def test_a_price_moves_verdicts_and_each_change_is_told_once(stocked: Service, caller: Make, ready: int) -> None:
    """Whether households are kept or not."""
    stocked = replace(stocked, settings=replace(stocked.settings, ready=ready))
    memory, olga = Memory(), caller("olga", Role.OPERATIONS)
    brought(stocked, memory)
    assert standing(stocked) == anew(stocked) == {}
    made = olga("POST", "/v1/facts", json=price("A", "100")).json()
    assert brought(stocked, memory) == 1
    assert standing(stocked) == anew(stocked) != {}
    (change,) = told(stocked)
    assert (change["from"], change["to"], change["rule"]) == ("pass", "block", "P-1")
    assert (change["cause"], change["snapshot"]) == (made["log"]["index"], made["id"])
    assert brought(stocked, memory) == 0
    olga("POST", "/v1/facts", json=price("A", "10"))
    brought(stocked, memory)
    assert standing(stocked) == anew(stocked) == {}
    assert [(c["from"], c["to"]) for c in told(stocked)] == [("pass", "block"), ("block", "pass")]


def test_nothing_is_lost_and_nothing_told_twice_whoever_dies(stocked: Service, caller: Make) -> None:
    """A process that ends at any moment leaves what it had not written to the next one; a slower one writes nothing."""
    olga = caller("olga", Role.OPERATIONS)
    brought(stocked)
    slow = Memory(judging._begun(stocked))
    for amount in ("100", "10", "100"):
        olga("POST", "/v1/facts", json=price("A", amount))
    brought(stocked)  # a new process, which knows nothing
    assert [(c["from"], c["to"]) for c in told(stocked)] == [("pass", "block"), ("block", "pass"), ("pass", "block")]
    assert standing(stocked) == anew(stocked)
    assert brought(stocked, slow) == 0
    assert len(told(stocked)) == 3


def test_what_a_process_had_not_committed_is_as_if_it_never_was(
    stocked: Service, caller: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga, memory = caller("olga", Role.OPERATIONS), Memory()
    brought(stocked, memory)
    olga("POST", "/v1/facts", json=price("A", "100"))
    with monkeypatch.context() as patch:
        patch.setattr("server.desk.standing.journal.append", _killed)
        with pytest.raises(KeyboardInterrupt):
            brought(stocked, memory)
    assert standing(stocked) == {}
    assert told(stocked) == []
    brought(stocked)
    assert standing(stocked) == anew(stocked) != {}
    assert len(told(stocked)) == 1


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("ready", [0, 1])
def test_other_facts_and_other_rules_are_judged_too(stocked: Service, caller: Make, ready: int) -> None:
    stocked = replace(stocked, settings=replace(stocked.settings, ready=ready))
    olga, memory = caller("olga", Role.OPERATIONS), Memory()
    brought(stocked, memory)
    lots = [{"id": "N", "instrument": "B", "quantity": "5000", "basis": "1"}]
    holder = book()["accounts"][0]
    held = {"account": holder["id"], "household": holder.get("household", ""), "lots": lots}
    assert olga("POST", "/v1/facts", json={"positions": [held]}).status_code == 201
    brought(stocked, memory)
    assert standing(stocked) == anew(stocked) != {}
    ruled(stocked, rules(share=99, most=40, units=99))
    brought(stocked, memory)
    assert standing(stocked) == anew(stocked)
    sealed(stocked, book(as_of="2026-01-31"))
    brought(stocked, memory)
    assert standing(stocked) == anew(stocked)


def test_a_hidden_rule_is_for_its_role_alone(stocked: Service, caller: Make) -> None:
    """Its verdicts, and that they changed."""
    olga, room = caller("olga", Role.OPERATIONS), caller("rita", ROOM)
    brought(stocked)
    olga("POST", "/v1/facts", json=price("C", "50"))
    brought(stocked)

    def seen(who: Caller) -> tuple[set[str], set[str], set[str]]:
        rows = who("GET", "/v1/verdicts").json()["data"]
        past = who("GET", "/v1/verdicts/history").json()["events"]
        feed = [e for e in who("GET", "/v1/events").json()["events"] if e["type"] == "verdict.changed"]
        kinds = [{row["rule"] for row in rows}, *({e["data"]["rule"] for e in each} for each in (past, feed))]
        return kinds[0], kinds[1], kinds[2]

    assert all("H-7" in each for each in seen(room))
    assert all("H-7" not in each and "P-1" in each for each in seen(olga))


def test_a_household_is_for_who_may_see_it(stocked: Service, caller: Make) -> None:
    olga = caller("olga", Role.OPERATIONS)
    other = caller("anna", Role.ADVISER, households=["nobody's"])
    brought(stocked)
    olga("POST", "/v1/facts", json=price("A", "100"))
    brought(stocked)
    assert olga("GET", "/v1/verdicts").json()["data"]
    assert other("GET", "/v1/verdicts").json()["data"] == []
    assert other("GET", "/v1/verdicts/history").json()["events"] == []


def test_pages_and_filters(stocked: Service, caller: Make) -> None:
    room = caller("rita", ROOM, Role.OPERATIONS)
    brought(stocked)
    room("POST", "/v1/facts", json=price("C", "200"))
    brought(stocked)
    every = room("GET", "/v1/verdicts").json()
    assert every["reached"]["snapshot"] is not None
    assert every["next"] is None
    first = room("GET", "/v1/verdicts?limit=1").json()
    second = room("GET", f"/v1/verdicts?limit=1&cursor={first['next']}").json()
    assert [*first["data"], *second["data"]] == every["data"]
    of_rule = room("GET", "/v1/verdicts?rule=H-7").json()["data"]
    assert {row["rule"] for row in of_rule} == {"H-7"}
    past = room("GET", "/v1/verdicts/history?rule=H-7").json()["events"]
    assert {event["data"]["rule"] for event in past} == {"H-7"}
    for cursor in ("x", "WyJhIl0=", "é"):
        assert room("GET", f"/v1/verdicts?cursor={cursor}").json()["code"] == "bad-cursor"


def test_nothing_is_said_of_what_is_not_there(service: Service, caller: Make) -> None:
    """Neither that nothing is wrong with it, nor whether it is hidden."""
    ruled(service, rules(share=50, most=40))
    sealed(service, {**SHARED, **together(household("smith", quantity="900"), household("jones"))})
    brought(service)
    olga, anna = caller("olga", Role.OPERATIONS), caller("anna", Role.ADVISER, households=["jones"])
    room = caller("rita", ROOM)
    for path in ("/v1/verdicts", "/v1/verdicts/history"):
        for who, query, near in (
            (olga, "household=SMITH", "did you mean `smith`?"),
            (olga, "household=smiht", "did you mean `smith`?"),
            (anna, "household=smith", "or it is not yours to see"),
            (olga, "household=", "or it is not yours to see"),
            (olga, "rule=p-1", "did you mean `P-1`?"),
            (olga, "rule=H-7", "or it is not yours to see"),
        ):
            found = who("GET", f"{path}?{query}")
            assert (found.status_code, found.json()["code"]) == (404, "not-found"), (path, query)
            assert found.json()["detail"].endswith(near), found.text
        for who, query in ((anna, "household=jones"), (olga, "rule=P-1"), (room, "rule=H-7")):
            assert who("GET", f"{path}?{query}").status_code == 200
    ruled(service, {"secret.mandate": rules()["secret.mandate"]})
    sealed(service, {**SHARED, **household("jones")})
    assert olga("GET", "/v1/verdicts?household=smith").status_code == 404
    past = olga("GET", "/v1/verdicts/history?household=smith&rule=P-1").json()["events"]
    assert past, "what was said of it before stays"


# --- what stood before ---------------------------------------------------------------------------


def seen(who: Caller, query: str = "") -> dict[str, Any]:
    found = who("GET", f"/v1/verdicts?limit=1000{query}")
    assert found.status_code == 200, found.text
    return dict(found.json())


def test_what_stood_at_any_instant_is_what_was_said_then(service: Service, caller: Make) -> None:
    """Whatever came later: prices, positions, other rules, a household that is gone; for each reader as it was."""
    olga, room = caller("olga", Role.OPERATIONS), caller("rita", ROOM)
    anna = caller("anna", Role.ADVISER, households=["smith"])
    holders = {**SHARED, **together(household("smith", quantity="900"), household("jones", quantity="250"))}
    said = [(seen(each), each) for each in (olga, room)]
    for change in (
        lambda: ruled(service, rules(share=50, most=40)),
        lambda: sealed(service, holders),
        lambda: olga("POST", "/v1/facts", json=price("A", "100")),
        lambda: olga("POST", "/v1/facts", json=price("A", "10")),
        lambda: ruled(service, rules(share=5, most=4)),
        lambda: olga("POST", "/v1/facts", json=price("A", "20")),
        lambda: sealed(service, {**SHARED, **household("smith")}),
    ):
        change()
        brought(service)
        said += [(seen(each), each) for each in (olga, room)]
        if seen(olga)["reached"]["snapshot"]:
            said.append((seen(anna), anna))
    assert len({json.dumps(each["data"]) for each, _ in said}) >= 4
    for was, who in said:
        instant = was["reached"]["time"] or "2026-01-01T00:00:00Z"
        assert seen(who, f"&known_at={instant}") == was
    last = seen(olga)
    assert seen(olga, "&known_at=2099-01-01T00:00:00Z") == last
    before = next(was for was, who in said if who is olga and any(row["household"] == "jones" for row in was["data"]))
    instant = before["reached"]["time"]
    assert olga("GET", "/v1/verdicts?household=jones").status_code == 404
    of_one = seen(olga, f"&household=jones&known_at={instant}")["data"]
    assert of_one == [row for row in before["data"] if row["household"] == "jones"] != []
    assert anna("GET", f"/v1/verdicts?household=jones&known_at={instant}").status_code == 404
    assert olga("GET", "/v1/verdicts?household=smith&known_at=2026-01-01T00:00:00Z").status_code == 404
    assert olga("GET", "/v1/verdicts?known_at=yesterday").json()["code"] == "bad-parameter"


def test_a_walk_is_one_of_what_stood_when_it_began(stocked: Service, caller: Make) -> None:
    room = caller("rita", ROOM, Role.OPERATIONS)
    room("POST", "/v1/facts", json=price("C", "200"))
    brought(stocked)
    whole = seen(room)
    assert len(whole["data"]) > 1
    page = room("GET", "/v1/verdicts?limit=1").json()
    walked = page["data"]
    for amount in ("10", "300", "1", "200"):
        room("POST", "/v1/facts", json=price("C", amount))
        brought(stocked)
        if page["next"]:
            page = room("GET", f"/v1/verdicts?limit=1&cursor={page['next']}").json()
            assert page["reached"] == whole["reached"]
            walked += page["data"]
    assert page["next"] is None
    assert walked == whole["data"]


@pytest.mark.parametrize(
    "cursor", [[-2, "a", "b"], [True, "a", "b"], [7_000, "a", "b"], [2**40, "a", "b"], ["1", "a", "b"], [1.5, "a", "b"]]
)
def test_a_cursor_that_was_never_given(stocked: Service, caller: Make, cursor: list[Any]) -> None:
    brought(stocked)
    given = urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode()
    assert caller("olga", Role.OPERATIONS)("GET", f"/v1/verdicts?cursor={given}").json()["code"] == "bad-cursor"
