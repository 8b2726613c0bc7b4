"""What a finding says that it measured."""

from __future__ import annotations

import pytest

from tests.policy.ir.little import book, findings, rule, security

US = security("X", {"asset class": "us equity", "industry": "mines"})


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("limit sum of securities to at most 50% of net assets", "market value of all securities"),
        (
            "limit sum of securities where asset class is us equity to at most 50% of net assets",
            "market value of the securities chosen",
        ),
        ("hold at least 3 securities", "number of securities held"),
        ("limit the 2 largest industries to at most 45% of net assets", "market value of the 2 largest industries"),
    ],
)
def test_what_is_measured_is_named_in_the_plural(clause: str, said: str) -> None:
    (found,) = findings(rule(clause), book({("A", "X"): 5}, US))
    assert found.deciding is not None
    assert found.deciding.label == said
