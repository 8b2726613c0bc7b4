"""Texts, days, truth values and facts: strictly, with a reason."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.vocabulary import TERMS, Source
from policy.book.amount import Refusal
from policy.book.intake.terms import HOLDERS, allowed, misplaced, value, written
from policy.book.intake.words import account_identifier, currency, day, flag, identifier, ordinal, phrase, tag
from tests.policy.book.books import facts


@pytest.mark.parametrize(
    "text", ["a", "株式会社", "O'Neill & Sons", "x" * 200, "Zoë", "BRK/B", "a  b", "Газпром", "Αθήνα Bank"]
)
def test_texts_of_one_line_are_taken(text: str) -> None:
    assert phrase(text) == text


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("", "empty"),
        (" a", "spaces around"),
        ("a ", "spaces around"),
        ("a\u00a0", "spaces around"),
        ("a\tb", "U+0009"),
        ("a\nb", "U+000A"),
        ("a\x00b", "U+0000"),
        ("a\u202eb", "U+202E (right-to-left override)"),
        ("a\u200bb", "U+200B (zero width space)"),
        ("\ufeffa", "U+FEFF"),
        ("a\ud800", "U+D800"),
        ("e\u0301", "separate accents"),
        ("x" * 201, "201 characters"),
        ("A\u0421ME", "`\u0421` is cyrillic capital letter es"),
        ("\u0410\u0421\u041c\u0415 Corp", "is not what it looks like"),
        (1, "a number is not a text"),
        (None, "null is not a text"),
        (True, "a truth value is not a text"),
    ],
)
def test_texts_that_are_not_what_they_look_like_are_refused(raw: object, says: str) -> None:
    found = phrase(raw)
    assert isinstance(found, Refusal), found
    assert says in found.what


def test_ids_keep_clear_of_names_that_are_made_from_them() -> None:
    assert isinstance(identifier("issuer ACME"), Refusal)
    assert isinstance(account_identifier("a/b"), Refusal)
    assert isinstance(tag("a;b"), Refusal)
    assert identifier("a/b") == "a/b"


@pytest.mark.parametrize(("raw", "says"), [("usd", "write `USD`"), ("ZZZ", "ISO 4217"), ("US dollars", "ISO 4217")])
def test_currencies_are_codes(raw: str, says: str) -> None:
    found = currency(raw)
    assert isinstance(found, Refusal)
    assert says in found.do


@pytest.mark.parametrize("raw", ["2026-1-3", "20260103", "01/03/2026", "2026-W01-1", "2026-02-30", "0000-01-01", 2026,
                                 "2026-01-03T00:00", "٢٠٢٦-01-03", "", None])  # fmt: skip
def test_days_have_one_form(raw: object) -> None:
    assert day("2026-01-03") == date(2026, 1, 3)
    assert isinstance(day(raw), Refusal)


@pytest.mark.parametrize("raw", ["true", 1, 0, None, "yes"])
def test_truth_values_are_not_texts(raw: object) -> None:
    assert flag(True) is True
    assert isinstance(flag(raw), Refusal)


@pytest.mark.parametrize("raw", [-1, "-1", "1.0", True, None, "9999999", "٣"])
def test_ordinals(raw: object) -> None:
    assert (ordinal(3), ordinal("3")) == (3, 3)
    assert isinstance(ordinal(raw), Refusal)


# --- facts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "raw", "found"),
    [
        ("coal revenue share", "12.5%", Fraction(1, 8)),
        ("coal revenue share", "1/3", Fraction(1, 3)),
        ("shares outstanding", "1e6", Fraction(10**6)),
        ("shares outstanding", 1000, Fraction(1000)),
        ("rating", "AAA", Fraction(22)),
        ("rating", "BBB-", Fraction(13)),
        ("rating", "13", Fraction(13)),
        ("controversial weapons", True, True),
        ("maturity date", "2030-05-15", date(2030, 5, 15)),
        ("sector", "Energy", "Energy"),
        ("asset class", "our own class", "our own class"),
    ],
)
def test_facts_are_read_by_their_type(name: str, raw: object, found: object) -> None:
    assert value(TERMS[name], raw) == found


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("coal revenue share", "5", "no percent sign"),
        ("coal revenue share", "101%", "`101%` is above 100%"),
        ("coal revenue share", "-1%", "`-1%` is below 0%"),
        ("rating", "Baa3", "not a number"),
        ("rating", "23", "above AAA"),
        ("controversial weapons", "no", "neither true nor false"),
        ("rating bucket", "bbbb", "`bbbb` is no rating bucket"),
        ("maturity date", "15.5.2030", "is no day"),
        ("sector", 7, "a number is not a text"),
    ],
)
def test_facts_of_the_wrong_type_or_out_of_bounds_are_refused(name: str, raw: object, says: str) -> None:
    found = value(TERMS[name], raw)
    assert isinstance(found, Refusal), found
    assert says in found.what


@pytest.mark.parametrize(
    ("table", "name", "what", "do"),
    [
        ("issuers", "coal revenu share", "no term", "did you mean `coal revenue share`?"),
        ("issuers", "sector", "`sector` is no fact of issuers", "state it in instruments"),
        ("accounts", "net assets", "not stated as a fact", "lots, prices and rates"),
        ("instruments", "target weight", "not stated as a fact", "weights"),
        ("instruments", "qqqqqqqq", "no term", "leave it out"),
    ],
)
def test_facts_in_the_wrong_place_are_told_where_they_belong(table: str, name: str, what: str, do: str) -> None:
    found = misplaced(table, name)
    assert what in found.what
    assert do in found.do


@pytest.mark.parametrize("table", HOLDERS)
def test_every_fact_has_a_place_and_only_facts_have(table: str) -> None:
    assert all(term.source is Source.FACT for term in allowed(table).values())
    stated = {name for name, term in TERMS.items() if term.source is Source.FACT}
    assert stated == {name for holder in HOLDERS for name in allowed(holder)}


@given(st.sampled_from(sorted(HOLDERS)), st.integers(0, 2**32))
def test_facts_read_back_as_they_were_written(table: str, seed: int) -> None:
    for name, fact in facts(Random(seed), table).items():
        assert value(allowed(table)[name], written(name, fact)) == fact
