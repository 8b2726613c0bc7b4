"""One decision, two bundles: with everything, and without what is kept from most; and attacks on either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from unittest.mock import patch

import pytest

from policy.canonical import content_hash, decode, digest, encode
from policy.ir import show
from policy.ir.bound import Bound, Form, Outcome, Rung
from policy.proof import kept
from policy.proof.archive import MANIFEST, manifest
from policy.proof.bundle import Decision, committed
from policy.proof.claims.claim import Answer
from policy.proof.entry import commitment
from policy.proof.examine import examined
from policy.proof.layout import CHECKS, KEPT, KEPT_SALT, OBLIGATIONS, OPEN, RULES
from policy.proof.trust import trust
from tests.policy.proof import sample
from tests.policy.proof.attack import answers, edited, refuted, relisted
from tests.policy.proof.sample import Made, made

ROOM, PEPPER = "control room", bytes(range(100, 132))
SECRET_FILE = b'list FALCON "Project Falcon"\n  covers security "TICKER"\n  visible to "control room"\nend\n'


def bound(hidden: str, secret: str, factor: int) -> Bound:
    """The sample's, with the obligation `hidden` visible to a role, on a form of its own, and a waiver of another."""
    found = sample.bound()
    own = Form(f"held/{secret}", sample.F(factor), ((sample.F(1), "value/A"),), sample.F(0), sample.F(9000))
    obligations = []
    for each in found.obligations:
        if each.id == hidden:
            leaf = sample.Leaf(sample.lin((1, own.name)), sample.Op.LE, sample.lin(const=8000), None, secret)
            rungs = (*each.ladder, Rung(leaf, Outcome.PASS, secret))
            each = replace(each, ladder=rungs, visible_to=ROOM, origin=replace(each.origin, title=secret))
        if each.id == "cash.1":
            never = sample.Leaf(sample.lin((1, "cash")), sample.Op.GE, sample.lin(const=10**6), None, "cash")
            waived = Rung(never, Outcome.WAIVED, f"waiver {secret}", visible_to=ROOM)
            each = replace(each, ladder=(*each.ladder, waived))
        obligations.append(each)
    forms = {**found.forms, own.name: own}
    return replace(found, obligations=tuple(obligations), forms=forms, library=digest(secret.encode()))


def decision(hidden: str = "basket.1", secret: str = "FALCON", factor: int = 1) -> Decision:
    found, old = bound(hidden, secret, factor), sample.decision()
    written = show.to_json(found)
    return replace(
        old,
        obligations=written,
        proposal=replace(old.proposal, obligations=content_hash(written)),
        checks=show.verdict_json(sample.verdict(found, sample.POINT)),
        certificate=sample.proof_of_bound(found),
        rules={**sample.RULES, f"{secret}.mandate": SECRET_FILE.replace(b"TICKER", secret.encode())},
        charts={},
    )


def whole(chosen: Decision) -> Made:
    def files(it: Decision) -> dict[str, bytes]:
        made_of = committed(it)
        return {**made_of, **kept.sealed(made_of, set(sample.RULES), PEPPER)}

    with patch.object(sample, "committed", files):
        return made(chosen)


def opened(chosen: Decision, pepper: bytes = PEPPER) -> Made:
    with patch.object(sample, "committed", lambda it: kept.open_files(committed(it), set(sample.RULES), pepper)):
        return made(chosen)


WHOLE, OPENED = whole(decision()), opened(decision())
CARD = trust(WHOLE.card)
WORDS = (b"FALCON", b"basket.1", ROOM.encode(), digest(b"FALCON").encode())


def test_two_bundles_of_one_decision_have_one_entry() -> None:
    for name in ("log/entry.json", "log/entry.tlog-proof", "log/checkpoint", "approvals/1.dsse.json"):
        assert WHOLE.files[name] == OPENED.files[name], name
    lines = manifest({p: c for p, c in OPENED.files.items() if p.startswith(("decision/", "rules/", "data/"))})
    assert WHOLE.files[OPEN] == lines


def test_who_may_see_everything_has_everything_proven() -> None:
    found = answers(examined(WHOLE.files, CARD))
    assert found.pop("model") is Answer.NOT_PROVEN  # it takes the compiler
    assert set(found.values()) == {Answer.PROVEN}
    plain = made(decision()).files
    mine = {path for path in plain if not path.startswith(("log/", "approvals/")) and path != MANIFEST}
    assert all(WHOLE.files[path] == plain[path] for path in mine), "as before, to its reader"


def test_who_may_not_is_told_what_is_proven_and_what_is_not() -> None:
    found = {claim.name: claim for claim in examined(OPENED.files, CARD).claims}
    proven = {name for name, claim in found.items() if claim.answer is Answer.PROVEN}
    assert proven == {"file", "orders", "log", "approvals"}
    assert {claim.answer for claim in found.values()} == {Answer.PROVEN, Answer.NOT_PROVEN}
    assert "of what you may see, 2 checks recomputed: pass; the rest is kept from you" in found["rules"].why
    assert "the certificate leans on rows of all rules" in found["better"].why
    assert "2 rule files shown, of those in force" in found["sources"].why
    assert all("kept from you" in found[name].why for name in ("rules", "fills", "better", "sources", "data"))


