"""Attacks on rules, data, the log, approvals and the file itself, and the claim that refutes each."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from policy.canonical import decode, digest, encode
from policy.proof import archive, local, merkle
from policy.proof.approval import DECISION
from policy.proof.archive import MANIFEST
from policy.proof.bundle import report, statement
from policy.proof.claims.claim import Answer
from policy.proof.envelope import sealed
from policy.proof.examine import examined, examined_zip
from policy.proof.layout import CARD, CHECKS, OBLIGATIONS, PROPOSAL, REPORT, SNAPSHOT
from policy.proof.opened import opened
from policy.proof.trust import trust
from tests.policy.proof import sample
from tests.policy.proof.attack import CARD_OUTSIDE, MADE, answers, refuted, relisted
from tests.policy.proof.sample import made

# --- rules, data, copies -----------------------------------------------------------------------


def test_a_changed_price():
    price = MADE.files[SNAPSHOT].replace(b'["A","10"]', b'["A","11"]')
    files = relisted(MADE.files, data__snapshot=None, **{SNAPSHOT: price})
    refuted(files, "data", "not the snapshot that the obligations were bound to")
    refuted(files, "log", "commits to other files")


def test_a_swapped_rule_file():
    other = b"rule cap: A at most 60% of net assets\n"
    refuted(relisted(MADE.files, **{"rules/cap.mandate": other}), "sources", "`cap.mandate` is not what")
    rules = {**sample.RULES, "cap.mandate": other}
    consistent_inside = made(replace(sample.decision(), rules=rules)).files
    swapped = {path: content for path, content in consistent_inside.items() if path.startswith("rules/")}
    refuted(relisted(MADE.files, **swapped), "sources", "names another one")


def test_rules_that_were_logged_after_the_run():
    late = made(order=("snapshot", "run", "rules", "entry"))
    refuted(late.files, "sources", "not before the run")
    backdated = made(times={"rules": sample.TIMES[9]})
    refuted(backdated.files, "sources", "not before the run")


def test_data_that_was_logged_after_the_run():
    refuted(made(order=("rules", "run", "snapshot", "entry")).files, "data", "not before the run")


def test_a_proposal_from_the_future():
    proposal = replace(sample.decision().proposal, time=sample.TIMES[8])
    refuted(made(replace(sample.decision(), proposal=proposal)).files, "log", "after it was logged")


def test_copies_for_people_that_say_something_else():
    orders = MADE.files["decision/orders.csv"].replace(b",50,", b",5,")
    files = relisted(MADE.files, **{"decision/orders.csv": orders})
    refuted(files, "file", "decision/orders.csv does not say")
    page = MADE.files[REPORT].replace(b"207.00", b"203.00")
    refuted(relisted(MADE.files, **{REPORT: page}), "file", "report.html does not say")


# --- the log -----------------------------------------------------------------------------------


def test_two_views_of_the_log():
    """The same insider, the same key, another past: the examiner kept a checkpoint of the first."""
    other = made(before=3)
    files = dict(other.files)
    grown_from = {**files, "log/consistency-2.txt": MADE.files["log/consistency-2.txt"]}
    refuted(relisted(grown_from), "log", "two views")
    rewritten = made(replace(sample.decision(), charts={}), order=("snapshot", "rules", "run", "entry"))
    kept = trust(MADE.card.replace(b"seen 2 ", b"seen 6 ").split(b"seen")[0] + _seen(MADE))
    refuted(rewritten.files, "log", "two views", kept)


def _seen(bundle: sample.Made) -> bytes:
    root = b64encode(merkle.root(local.tree_of(bundle.log))).decode()
    return f"seen {len(bundle.log.entries)} {root}\n".encode()


def test_another_log_s_key():
    refuted(made(seed=b"\x07" * 32).files, "log", "no known key signed")


def test_an_entry_that_is_not_in_the_log():
    entry = MADE.files["log/entry.json"].replace(b'"anna"', b'"otto"')
    refuted(relisted(MADE.files, **{"log/entry.json": entry}), "log", "is not in the log")


def test_a_proof_of_another_state():
    older = made(before=5).files["log/entry.tlog-proof"]
    refuted(relisted(MADE.files, **{"log/entry.tlog-proof": older}), "log", "another state")


def test_a_restored_backup_cannot_be_signed():
    backup = replace(MADE.log, entries=MADE.log.entries[:3])
    again = local.appended(backup, MADE.log.entries[-1])
    with pytest.raises(local.ForkError):
        local.sealed(again, sample.LOG_SEED)


def test_a_low_order_key_on_the_card_inside():
    name = sample.ORIGIN
    low = b"\x01" + b"\x01" + bytes(31)
    identity = digest(name.encode() + b"\n" + low)[:8]
    card = f"log {name}+{identity}+{b64encode(low).decode()}\nquorum none\n".encode()
    refuted(relisted(MADE.files, **{CARD: card}), "log", "low order", None)


# --- people ------------------------------------------------------------------------------------


def test_the_proposer_approves():
    refuted(made(approvers={"anna": sample.ANNA_SEED}).files, "approvals", "their own proposal")


def test_a_signature_by_somebody_else():
    refuted(made(approvers={"boris": sample.ANNA_SEED}).files, "approvals", "signature of boris is wrong")


def test_an_approval_of_another_decision():
    files = relisted(MADE.files, **{"decision/note.json": b"{}"})
    refuted(files, "approvals", "another decision")


def test_one_person_twice():
    envelope = MADE.files["approvals/1.dsse.json"]
    refuted(relisted(MADE.files, **{"approvals/2.dsse.json": envelope}), "approvals", "approved twice")


def test_a_rejection_is_no_approval():
    value = decode(b'{"decision":"approve","expires":null,"person":"boris","role":"x","statement":"","time":"","v":1}')
    value |= {"decision": "reject", "statement": digest(statement(MADE.files))}
    envelope = sealed(DECISION, encode(value), "boris", sample.BORIS_SEED)
    refuted(relisted(MADE.files, **{"approvals/1.dsse.json": envelope}), "approvals", "no approval")


def test_an_envelope_of_another_type():
    envelope = MADE.files["approvals/1.dsse.json"].replace(b"approval.v1", b"approval.v2")
    refuted(relisted(MADE.files, **{"approvals/1.dsse.json": envelope}), "approvals", "type")


def test_two_people_with_one_key_are_refused_on_the_card():
    line = next(line for line in MADE.card.splitlines() if b"boris" in line)
    shared = sample.Verifier("anna", sample.ED25519, sample.BORIS.key).text.encode()
    with pytest.raises(ValueError, match="two names"):
        trust(b"person " + shared + b"\n" + line + b"\nquorum none\n")


def test_a_stranger_s_approval_proves_nothing():
    files = made(approvers={"zoe": b"\x09" * 32}).files
    assert answers(examined(files, CARD_OUTSIDE))["approvals"] is Answer.NOT_PROVEN
    assert answers(examined(made(approvers={}).files, CARD_OUTSIDE))["approvals"] is Answer.NOT_PROVEN


# --- the file ----------------------------------------------------------------------------------


def test_a_file_changed_without_the_manifest():
    refuted({**MADE.files, SNAPSHOT: b"{}"}, "file", "is not what the manifest says")
    refuted({**MADE.files, "extra.txt": b""}, "file", "`extra.txt`")
    refuted({k: v for k, v in MADE.files.items() if k != MANIFEST}, "file", "missing")


def test_duplicate_members_in_json():
    twice = MADE.files[PROPOSAL].replace(b'"proposer":"anna"', b'"proposer":"anna","proposer":"boris"')
    refuted(relisted(MADE.files, **{PROPOSAL: twice}), "rules", "appears twice")
    loose = json.dumps(json.loads(MADE.files[PROPOSAL])).encode()
    refuted(relisted(MADE.files, **{PROPOSAL: loose}), "rules", "canonical form")


def test_a_missing_file():
    for path in (OBLIGATIONS, PROPOSAL, CHECKS):
        refuted(relisted({k: v for k, v in MADE.files.items() if k != path}), "rules", "missing")


def test_zips_that_are_no_bundle():
    for data in (b"", b"PK", MADE.zip + b"x", MADE.zip[:-1], archive.packed({})):
        claim = examined_zip(data, CARD_OUTSIDE).claims[0]
        assert (claim.name, claim.answer) == ("file", Answer.REFUTED)


@pytest.mark.parametrize("path", sorted(MADE.files))
def test_no_file_can_be_garbage_and_none_can_be_dropped_unseen(path):
    """Whatever a file is replaced by, the answer is an answer, never a traceback."""
    for content in (b"", b"{}", b"[]", b"null", b"\xff\xfe", b"\n\n", MADE.files[path][:-3], b"[" * 5000):
        examination = examined(relisted({**MADE.files, path: content}), CARD_OUTSIDE)
        if path not in (MANIFEST, "README.txt") and content != MADE.files[path]:
            assert examination.answer is not Answer.PROVEN or path.startswith(("trust/", "log/consistency"))


def test_the_report_is_made_again_from_the_files():
    assert report(opened(MADE.files), MADE.files) == MADE.files[REPORT]
    assert b"<script" not in MADE.files[REPORT]
