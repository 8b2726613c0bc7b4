"""The log's key was stolen: whoever has it signs any tree. What it alone signed counts where the log grew out of it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from policy.proof import local, merkle, verify
from policy.proof.archive import packed
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined
from policy.proof.layout import CHECKPOINT
from policy.proof.note import signature_line
from policy.proof.tlog_proof import growth
from policy.proof.trust import Trust, card_text, trust
from tests.policy.proof import sample
from tests.policy.proof.attack import CARD_OUTSIDE, MADE, Files, answers, refuted, relisted
from tests.policy.proof.sample import made

NEW_SEED = b"\x2a" * 32
OLD, NEW = (local.verifier_of(sample.ORIGIN, seed) for seed in (sample.LOG_SEED, NEW_SEED))
SIGNED = len(MADE.log.entries)
LOG, CHECKPOINT_AFTER = local.sealed(local.appended(MADE.log, replace(MADE.log.entries[0], stream="keys")), NEW_SEED)
SEEN = (len(LOG.entries), merkle.root(local.tree_of(LOG)))
CARD = card_text((NEW, OLD), (sample.ANNA, sample.BORIS), SEEN, stolen={OLD.key.raw: SIGNED})
GROWN = local.growth(LOG, SIGNED, CHECKPOINT_AFTER)
ALONE, SHOWN = trust(CARD), replace(trust(CARD), grown=growth(GROWN))
"""The card from afterwards, and with a proof that what it has seen grew out of the honest bundle's state."""
RESTS_ON_THE_LOG = ("sources", "data", "log")


def rewritten(before: int) -> Files:
    """What the thief makes: another history, as long as they like."""
    return made(replace(sample.decision(), charts={}), before=before).files


def test_an_older_bundle_is_proven_again_where_the_log_grew_out_of_it():
    assert f"log {OLD.text} stolen {SIGNED}\n".encode() in CARD
    honest = answers(examined(MADE.files, CARD_OUTSIDE))
    assert answers(examined(MADE.files, SHOWN)) == honest
    alone = {claim.name: claim for claim in examined(MADE.files, ALONE).claims}
    assert {name: claim.answer for name, claim in alone.items()} == honest | dict.fromkeys(
        RESTS_ON_THE_LOG, Answer.NOT_PROVEN
    )
    assert f"from {SIGNED} to {SEEN[0]} (`--grown`)" in alone["log"].why


def test_a_card_that_saw_just_this_state_needs_no_more():
    root = merkle.root(local.tree_of(MADE.log))
    same = trust(card_text((NEW, OLD), (sample.ANNA, sample.BORIS), (SIGNED, root), stolen={OLD.key.raw: 0}))
    assert answers(examined(MADE.files, same)) == answers(examined(MADE.files, CARD_OUTSIDE))


def test_what_the_new_key_signs_beside_the_old_one_needs_nothing():
    text = MADE.checkpoint.decode().partition("\n\n")[0] + "\n"
    line = signature_line(text, sample.ORIGIN, NEW_SEED).encode()
    both = {path: content.replace(MADE.checkpoint, MADE.checkpoint + line) for path, content in MADE.files.items()}
    assert line in both[CHECKPOINT]
    found = answers(examined(relisted(both), replace(ALONE, seen=CARD_OUTSIDE.seen)))
    assert found == answers(examined(MADE.files, CARD_OUTSIDE))


@pytest.mark.parametrize("card", [ALONE, SHOWN])
@pytest.mark.parametrize("before", range(1, 6))
def test_no_other_history_is_ever_proven(before: int, card: Trust) -> None:
    """Forked before the theft, or after it; shorter than the log, as long, or longer."""
    found = answers(examined(rewritten(before), card))
    assert not any(found[name] is Answer.PROVEN for name in RESTS_ON_THE_LOG)
    if len(made(before=before).log.entries) > SIGNED:
        assert found["log"] is Answer.REFUTED


def test_why_it_is_refuted():
    refuted(
        rewritten(4), "log", f"signed for 8 entries with a stolen key alone, by which the log signed {SIGNED}", ALONE
    )
    refuted(rewritten(3), "log", "two views", replace(ALONE, stolen={OLD.key.raw: 9}))  # as long as what was seen
    refuted(rewritten(2), "log", "did not grow out of this one", SHOWN)


def test_what_was_kept_before_the_theft_does_not_help_the_thief():
    """A tree that did grow out of what the examiner saw long ago, with the thief's entries since."""
    longer = made(replace(sample.decision(), charts={}))
    assert answers(examined(longer.files, CARD_OUTSIDE))["log"] is Answer.PROVEN  # a card from before cannot know
    warned = replace(CARD_OUTSIDE, stolen={OLD.key.raw: SIGNED})
    found = answers(examined(longer.files, warned))
    assert {found[name] for name in RESTS_ON_THE_LOG} == {Answer.NOT_PROVEN}


def test_a_proof_of_another_state_shows_nothing():
    for grown in (local.growth(LOG, 2, CHECKPOINT_AFTER), local.growth(MADE.log, 2, MADE.checkpoint)):
        found = answers(examined(MADE.files, replace(ALONE, grown=growth(grown))))
        assert {found[name] for name in RESTS_ON_THE_LOG} == {Answer.NOT_PROVEN}


def test_the_proof_is_given_beside_the_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("b.zip", packed(MADE.files)), ("card", CARD), ("grown", GROWN)):
        (tmp_path / name).write_bytes(content)
    words = [str(tmp_path / "b.zip"), "--trust", str(tmp_path / "card")]
    plain = verify.main(words)
    assert "NOT PROVEN  " in capsys.readouterr().out
    assert (plain, verify.main([*words, "--grown", str(tmp_path / "grown")])) == (2, 0)
    assert f"your checkpoint of {SEEN[0]} entries grew out of it" in capsys.readouterr().out
    assert verify.main([words[0], "--grown", str(tmp_path / "grown")]) == 3
    assert "name the card" in capsys.readouterr().err
    assert verify.main([*words, "--grown", str(tmp_path / "card")]) == 3


@pytest.mark.parametrize("text", ["stolen", "stolen x", "stolen 01", "stolen 1 2", "lost 1"])
def test_a_line_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        trust(f"log {OLD.text} {text} \nquorum none\n".encode())


def test_a_card_says_the_size_that_it_was_written_with():
    assert trust(CARD).stolen == {OLD.key.raw: SIGNED}
    assert b64encode(SEEN[1]) in CARD