def test_no_word_of_it_is_in_the_open_bundle() -> None:
    for path, content in OPENED.files.items():
        if not path.startswith("log/"):  # entries name rules and data by their SHA-256
            assert not [word for word in WORDS if word in content], path
    named = {digest(content).encode() for path, content in WHOLE.files.items() if path.endswith((".json", ".mandate"))}
    shared = {digest(content).encode() for content in OPENED.files.values()}
    assert not [path for path in OPENED.files for each in named - shared if each in OPENED.files[path]
                if not path.startswith("log/")]  # fmt: skip


def test_it_tells_nothing_of_how_much_is_kept() -> None:
    """Another secret, on another form, in another file: the same open files but for the commitment."""
    mine, other = ({p: c for p, c in o.files.items() if p.startswith(("decision/", "rules/", "data/"))}
                   for o in (OPENED, opened(decision(secret="HERON", factor=7))))  # fmt: skip
    assert {path for path in mine.keys() | other.keys() if mine.get(path) != other.get(path)} == {KEPT}
    assert len(mine[KEPT]) == len(other[KEPT]) == 65


def test_guessing_a_list_of_five_thousand_tickers_confirms_nothing() -> None:
    """Whoever knows everything but the ticker, and tries them all, meets no hash in the bundle that tells a guess from
    another: no hash of the file, of a manifest with it, or of its commitment under a salt that is in the bundle. The
    rules have a salt among their files, as those that a service publishes have (`policy.ir.observed`)."""
    secret = decision(secret="T4711")
    salted = replace(secret, rules={**secret.rules, "salt.txt": f"{bytes(range(200, 232)).hex()}\n".encode()})
    found = opened(salted).files
    everything = b"\n".join(found.values())
    assert digest(manifest(salted.rules)).encode() in everything  # by which the log names the rules
    for number in range(5000):
        name, ticker = "rules/T4711.mandate", f"T{number:04}".encode()
        content = SECRET_FILE.replace(b"TICKER", ticker)
        lines = manifest({name: content})
        rules = manifest({**sample.RULES, f"{ticker.decode()}.mandate": content})
        told = [digest(each) for each in (content, ticker, lines, rules)]
        told += [commitment(salt, each) for salt in (bytes(32), sample.SALT) for each in (content, lines, rules)]
        assert not [each for each in told if each.encode() in everything], number


# --- attacks -----------------------------------------------------------------------------------


def changed(files: Mapping[str, bytes], **changes: bytes | None) -> dict[str, bytes]:
    return relisted({**files}, **changes)


def test_what_is_kept_cannot_be_swapped_or_dropped() -> None:
    other = opened(decision(secret="HERON"))
    for files in (
        changed(OPENED.files, **{KEPT: other.files[KEPT]}),
        changed(OPENED.files, **{KEPT: None}),
        changed(OPENED.files, **{KEPT: f"{'0' * 64}\n".encode()}),
    ):
        refuted(files, "log", "the log's entry commits to other files than these", CARD)


def test_who_sees_all_can_tell_that_others_are_shown_something_else() -> None:
    """The open view is of another decision: who holds the whole sees it, and so does whoever compares."""
    other = {**OPENED.files, OBLIGATIONS: b"{}"}
    wrong = manifest({p: c for p, c in other.items() if p.startswith(("decision/", "rules/"))})
    refuted(changed(WHOLE.files, **{OPEN: wrong}), "log", "is not what follows from it", CARD)
    refuted(changed(WHOLE.files, **{OPEN: None}), "log", "commits to other files", CARD)
    refuted(changed(WHOLE.files, **{KEPT_SALT: f"{'00' * 32}\n".encode()}), "log", "is not what follows from it", CARD)
    for salt in (None, b"", b"zz", b"00\n", "é".encode()):
        refuted(changed(WHOLE.files, **{KEPT_SALT: salt}), "log", "", CARD)
    for stated in (b"", b"x", b"\xff", f"{'0' * 64}  rules/none.mandate\n".encode()):
        refuted(changed(WHOLE.files, **{OPEN: stated or b"\n"}), "log", "", CARD)


def test_an_obligation_that_is_kept_cannot_be_altered_behind_the_commitment() -> None:
    value = decode(WHOLE.files[OBLIGATIONS])
    place = next(o for o in value["obligations"] if o["visible_to"])
    place["otherwise"] = "warn"
    refuted(changed(WHOLE.files, **{OBLIGATIONS: encode(value)}), "log", "is not what follows from it", CARD)


def test_what_is_open_is_judged_as_strictly_as_ever() -> None:
    def better(value: object) -> None:
        value["findings"][0]["outcome"] = "warn"

    refuted(edited(CHECKS, better, OPENED.files), "rules", "is stated as warn", CARD)
    fewer = {path: content for path, content in OPENED.files.items() if path != f"{RULES}cap.mandate"}
    found = answers(examined(relisted(fewer), CARD))
    assert found["sources"] is found["log"] is Answer.REFUTED


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_salt_is_whole(length: int) -> None:
    with pytest.raises(kept.KeptError, match="a salt has 32 bytes"):
        kept.open_files(committed(decision()), set(sample.RULES), bytes(length))
