"""Groups, names, facts and lists of an instrument; what is not known is not denied."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.facts import Issuer
from policy.book.groups import account_fact, fact, fact_age, is_named, key, name
from policy.book.lists import listed
from policy.book.ownership import line_of, ultimate_issuers
from tests.policy.book.sample import Document, indexed, sample

F = Fraction


@pytest.mark.parametrize(
    ("instrument", "level", "group"),
    [
        ("ACM.L", "security", "ACM.L"),
        ("ACM.L", "issuer", "ACME-UK"),
        ("ACM.L", "ultimate issuer", "ACME"),
        ("ACM", "ultimate issuer", "ACME"),
        ("PRIV", "issuer", None),
        ("PRIV", "ultimate issuer", None),
        ("ACM C100", "underlying", "ACM"),
        ("ACM", "underlying", "ACM"),
        ("ACM", "identical group", "acme"),
        ("ETF", "identical group", None),
        ("ACM.L", "currency", "GBP"),
        ("ACM", "sector", "Energy"),
        ("ETF", "sector", None),
        ("ACM", "voting class", "ACM"),
        ("ACM", "investment", "ACME"),
        ("PRIV", "investment", None),
        ("issuer ACME-UK", "issuer", "ACME-UK"),
        ("issuer ACME-UK", "ultimate issuer", "ACME"),
        ("issuer ACME-UK", "security", None),
        ("issuer ACME-UK", "underlying", None),
        ("issuer ACME-UK", "currency", None),
        ("issuer ACME-UK", "sector", None),
    ],
)
def test_keys(instrument: str, level: str, group: str | None) -> None:
    assert key(indexed(), instrument, level) == group


@pytest.mark.parametrize(("since", "group"), [("2026-01-30", "ETF"), ("2026-01-31", None)])
def test_what_states_no_group_is_alone_where_groups_are_complete(since: str, group: str | None) -> None:
    document = sample()
    document["complete"].append({"of": "groups", "id": "identical group", "since": since})
    assert key(indexed(document), "ETF", "identical group") == group
    assert key(indexed(document), "ACM", "identical group") == "acme"
    assert key(indexed(document), "issuer ACME-UK", "identical group") is None


@pytest.mark.parametrize("level", ["lot", "order", "account"])
def test_levels_that_are_no_groups_of_instruments_are_our_mistake(level: str) -> None:
    with pytest.raises(KeyError):
        key(indexed(), "ACM", level)


def test_a_stated_class_or_investment_counts() -> None:
    document = sample()
    document["instruments"][0]["facts"] |= {"voting class": "Acme class A", "investment": "Acme group"}
    facts = indexed(document)
    assert (key(facts, "ACM", "voting class"), key(facts, "ACM", "investment")) == ("Acme class A", "Acme group")


def test_names() -> None:
    facts = indexed()
    assert name(facts, "ultimate issuer", "ACME") == "Acme Holdings"
    assert name(facts, "security", "ACM") == "Acme common"
    assert name(facts, "sector", "Energy") == "Energy"
    assert is_named(facts, "ACM.L", "issuer", "Acme plc") is True
    assert is_named(facts, "ACM.L", "issuer", "ACME-UK") is True
    assert is_named(facts, "ACM.L", "issuer", "Acme Holdings") is False
    assert is_named(facts, "ACM.L", "ultimate issuer", "Acme Holdings") is True
    assert is_named(facts, "PRIV", "issuer", "Acme plc") is None


@pytest.mark.parametrize(
    ("instrument", "words", "account", "found"),
    [
        ("ACM", "sector", None, "Energy"),
        ("ACM", "rating", None, F(13)),
        ("ACM", "coal revenue share", None, F(1, 3)),  # of the issuer
        ("ACM.L", "coal revenue share", None, F(1, 8)),
        ("ACM.L", "controversial weapons", None, False),
        ("ACM", "controversial weapons", None, None),
        ("PRIV", "coal revenue share", None, None),
        ("issuer ACME-UK", "coal revenue share", None, F(1, 8)),
        ("ACM", "client risk tolerance", "trust", F(5)),
        ("ACM", "client risk tolerance", "ira", None),
        ("ACM", "client risk tolerance", None, None),
        ("ACM", "tax residence", "trust", "NY"),
        ("ACM", "assets under management", "trust", F(2_500_000_000)),
        ("ACM", "currency", None, "USD"),
        ("ACM", "ultimate issuer", None, "ACME"),
    ],
)
def test_facts(instrument: str, words: str, account: str | None, found: object) -> None:
    assert fact(indexed(), instrument, words, account) == found


def test_a_parent_says_nothing_about_its_subsidiary() -> None:
    """Else hiding what is known of the subsidiary could turn a block into a pass."""
    document = sample()
    del document["issuers"][1]["facts"]["coal revenue share"]
    assert fact(indexed(document), "ACM.L", "coal revenue share") is None


def test_a_word_outside_the_vocabulary_is_our_mistake() -> None:
    with pytest.raises(KeyError, match="no term"):
        fact(indexed(), "ACM", "colour")


def test_facts_of_accounts_and_their_ages() -> None:
    facts = indexed()
    assert account_fact(facts, "trust", "borrowings") == 1000
    assert account_fact(facts, "ira", "borrowings") is None
    assert fact_age(facts, "ACM", "shares outstanding") == 28
    assert fact_age(facts, "ACM.L", "coal revenue share") == 30
    assert fact_age(facts, "ACM", "rating") is None
    assert fact_age(facts, "PRIV", "rating") is None


# --- owners ------------------------------------------------------------------------------------


@given(st.lists(st.none() | st.integers(0, 8), min_size=1, max_size=9))
def test_the_ultimate_issuer_is_the_end_of_the_line(parents: list[int | None]) -> None:
    """Parents beyond the list are not in the book; circles have no end."""
    issuers = {
        str(n): Issuer(str(n), str(n), None if parent is None else str(parent)) for n, parent in enumerate(parents)
    }
    tops = ultimate_issuers(issuers)
    assert tops.keys() == issuers.keys()
    for issuer, top in tops.items():
        line = line_of(issuers, issuer)
        ends = line[-1] in issuers and issuers[line[-1]].parent is None
        assert top == (line[-1] if ends else None)


# --- lists -------------------------------------------------------------------------------------


def entries(*rows: dict[str, object], complete: bool = True) -> Document:
    document = sample()
    document["lists"] = [{"list": "x", "start": "2026-01-15", **row} for row in rows]
    for id_, form in (("PLAIN", "common stock"), ("OPTION", "option")):
        document["instruments"].append(
            {"id": id_, "name": id_, "issuer": "UST", "currency": "USD", "facts": {"security type": form}}
        )
    document["complete"] = [{"of": "list", "id": "x", "since": "2026-01-01"}] if complete else []
    return document


ISSUER = {"kind": "issuer", "subject": "ACME"}
SECURITY = {"kind": "security", "subject": "ACM"}


@pytest.mark.parametrize(
    ("entry", "instrument", "found"),
    [
        (ISSUER, "ACM", True),
        (ISSUER, "ACM.L", True),  # through the parent
        (ISSUER, "ACM C100", True),
        (ISSUER, "ETF", None),  # it may be a derivative: no fact says that it is none
        (ISSUER, "PLAIN", False),
        ({**ISSUER, "derivatives": False}, "ETF", False),
        (ISSUER, "PRIV", None),  # whose it is, nobody knows
        (ISSUER, "issuer ACME-UK", True),
        ({"kind": "issuer", "subject": "ACME-UK"}, "ACM", False),  # not down to the parent
        (SECURITY, "ACM", True),
        (SECURITY, "ACM.L", None),
        (SECURITY, "PLAIN", False),
        (SECURITY, "OPTION", None),  # on what, nobody knows
        (SECURITY, "ACM C100", True),  # a derivative on it
        ({**SECURITY, "derivatives": False}, "ACM C100", False),
        ({**SECURITY, "derivatives": False}, "PRIV", False),
        (SECURITY, "issuer ACME-UK", None),  # which securities a fund holds, nobody knows
        ({**ISSUER, "end": "2026-01-29"}, "ACM", False),
        ({**ISSUER, "end": "2026-01-30"}, "ACM", True),
        ({**ISSUER, "start": "2026-01-31"}, "ACM", False),
        ({**ISSUER, "known": "2026-02-01"}, "ACM", False),
    ],
)
def test_membership_of_a_complete_list(entry: dict[str, object], instrument: str, found: bool | None) -> None:
    assert listed(indexed(entries(entry)), "x", instrument) is found
    without = listed(indexed(entries(entry, complete=False)), "x", instrument)
    assert without is (True if found else None), "without its completeness, nothing is known not to be on a list"


def test_lists_on_other_days() -> None:
    facts = indexed(entries(ISSUER, {**SECURITY, "known": "2026-02-05"}))
    assert listed(facts, "x", "ACM", date(2026, 1, 14)) is False
    assert listed(facts, "x", "ACM", date(2026, 1, 15)) is True
    assert listed(facts, "x", "ACM", date(2025, 12, 31)) is None  # before the list is complete
    assert listed(facts, "y", "ACM") is None


def test_derivatives_on_derivatives() -> None:
    document = entries(SECURITY)
    document["instruments"].append({"id": "WARRANT", "name": "w", "currency": "USD", "underlying": "ACM C100"})
    assert listed(indexed(document), "x", "WARRANT") is True
