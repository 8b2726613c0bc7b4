"""`proofolio sign` end to end: a key of one's own, shown to a service on a socket, an approval that it signs, and the
bundle in the hands of somebody who has the verifier and the card from elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.cli.main import main
from tests.server.api.test_proposals import BOOK
from tests.server.processes import ROOT, Served, serving
from tests.server.stocked import RULES
from tests.server.test_serve import admin


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["sign", *words]) == 0
    return capsys.readouterr().out.strip()


def given(path: Path, what: Any) -> str:
    path.write_text(json.dumps(what, indent=2))
    return str(path)


def done(found: Any, status: int) -> Any:
    assert found.status_code == status, found.text
    return found


def proposed(served: Served, keys: dict[str, str]) -> str:
    """The place of a proposal of anna's."""
    made = served(keys["rita"], "POST", "/v1/rulebooks", json={"title": "all", "files": {"rules.mandate": RULES}})
    tag = {"If-Match": done(made, 201).headers["etag"]}
    place = made.headers["location"]
    done(served(keys["carl"], "POST", f"{place}/activation", json={"from": "now"}, headers=tag), 200)
    done(served(keys["olga"], "POST", "/v1/snapshots?source=test", json=BOOK), 201)
    wait = {"Prefer": "wait=60"}
    return str(
        done(served(keys["anna"], "POST", "/v1/proposals", json={}, headers=wait, timeout=60), 201).headers["location"]
    )


def test_a_person_signs_and_a_stranger_sees_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, own = tmp_path / "data", str(tmp_path / "own-key")
    with serving(data, PROOFOLIO_WORKERS="1") as served:
        ada = admin(served, data)
        roles = {"anna": "adviser", "rita": "compliance", "carl": "compliance", "olga": "operations"}
        keys = {
            name: served(ada, "POST", "/v1/keys", json={"principal": name, "roles": [role]}).json()["key"]
            for name, role in roles.items()
        }
        public = said(capsys, "--new", "carl", "--key", own)
        waits = done(served(keys["carl"], "POST", "/v1/me/keys/challenges", json={"key": public}), 201).json()
        shown = json.loads(said(capsys, given(tmp_path / "challenge", waits), "--key", own))
        done(served(keys["carl"], "POST", "/v1/me/keys", json={"envelope": shown}), 201)
        card = served(keys["rita"], "GET", "/v1/people/trust-card").text
        place = proposed(served, keys)
        what = done(served(keys["carl"], "GET", f"{place}/approval-payload"), 200).json()
        envelope = json.loads(said(capsys, given(tmp_path / "approval", what), "--key", own))
        tag = {"If-Match": served(keys["carl"], "GET", place).headers["etag"]}
        done(served(keys["carl"], "POST", f"{place}/approval", json={"envelope": envelope}, headers=tag), 200)
        (tmp_path / "x.proof.zip").write_bytes(served(keys["anna"], "GET", f"{place}/bundle").content)
    (tmp_path / "card").write_text(card)
    words = [sys.executable, "-m", "policy.proof.verify", str(tmp_path / "x.proof.zip"), "--json"]
    run = subprocess.run([*words, "--trust", str(tmp_path / "card")], cwd=ROOT, capture_output=True, text=True)
    found = {each["name"]: each for each in json.loads(run.stdout)["claims"]}
    assert found["approvals"]["answer"] == "proven", found["approvals"]
    assert "carl (compliance) signed" in found["approvals"]["why"]


def test_what_it_signs_and_what_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own-key"
    said(capsys, "--new", "carl", "--key", str(own))
    assert own.stat().st_mode & 0o777 == 0o600
    payload = {"v": 1, "decision": "approve", "statement": "0" * 64, "person": "carl", "role": "compliance"}
    payload |= {"time": "2026-11-22T14:00:00.000000Z", "expires": None}
    kind = "application/vnd.proofolio.approval.v1+json"

    def refused(*words: str) -> str:
        assert main(["sign", *words]) == 3
        return capsys.readouterr().err

    good = given(tmp_path / "good", {"payloadType": kind, "payload": payload})
    assert main(["sign", good, "--key", str(own)]) == 0
    assert f"carl as compliance approves the decision {'0' * 64}" in capsys.readouterr().err
    grant = {each: payload[each] for each in ("v", "statement", "person", "role", "time")}
    grant |= {"decision": "grant", "of": "wvr_1"}
    kind_of = kind.replace("approval", "grant")
    assert main(["sign", given(tmp_path / "grant", {"payloadType": kind_of, "payload": grant}), "--key", str(own)]) == 0
    assert f"carl as compliance grants wvr_1, which says {'0' * 64}" in capsys.readouterr().err
    assert "never written over" in refused("--new", "carl", "--key", str(own))
    assert "cannot name a key" in refused("--new", "carl the second", "--key", str(tmp_path / "other"))
    assert "it takes a payload" in refused("--key", str(own))
    attested = kind.replace("approval", "attestation")
    for what in (
        {"payloadType": kind, "payload": {**payload, "decision": "reject"}},
        {"payloadType": kind, "payload": {**payload, "more": 1}},
        {"payloadType": kind, "payload": []},
        {"payloadType": "text/plain", "payload": payload},
        {"payloadType": attested, "payload": {**payload, "word": "attested"}},
        {"payloadType": kind.replace("approval", "grant-attestation"), "payload": grant},
        {"payloadType": kind_of, "payload": {**grant, "decision": "approve"}},
        {"payload": payload},
        {"payloadType": kind, "payload": {**payload, "time": 1.5}},
        [],
    ):
        assert "sign what a service gave" in refused(given(tmp_path / "bad", what), "--key", str(own))
    own.chmod(0o644)
    assert "others may read this key" in refused(good, "--key", str(own))
    own.write_text("no key")
    own.chmod(0o600)
    assert "hexadecimal" in refused(good, "--key", str(own))
    assert "nowhere" in refused(good, "--key", str(tmp_path / "nowhere"))
