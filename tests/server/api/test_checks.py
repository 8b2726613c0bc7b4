"""Checks over HTTP: what is answered, to whom, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policy.canonical import digest
from policy.judge.redact import NOT_PERMITTED
from server.api import chosen
from server.auth.roles import Role
from tests.server.api.conftest import Caller
from tests.server.api.texts import book, order, rules, text

Makes = Callable[..., Caller]


@pytest.fixture
def desk(caller: Makes) -> dict[str, Any]:
    """A rule book in force, a snapshot, and who asks."""
    carl = caller("carl", Role.COMPLIANCE, Role.CONTROL_ROOM)
    name = carl("POST", "/v1/rulebooks", json={"title": "Firm", "files": rules()}).json()["id"]
    berta = caller("berta", Role.COMPLIANCE)
    path = f"/v1/rulebooks/{name}/activation"
    assert berta("POST", path, json={"from": "now"}, headers={"If-Match": '"r1"'}).status_code == 200
    olga = caller("olga", Role.OPERATIONS)
    sealed = olga("POST", "/v1/snapshots", json=book())
    content = olga("GET", f"{sealed.headers['location']}/document").content
    return {
        "carl": carl,
        "anna": caller("anna", Role.ADVISER),
        "rulebook": name,
        "snapshot": sealed.json()["id"],
        "document": digest(content),
    }


def check(who: Caller, *orders: dict[str, Any], **more: Any) -> Any:
    found = who("POST", "/v1/checks", json={"orders": list(orders), **more})
    assert found.status_code == 200, found.text
    return found.json()


def test_a_breach_is_an_answer(desk: dict[str, Any]) -> None:
    anna = desk["anna"]
    said = check(anna, order("buy", "A", "150"))
    assert (said["snapshot"], said["rulebook"]) == (desk["snapshot"], desk["rulebook"])
    verdict = said["verdict"]
    assert (verdict["answer"], verdict["as_of"], verdict["book"]) == ("pass", "2026-01-30", desk["document"])
    assert (verdict["findings"], said["judged"]) == ([], 3)
    near = said["nearest"][0]
    assert (near["rule"], near["group"], near["outcome"], near["value"], near["limit"], near["headroom"]) == (
        "P-1", "issuer Issuer A", "pass", "4500", "5000", "500"
    )  # fmt: skip
    over = check(anna, order("buy", "A", "250"), instead=True)
    assert over["verdict"]["answer"] == "block"
    (finding,) = over["verdict"]["findings"]
    assert (finding["rule"], finding["measured"]["headroom"]) == ("P-1", "-500")
    assert finding["measured"]["contributors"]
    assert over["verdict"]["would_pass"][0]["passes"] == "200"
    assert check(anna, order("buy", "A", "250"))["verdict"]["not_tried"] == 1
    assert check(anna, order("buy", "A", "1000"))["verdict"]["flaws"]


def test_no_orders_judge_the_book_as_it_stands(desk: dict[str, Any]) -> None:
    said = check(desk["anna"], everything=True)
    assert {each["outcome"] for each in said["verdict"]["findings"]} == {"pass"}
    assert len(said["verdict"]["findings"]) == said["judged"] == 3


def test_what_another_role_may_see_is_one_neutral_line(desk: dict[str, Any]) -> None:
    bought = order("buy", "C", 250)
    seen, whole = check(desk["anna"], bought, instead=True), check(desk["carl"], bought, instead=True)
    assert [each["rule"] for each in whole["verdict"]["findings"]] == ["H-7"]
    (line,) = seen["verdict"]["findings"]
    assert (line["rule"], line["reason"], line["measured"]) == ("not shown", NOT_PERMITTED, None)
    assert seen["verdict"]["would_pass"] == []
    assert [each["rule"] for each in seen["nearest"]] == ["P-1"]
    assert [each["rule"] for each in whole["nearest"]] == ["P-1", "H-7"]
    assert seen["judged"] == whole["judged"] - 1
    assert seen["verdict"]["rules"] != whole["verdict"]["rules"]


def test_books_of_rules_that_differ_in_what_is_hidden_answer_alike(desk: dict[str, Any]) -> None:
    carl, anna = desk["carl"], desk["anna"]
    files = {**rules(most=39), "more.mandate": rules()["secret.mandate"].replace("H-7", "H-8")}
    other = carl("POST", "/v1/rulebooks", json={"title": "Other", "files": files}).json()["id"]
    for bought in (order("buy", "C", 250), order("buy", "A", 10), order("buy", "A", 250)):
        one, two = (check(anna, bought, rulebook=name, instead=True) for name in (desk["rulebook"], other))
        assert {**one, "rulebook": ""} == {**two, "rulebook": ""}


def test_what_the_book_does_not_know_is_refused_with_its_place(desk: dict[str, Any]) -> None:
    rows = [
        order("buy", "A", 1),
        order("buy", "NOPE", 1),
        order("sell", "D", 1),
        {**order("buy", "A", 1), "account": "?"},
    ]
    refused = desk["anna"]("POST", "/v1/checks", json={"orders": rows})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    pointers = [each["pointer"] for each in refused.json()["errors"]]
    assert pointers == ["/orders/1/instrument", "/orders/2/quantity", "/orders/3/account"]
    for member in ("snapshot", "rulebook"):
        unknown = desk["anna"]("POST", "/v1/checks", json={member: "x_none"})
        assert unknown.json()["errors"][0]["pointer"] == f"/{member}"


def test_another_day_is_judged_as_that_day(desk: dict[str, Any]) -> None:
    said = check(desk["anna"], order("buy", "A", 1), as_of="2026-02-02", known_at="2026-02-03")
    assert (said["verdict"]["as_of"], said["verdict"]["known_at"]) == ("2026-02-02", "2026-02-03")
    for day in ("0001-01-01", "9999-12-31"):
        assert check(desk["anna"], as_of=day)["verdict"]["as_of"] == day
    early = desk["anna"]("POST", "/v1/checks", json={"orders": [order("buy", "D", 1)], "as_of": "2020-01-01"})
    assert early.json()["errors"][0]["detail"] == "`D` has no known price in USD"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"orders": {}}',
        b'{"orders": [1]}',
        b'{"orders": [[]]}',
        b'{"orders": [{}]}',
        b'{"orders": [], "orders": []}',
        b'{"more": 1}',
        b'{"as_of": 5}',
        b'{"as_of": "2026-02-30"}',
        b'{"as_of": "2026-01-30T00:00:00"}',
        b'{"snapshot": 5}',
        b'{"snapshot": "\\u0000"}',
        b'{"everything": "perhaps"}',
        text({"orders": [order("buy", "A", "9" * 5000)]}),
        text({"orders": [order("buy", "A", "-1")]}),
        text({"orders": [order("buy", "A", "0.5")]}),
        text({"orders": [order("buy", "A", 1.5)]}),
        text({"orders": [order("steal", "A", 1)]}),
        text({"orders": [order("buy", "\u0000", 1)]}),
        text({"orders": [order("buy", "A", 1)] * 1001}),
        b'{"orders": ' + b"[" * 100_000 + b"}",
        b'{"orders": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"orders": [{"account": "trust", "instrument": "A", "side": "buy", "quantity": ' + b"9" * 5000 + b"}]}",
        b'{"orders": [{"account": "trust", "instrument": "A", "side": "buy", "quantity": NaN}]}',
    ],
)
def test_an_odd_body_is_a_clear_problem(desk: dict[str, Any], body: bytes) -> None:
    refused = desk["anna"]("POST", "/v1/checks", content=body)
    assert refused.status_code in (400, 422), refused.text
    assert refused.json()["detail"]


def test_more_than_any_number_is_judged_all_the_same(desk: dict[str, Any]) -> None:
    said = check(desk["anna"], order("buy", "A", "9" * 30))
    assert (said["verdict"]["answer"], bool(said["verdict"]["flaws"])) == ("block", True)


def test_nothing_in_force_and_nothing_sealed(caller: Makes) -> None:
    anna = caller("anna", Role.ADVISER)
    assert anna("POST", "/v1/checks", json={}).json()["code"] == "rule-book-not-active"
    carl = caller("carl", Role.COMPLIANCE)
    name = carl("POST", "/v1/rulebooks", json={"title": "Firm", "files": rules()}).json()["id"]
    assert anna("POST", "/v1/checks", json={"rulebook": name}).json()["code"] == "no-snapshot"
    assert caller("rita", Role.REGULATOR)("POST", "/v1/checks", json={}).json()["code"] == "role-not-allowed"


def test_other_households_are_not_in_the_book(desk: dict[str, Any], caller: Makes) -> None:
    olga = caller("olga2", Role.OPERATIONS)
    mine, theirs = ({**book()["accounts"][0], "id": name, "household": f"H{name}"} for name in ("mine", "theirs"))
    lots = [
        {**each, "account": name, "id": f"{name}{each['id']}"} for each in book()["lots"] for name in ("mine", "theirs")
    ]
    households = [{"id": f"H{name}", "name": name} for name in ("mine", "theirs")]
    changed = {**book(), "accounts": [mine, theirs], "households": households, "lots": lots}
    changed["lots"][3]["quantity"] = "2000"  # theirs is far beyond its limit
    assert olga("POST", "/v1/snapshots", json=changed).status_code == 201
    eve = caller("eve", Role.ADVISER, households=["Hmine"])
    said = check(eve, {**order("buy", "A", 10), "account": "mine"}, everything=True)
    assert "theirs" not in text(said).decode()
    assert said["verdict"]["answer"] == "pass"
    refused = eve("POST", "/v1/checks", json={"orders": [{**order("buy", "A", 1), "account": "theirs"}]})
    assert refused.json()["errors"][0]["pointer"] == "/orders/0/account"
    assert refused.json()["errors"][0]["detail"] == "the book has no account `theirs`"
    assert "theirs" in text(check(desk["anna"], everything=True)).decode()


def test_nothing_judged_is_no_pass(desk: dict[str, Any], caller: Makes) -> None:
    gone = caller("gone", Role.ADVISER, households=["gone"])
    assert gone("POST", "/v1/checks", json={}).json()["code"] == "no-snapshot"
    for more in ({}, {"orders": [order("buy", "A", 1)]}):
        named = gone("POST", "/v1/checks", json={"snapshot": desk["snapshot"], **more})
        assert named.json()["errors"][0]["pointer"] == "/snapshot"


def test_one_mistake_hides_no_other(desk: dict[str, Any]) -> None:
    wrong = {**order("buy", "A", 1), "side": "up"}
    found = desk["anna"]("POST", "/v1/checks", json={"odrers": [], "max_age": "1h", "everything": 3, "orders": [wrong]})
    said = {each["pointer"]: (each["code"], each["detail"], each["help"]) for each in found.json()["errors"]}
    assert found.json()["detail"] == "4 things are wrong with the request"
    assert said.keys() == {"/odrers", "/max_age", "/everything", "/orders/0/side"}
    assert said["/odrers"] == ("unknown-member", "there is no member `odrers` here", "did you mean `orders`?")
    assert said["/max_age"][:2] == ("wrong-form", "`1h` is not written as is wanted")
    assert "PT30M" in said["/max_age"][2]
    assert said["/everything"][1] == "a number stands where true or false is wanted"
    one = desk["anna"]("POST", "/v1/proposals", json={"intent": {"colour": "red"}, "colour": "red"}).json()["errors"]
    assert [each["pointer"] for each in one] == ["/colour", "/intent/colour"]
    assert desk["anna"]("POST", "/v1/checks", json=[]).json()["detail"] == "1 thing is wrong with the request"


def firm(count: int) -> dict[str, Any]:
    """So many households, each with one account that holds as much of everything."""
    (one,), names = book()["accounts"], [f"{number}" for number in range(count)]
    return {
        **book(),
        "households": [{"id": f"H{name}", "name": name} for name in names],
        "accounts": [{**one, "id": name, "household": f"H{name}"} for name in names],
        "lots": [{**lot, "account": name, "id": f"{name}-{lot['id']}"} for lot in book()["lots"] for name in names],
    }


def test_orders_are_judged_on_the_books_of_those_whose_they_are(desk: dict[str, Any], caller: Makes) -> None:
    anna, olga = desk["anna"], caller("olga2", Role.OPERATIONS)
    assert olga("POST", "/v1/snapshots", json=firm(3)).status_code == 201
    orders = [{**order("buy", "A", quantity), "account": name} for name, quantity in (("0", 150), ("2", 250))]
    both = check(anna, *orders, everything=True)
    apart = [check(anna, each, everything=True) for each in orders]
    findings = [finding for each in apart for finding in each["verdict"]["findings"]]
    assert sorted(map(text, both["verdict"]["findings"])) == sorted(map(text, findings))
    assert both["judged"] == sum(each["judged"] for each in apart) == 6
    assert [each["verdict"]["answer"] for each in (both, *apart)] == ["block", "pass", "block"]
    every = check(anna, *orders, {**order("buy", "A", 1), "account": "1"}, everything=True)
    assert every["judged"] == check(anna, everything=True)["judged"] == 9
    books = [each["verdict"]["book"] for each in (both, *apart, every)]
    assert len(set(books)) == 4


def test_a_check_is_about_so_many_households_at_most(desk: dict[str, Any], caller: Makes) -> None:
    olga = caller("olga2", Role.OPERATIONS)
    assert olga("POST", "/v1/snapshots", json=firm(chosen.MOST + 1)).status_code == 201
    orders = [{**order("buy", "A", 1), "account": f"{name}"} for name in range(chosen.MOST + 1)]
    assert check(desk["anna"], *orders[1:])["judged"] == 3 * chosen.MOST
    for asked, pointer in (({"orders": orders}, "/orders"), ({}, "/household")):
        refused = desk["anna"]("POST", "/v1/checks", json=asked)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
        assert "51 households" in refused.json()["detail"]
    wanted = {"intent": {}, "expires": "2099-01-01T00:00:00Z"}
    refused = desk["anna"]("POST", "/v1/proposals", json=wanted)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/household"), refused.text
