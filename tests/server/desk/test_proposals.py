"""From rules and a book to an answer that a stranger can check."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from policy.book.after import after
from policy.book.facts import Book
from policy.book.read import index
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.judge.eval import judge
from policy.judge.verdict import FillSafety
from policy.proof.archive import packed, unpacked
from policy.proof.claims.claim import Answer
from policy.proof.examine import Examination, examined_zip
from server.answer.proposal import answer_of
from server.desk.propose import Proposed, Refused
from server.desk.verify import deep
from solver.refusal import Impossible
from tests.server.desk.conftest import Case

ZERO = Fraction(0)


def answers(found: Examination) -> dict[str, Answer]:
    return {claim.name: claim.answer for claim in found.claims}


def test_a_proposal_passes_every_rule_on_the_way_and_at_its_end(whitfield: Case) -> None:
    answer = whitfield.answer
    assert isinstance(answer, Proposed)
    assert answer.verdict.outcome is Outcome.PASS
    assert {f.fills for f in answer.verdict.findings} <= {None, FillSafety.ALWAYS, FillSafety.ORDERED}


def test_it_is_better_than_doing_nothing_could_be_and_nearly_the_best(whitfield: Case) -> None:
    """Doing nothing is not compliant, so it may cost less by the intent; the certificate bounds what is."""
    answer = whitfield.answer
    assert isinstance(answer, Proposed)
    assert answer.certified_gap is not None
    assert ZERO <= answer.certified_gap <= Fraction(2, 10_000) * 6_428_606


def test_what_was_in_breach_is_cured(whitfield: Case) -> None:
    answer = whitfield.answer
    assert isinstance(answer, Proposed)
    before = {f.obligation.id for f in answer.before.findings if f.outcome is Outcome.BLOCK}
    assert any(name.startswith("WHIT-1/") for name in before)
    now = {f.obligation.id: f for f in answer.verdict.findings}
    assert all(now[name].within for name in before if name.startswith("WHIT-"))


def test_the_book_after_the_orders_is_as_they_said(whitfield: Case) -> None:
    """Booked exactly and judged anew without any order, every hard limit that was cured still holds."""
    answer, task = whitfield.answer, whitfield.task
    assert isinstance(answer, Proposed)
    book = after(task.index, answer.orders)
    assert isinstance(book, Book)
    verdict = judge(bind_to(task.library, index(book)), {})
    assert verdict.outcome.rank <= Outcome.WARN.rank


def test_restricted_and_excluded_names_are_left_alone(whitfield: Case) -> None:
    answer = whitfield.answer
    assert isinstance(answer, Proposed)
    assert not [order for order in answer.orders if order.instrument == "RRC" or order.account == "WF-401K"]


def test_every_claim_of_its_bundle_is_proven_but_the_approval(whitfield: Case) -> None:
    found = answers(deep(examined_zip(whitfield.zip, whitfield.card)))
    assert found.pop("approvals") is Answer.NOT_PROVEN
    assert set(found.values()) == {Answer.PROVEN}


def test_without_the_card_the_log_is_only_consistent(whitfield: Case) -> None:
    found = answers(deep(examined_zip(whitfield.zip, None)))
    assert found["log"] is found["sources"] is found["data"] is Answer.NOT_PROVEN
    assert found["rules"] is found["better"] is found["model"] is Answer.PROVEN


def test_a_bundle_is_small(whitfield: Case) -> None:
    assert len(whitfield.zip) < 200_000


def test_an_impasse_names_the_rules_and_proves_them_contradictory(impasse: Case) -> None:
    answer = impasse.answer
    assert isinstance(answer, Refused)
    assert isinstance(answer.refusal, Impossible)
    rules = {source.split("/")[0] for source in answer.refusal.conflict.sources}
    assert rules == {"GIVE-1", "GIVE-2", "FO-RESTRICTED"}
    assert answer.refusal.conflict.minimal
    found = answers(deep(examined_zip(impasse.zip, impasse.card)))
    assert found["impossible"] is found["model"] is found["log"] is Answer.PROVEN
    assert Answer.REFUTED not in found.values()


def change(path: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def apply(files: dict[str, bytes]) -> None:
        name = next(name for name in files if name.endswith(path))
        assert old in files[name], f"{name} has no {old!r}"
        files[name] = files[name].replace(old, new, 1)

    return apply


@pytest.mark.parametrize(
    ("tamper", "claims"),
    [
        (change("instructions.mandate", b"at most 8%", b"at most 9%"), {"file", "sources", "model"}),
        (change("snapshot.json", b'"price":"363.098"', b'"price":"263.098"'), {"file", "data", "model"}),
        (change("proposal.json", b'"quantity":"', b'"quantity":"1'), {"file", "orders"}),
        (change("proposal.json", b'["residue/WF-TRUST","', b'["residue/WF-TRUST","-'), {"file", "model"}),
        (change("intent.json", b'"long": "0.238"', b'"long": "0"'), {"file", "log", "model"}),
        (change("checks.csv", b"pass", b"fail"), {"file"}),
    ],
)
def test_a_changed_bundle_is_refuted(
    whitfield: Case, tamper: Callable[[dict[str, bytes]], None], claims: set[str]
) -> None:
    files = dict(unpacked(whitfield.zip))
    tamper(files)
    found = answers(deep(examined_zip(packed(files), whitfield.card)))
    refuted = {name for name, answer in found.items() if answer is Answer.REFUTED}
    assert claims - {"model"} <= refuted, found
    assert "model" not in claims or found["model"] is Answer.REFUTED


def test_every_limit_that_costs_something_is_named_once_dearest_first(whitfield: Case) -> None:
    costs = answer_of(whitfield.task, whitfield.answer, None).costs
    assert costs
    assert len({cost.obligation for cost in costs}) == len(costs)
    assert [cost.each for cost in costs] == sorted((cost.each for cost in costs), reverse=True)
    assert all(cost.each > 0 and cost.title for cost in costs)
