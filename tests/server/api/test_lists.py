"""Who is on a list: what compliance says of it, beside books that know nothing of that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from tests.server.api.conftest import Caller
from tests.server.api.test_facts import ENTRY, LIST
from tests.server.cli.test_visibility import BOOK
from tests.server.stocked import RULES, ruled, sealed

Make = Callable[..., Caller]
HIDDEN = '\n  visible to "control room"'
ORDER = {"account": "trust", "instrument": "A", "side": "buy", "quantity": "1"}
ENTRIES = "/v1/lists/LIST-1/entries"
BEFORE = {**ENTRY, "start": "2026-01-02", "reason": "insiders"}


def changes(who: Caller) -> list[Any]:
    """What the feed says of lists."""
    events = who("GET", "/v1/events").json()["events"]
    return [event["data"] for event in events if event["type"] == "list.changed"]


@pytest.mark.parametrize(("eyes", "role"), [("", Role.COMPLIANCE), (HIDDEN, Role.CONTROL_ROOM)])
def test_a_book_that_is_sent_again_takes_nobody_off(service: Service, caller: Make, eyes: str, role: Role) -> None:
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes=eyes)})
    olga, tom, carl = caller("olga", Role.OPERATIONS), caller("tom", Role.TRADER), caller("carl", role)

    def night(day: int) -> Any:
        prices = [{**row, "day": f"2026-02-{day:02}"} for row in BOOK["prices"]]
        sent = olga("POST", "/v1/snapshots", json={**BOOK, "as_of": f"2026-02-{day:02}", "prices": prices})
        assert sent.status_code == 201, sent.text
        return {name: value for name, value in sent.json().items() if name not in ("id", "manifest", "made", "log")}

    def blocked() -> bool:
        said = tom("POST", "/v1/checks", json={"orders": [ORDER]}).json()
        return bool(said["verdict"]["answer"] == "block")

    first = night(1)
    assert not blocked()
    assert carl("POST", ENTRIES, json=BEFORE).status_code == 201
    for day in (2, 3):
        assert blocked()
        again = night(day)
        assert again["counts"] == (first["counts"] if eyes else {**first["counts"], "lists": 1})
    assert blocked()
    assert carl("DELETE", f"{ENTRIES}/A?reason=published").status_code == 200
    assert not blocked()
    night(4)
    assert not blocked()
    assert [each["change"] for said in changes(carl) for each in said["changes"]] == ["put", "ended"]
    assert [said["reason"] for said in changes(carl)] == ["insiders", "published"]
    assert bool(changes(olga)) == (not eyes)


def test_what_a_book_no_longer_states_is_told(service: Service, caller: Make) -> None:
    rules = RULES + LIST.format(eyes="") + LIST.format(eyes=HIDDEN).replace("LIST-1", "LIST-2")
    ruled(service, {"rules.mandate": rules})
    olga, rita = caller("olga", Role.OPERATIONS), caller("rita", Role.CONTROL_ROOM)
    entry = {"kind": "security", "start": "2026-01-02"}
    listed = [{**entry, "list": name, "subject": "B"} for name in ("LIST-1", "LIST-2")]
    sealed(service, {**BOOK, "lists": listed})
    olga("POST", "/v1/snapshots?source=custodian", json={**BOOK, "lists": [{**listed[0], "end": "2026-01-20"}]})
    olga("POST", "/v1/snapshots?source=custodian", json=BOOK)
    told = [(data["list"], each["change"], each["to"]) for data in changes(rita) for each in data["changes"]]
    open_ = [("LIST-1", "ended", "2026-01-20"), ("LIST-1", "dropped", "2026-01-20")]
    assert told == [open_[0], ("LIST-2", "dropped", None), open_[1]]
    assert [(d["list"], d["by"], d["source"]) for d in changes(olga)] == [("LIST-1", "olga", "custodian")] * 2


def test_a_list_of_which_no_rule_speaks_takes_nobody(service: Service, caller: Make) -> None:
    sealed(service)
    carl, rita = caller("carl", Role.COMPLIANCE), caller("rita", Role.CONTROL_ROOM)
    assert carl("POST", ENTRIES, json=ENTRY).json()["code"] == "invalid"
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="")})
    wrong = carl("POST", "/v1/lists/list-1/entries", json=ENTRY)
    assert (wrong.status_code, wrong.json()["errors"][0]["help"]) == (422, "did you mean `LIST-1`?")
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="") + LIST.format(eyes=HIDDEN).replace("LIST-1", "L-2")})
    unknown, hidden = (carl("POST", f"/v1/lists/{name}/entries", json=ENTRY) for name in ("L-3", "L-2"))
    assert unknown.status_code == hidden.status_code == 404
    assert unknown.json()["detail"].replace("L-3", "L-2") == hidden.json()["detail"]
    assert rita("POST", "/v1/lists/L-3/entries", json=ENTRY).status_code == 422
    assert rita("POST", "/v1/lists/L-2/entries", json=ENTRY).status_code == 201


def test_who_is_on_a_list_and_by_whom(service: Service, caller: Make) -> None:
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="") + LIST.format(eyes=HIDDEN).replace("LIST-1", "L-2")})
    entry = {"list": "LIST-1", "kind": "issuer", "subject": "XB", "start": "2026-01-02"}
    sealed(service, {**BOOK, "lists": [entry], "complete": [{"of": "list", "id": "LIST-1", "since": "2020-01-01"}]})
    carl, rita = caller("carl", Role.COMPLIANCE), caller("rita", Role.CONTROL_ROOM)
    carl("POST", ENTRIES, json={**BEFORE, "end": "2026-01-20"})
    assert carl("GET", "/v1/lists").json()["data"] == [{"id": "LIST-1", "rules": ["LIST-1"], "complete": "2020-01-01"}]
    assert [each["id"] for each in rita("GET", "/v1/lists").json()["data"]] == ["L-2", "LIST-1"]
    assert carl("GET", "/v1/lists/L-2/entries").status_code == 404
    assert rita("GET", "/v1/lists/L-2/entries").json()["data"] == []

    def on(query: str) -> list[tuple[Any, ...]]:
        found = carl("GET", f"{ENTRIES}{query}").json()["data"]
        return [(e["subject"], e["until"], e["said"], e["source"], e["by"], e["reason"]) for e in found]

    book, said = ("XB", None, False, "test", "olga", None), ("A", "2026-01-20", True, "the desk", "carl", "insiders")
    assert on("") == [book]
    assert on("?as_of=2026-01-20") == [book, said]
    assert on("?as_of=2026-01-01") == []
    page = carl("GET", f"{ENTRIES}?as_of=2026-01-20&limit=1").json()
    assert carl("GET", f"{ENTRIES}?as_of=2026-01-20&cursor={page['next']}").json()["data"][0]["subject"] == "A"
    for wrong in ("?as_of=soon", "?limit=0", "?cursor=snap_1.x"):
        assert carl("GET", f"{ENTRIES}{wrong}").status_code == 400
    for wrong in ("?last=soon", "?reason="):
        assert carl("DELETE", f"{ENTRIES}/A{wrong}").status_code == 400


# --- beside a plain model ------------------------------------------------------------------------

DAY = date(2026, 1, 30)
ISSUERS = ("XA", "XB", "XC")
Row = dict[str, Any]


class Model:
    """`book`: rows that the newest book states; `said`: what was said last of a row, and whether it ended so."""

    def __init__(self) -> None:
        self.book: dict[tuple[str, str], Row] = {}
        self.said: dict[tuple[str, str], tuple[Row, bool]] = {}
        self.there = set(ISSUERS)

    def all(self) -> dict[tuple[str, str], Row]:
        found = dict(self.book)
        for key, (row, ends) in self.said.items():
            own = self.book.get(key)
            found[key] = row if own is None or ends else self.stricter(own, row)
        return found

    @staticmethod
    def stricter(one: Row, other: Row) -> Row:
        last = [row.get("end", "for ever") for row in (one, other)]
        merged = {**one, "end": max(last), "derivatives": one["derivatives"] or other["derivatives"]}
        return {name: value for name, value in merged.items() if value != "for ever"}

    def shown(self) -> list[Row]:
        return [row for row in self.all().values() if row["subject"] in self.there]


def _key(row: Row) -> tuple[str, str]:
    return row["subject"], row["start"]


def _row(rng: Random, *subjects: str) -> Row:
    row = {"kind": "issuer", "subject": rng.choice(subjects), "derivatives": rng.random() < 0.5}
    row["start"] = str(DAY - timedelta(rng.randrange(1, 3)))
    return row | ({"end": str(DAY + timedelta(rng.randrange(3)))} if rng.random() < 0.4 else {})


def test_any_order_of_books_parts_facts_and_words(service: Service, caller: Make) -> None:
    """What is in the newest snapshot is what the newest book states beside what was said last, whatever came when."""
    rng, model = Random(7), Model()
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="")})
    olga, carl = caller("olga", Role.OPERATIONS), caller("carl", Role.COMPLIANCE)
    waiting: tuple[str, dict[tuple[str, str], Row], set[str]] | None = None

    def sent(query: str = "") -> tuple[str, dict[tuple[str, str], Row], set[str]]:
        there = set(rng.sample(ISSUERS, rng.choice((2, 3))))
        listed = [{"list": "LIST-1"} | _row(rng, *sorted(there)) for _ in range(rng.randrange(3))]
        rows = {_key(row): row for row in listed}
        issuers = [row for row in BOOK["issuers"] if row["id"] in there]
        shares = [{**row, "issuer": row["issuer"] if row["issuer"] in there else None} for row in BOOK["instruments"]]
        body = {**BOOK, "issuers": issuers, "instruments": shares, "lists": list(rows.values())}
        found = olga("POST", f"/v1/snapshots{query}", json=body)
        assert found.status_code == 201, found.text
        return found.json()["id"], rows, there

    _, model.book, model.there = sent()
    for _ in range(60):
        match rng.choice(("book", "begin", "rest", "facts", "put", "put", "end")):
            case "book":
                _, model.book, model.there = sent()
            case "begin":
                waiting = sent("?more=true")
            case "rest" if waiting is not None:
                base, model.book, model.there = waiting
                newest = olga("GET", "/v1/snapshots?limit=50").json()["data"]
                over = next((f"&over={row['id']}" for row in newest if not row["more"] and row["id"] > base), "")
                made = olga("POST", f"/v1/snapshots?base={base}{over}", json={"households": []})
                assert made.status_code == 201, made.text
                waiting = made.json()["id"], model.book, model.there
            case "facts":
                row = {"list": "LIST-1"} | _row(rng, *sorted(model.there))
                assert olga("POST", "/v1/facts", json={"lists": [row]}).status_code == 201
                model.book = {**model.book, _key(row): row}
            case "put":
                row = _row(rng, *sorted(model.there))
                assert carl("POST", ENTRIES, json=row).status_code == 201
                model.said[_key(row)] = {"list": "LIST-1"} | row, False
            case "end":
                subject, before = rng.choice(ISSUERS), str(DAY - timedelta(1))
                rows = [row for row in model.all().values() if row["subject"] == subject]
                going = [row for row in rows if row.get("end", "for ever") > max(before, row["start"])]
                status = carl("DELETE", f"{ENTRIES}/{subject}").status_code
                assert status == (200 if going else 404)
                for row in going:
                    model.said[_key(row)] = {**row, "end": max(before, row["start"])}, True
        newest = olga("GET", "/v1/snapshots").json()["data"]
        name = next(row["id"] for row in newest if not row["more"])
        shown = olga("GET", f"/v1/snapshots/{name}/document").json().get("lists", [])
        assert sorted(map(_members, shown)) == sorted(map(_members, model.shown()))


def _members(row: Row) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(row.items()))
