"""What did this credential read between T1 and T2: one query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import select

from policy.canonical import encode
from server import clock
from server.api.reads import SILENT
from server.app import app
from server.auth.roles import ALLOWED, Role
from server.log import reads
from server.log.audit import audited
from server.running import Service
from server.store.store import Store
from server.store.tables import Read
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_parts import SHARED, household, together
from tests.server.cli.test_visibility import BOOK

Callers = Callable[..., Caller]


def read(who: Caller, **asked: Any) -> list[dict[str, Any]]:
    found = who("GET", "/v1/reads", params={"limit": 500, **asked})
    assert found.status_code == 200, found.text
    return list(found.json()["data"])


def me(who: Caller) -> str:
    return str(who("GET", "/v1/me").json()["id"])


def test_what_a_credential_read_between_two_instants_is_one_query(service: Service, caller: Callers) -> None:
    name = stocked.sealed(service)
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    rita, tom = caller("rita", Role.COMPLIANCE), caller("tom", Role.TRADER)
    other = caller("tom", Role.TRADER)
    tom("GET", "/v1/snapshots")
    begin = clock.now()
    answered = tom("GET", f"/v1/snapshots/{name}/document", headers={"X-Request-Id": "mine"})
    assert answered.status_code == 200
    assert tom("POST", "/v1/checks", json={}).status_code == 200
    tom("GET", "/v1/events?after=0&limit=5")
    end = clock.now()
    tom("GET", f"/v1/snapshots/{name}")
    other("GET", f"/v1/snapshots/{name}")
    tom("GET", "/v1/snapshots/none")
    tom("GET", "/v1/reads")
    tom("GET", "/v1/me")
    found = read(rita, credential=me(tom), **{"from": begin, "to": end})
    assert [(row["route"], row["object"]) for row in found] == [
        ("GET /v1/snapshots/{snapshot}/document", name),
        ("POST /v1/checks", ""),
        ("GET /v1/events", "?after=0&limit=5"),
    ]
    assert (found[0]["request"], found[0]["principal"], found[0]["credential"]) == ("mine", "tom", me(tom))
    assert begin <= found[0]["time"] <= found[1]["time"] < end
    assert len(read(rita, credential=me(tom))) == 5  # no problem is a read, nor is who one is
    assert len(read(rita, principal="tom")) == 6
    assert read(rita, credential="key_none") == []
    mine = read(rita, credential=me(rita))
    assert {row["route"] for row in mine} == {"GET /v1/reads"}  # who looked is looked at


def test_whose_proposal_it_was_is_noted(service: Service, caller: Callers) -> None:
    book = {**BOOK, "accounts": [{**BOOK["accounts"][0], "household": "smith"}]}
    book["households"] = [{"id": "smith", "name": "Smith"}]
    name = stocked.asked(
        service, stocked.ruled(service, {"rules.mandate": stocked.RULES}), stocked.sealed(service, book)
    )
    rita, anna = caller("rita", Role.COMPLIANCE), caller("anna", Role.ADVISER, households=["smith"])
    assert anna("GET", f"/v1/proposals/{name}").status_code == 200
    assert caller("june", Role.ADVISER, households=["jones"])("GET", f"/v1/proposals/{name}").status_code == 404
    (row,) = [row for row in read(rita) if row["object"] == name]
    assert (row["principal"], row["households"]) == ("anna", "smith")


def test_pages_meet_every_row_once(service: Service, caller: Callers) -> None:
    rita = caller("rita", Role.REGULATOR)
    for n in range(7):
        assert rita("GET", f"/v1/snapshots?limit={n + 1}").status_code == 200
    found, cursor = [], None
    end = clock.now()
    while True:
        page = rita("GET", "/v1/reads", params={"limit": 3, "to": end, **({"cursor": cursor} if cursor else {})}).json()
        found += [row["object"] for row in page["data"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [f"?limit={n + 1}" for n in range(7)]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("from=yesterday", "bad-parameter"),
        ("to=2026-01-01", "bad-parameter"),
        ("limit=0", "bad-parameter"),
        ("limit=501", "bad-parameter"),
        ("cursor=x", "bad-cursor"),
        ("cursor=-1", "bad-cursor"),
        ("cursor=%D9%A3", "bad-cursor"),
        ("cursor=9999999999999999", "bad-cursor"),
        ("cursor=2147483648", "bad-cursor"),
    ],
)
def test_what_cannot_be_asked(caller: Callers, asked: str, code: str) -> None:
    found = caller("rita", Role.COMPLIANCE)("GET", f"/v1/reads?{asked}")
    assert (found.status_code, found.json()["code"]) == (400, code)


def test_it_is_for_compliance_and_regulators_who_see_all(caller: Callers) -> None:
    for role in Role:
        may = role in (Role.COMPLIANCE, Role.REGULATOR)
        assert (caller(role, role)("GET", "/v1/reads").status_code == 200) is may
    some = caller("some", Role.COMPLIANCE, households=["smith"])
    assert some("GET", "/v1/reads").json()["code"] == "role-not-allowed"


def test_strange_paths_are_kept_without_harm(service: Service, caller: Callers) -> None:
    rita = caller("rita", *Role)
    for path in ("/v1/events?after=-1&limit=%0a", "/v1/events?after=%31", "/v1/proposals?limit=5&cursor="):
        rita("GET", path)
    assert all(row["object"].isprintable() and row["object"].isascii() for row in read(rita))


def test_who_reads_need_not_wait_for_a_transaction(service: Service, caller: Callers, monkeypatch: Any) -> None:
    """The row of a read is not written by it, but within a second, and by the end at the latest."""
    key = caller("tom", Role.TRADER).key
    with TestClient(app(service)) as client:
        for _ in range(5):
            client.get("/v1/snapshots", headers={"Authorization": f"Bearer {key}"})
    with service.store.reading() as session:
        assert len(session.exec(select(Read).where(Read.principal == "tom")).all()) == 5


def row(time: str) -> dict[str, Any]:
    return Read(time=time, credential="c", principal="p", roles="", route="GET /x", object="", request="r").model_dump(
        exclude={"id"}
    )


def _away(_store: Store) -> Any:
    raise OSError("away")


def test_rows_wait_while_the_database_is_away(database: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    noting = reads.Reads(database, 10)
    for n in range(25):
        reads.noted(noting, row(f"t{n:02}"))
    monkeypatch.setattr(reads, "AT_ONCE", 10)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "writing", _away)
        with pytest.raises(OSError, match="away"):
            reads.written(noting)
    assert len(noting.waiting) == 25
    reads.written(noting)
    reads.written(noting)
    with database.reading() as session:
        assert [each.time for each in session.exec(select(Read).order_by(Read.id))] == [f"t{n:02}" for n in range(25)]


def test_what_is_too_old_is_dropped_as_it_was_told(database: Store) -> None:
    """And nothing that the journal was not told of, however old it is."""
    noting, now = reads.Reads(database, 10), datetime.now(UTC)
    for days in (12, 11, 0):
        reads.noted(noting, row(clock.text(now - timedelta(days=days))))
        reads.written(noting)
        reads.swept(noting, now)
        reads.committed(database, 10, now - timedelta(days=days))
    reads.swept(noting, now)
    with database.reading() as session:
        assert session.exec(select(Read.id)).all() == [3]
        assert list(reads.checked(session, 0, clock.text(now))) == []


def test_the_log_says_what_was_read_and_an_audit_finds_what_was_changed(service: Service, caller: Callers) -> None:
    rita = caller("rita", Role.REGULATOR)
    for _ in range(3):
        rita("GET", "/v1/snapshots")
    read(rita)
    now = datetime.now(UTC)
    for _ in range(2):
        reads.committed(service.store, 10, now)  # once an hour
    (told,) = [each for each in rita("GET", "/v1/events").json()["events"] if each["type"] == "reads.committed"]
    assert (told["data"]["after"], told["data"]["last"], told["data"]["rows"]) == (0, 3, 3)
    assert caller("tom", Role.TRADER)("GET", f"/v1/log/entries/{told['leaf']}").status_code == 404
    assert audited(service.store, service.signer, "ada", clock.now())[0].findings == ()
    with service.store.writing() as session:
        session.get_one(Read, 2).principal = "somebody else"
    found, _ = audited(service.store, service.signer, "ada", clock.text(now + timedelta(days=8)))
    assert found.findings == (f"the reads 1 to 3 are not those of {told['data']['until']}",)


def test_every_act_that_reads_clients_is_noted() -> None:
    """What is left out is listed, so that a new act is noted unless somebody says otherwise."""
    assert set(ALLOWED) > SILENT
    assert {act.value for act in SILENT} == {
        "read who one is", "manage keys", "read rules", "publish rules", "activate rules",
        "read what is measured",
    }  # fmt: skip


def test_who_saw_a_households_data_is_one_query(service: Service, caller: Callers) -> None:
    """Whatever the answer was that held it."""
    firm = {**SHARED, **together(household("jones"), household("smith"))}
    snapshot = stocked.sealed(service, firm)
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    tom, rita = caller("tom", Role.TRADER), caller("rita", Role.COMPLIANCE)
    june = caller("june", Role.COMPLIANCE, households=["jones", "smith"])
    lines = [{"household": each} for each in ("jones", "smith", "jones", "none")]
    buy = {"account": "jones-0", "instrument": "A", "side": "buy", "quantity": "1"}
    days = "from=2020-01-01&to=2020-01-02"
    asked: list[tuple[Caller, str, str, dict[str, Any], set[str]]] = [
        (tom, "POST", "/v1/checks", {"json": {}}, {"*"}),
        (tom, "POST", "/v1/checks", {"json": {"household": "smith"}}, {"smith"}),
        (tom, "POST", "/v1/checks", {"json": {"orders": [buy]}}, {"jones"}),
        (tom, "POST", "/v1/checks/batch", {"content": b"\n".join(map(encode, lines))}, {"", "jones", "smith"}),
        (tom, "GET", f"/v1/snapshots/{snapshot}/document", {}, {"*"}),
        (tom, "GET", f"/v1/snapshots/{snapshot}/document?household=jones", {}, {"jones"}),
        (tom, "GET", "/v1/verdicts?household=jones", {}, {"jones"}),
        (tom, "GET", "/v1/headroom", {}, {""}),
        (june, "GET", f"/v1/exports?{days}", {}, {"jones,smith"}),
        (june, "GET", f"/v1/exports?account=smith-0&{days}", {}, {"smith"}),
    ]
    for who, verb, path, body, households in asked:
        name = f"req-{len(read(rita))}"
        assert who(verb, path, headers={"X-Request-Id": name}, **body).status_code == 200, path
        assert {row["households"] or "" for row in read(rita) if row["request"] == name} == households, path
    for whose, others in (("jones", "smith"), ("smith", "jones")):
        found = {row["households"] for row in read(rita, household=whose)}
        assert found == {"*", whose, "jones,smith"}, others
    assert {row["households"] for row in read(rita, household="Jones")} == {"*"}
