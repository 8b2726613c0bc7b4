"""The local log: a key on first use, a run announced before its decision, and no second history."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from policy.proof.claims.claim import Answer
from policy.proof.examine import examined
from policy.proof.trust import trust
from server.log import local
from tests.policy.proof import sample


def decided(folder):
    run = local.announced(folder, sample.RULES, sample.SNAPSHOT, "anna")
    decision = sample.decision()
    return local.recorded(folder, run, replace(decision, proposal=replace(decision.proposal, run=run.name)))


def answers(files, card):
    return {claim.name: claim.answer for claim in examined(files, trust(card)).claims}


def test_a_bundle_is_proven_by_a_card_that_was_kept_before(tmp_path):
    decided(tmp_path)
    card = (tmp_path / "card").read_bytes()
    assert card == local.card(tmp_path)
    found = answers(decided(tmp_path), card)
    assert found["log"] is Answer.PROVEN
    assert found["sources"] is found["data"] is Answer.PROVEN
    assert found["approvals"] is Answer.NOT_PROVEN


def test_rules_and_data_are_logged_once_until_they_change(tmp_path):
    for _ in range(3):
        decided(tmp_path)
    kinds = [
        line.split(b'"kind":"')[1].split(b'"')[0] for line in (tmp_path / "entries.jsonl").read_bytes().splitlines()
    ]
    assert kinds == [b"rules-activate", b"snapshot", *[b"run-start", b"proposal"] * 3]


def test_the_key_is_its_owner_s_alone(tmp_path):
    decided(tmp_path)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert "local" in (tmp_path / "README.txt").read_text()


@pytest.mark.parametrize("attack", ["edit", "cut", "restore", "key", "garbage"])
def test_a_changed_folder_signs_nothing_more(tmp_path, attack):
    decided(tmp_path)
    entries, key = tmp_path / "entries.jsonl", tmp_path / "key"
    lines = entries.read_bytes().splitlines(keepends=True)
    match attack:
        case "edit":
            entries.write_bytes(b"".join(lines).replace(b'"anna"', b'"otto"'))
        case "cut":
            entries.write_bytes(b"".join(lines[:-1]))
        case "restore":
            decided(tmp_path)
            entries.write_bytes(b"".join(lines))
        case "key":
            key.write_text("00" * 32)
        case "garbage":
            entries.write_bytes(b"{}\n")
    with pytest.raises(local.LogError):
        decided(tmp_path)


def test_a_line_that_was_cut_off_while_writing_is_not_an_entry(tmp_path):
    decided(tmp_path)
    with (tmp_path / "entries.jsonl").open("ab") as file:
        file.write(b'{"half')
    assert answers(decided(tmp_path), local.card(tmp_path))["log"] is Answer.PROVEN


def test_a_key_that_is_none(tmp_path):
    (tmp_path / "key").write_text("not a key")
    with pytest.raises(local.LogError, match="64 hexadecimal"):
        local.card(tmp_path)
