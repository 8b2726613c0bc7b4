"""The kinds of approval in a bundle, none of which passes for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from policy.canonical import digest
from policy.proof import local
from policy.proof.approval import (
    DECISION,
    Approval,
    ApprovalError,
    Attestation,
    Inclusion,
    RunApproval,
    Said,
    Word,
    approved,
    filed,
    inclusion_json,
    inclusion_of,
    inclusions,
    read,
    run_root,
    under,
    written,
)
from policy.proof.archive import MANIFEST, manifest
from policy.proof.bundle import statement
from policy.proof.claims.claim import Answer, Claim
from policy.proof.entry import Entry, Kind, entry_bytes
from policy.proof.envelope import sealed
from policy.proof.examine import examined
from policy.proof.trust import Trust, trust
from tests.policy.proof import sample

MADE = sample.made(approvers={})
CARD = trust(MADE.card)
DUE = digest(statement(MADE.files))
OTHERS = [digest(str(n).encode()) for n in range(6)]
RUN = [*OTHERS[:4], DUE, *OTHERS[4:]]
TOGETHER = RunApproval("run_1", run_root(RUN), len(RUN), "boris", "compliance", sample.TIMES[6])
SAW = Attestation(DUE, Word.ATTESTED, "carl", "compliance", sample.TIMES[6])
STANDS = Attestation(DUE, Word.STANDING, "ap_1#1", None, sample.TIMES[6])


def claim(*given: tuple[bytes, Inclusion | None], **more: bytes) -> Claim:
    return said({**MADE.files, **filed(given), **more})


def said(files: Mapping[str, bytes], card: Trust = CARD) -> Claim:
    whole = {path: content for path, content in files.items() if path != MANIFEST}
    found = examined({**whole, MANIFEST: manifest(whole)}, card)
    return next(each for each in found.claims if each.name == "approvals")


def by_boris(what: Said) -> bytes:
    return approved(what, sample.BORIS_SEED)


def by_log(what: Said) -> bytes:
    return approved(what, sample.LOG_SEED)


def test_a_run_that_was_signed_is_proven_of_each_of_its_decisions():
    found = claim((by_boris(TOGETHER), inclusions(RUN)[4]))
    assert found.answer is Answer.PROVEN, found.why
    assert "boris (compliance) signed" in found.why
    assert "6 others of the run run_1" in found.why


@pytest.mark.parametrize("index", [0, 3, 5, 6])
def test_a_place_in_a_run_is_that_of_one_decision(index: int):
    assert claim((by_boris(TOGETHER), inclusions(RUN)[index])).answer is Answer.REFUTED


@pytest.mark.parametrize("change", [{"size": 4}, {"size": 16}, {"size": 0}, {"root": DUE}])
def test_a_run_of_another_size_or_root(change: dict[str, object]):
    found = claim((by_boris(replace(TOGETHER, **change)), inclusions(RUN)[4]))
    assert found.answer is Answer.REFUTED
    assert "without this decision" in found.why


def test_a_run_without_a_place_in_it_and_a_place_without_a_run():
    assert "nothing shows" in claim((by_boris(TOGETHER), None)).why
    one = Approval(DUE, "boris", "compliance", sample.TIMES[6])
    assert claim((by_boris(one), None)).answer is Answer.PROVEN
    assert "belongs to no approval" in claim((by_boris(one), inclusions(RUN)[4])).why
    stray = {"approvals/7.inclusion.json": inclusion_json(inclusions(RUN)[4])}
    assert "belongs to no approval" in claim((by_boris(one), None), **stray).why


def test_what_the_service_attests_is_told_and_proves_nothing():
    for what, word in ((SAW, "attested: the service says that carl (compliance) said yes"), (STANDS, "standing: ")):
        found = claim((by_log(what), None))
        assert found.answer is Answer.NOT_PROVEN
        assert word in found.why
        assert "nobody signed with a key of their own" in found.why


def test_an_attestation_beside_a_signature_is_told_too():
    found = claim((by_boris(Approval(DUE, "boris", "compliance", sample.TIMES[6])), None), (by_log(SAW), None))
    assert found.answer is Answer.PROVEN
    assert "boris (compliance) signed" in found.why
    assert "attested" in found.why


def test_a_person_s_own_word_is_no_attestation_and_none_is_a_person_s_word():
    assert "signed by no log" in claim((by_boris(SAW), None)).why
    forged = by_log(SAW).replace(b"attestation.v1", b"approval.v1")
    assert claim((forged, None)).answer is Answer.REFUTED
    assert claim((by_log(Approval(DUE, "boris", "x", sample.TIMES[6])), None)).answer is Answer.REFUTED


def test_an_attestation_of_another_decision():
    assert "another decision" in claim((by_log(replace(SAW, statement=OTHERS[0])), None)).why


def test_an_approval_that_had_expired_when_it_was_made():
    late = Approval(DUE, "boris", "compliance", sample.TIMES[6], sample.TIMES[6])
    assert "had expired" in claim((by_boris(late), None)).why


def test_what_is_written_is_read():
    for what in (Approval(DUE, "boris", "x", sample.TIMES[6]), TOGETHER, SAW, STANDS):
        assert read(by_boris(what)) == what
    found = inclusions(RUN)[4]
    assert inclusion_of(inclusion_json(found)) == found


def test_a_no_is_no_approval():
    text = written(Approval(DUE, "boris", "x", sample.TIMES[6])).replace(b'"approve"', b'"reject"')
    with pytest.raises(ApprovalError, match="no approval"):
        read(sealed(DECISION, text, "boris", sample.BORIS_SEED))


@pytest.mark.parametrize("size", range(1, 10))
def test_every_decision_of_a_run_is_under_its_root_and_no_other(size: int):
    run = [digest(str(n).encode()) for n in range(size)]
    whole = RunApproval("run", run_root(run), size, "boris", "x", sample.TIMES[6])
    for at, each in enumerate(run):
        assert under(each, inclusions(run)[at], whole)
        assert not under(DUE, inclusions(run)[at], whole)


# --- keys that ended ---------------------------------------------------------------------------


def logged(envelope: bytes, *, actor: str = "boris", kind: Kind = Kind.APPROVAL, card: str = "until 7") -> Claim:
    """Of a bundle whose log has the approval as entry 6."""
    subject = f"approval, person-key {digest(envelope)}"
    made = Entry(kind, "run-1", 0, None, "run-1", sample.TIMES[6], subject, None, None, None, actor)
    log, note = local.sealed(local.appended(MADE.log, made), sample.LOG_SEED)
    files = {path: content for path, content in MADE.files.items() if not path.startswith("log/consistency")}
    places = {"rules": 2, "snapshot": 3, "run": 4, "entry": 5, "approval": 6}
    files |= {f"log/{name}.json": entry_bytes(log.entries[at]) for name, at in places.items()}
    files |= {f"log/{name}.tlog-proof": local.proven(log, at, note) for name, at in places.items()}
    files |= {"log/checkpoint": note, **filed([(ENVELOPE, None)])}
    text = MADE.card.decode().replace(f"person {sample.BORIS.text}\n", f"person {sample.BORIS.text} {card}\n")
    assert card in text
    return said(files, trust(text.encode()))


ENVELOPE = by_boris(Approval(DUE, "boris", "compliance", sample.TIMES[6]))


def test_a_key_that_ended_is_good_for_what_was_logged_before():
    assert logged(ENVELOPE).answer is Answer.PROVEN
    for other in (
        logged(ENVELOPE, card="until 6"),
        logged(ENVELOPE, actor="carl"),
        logged(ENVELOPE, kind=Kind.SELF_AUDIT),
        logged(b"another envelope"),
    ):
        assert (other.answer, "ended" in other.why) == (Answer.NOT_PROVEN, True)


def test_a_person_may_have_had_several_keys():
    more = sample.Verifier("boris", sample.ED25519, sample.public_of(b"\x33" * 32))
    whole = trust(MADE.card + f"person {more.text}\n".encode())
    assert said({**MADE.files, **filed([(ENVELOPE, None)])}, whole).answer is Answer.PROVEN
