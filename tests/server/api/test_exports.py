"""The regulator's export: its totals are those of another count, every proof in it holds, and nothing is in it that its
reader may not see."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlmodel import col, select

from policy.canonical import digest
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined_zip
from policy.proof.merkle import consistent, leaf_hash
from policy.proof.note import checkpoint, parse
from policy.proof.tlog_proof import growth, proof, proves
from policy.proof.trust import trust
from server.auth.roles import Role
from server.cli.exits import Exit
from server.cli.main import main
from server.desk import erasure, outlived
from server.desk.erasure import Meant
from server.desk.outlived import Outlived
from server.desk.verify import deep
from server.log import journal, signer
from server.running import Service
from server.store.tables import Journal, Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_approvals import ruled
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.test_proposals import alone
from tests.server.cli.test_visibility import hidden

Callers = Callable[..., Caller]
WAIT = {"Prefer": "wait=60"}
EVIL = "=1+1|x"
SAID = b"The client said yes.\n"
TODAY = datetime.now(UTC).date()
PERIOD = {"from": str(TODAY - timedelta(days=1)), "to": str(TODAY + timedelta(days=1))}


@pytest.fixture
def firm(service: Service) -> bytes:
    """Rules in force and a snapshot of three households; the trust card from before."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    names = ("jones", "smith", EVIL)
    book = {**SHARED, **together(*(household(name) for name in names))}
    for account, free in zip(book["accounts"], (True, False), strict=False):
        account["facts"] = {**account["facts"], "discretionary": free}
    stocked.sealed(service, book)
    return signer.card(service.store, service.signer)


@pytest.fixture
def busy(service: Service, caller: Callers, firm: bytes) -> Caller:
    """Somebody who reads, when proposals were approved, by a policy and on evidence, rejected and asked for."""
    anna, berta = caller("anna", Role.ADVISER), caller("berta", Role.ADVISER)
    ruled(caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE), {"level": "four eyes"})
    berta("POST", "/v1/evidence", content=SAID)
    for name, verb in (("jones", "approval"), ("smith", "rejection"), (EVIL, None), ("jones", None)):
        made = anna("POST", "/v1/proposals", json={"household": name}, headers=WAIT)
        assert made.status_code == 201, made.text
        if verb is not None:
            body = {"evidence": digest(SAID)} if verb == "approval" else {"reason": "+1 is no reason"}
            match = {"If-Match": made.headers["etag"]}
            done = berta("POST", f"/v1/proposals/{made.json()['id']}/{verb}", json=body, headers=match)
            assert done.status_code == 200, done.text
    berta("POST", "/v1/holds", json={"household": "smith", "reason": "-2 days"})
    return caller("rex", Role.REGULATOR)


def exported(who: Caller, **asked: Any) -> dict[str, bytes]:
    found = who("GET", "/v1/exports", params=PERIOD | asked)
    assert found.status_code == 200, found.text
    return files(found.content)


def files(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def sheet(found: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(found[f"{name}.csv"].decode(), newline="")))


def totals(found: dict[str, bytes]) -> dict[tuple[str, str], dict[str, Fraction]]:
    rows = json.loads(found["00-totals.json"])
    return {(row.pop("measure"), row.pop("currency")): {k: Fraction(v) for k, v in row.items()} for row in rows}


def claims(found: dict[str, bytes], card: bytes) -> dict[str, Answer]:
    """What `proofolio verify` says of the one bundle."""
    (name,) = (each for each in found if each.startswith("bundles/"))
    return {claim.name: claim.answer for claim in deep(examined_zip(found[name], trust(card))).claims}


