"""Through funds to what is in them; each fund opened once, nothing counted twice, nothing made up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policy.book.facts import Instrument
from policy.book.lookthrough import constituents, left_out
from policy.book.read import index
from tests.policy.book.books import AS_OF
from tests.policy.book.sample import Document, book, indexed, sample

F = Fraction


def opened(document: Document, fund: str, de_minimis: Fraction | None = None) -> dict[str, Fraction] | None:
    parts = constituents(indexed(document), fund, de_minimis)
    return None if parts is None else {subject.id: share for subject, share in parts}


def funds(**held: dict[str, str] | None) -> Document:
    """The sample with these funds more."""
    document = sample()
    for name, parts in held.items():
        listed: Any = None if parts is None else [{"id": part, "weight": weight} for part, weight in parts.items()]
        document["instruments"].append({"id": name, "name": name, "currency": "USD", "constituents": listed})
    return document


def test_what_is_no_fund_and_what_is_not_known() -> None:
    assert opened(sample(), "ACM") == {}
    assert opened(sample(), "PRIV") is None
    assert opened(sample(), "ETF") == {"ACM": F("0.6"), "issuer ACME-UK": F("0.3")}


def test_funds_of_funds() -> None:
    document = funds(A={"ETF": "0.5", "ACM": "0.2", "PRIV": "0.1"}, B={"A": "50%", "ETF": "0.5"})
    assert opened(document, "A") == {"ACM": F("0.5"), "issuer ACME-UK": F("0.15"), "PRIV": F("0.1")}
    assert opened(document, "B") == {"ACM": F("0.55"), "issuer ACME-UK": F("0.225"), "PRIV": F("0.05")}


def test_de_minimis_is_of_the_fund_itself() -> None:
    document = funds(A={"ETF": "0.5", "ACM": "0.09"}, B={"A": "1"})
    assert opened(document, "A", F("0.1")) == {"ACM": F("0.3"), "issuer ACME-UK": F("0.15")}
    assert left_out(indexed(document), "A", F("0.1")) == F("0.09")
    assert opened(document, "A", F("0.09")) == {"ACM": F("0.39"), "issuer ACME-UK": F("0.15")}
    assert opened(document, "B", F("0.1")) == opened(document, "A", F("0.1"))
    assert left_out(indexed(document), "B", F("0.1")) == F("0.09")
    assert left_out(indexed(document), "PRIV", F("0.1")) == 0


def test_short_positions_inside_a_fund_count_by_size() -> None:
    document = funds(A={"ACM": "1.3", "ACM.L": "-0.3"})
    assert opened(document, "A", F("0.1")) == {"ACM": F("1.3"), "ACM.L": F("-0.3")}


def test_many_ways_to_one_fund_take_no_time() -> None:
    """Twenty layers, each fund of which holds both of the layer below: a million ways, forty funds."""
    held: dict[str, dict[str, str] | None] = {"a0": {"ACM": "1"}, "b0": {"ACM": "1"}}
    for layer in range(1, 19):
        held |= {f"{side}{layer}": {f"a{layer - 1}": "0.5", f"b{layer - 1}": "0.5"} for side in "ab"}
    assert opened(funds(**held), "a18") == {"ACM": 1}


def test_a_circle_in_a_book_that_nobody_checked_ends() -> None:
    original = book()
    loop = {n: Instrument(n, n, None, "USD", constituents=((m, F(1)),)) for n, m in (("A", "B"), ("B", "A"))}
    facts = index(type(original)(AS_OF, AS_OF, "USD", {}, loop, {}, {}, {}, ()))
    parts = constituents(facts, "A")
    assert parts is not None
    assert [(subject.id, share) for subject, share in parts] == [("A", 1)]


weights = st.fractions(0, 1, max_denominator=50)


@given(st.lists(st.tuples(weights, weights), min_size=1, max_size=5), weights)
def test_shares_and_what_is_left_out_are_all_that_is_disclosed(
    layers: list[tuple[Fraction, Fraction]], de_minimis: Fraction
) -> None:
    """Every fund holds ACM and the fund below it."""
    names = ["ETF", *(f"F{number}" for number in range(len(layers)))]
    held: dict[str, dict[str, str] | None] = {
        fund: {"ACM": str(direct), below: str(through)}
        for fund, below, (direct, through) in zip(names[1:], names, layers, strict=False)
    }
    facts = indexed(funds(**held))

    def disclosed(fund: str) -> Fraction:
        """By definition, fund by fund."""
        parts = facts.subjects[fund].constituents if fund in facts.subjects else ()
        if not parts:
            return F(1)
        return sum((w * (disclosed(part) if w >= de_minimis else 1) for part, w in parts), F(0))

    shares = constituents(facts, names[-1], de_minimis)
    assert shares is not None
    total = sum((share for _, share in shares), F(0)) + left_out(facts, names[-1], de_minimis)
    assert total == disclosed(names[-1])
