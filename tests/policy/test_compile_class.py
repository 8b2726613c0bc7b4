"""How hard a clause is to search for, and which data it rests on."""

from __future__ import annotations

import pytest

from policy.ir.compile_class import Letter, compile_class, hardest
from policy.ir.fields import needed
from tests.policy.lowering import clauses, whole

CLASSES = [
    ("limit value of securities to at most USD 100", "A"),
    ("limit each security to at most 10% of plan assets", "A"),
    ("forbid buy where listed is false", "A"),
    ("limit votes held of each issuer to at most 10% of votes outstanding", "A"),
    ("limit average duration weighted by value to at most 7", "A"),
    ("limit the 10 largest issuers to at most USD 5", "A"),
    ("limit each issuer to at most 5% of net assets", "B"),
    ("require value of cash >= 2% of net assets", "B"),
    ("keep each asset class within 3 points of target weight", "B"),
    ("require value of cash >= the greater of 2% of net assets and withdrawals due within 90 calendar days", "B"),
    ("limit each issuer to at most the lesser of 5% of admitted assets and 20% of surplus", "A"),
    ("limit each sector to at most the greater of 15% of net assets and 200% of index weight", "C"),
    ("keep each asset class within the wider of 3 points and 20% of target weight", "C"),
    ("limit the lesser of purchases and sales to at most USD 5", "C"),
    ("limit turnover to at most 30% of net assets", "C"),
    ("limit the 10 largest issuers to at least USD 5", "C"),
    ("hold each security at least 0.5% of net assets or not at all", "C"),
    ("require value of issuers where value <= 5% of total assets >= 75% of total assets", "C"),
    ("limit sum of issuers where value > 5% of net assets to at most 40% of net assets", "D"),
    ("limit each industry to less than 25% of total assets", "D"),
    ("hold at least 6 issuers", "D"),
    ("if value of cash > USD 5 then limit each issuer to at most USD 9", "C"),
    ("if value of cash >= USD 5 then limit each issuer to at most USD 9", "D"),
    ("limit turnover over trailing 12 months to at most USD 5", "E"),
    ("forbid sell of lots where days held < 180", "E"),
    ("forbid buy where substantially identical was sold at a loss within 30 calendar days before or after", "E"),
    ("limit tracking error to at most 3%", "F"),
]


@pytest.mark.parametrize(("sentence", "letter"), CLASSES, ids=[sentence for sentence, _ in CLASSES])
def test_the_class_of_a_sentence(sentence: str, letter: str) -> None:
    found = hardest(compile_class(clause) for clause in clauses(sentence))
    assert found.letter is Letter(letter), found.reason
    assert found.reason
    assert "\n" not in found.reason


def test_a_rule_is_as_hard_as_its_hardest_rung() -> None:
    (clause,) = clauses("limit each issuer to at most 5% of net assets\n  warn at 4%")
    assert compile_class(clause).letter is Letter.D


def test_data_that_a_rule_rests_on_has_an_owner() -> None:
    rule = whole(
        "let good = issuers where value <= 5% of total assets and votes held <= 10% of votes outstanding\n"
        "require value of good + value of us treasury >= 75% of total assets\n"
        "forbid buy where coal revenue share > 5% or complexity > client complexity approval"
    )
    assert [(term.of, term.name) for term in needed(rule)] == [
        ("account", "client complexity approval"),
        ("instrument", "asset class"),
        ("instrument", "complexity"),
        ("instrument", "issuer"),
        ("instrument", "security"),
        ("instrument", "votes per share"),
        ("issuer", "coal revenue share"),
        ("issuer", "votes outstanding"),
    ]


def test_wash_sales_rest_on_identical_groups() -> None:
    rule = whole("forbid buy where substantially identical was sold at a loss within 30 calendar days before or after")
    assert [term.name for term in needed(rule)] == ["identical group"]
