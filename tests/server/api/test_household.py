"""A proposal for one household: worked out, proven and seen by its own rows alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from policy.proof.archive import unpacked
from policy.proof.claims.claim import Answer
from policy.proof.roll import rolled
from policy.proof.trust import trust
from server.auth.roles import Role
from server.cli.exits import Exit
from server.cli.main import main
from server.log import signer
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.test_proposals import alone, claims
from tests.server.flow.test_headroom import FIRM

Callers = Callable[..., Caller]
WAIT = {"Prefer": "wait=60"}


@pytest.fixture
def firm(service: Service) -> bytes:
    """Rules in force and a snapshot of two households; the trust card from before."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, {**SHARED, **together(household("jones"), household("smith"))})
    return signer.card(service.store, service.signer)


def asked(who: Caller, **body: Any) -> dict[str, Any]:
    found = who("POST", "/v1/proposals", json=body, headers=WAIT)
    assert found.status_code == 201, found.text
    return dict(found.json())


def test_its_bundle_holds_its_own_rows_and_is_proven(
    service: Service, caller: Callers, firm: bytes, tmp_path: Path
) -> None:
    anna, size = caller("anna", Role.ADVISER), trust(firm).seen[0]
    for _ in range(2):  # the second time the log knows the document
        found = asked(anna, household="jones")
        assert (found["state"], found["household"]) == ("proposed", "jones"), found
        data = anna("GET", f"/v1/proposals/{found['id']}/bundle", params={"seen": size}).content
        assert b"smith" not in b"".join(unpacked(data).values())
        said = claims(data, firm)
        assert said.pop("approvals") is Answer.NOT_PROVEN
        assert set(said.values()) == {Answer.PROVEN}, said
        alone(data, firm, tmp_path)


def test_who_may_see_one_household_asks_for_that(service: Service, caller: Callers, firm: bytes) -> None:
    anna, eve = (caller(name, Role.ADVISER, households=[of]) for name, of in (("anna", "jones"), ("eve", "smith")))
    found = asked(anna)
    assert (found["household"], found["state"]) == ("jones", "proposed")
    assert asked(anna, household="jones")["household"] == "jones"
    assert eve("GET", f"/v1/proposals/{found['id']}").status_code == 404
    refused = anna("POST", "/v1/proposals", json={"household": "smith"}).json()
    assert [each["pointer"] for each in refused["errors"]] == ["/household"]
    both = caller("both", Role.ADVISER, households=["jones", "smith", "x"])
    assert asked(both)["household"] is None
    none = caller("none", Role.ADVISER, households=["x"])
    assert none("POST", "/v1/proposals", json={}).json()["code"] == "no-snapshot"
    wrong = anna("POST", "/v1/proposals", json={"intent": {"raise_cash": {"smith-0": "1"}}}).json()
    assert [each["pointer"][:8] for each in wrong["errors"]] == ["/intent/"]


