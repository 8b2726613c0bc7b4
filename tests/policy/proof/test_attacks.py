"""Every attack of docs/proofs.md, performed, and the claim that it refutes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from policy.canonical import decode, digest, encode
from policy.proof import archive, local
from policy.proof.archive import MANIFEST, manifest
from policy.proof.bundle import report, statement
from policy.proof.certificate import Certificate
from policy.proof.claims.claim import Answer
from policy.proof.claims.people import TYPE
from policy.proof.envelope import sealed
from policy.proof.examine import Examination, examined, examined_zip
from policy.proof.layout import CARD, CERTIFICATE, CHECKS, OBLIGATIONS, PROPOSAL, REPORT, SNAPSHOT
from policy.proof.opened import opened
from policy.proof.proposal import Kind
from policy.proof.trust import trust
from tests.policy.proof import sample
from tests.policy.proof.sample import made

Files = Mapping[str, bytes]
MADE = made()
CARD_OUTSIDE = trust(MADE.card)


def answers(examination: Examination) -> dict[str, Answer]:
    return {claim.name: claim.answer for claim in examination.claims}


def relisted(files: Files, **changes: bytes | None) -> dict[str, bytes]:
    """The attacker changes files and makes a fresh manifest."""
    changed = {**files, **{path.replace("__", "/"): content for path, content in changes.items()}}
    whole = {path: content for path, content in changed.items() if content is not None and path != MANIFEST}
    return {**whole, MANIFEST: manifest(whole)}


def edited(path: str, change: Callable[[object], None], files: Files = MADE.files) -> dict[str, bytes]:
    """One JSON file changed, and everything for people made again."""
    value = decode(files[path])
    change(value)
    return relisted({**files, path: encode(value)})


def relogged(files: Files) -> dict[str, bytes]:
    """An insider with the log's own key writes the changed decision into a second history of the same length."""
    made_again = made(replace(sample.decision(), snapshot=files[SNAPSHOT]))
    return dict(made_again.files)


def refuted(files: Files, claim: str, said: str, card: object = CARD_OUTSIDE) -> None:
    found = {c.name: c for c in examined(files, card).claims}
    assert found[claim].answer is Answer.REFUTED, found[claim]
    assert said in found[claim].why, found[claim].why


def test_the_honest_bundle_is_proven():
    found = answers(examined_zip(MADE.zip, CARD_OUTSIDE))
    assert found.pop("model") is Answer.NOT_PROVEN
    assert set(found.values()) == {Answer.PROVEN}


def test_without_a_card_nothing_about_the_record_is_confirmed():
    examination = examined_zip(MADE.zip, None)
    found = answers(examination)
    for name in ("sources", "data", "approvals", "log"):
        assert found[name] is Answer.NOT_PROVEN
    assert sum("not confirmed" in claim.why for claim in examination.claims) == 4
    assert examination.answer is Answer.NOT_PROVEN


# --- the decision ------------------------------------------------------------------------------


def test_an_edited_coefficient():
    def change(value):
        value["forms"][0]["terms"][0][0] = "9"

    files = edited(OBLIGATIONS, change)
    refuted(files, "log", "commits to other files")
    refuted(files, "orders", "other obligations")
    refuted(files, "rules", "figures of")


def test_an_obligation_left_out():
    def change(value):
        del value["obligations"][1]

    refuted(edited(OBLIGATIONS, change), "rules", "every obligation once")


def test_a_check_left_out():
    def change(value):
        del value["findings"][1]

    refuted(edited(CHECKS, change), "rules", "every obligation once")


def test_a_check_that_lies_about_its_outcome():
    proposal = replace(
        sample.decision().proposal,
        orders=(sample.Order("T", "A", sample.Side.BUY, Fraction(60), 0),),
        point=(("buy/T/A", Fraction(60)),),
    )
    files = made(replace(sample.decision(), proposal=proposal)).files
    refuted(files, "rules", "`cap.1` is stated as pass, and is block")


def test_orders_that_honestly_break_a_rule_are_refuted_too():
    point = {"buy/T/A": Fraction(60)}
    orders = (sample.Order("T", "A", sample.Side.BUY, Fraction(60), 0),)
    proposal = replace(sample.decision().proposal, orders=orders, point=tuple(point.items()))
    checks = sample.show.verdict_json(sample.verdict(sample.bound(), point))
    files = made(replace(sample.decision(), proposal=proposal, checks=checks, certificate=None)).files
    refuted(files, "rules", "block for cap.1")


def test_a_finding_judged_in_a_state_that_hides_the_end():
    point = {"buy/T/A": Fraction(95)}
    honest = sample.show.verdict_json(sample.verdict(sample.bound(), point))
    calm = sample.show.verdict_json(sample.verdict(sample.bound(), {}))
    calm["findings"][2]["state"] = []
    honest["findings"][2] = calm["findings"][2]
    orders = (sample.Order("T", "A", sample.Side.BUY, Fraction(95), 0),)
    proposal = replace(sample.decision().proposal, orders=orders, point=tuple(point.items()))
    files = made(replace(sample.decision(), proposal=proposal, checks=honest, certificate=None)).files
    refuted(files, "rules", "to hide the end")


def test_figures_that_are_not_those_of_the_test():
    def change(value):
        value["findings"][0]["deciding"]["headroom"] = "100"

    refuted(edited(CHECKS, change), "rules", "figures of `cap.1`")