def test_the_totals_are_those_of_another_count(busy: Caller) -> None:
    """Counted from what the API says of each proposal, and from nothing that the export is made of."""
    listed = busy("GET", "/v1/proposals").json()["data"]
    each = [busy("GET", f"/v1/proposals/{row['id']}").json() for row in listed]
    proven = [row for row in each if busy("GET", f"/v1/proposals/{row['id']}/bundle").status_code == 200]
    assert (len(each), len(proven)) == (4, 3)
    found = exported(busy)
    said = totals(found)

    def counted(measure: str, currency: str, worth: Callable[[list[dict[str, Any]]], object]) -> None:
        without = [row for row in each if row not in proven]
        own = said[measure, currency]
        assert [own[name] for name in ("total", "whole_proof", "without_proof")] == list(
            map(worth, (each, proven, without))
        )

    def orders(rows: list[dict[str, Any]], *sides: str) -> list[dict[str, Any]]:
        all_ = [order for row in rows if row["answer"] for order in row["answer"]["orders"]]
        return [order for order in all_ if not sides or order["side"] in sides]

    def approved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["state"] == "approved"]

    counted("proposals", "", len)
    counted("orders", "", lambda rows: len(orders(rows)))
    counted("orders approved", "", lambda rows: len(orders(approved(rows))))
    counted("accounts with orders", "", lambda rows: len({order["account"] for order in orders(rows)}))
    counted("bought", "USD", lambda rows: sum(Fraction(order["worth"]) for order in orders(rows, "buy", "cover")))
    counted("sold", "USD", lambda rows: sum(Fraction(order["worth"]) for order in orders(rows, "sell", "short")))
    assert said["proposals", ""]["without_not_searched"] == 1
    assert said["bought", "USD"]["total"] == sum(Fraction(row["worth"]) for row in sheet(found, "csv/orders")) > 0
    assert said["orders", ""]["open_proof"] == 0
    words = {"jones-0": "yes", "smith-0": "no"}
    for row in sheet(found, "csv/orders"):
        assert row["discretionary"] == words.get(row["account"], "unknown")
    for row in sheet(found, "csv/proposals"):
        word = words.get(f"{row['household']}-0", "unknown")
        assert row["discretionary"] == (word if row["trades"] == "yes" else ""), row
    decided = {(row["decision"], row["kind"], row["person"]) for row in sheet(found, "csv/decisions")}
    assert decided == {("approval", "attested", "berta"), ("rejection", "attested", "berta")}
    for name, lines in ((name[4:-4], sheet(found, name[:-4])) for name in found if name.startswith("csv/")):
        assert len(lines) == len(json.loads(found[f"json/{name}.json"])), name
        known = {row["column"] for row in sheet(found, "DICTIONARY") if row["file"] == f"csv/{name}.csv"}
        assert all(known == row.keys() for row in lines), name
    assert all(row["means"] and row["source"] for row in sheet(found, "DICTIONARY"))


def test_every_proof_in_it_holds(busy: Caller, firm: bytes, tmp_path: Path) -> None:
    old = trust(firm).seen
    found = exported(busy, seen=old[0])
    bundles = [name for name in found if name.startswith("bundles/")]
    assert bundles == [row["bundle"] for row in sheet(found, "csv/proposals") if row["bundle"]]
    for name in bundles:
        inside = files(found[name])
        assert inside["log/checkpoint"] == found["log/checkpoint"]
        assert {"README.txt", "report.html", "decision/checks.csv", f"log/consistency-{old[0]}.txt"} <= inside.keys()
        alone(found[name], firm, tmp_path)
    size, path, _ = growth(found[f"log/consistency-{old[0]}.txt"])
    state = checkpoint(parse(found["log/checkpoint"]).text)
    assert size == old[0]
    assert consistent(size, state.size, old[1], state.root, path)
    assert not consistent(size, state.size, bytes(32), state.root, path)
    lines = [json.loads(line) for line in found["log/inclusion.ndjson"].splitlines()]
    assert [line["leaf"] for line in lines] == [row["leaf"] for row in sheet(found, "csv/events")] != []
    for line in lines:
        assert leaf_hash(line["entry"].encode()).hex() == line["leaf"]
        assert proves(proof(line["proof"].encode()), bytes.fromhex(line["leaf"]))