def test_who_may_see_one_household_gets_its_bundle_under_rules_about_the_firm(
    service: Service, caller: Callers, tmp_path: Path
) -> None:
    """With what the firm states of the other, and not a row of it."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES, "firm.mandate": FIRM.format(share=40)})
    stocked.sealed(service, {**SHARED, **together(household("jones"), household("smith", accounts=2))})
    card = signer.card(service.store, service.signer)
    anna, other = (
        caller(name, Role.ADVISER, households=[of]) for name, of in (("anna", "jones"), ("ottokar", "smith"))
    )
    theirs, mine = asked(other), asked(anna)
    assert (theirs["state"], mine["state"]) == ("proposed", "proposed")
    assert "FIRM-1" not in json.dumps(mine["answer"])
    assert theirs["id"] not in json.dumps(mine)
    data = anna("GET", f"/v1/proposals/{mine['id']}/bundle", params={"seen": trust(card).seen[0]}).content
    files = unpacked(data)
    assert json.loads(files["data/firm.json"])["beside"] == rolled([theirs["id"]])[0]
    for word in (b"smith", b"ottokar"):
        assert not [path for path, content in files.items() if word in content], word
    said = claims(data, card)
    open_ = {name for name, answer in said.items() if answer is not Answer.PROVEN}
    assert open_ == {"elsewhere", "approvals"}, said
    alone(data, card, tmp_path)
    assert anna("GET", f"/v1/proposals/{theirs['id']}/bundle").status_code == 404
    assert anna("GET", f"/v1/proposals/{mine['id']}/beside").status_code == 404


def test_who_examines_the_firm_adds_up_what_it_stated_of_others(
    service: Service, caller: Callers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From an export alone, or proposal by proposal; the roll tells which of the bundles belong to it."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES, "firm.mandate": FIRM.format(share=40)})
    stocked.sealed(service, {**SHARED, **together(*map(household, ("jones", "smith", "weber")))})
    card = signer.card(service.store, service.signer)
    anna, roe = caller("anna", Role.ADVISER), caller("roe", Role.REGULATOR)
    first, second, last = (asked(anna, household=name) for name in ("jones", "smith", "weber"))
    assert {each["state"] for each in (first, second, last)} == {"proposed"}
    assert asked(anna, household="jones", intent={"raise_cash": {"jones-0": "99999999"}})["state"] == "refused"
    export = roe("GET", "/v1/exports", params={"from": "2026-01-01", "to": "2030-01-01", "seen": trust(card).seen[0]})
    with ZipFile(BytesIO(export.content)) as archive:
        archive.extractall(tmp_path)
    book = roe("GET", f"/v1/snapshots/{second['snapshot']}/document").content
    single = roe("GET", f"/v1/proposals/{second['id']}/beside")
    assert single.headers["Content-Type"] == "application/x-ndjson"
    for name, content in (("card", card), ("book.json", book), ("single", single.content)):
        (tmp_path / name).write_bytes(content)
    bundle = str(tmp_path / f"bundles/{second['id']}.proof.zip")
    given = ["verify", bundle, "--json", "--trust", str(tmp_path / "card"), "--book", str(tmp_path / "book.json")]

    def elsewhere(*words: str) -> dict[str, str]:
        main([*given, *words])
        said = json.loads(capsys.readouterr().out)
        return next(claim for claim in said["claims"] if claim["name"] == "elsewhere")

    bundles = sorted(map(str, (tmp_path / "bundles").iterdir()))
    assert len(bundles) == 4, "that of a refusal is no proposal of others"
    assert elsewhere("--beside", *bundles)["answer"] == "not proven"
    for roll in ("beside.ndjson", "single"):
        said = elsewhere("--beside", *bundles, "--roll", str(tmp_path / roll))
        assert (said["answer"], "beside 1 proposal of others" in said["why"]) == ("proven", True), said
    named = elsewhere("--roll", str(tmp_path / "single"))
    assert (named["answer"], first["id"] in named["why"]) == ("not proven", True), named
    assert elsewhere("--beside", str(tmp_path / f"bundles/{first['id']}.proof.zip"))["answer"] == "proven"
    assert main(["verify", bundle, "--roll", str(tmp_path / "single")]) == Exit.BAD_INPUT
    assert main([*given, "--roll", str(tmp_path / "none")]) == Exit.BAD_INPUT
    capsys.readouterr()
    (tmp_path / "junk").write_bytes(b"\0\xff\r\n{}\n[")
    junk = elsewhere("--roll", str(tmp_path / "junk"))
    assert (junk["answer"], "of a roll is not there" in junk["why"]) == ("not proven", True), junk
    nothing = roe("GET", f"/v1/proposals/{asked(anna, household='jones')['id'][:-1]}/beside")
    assert nothing.status_code == 404


def test_a_check_of_what_nobody_held_is_asked_of_rules_about_the_firm(service: Service, caller: Callers) -> None:
    """Nobody holds D, and no model names it: the household's order is what makes the firm's share of it."""
    extra = {
        "issuers": [*SHARED["issuers"], {"id": "XD", "name": "Issuer D"}],
        "instruments": [*SHARED["instruments"], {"id": "D", "name": "Share D", "issuer": "XD", "currency": "USD"}],
        "prices": [*SHARED["prices"], {"instrument": "D", "day": "2026-01-30", "price": "10.00"}],
    }
    stocked.ruled(service, {"firm.mandate": FIRM.format(share=20)})
    stocked.sealed(service, {**SHARED, **extra, **together(household("jones"), household("smith"))})
    anna = caller("anna", Role.ADVISER)
    for quantity, outcome in ((120, "pass"), (130, "block"), (120, "pass")):
        order = {"account": "jones-0", "side": "buy", "instrument": "D", "quantity": str(quantity)}
        for body in ({"household": "jones"}, {}):
            said = anna("POST", "/v1/checks", json={**body, "orders": [order]}).json()
            assert said["verdict"]["answer"] == outcome, (quantity, body, said)
