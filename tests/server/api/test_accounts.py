"""Households, accounts and what they hold: as of when, whose, and the same all through a walk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from server import clock
from server.api.freshness import DURATION
from server.auth.roles import Role
from server.desk import loaded
from server.running import Service
from server.store import blobs
from server.store.tables import Snapshot
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_parts import SHARED, household, put, together

Callers = Callable[..., Caller]
NAMES = ("brown", "hill", "jones", "smith")


def firm(**more: Any) -> dict[str, Any]:
    """Four households, and an account that states none."""
    found = together(*(household(name, accounts=2) for name in NAMES))
    found["accounts"].append({**found["accounts"][0], "id": "nobodys", "name": "nobodys"})
    del found["accounts"][-1]["household"]
    return {**SHARED, **found, **more}


def walked(who: Caller, path: str, between: Callable[[], object] = lambda: None, **asked: Any) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        said = who("GET", path, params={"limit": 2, **asked, **({"cursor": cursor} if cursor else {})})
        assert said.status_code == 200, said.text
        found.append(said.json())
        cursor = found[-1]["next"]
        if cursor is None:
            return found
        between()


def ids(pages: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for page in pages for row in page["data"]]


def test_a_walk_is_through_one_snapshot_while_others_are_sealed(service: Service, olga: Caller) -> None:
    first = stocked.sealed(service, firm())

    def meanwhile() -> None:
        stocked.sealed(service, {**SHARED, **household("adams", accounts=2)})

    accounts = sorted(f"{name}-{n}" for name in NAMES for n in range(2))
    for path, every in (("/v1/households", list(NAMES)), ("/v1/accounts", [*accounts[:6], "nobodys", *accounts[6:]])):
        pages = walked(olga, path, meanwhile, snapshot=first)
        assert ids(pages) == every
        assert {page["snapshot"] for page in pages} == {first}
    newest = walked(olga, "/v1/households")
    assert ids(newest) == ["adams"]
    cursor = walked(olga, "/v1/households", snapshot=first)[0]["next"]
    other = olga("GET", "/v1/households", params={"cursor": cursor, "snapshot": newest[0]["snapshot"]})
    assert other.json()["code"] == "bad-cursor"


def test_an_answer_says_as_of_when_it_is(service: Service, olga: Caller) -> None:
    old = put(olga, firm())
    then = clock.now()
    new = put(olga, {**firm(), "as_of": "2026-01-31"})
    put(olga, SHARED, "?more=true")

    def of(**asked: str) -> dict[str, Any]:
        return dict(olga("GET", "/v1/accounts/jones-0", params=asked).json())

    said = of()
    assert (said["snapshot"], said["as_of"], said["known_at"], said["sealed"]) == (
        new["id"], new["as_of"], new["known_at"], new["made"],
    )  # fmt: skip
    assert re.fullmatch(DURATION, said["oldest_fact_age"])
    assert of(as_of="2026-01-30")["snapshot"] == of(known_at=then)["snapshot"] == of(snapshot=old["id"])["snapshot"]
    assert of(as_of="2026-01-30")["snapshot"] == old["id"]
    assert of(as_of="2030-01-01", known_at="2099-01-01T00:00:00Z")["snapshot"] == new["id"]
    assert of(as_of="2026-01-29")["code"] == of(known_at="2020-01-01T00:00:00Z")["code"] == "no-snapshot"
    assert of(snapshot="snap_none")["code"] == "not-found"
    for wrong in ({"as_of": "yesterday"}, {"known_at": "2026-01-30"}, {"as_of": "2026-01-30", "snapshot": old["id"]}):
        assert of(**wrong)["code"] == "bad-parameter"


def test_numbers_are_exact_and_what_is_not_known_is_null(service: Service, olga: Caller) -> None:
    book = firm()
    lots = [lot for lot in book["lots"] if lot["account"] == "jones-0"]
    lots[0] |= {"quantity": "10.0000000000000000001", "acquired": "2020-02-29"}
    book["lots"].append({"id": "L-0", "account": "jones-0", "instrument": "B", "quantity": "1/3"})
    account = next(row for row in book["accounts"] if row["id"] == "jones-0")
    account["cash"] = {"USD": {"settled": "0.10", "unsettled": "-2"}}
    stocked.sealed(service, book)
    said = olga("GET", "/v1/accounts/jones-0/lots").json()
    assert said["cash"] == [{"currency": "USD", "settled": "0.1", "unsettled": "-2"}]
    bare, known = said["data"]
    assert (bare["id"], bare["quantity"], bare["basis"], bare["acquired"]) == ("L-0", "1/3", None, None)
    assert (known["quantity"], known["basis"], known["acquired"]) == ("10.0000000000000000001", "1", "2020-02-29")
    assert ids(walked(olga, "/v1/accounts/jones-0/lots", limit=1)) == ["L-0", "L-jones-0"]
    one = olga("GET", "/v1/accounts/jones-0").json()["data"]
    assert (one["household"], one["owner"], one["external_ids"]) == ("jones", None, {})
    home = olga("GET", "/v1/households/jones").json()["data"]
    assert (home["name"], home["accounts"]) == ("The jones", ["jones-0", "jones-1"])


def test_everybody_sees_their_own(service: Service, caller: Callers) -> None:
    stocked.sealed(service, firm())
    june, all_ = caller("june", Role.ADVISER, households=["jones", "smith"]), caller("rita", Role.REGULATOR)
    assert ids(walked(june, "/v1/households")) == ["jones", "smith"]
    assert ids(walked(june, "/v1/accounts")) == ["jones-0", "jones-1", "smith-0", "smith-1"]
    assert ids(walked(all_, "/v1/accounts", household="hill")) == ["hill-0", "hill-1"]
    assert all_("GET", "/v1/accounts/nobodys").json()["data"]["household"] is None
    for path in ("/households/hill", "/accounts/hill-0", "/accounts/nobodys/lots", "/accounts?household=hill"):
        assert (found := june("GET", f"/v1{path}")).status_code == 404, path
        assert found.json()["detail"].endswith("or it is not yours to see")
    assert "did you mean `jones-0`?" in june("GET", "/v1/accounts/Jones-0").json()["detail"]
    rows = caller("carl", Role.COMPLIANCE)("GET", "/v1/reads").json()["data"]
    assert [row["households"] for row in rows if row["principal"] == "june"] == ["jones,smith", "jones", "smith"]


def test_what_was_erased_is_gone_by_itself_and_not_in_lists(service: Service, olga: Caller) -> None:
    name = stocked.sealed(service, firm())
    with service.store.writing() as session:
        row = session.get_one(Snapshot, name)
        part = loaded.manifest_in(service, row).parts["jones"]
        blobs.erased(session, [part.hash])
        row.erased += 1
        session.add(row)
    assert ids(walked(olga, "/v1/households")) == ["brown", "hill", "smith"]
    assert "jones-0" not in ids(walked(olga, "/v1/accounts"))
    assert ids(walked(olga, "/v1/accounts", external="orion:7")) == []
    for path in ("/households/jones", "/accounts/jones-0", "/accounts/jones-0/lots"):
        assert olga("GET", f"/v1{path}").json()["code"] == "erased"


def test_they_are_found_by_what_other_systems_call_them(service: Service, olga: Caller, caller: Callers) -> None:
    book = firm()
    for row, number in ((book["households"][0], "7"), (book["accounts"][0], "7"), (book["accounts"][-1], "a:8 ü")):
        row["external_ids"] = {"orion": number, "crm": f"c{number}"}
    stocked.sealed(service, book)
    (brown,) = walked(olga, "/v1/households", external="orion:7")[0]["data"]
    assert (brown["id"], brown["external_ids"]) == ("brown", {"crm": "c7", "orion": "7"})
    assert ids(walked(olga, "/v1/accounts", external="orion:7")) == ["brown-0"]
    assert ids(walked(olga, "/v1/accounts", external="orion: a:8 ü")) == ["nobodys"]
    for wrong in ("orion:8", "crm:7", "ORION:7", "orion:"):
        assert ids(walked(olga, "/v1/accounts", external=wrong)) == []
    assert olga("GET", "/v1/accounts?external=7").json()["code"] == "bad-parameter"
    june = caller("june", Role.ADVISER, households=["jones"])
    assert ids(walked(june, "/v1/households", external="orion:7")) == []


def test_an_id_of_another_system_is_one_also_of_what_comes_in_parts(olga: Caller) -> None:
    hill, late = household("hill"), household("late")
    for each in (hill, late):
        each["accounts"][0]["external_ids"] = {"orion": "7"}
    base = put(olga, {**SHARED, **hill})["id"]
    refused = olga("POST", f"/v1/snapshots?base={base}", json=late)
    assert refused.status_code == 422, refused.text
    (wrong,) = refused.json()["errors"]
    assert (wrong["pointer"], wrong["detail"]) == (
        "/accounts",
        "`orion: 7` is both `late-0` and `hill-0` of household `hill`",
    )


@pytest.mark.parametrize("cursor", ["x", "é", "snap_1.jones", f"snap_{24 * '0'}", f"snap_{24 * '0'}."])
def test_a_cursor_that_was_never_given(service: Service, olga: Caller, cursor: str) -> None:
    stocked.sealed(service)
    assert olga("GET", "/v1/accounts", params={"cursor": cursor}).json()["code"] == "bad-cursor"
