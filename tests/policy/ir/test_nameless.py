"""A holding whose group is not known may be part of a group that reaches a floor; over a cap it is over alone."""

from __future__ import annotations

from policy.ir.bound import Outcome
from tests.policy.ir.little import account, book, findings, rule, security


def test_a_floor_is_not_known_to_be_missed() -> None:
    of = book(
        {("A", "KNOWN"): 60, ("A", "HIDDEN"): 2},
        security("KNOWN", {"sector": "Energy"}), security("HIDDEN"), accounts=(account("A", 38),),
    )  # fmt: skip
    found = findings(rule("keep each sector between 3% and 70% of net assets"), of)
    assert {f.obligation.group: f.outcome for f in found} == {
        "sector Energy": Outcome.PASS,
        "sector of HIDDEN, not known": Outcome.UNKNOWN,
    }
