"""Every attack of docs/proofs.md, performed, and the claim that it refutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from policy.proof.certificate import Certificate
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined_zip
from policy.proof.layout import CERTIFICATE, CHECKS, OBLIGATIONS, PROPOSAL
from policy.proof.proposal import Kind
from tests.policy.proof import sample
from tests.policy.proof.attack import CARD_OUTSIDE, MADE, Files, answers, edited, refuted
from tests.policy.proof.sample import made


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
        ({"buy/T/A": "10", "sell/A/1": "10"}, "orders the other way"),
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