def test_it_is_checked_with_nothing_installed(busy: Caller, tmp_path: Path) -> None:
    data = busy("GET", "/v1/exports", params=PERIOD).content
    assert busy("GET", "/v1/exports", params=PERIOD).content == data, "equal states, equal bytes"
    with ZipFile(BytesIO(data)) as archive:
        assert archive.namelist()[0] == "00-totals.csv"
        archive.extractall(tmp_path)
    (rules,) = (tmp_path / "rules").iterdir()
    for folder in (tmp_path, rules):
        run = subprocess.run(["sha256sum", "-c", "MANIFEST.sha256"], cwd=folder, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
    named = {line.split("  ", 1)[1] for line in (tmp_path / "MANIFEST.sha256").read_text().splitlines()}
    assert named | {"MANIFEST.sha256"} == files(data).keys()
    (tmp_path / "csv" / "orders.csv").write_bytes(b"")
    run = subprocess.run(["sha256sum", "-c", "MANIFEST.sha256"], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, "csv/orders.csv: FAILED" in run.stdout) == (1, True)


def test_what_an_approval_was_held_to_is_in_it(busy: Caller) -> None:
    found = exported(busy)
    (policy,) = sheet(found, "csv/policies")
    approval = next(row for row in sheet(found, "csv/decisions") if row["decision"] == "approval")
    assert (approval["policy"], approval["clause"], approval["evidence"]) == (policy["policy"], "1", digest(SAID))
    assert digest(found[policy["file"]]) == policy["document"]
    assert json.loads(found[policy["file"]]) == {"currency": "USD", "clauses": [{"level": "four eyes"}]}
    assert found[f"evidence/{digest(SAID)}"] == SAID
    said = [json.loads(row["data"]) for row in sheet(found, "csv/events") if row["type"] == "approval-policy.approved"]
    assert [each["document"] for each in said] == [policy["document"]]
    assert not [name for name in exported(busy, household="smith") if name.startswith("evidence/")]


def test_no_cell_is_a_formula(busy: Caller) -> None:
    found = exported(busy)
    for name in [name for name in found if name.endswith(".csv")]:
        for row in csv.reader(StringIO(found[name].decode(), newline="")):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (name, cell)
                assert not cell.startswith("-") or Fraction(cell) < 0, (name, cell)
    assert EVIL in {row["household"].removeprefix("'") for row in sheet(found, "csv/proposals")}
    assert EVIL in {row["household"] for row in json.loads(found["json/proposals.json"])}
    assert {row["reason"] for row in sheet(found, "csv/holds")} == {"'-2 days"}


def test_a_household_and_an_account_have_their_own(busy: Caller, caller: Callers) -> None:
    for asked in ({"household": "smith"}, {"account": "smith-0"}):
        found = exported(busy, **asked)
        assert {row["household"] for row in sheet(found, "csv/proposals")} == {"smith"}
        assert {row["household"] for row in sheet(found, "csv/events")} == {"", "smith"}
        assert {row["account"] for row in sheet(found, "csv/orders")} == {"smith-0"}
        assert len(sheet(found, "csv/holds")) == 1
        assert sum(name.startswith("bundles/") for name in found) == 1
        assert not [name for name in found if b"jones" in found[name]]
    mine = caller("rosa", Role.REGULATOR, households=["smith"])
    assert {row["household"] for row in sheet(exported(mine), "csv/proposals")} == {"smith"}
    for asked in ({"household": "jones"}, {"account": "jones-0"}, {"household": "jones", "account": "smith-0"}):
        none = mine("GET", "/v1/exports", params=PERIOD | asked)
        assert none.status_code == 404, asked
        unknown = {name: value.replace("jones", "nobody") for name, value in asked.items()}
        other = mine("GET", "/v1/exports", params=PERIOD | unknown)
        assert {**none.json(), "request_id": ""} == {
            **other.json(), "request_id": "", "detail": other.json()["detail"].replace("nobody", "jones"),
        }  # fmt: skip
    reads = busy("GET", "/v1/reads", params={"principal": "rex"}).json()["data"]
    assert ("GET /v1/exports", "smith") in {(row["route"], row["households"]) for row in reads}


def test_a_period_without_anything(service: Service, busy: Caller) -> None:
    found = busy("GET", "/v1/exports", params={"from": "2001-01-01", "to": "2001-12-31"})
    said = files(found.content)
    assert totals(said)["proposals", ""]["total"] == 0
    assert not [name for name in said if name.startswith(("bundles/", "rules/"))]
    assert all(not sheet(said, name[:-4]) for name in said if name.startswith("csv/"))


def test_periods_that_meet_have_everything_once(service: Service, busy: Caller) -> None:
    day = TODAY - timedelta(days=40)
    with service.store.writing() as session:
        first = session.exec(select(Proposal).order_by(col(Proposal.id))).first()
        assert first is not None
        first.made = f"{day}T23:59:59.999999Z"
        session.add(first)
    spans = [
        (day, day),
        (day + timedelta(days=1), date.fromisoformat(PERIOD["to"])),
        (day, date.fromisoformat(PERIOD["to"])),
    ]
    before, after, whole = (totals(exported(busy, **{"from": a, "to": b})) for a, b in spans)
    for key in (("proposals", ""), ("orders", ""), ("bought", "USD")):
        assert before[key]["total"] > 0
        assert before[key]["total"] + after[key]["total"] == whole[key]["total"]


WRONG: tuple[dict[str, Any], ...] = (
    {"from": "2026-02-30"}, {"to": "20260101"}, {"to": "2026-W01-1"}, {"from": ""}, {"from": "9999-01-01"},
    {"seen": 10**6}, {"seen": -1}, {"seen": "x"}, {"until": "2026-01-01"},
)  # fmt: skip


def test_what_cannot_be(caller: Callers) -> None:
    rex = caller("rex", Role.REGULATOR)
    for asked in WRONG:
        assert rex("GET", "/v1/exports", params=PERIOD | asked).json()["code"] == "bad-parameter", asked


def test_what_was_erased_has_no_proof(service: Service, busy: Caller) -> None:
    row = next(row for row in sheet(exported(busy), "csv/proposals") if row["state"] == "rejected")
    with service.store.writing() as session:
        wish, event = erasure.asked(session, "smith", None, "the client asked", "carl")
        entries = session.exec(select(Journal).where(Journal.stream == row["proposal"])).all()
        meant = Meant(tuple(entries), outlived.NOTHING, Outlived((), None))
        gone = erasure.erased(session, wish, meant, "rita", wish.made)
        journal.append(session, [event, *gone], wish.made)
    found = exported(busy)
    said = next(each for each in sheet(found, "csv/proposals") if each["proposal"] == row["proposal"])
    assert (said["proof"], said["why"], said["orders"]) == ("no", "erased", "0")
    assert totals(found)["proposals", ""]["without_erased"] == 1
    assert row["bundle"] not in found
    assert {each["erased"] for each in sheet(found, "csv/events") if each["stream"] == row["proposal"]} == {"yes"}


def test_what_is_kept_from_the_reader_is_not_in_it(service: Service, caller: Callers) -> None:
    """An examiner gets the whole of it by a key with the roles that rules are visible to (docs/exports.md)."""
    stocked.ruled(service, {"a.mandate": stocked.RULES, "s.mandate": hidden("require cash >= 5% of net assets")})
    stocked.sealed(service)
    anna = caller("anna", Role.ADVISER)
    assert anna("POST", "/v1/proposals", json={}, headers=WAIT).json()["state"] == "proposed"
    found = exported(caller("rex", Role.REGULATOR))
    (row,), (book,) = sheet(found, "csv/proposals"), sheet(found, "csv/rulebooks")
    assert (row["proof"], row["why"], book["files"]) == ("open", "", "no")
    split = [("bought", "USD"), ("sold", "USD"), ("proposals", "")]
    assert all(totals(found)[each]["open_proof"] == totals(found)[each]["total"] for each in split)
    assert not any(totals(found)[each]["whole_proof"] for each in split)
    card = signer.card(service.store, service.signer)
    assert claims(found, card)["better"] is Answer.NOT_PROVEN
    inside = [content for name in found if name.startswith("bundles/") for content in files(found[name]).values()]
    assert not [content for content in (*found.values(), *inside) if b"H-7" in content or b"secret" in content.lower()]
    whole = exported(caller("rosa", Role.REGULATOR, Role.CONTROL_ROOM))
    assert sheet(whole, "csv/proposals")[0]["proof"] == "whole"
    assert sheet(whole, "csv/rulebooks")[0]["files"] == "yes"
    assert all(totals(whole)[each]["whole_proof"] == totals(found)[each]["open_proof"] for each in split)
    assert [name for name, answer in claims(whole, card).items() if answer is not Answer.PROVEN] == ["approvals"]


def test_the_verb_writes_what_the_api_answers(
    service: Service, busy: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(service.settings.data))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", service.settings.database)
    to, period = tmp_path / "smith.zip", ["--from", PERIOD["from"], "--to", PERIOD["to"]]
    assert main(["export", str(to), *period, "--account", "smith-0", "--seen", "3", "--json"]) == Exit.PASS
    asked = PERIOD | {"account": "smith-0", "seen": "3"}
    assert to.read_bytes() == busy("GET", "/v1/exports", params=asked).content
    said = json.loads(capsys.readouterr().out)
    assert (said["answer"], said["rows"]["proposals"], to.stat().st_mode & 0o777) == ("exported", 1, 0o600)
    again = str(tmp_path / "again.zip")
    for words in (
        [str(to), *period], [again], [again, *period, "--household", "nobody"], [again, *period, "--seen", "999999"],
        [again, *period, "--everything", again], [again, "--from", "2026-02-30", *period[2:]], [], [*period],
        [again, "--from", "2026-02-01", "--to", "2026-01-01"], [again, *period, "--role", "king"],
    ):  # fmt: skip
        assert main(["export", *words]) == Exit.BAD_INPUT, words
    assert {each.name for each in tmp_path.iterdir()} >= {"smith.zip"}
    assert not [each for each in tmp_path.iterdir() if "again" in each.name]
