"""Two bundles of one proposal over HTTP: the whole one, and what is open to whoever may not see every rule; attacks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from policy.canonical import digest
from policy.proof.approval import Approval, read
from policy.proof.archive import manifest, packed, unpacked
from policy.proof.bundle import rules_manifest, statement
from policy.proof.claims.claim import Answer
from policy.proof.entry import commitment
from policy.proof.examine import examined
from policy.proof.layout import CERTIFICATE, COMMITTED, FIRM, KEPT, KEPT_SALT, OPEN, RULES, RULES_MANIFEST, SALT
from policy.proof.trust import trust
from server.auth.roles import Role
from server.cli.main import main
from server.log import retention
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Proposal
from tests.policy.proof.attack import refuted, relisted
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_approvals import approve, payload
from tests.server.api.test_erasures import OLD, agree, ask, findings
from tests.server.api.test_proposals import asked
from tests.server.api.test_secrets import MARKET, secret, told, world
from tests.server.cli.test_visibility import hidden
from tests.server.signing import registered, signed
from tests.shape.source import ROOT

SEED = bytes([7] * 32)
FILES = {
    "rules.mandate": stocked.RULES,
    "desk/insiders.mandate": secret("FALCON", "D"),
    "desk/cash.mandate": hidden("require cash >= 4.3719283% of net assets"),
}
WORDS = (
    b"FALCON",
    b"H-7",
    b"4.3719283",
    b"43719283",
    b"ecret",
    b"control room",
    b"insiders",
    b"desk/",
    b"memorandum",
    b"salt.txt",
)
Callers = Callable[..., Caller]


@dataclass
class Made:
    """One proposal that somebody approved with a key of their own: as the adviser and as the control room has it."""

    place: str
    mine: dict[str, bytes]
    whole: dict[str, bytes]
    card: bytes


@pytest.fixture
def made(service: Service, caller: Callers) -> Made:
    """Neither who asks nor who signs may see every rule."""
    stocked.ruled(service, FILES)
    stocked.sealed(service, MARKET)
    anna, roy = caller("anna", Role.ADVISER), caller("roy", Role.CONTROL_ROOM, Role.TRADER)
    carl = caller("carl", Role.COMPLIANCE)
    registered(carl, "carl", SEED)
    card = carl("GET", "/v1/people/trust-card").content
    found = asked(anna)
    what = payload(carl, found["id"])
    done = approve(carl, found["id"], envelope=signed(what, SEED))
    assert done.json()["state"] == "approved", done.text
    place = f"/v1/proposals/{found['id']}"
    mine, whole = (unpacked(who("GET", f"{place}/bundle").content) for who in (anna, roy))
    assert what["payload"]["statement"] == digest(statement(mine)) == digest(statement(whole))
    return Made(place, mine, whole, card)


def verified(folder: Path, files: Mapping[str, bytes], card: bytes) -> tuple[int, dict[str, dict[str, str]]]:
    """Exit code and claims of the stand-alone verifier."""
    file, trusted = folder / f"{digest(card + str(sorted(files)).encode())}.zip", folder / "card"
    file.write_bytes(packed(files))
    trusted.write_bytes(card)
    words = [sys.executable, "-m", "policy.proof.verify", str(file), "--trust", str(trusted), "--json"]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    return run.returncode, {claim["name"]: claim for claim in json.loads(run.stdout)["claims"]}


def test_both_verify_alone_with_one_entry_and_one_approval(made: Made, tmp_path: Path) -> None:
    same = ("log/entry.json", "log/entry.salt", "log/approval.json", "approvals/1.dsse.json")
    assert [made.mine[name] for name in same] == [made.whole[name] for name in same]
    assert isinstance(read(made.mine["approvals/1.dsse.json"]), Approval), "in person, by the log's one statement"
    code, whole = verified(tmp_path, made.whole, made.card)
    assert (code, {name for name, it in whole.items() if it["answer"] != "proven"}) == (0, {"model"})
    code, mine = verified(tmp_path, made.mine, made.card)
    assert code == 2
    assert {name for name, it in mine.items() if it["answer"] == "proven"} == {"file", "orders", "approvals", "log"}
    assert not [it for it in mine.values() if it["answer"] == "refuted"]
    assert "carl (compliance) signed" in mine["approvals"]["why"]
    for name in ("rules", "fills", "better", "sources", "data"):
        assert "the rest is kept from you" in mine[name]["why"], name
    assert "of what you may see" in mine["rules"]["why"]


def test_the_deep_look_says_what_it_cannot_recompute(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card").write_bytes(made.card)
    said = {}
    for name, files in (("mine", made.mine), ("whole", made.whole)):
        (tmp_path / name).write_bytes(packed(files))
        code = main(["verify", str(tmp_path / name), "--trust", str(tmp_path / "card")])
        said[name] = code, " ".join(capsys.readouterr().out.split())
    assert said["whole"][0] == 0, said
    assert said["mine"][0] == 2, said
    assert "not all rules and no data are shown; the rest is kept from you" in said["mine"][1]


def test_nothing_in_its_bytes_names_what_is_kept(made: Made) -> None:
    for path, content in made.mine.items():
        assert not [word for word in WORDS if word in content or word.decode() in path], path
    shown = {path for path in made.mine if path.startswith(RULES)}
    assert shown == {f"{RULES}rules.mandate", RULES_MANIFEST}
    assert not {CERTIFICATE, FIRM, OPEN, KEPT_SALT, "data/snapshot.json"} & made.mine.keys()
    own = {digest(content) for path, content in made.whole.items() if not path.startswith(("log/", "approvals/"))}
    own -= {digest(content) for content in made.mine.values()}
    book = {digest(made.whole[name]) for name in ("data/snapshot.json", RULES_MANIFEST)}
    for path, content in made.mine.items():
        told_here = {name for name in own if name.encode() in content}
        assert told_here <= (book if path.startswith("log/") else set()), path


def test_it_is_the_same_whatever_is_kept_and_however_much(tmp_path: Path) -> None:
    """Other names, entries, limits, numbers of rules and of files: the same files of the same sizes."""
    worlds = (
        (secret("FALCON", "D"),),
        (secret("HERON", "D", "E", "F", since="2025-07-01", verbs="buy"), secret("KITE", "E") + secret("OWL", "F")),
        (hidden("require cash >= 4.37% of net assets"), secret("FALCON", "E"), secret("HERON", "F")),
    )
    found = []
    for secrets in worlds:
        with world(tmp_path, *secrets) as there:
            place = f"/v1/proposals/{asked(there.adviser)['id']}"
            found.append(told(there.adviser("GET", f"{place}/bundle")))
            entries = unpacked(there.adviser("GET", f"{place}/bundle").content)
            assert KEPT in entries
    assert found[0][0] == 200
    assert found[0] == found[1] == found[2]


def test_five_thousand_tickers_are_not_told_apart(made: Made) -> None:
    """By somebody who knows all of the decision but which one is on the list."""
    path = f"{RULES}desk/insiders.mandate"
    everything = b"\n".join(made.mine.values())
    rules = {name.removeprefix(RULES): text for name, text in made.whole.items()
             if name.startswith(RULES) and name not in (RULES_MANIFEST, f"{RULES}salt.txt")}  # fmt: skip
    salts = (bytes(32), bytes.fromhex(made.mine[SALT].decode()))
    truth = made.whole[path]
    for ticker in ("D", *(f"T{number:04}" for number in range(4_999))):
        guess = truth.replace(b'"D"', f'"{ticker}"'.encode())
        assert (guess == truth) is (ticker == "D")
        lines = manifest({**made.whole, path: guess}, COMMITTED)
        told = [guess, lines, rules_manifest({**rules, path.removeprefix(RULES): guess})]
        names = [digest(each) for each in told] + [commitment(salt, each) for salt in salts for each in told]
        assert not [name for name in names if name.encode() in everything], ticker
    salt = bytes.fromhex(made.whole[KEPT_SALT].decode())
    assert commitment(salt, manifest(made.whole, COMMITTED)) == made.mine[KEPT].decode().strip(), "who has the salt"


def test_erasing_the_decision_erases_the_salt(
    service: Service, caller: Callers, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it and what it opened, the commitment in an open bundle that somebody kept says nothing any more."""
    monkeypatch.setattr(retention, "kept_until", lambda kind, time: (OLD, retention.ADVISER))  # years later
    carl, rita = (caller(name, Role.COMPLIANCE) for name in ("carl", "rita"))
    name = made.place.rpartition("/")[2]
    own = {path: digest(made.whole[path]) for path in (KEPT_SALT, OPEN, CERTIFICATE, "decision/obligations.json")}
    with service.store.reading() as session:
        assert set(blobs.get(session, own.values())) == set(own.values())
        leaves = session.exec(select(Journal.leaf).where(Journal.stream == name)).all()
    for leaf in leaves:
        assert agree(rita, ask(carl, leaf=leaf.hex())).status_code == 200
    for who in (caller("anna", Role.ADVISER), caller("roy", Role.CONTROL_ROOM)):
        assert who("GET", f"{made.place}/bundle").json()["code"] == "erased"
    with service.store.reading() as session:
        assert session.get_one(Proposal, name).whole is None
        assert blobs.get(session, own.values()) == {}
    assert findings(service) == ()


def test_what_is_kept_is_not_swapped_nor_what_is_open_passed_off_as_all(
    service: Service, caller: Callers, made: Made
) -> None:
    anna, card = caller("anna", Role.ADVISER), trust(made.card)
    stocked.filled(service, MARKET)
    other = unpacked(anna("GET", f"/v1/proposals/{asked(anna)['id']}/bundle").content)
    lines = statement(made.mine)
    for changes in (
        {KEPT: other[KEPT]},
        {KEPT: None},
        {KEPT: None, OPEN: lines, KEPT_SALT: f"{'00' * 32}\n".encode()},
        {OPEN: lines, KEPT_SALT: other[SALT]},
        {"log/entry.json": other["log/entry.json"]},
    ):
        refuted(relisted(made.mine, **changes), "log", "", card)
    refuted(relisted(made.whole, **{OPEN: statement(other)}), "log", "", card)
    refuted(relisted(made.whole, **{OPEN: None, KEPT_SALT: None}), "log", "commits to other files", card)
    again = {claim.name: claim.answer for claim in examined(made.mine, card).claims}
    assert again["log"] is again["approvals"] is Answer.PROVEN