def test_an_order_that_was_not_judged():
    def change(value):
        value["orders"][1]["quantity"] = "51"

    refuted(edited(PROPOSAL, change), "orders", "not the point that was judged: buy/T/A")


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ({"buy/T/A": "101"}, "outside"),
        ({"buy/T/A": "1/2"}, "not a multiple"),
        ({"buy/T/A": "4"}, "minimum trade"),
        ({"buy/T/A": "95", "buy/T/B": "20"}, "cash would be below"),
        ({"buy/T/A": "10", "sell/A/1": "10"}, "sells of the same"),
        ({"buy/T/C": "10"}, "no buy of `C`"),
    ],
)
def test_orders_that_no_account_can_place(point, said):
    amounts = {name: Fraction(text) for name, text in point.items()}
    orders = tuple(_order(name, amount) for name, amount in amounts.items())
    proposal = replace(sample.decision().proposal, orders=orders, point=tuple(sorted(amounts.items())))
    known = {name: amount for name, amount in amounts.items() if name != "buy/T/C"}
    checks = sample.show.verdict_json(sample.verdict(sample.bound(), known))
    chosen = replace(sample.decision(), proposal=replace(proposal, point=tuple(sorted(known.items()))), checks=checks)
    refuted(made(chosen).files, "orders", said)


def _order(name: str, amount: Fraction) -> sample.Order:
    side, *_, what = name.split("/")
    if side == "sell":
        return sample.Order("T", "A", sample.Side.SELL, amount, 0, (("A/1", amount),))
    return sample.Order("T", what, sample.Side.BUY, amount, 0)


def test_a_promise_about_partial_fills_that_one_state_breaks():
    """Buying first would leave 50 in cash between the batches, where 100 must be on hand at all times."""
    point = {"buy/T/A": Fraction(95), "sell/B/1": Fraction(10)}
    orders = (
        sample.Order("T", "A", sample.Side.BUY, Fraction(95), 0),
        sample.Order("T", "B", sample.Side.SELL, Fraction(10), 1, (("B/1", Fraction(10)),)),
    )
    proposal = replace(sample.decision().proposal, orders=orders, point=tuple(sorted(point.items())))
    checks = sample.show.verdict_json(sample.verdict(sample.bound(), point))
    files = made(replace(sample.decision(), proposal=proposal, checks=checks, certificate=None)).files
    refuted(files, "fills", "fails on the way")


# --- the certificate ---------------------------------------------------------------------------


def certified(change: Callable[[Certificate], Certificate]) -> Files:
    return made(replace(sample.decision(), certificate=change(sample.decision().certificate))).files


def test_a_bound_above_what_is_proven():
    refuted(certified(lambda c: replace(c, bound=c.bound + 1)), "better", "less than the claimed")


def test_a_case_left_out_of_the_tree():
    refuted(certified(lambda c: replace(c, leaves=c.leaves[1:])), "better", "no leaf covers this case")


def test_a_case_said_to_be_empty():
    refuted(
        certified(lambda c: replace(c, leaves=(c.leaves[0], replace(c.leaves[1], empty=True)))),
        "better",
        "said to be empty",
    )


def test_multipliers_of_the_wrong_sign():
    def change(certificate):
        leaf = certificate.leaves[1]
        flipped = tuple((name, -value) for name, value in leaf.duals)
        return replace(certificate, leaves=(certificate.leaves[0], replace(leaf, duals=flipped)))

    refuted(certified(change), "better", "no limit on the side")


@pytest.mark.parametrize("row", ["cap.1:0.0!", "margin T!", "cap.1:9", "domain T:nothing"])
def test_a_row_that_restricts_or_does_not_exist(row):
    """Standing is never stated in a bundle: what does not follow from the obligations has no row to lean on."""

    def change(certificate):
        leaf = certificate.leaves[1]
        longer = replace(leaf, duals=(*leaf.duals, (row, Fraction(-1))))
        return replace(certificate, leaves=(certificate.leaves[0], longer))

    refuted(certified(change), "better", f"no row `{row}`")


def test_a_kinder_objective_is_not_this_decision():
    """The objective is part of the certificate, so it is what the gap is about, and it is logged."""

    def change(value):
        value["objective"]["deviations"][0]["under"] = "0"

    refuted(edited(CERTIFICATE, change), "better", "less than the claimed")
    refuted(edited(CERTIFICATE, change), "log", "commits to other files")


def test_an_impossibility_where_something_is_possible():
    def change(certificate):
        leaves = tuple(
            replace(leaf, duals=tuple((name, dual) for name, dual in leaf.duals if not name.startswith("deviation")))
            for leaf in certificate.leaves
        )
        claim = sample.certificate.Claim.IMPOSSIBLE
        return replace(certificate, claim=claim, objective=None, bound=Fraction(1), leaves=leaves)

    proposal = replace(sample.decision().proposal, kind=Kind.REFUSAL, orders=(), point=())
    checks = sample.show.verdict_json(sample.verdict(sample.bound(), {}))
    chosen = sample.decision()
    chosen = replace(chosen, proposal=proposal, checks=checks, certificate=change(chosen.certificate))
    refuted(made(chosen).files, "impossible", "less than the claimed")


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
    root = b64encode(local.merkle_root(bundle.log)).decode()
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
    envelope = sealed(TYPE, encode(value), "boris", sample.BORIS_SEED)
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
