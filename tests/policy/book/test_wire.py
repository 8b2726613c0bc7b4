"""JSON in: every mistake in one run, each in its place, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.facts import Book, Relief
from policy.book.problem import Problem, text
from policy.book.wire import from_json
from tests.policy.book.sample import Document, book, problems, sample


def test_the_sample_is_read() -> None:
    found = book()
    assert found.lots["L4"].quantity == -2
    assert found.accounts["trust"].relief is Relief.HIFO
    assert found.instruments["ETF"].constituents == (("ACM", Fraction(3, 5)), ("ACME-UK", Fraction(3, 10)))
    assert found.complete.keys() == {"list old", "history trust"}


# --- texts that are no JSON --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "ends before it is complete"),
        ("   \n", "ends before it is complete"),
        ('{"as_of": "2026-01-30"', "ends before it is complete"),
        ('{"as_of": "2026-', "ends before it is complete"),
        ("{'as_of': 1}", "not JSON"),
        ('{"a": 1} {"b": 2}', "not JSON: extra data"),
        ('{"a": 01}', "not JSON"),
        ("[1, 2]", "a list stands where the book is wanted"),
        ('"x"', "a text stands where the book is wanted"),
        ("NaN", "a number stands where the book is wanted"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"as_of": "2026-01-30", "as_of": "2026-01-31"}', "`as_of` stands twice"),
        ('{"lots": [{"id": "a"}, {"id": "b",\n "id": "c"}]}', "`id` stands twice"),
    ],
)
def test_texts_with_no_one_reading_are_refused(document: str, says: str) -> None:
    first, *rest = problems(document)
    assert says in first.what
    assert not rest


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_a_document_that_was_cut_off_is_refused_wherever_it_ends(cut: int) -> None:
    whole = json.dumps(sample())
    found = from_json(whole[: len(whole) * cut // 400])
    assert isinstance(found, tuple)
    assert len(found) == 1


def test_a_duplicate_is_shown_in_its_place() -> None:
    found = problems('{"lots": [{"id": "a"},\n {"id": "b",\n "id": "c"}]}')
    assert [(p.place.line, p.place.pointer) for p in found] == [(3, "/lots/1/id")]


def test_a_byte_order_mark_and_odd_spaces_are_harmless() -> None:
    assert from_json("\ufeff\r\n\t" + json.dumps(sample())) == book()


# --- one mistake, one problem ------------------------------------------------------------------

Change = Callable[[Document], object]


def _set(*path: Any) -> Change:
    *way, last, value = path

    def change(document: Document) -> None:
        here: Any = document
        for step in way:
            here = here[step]
        if isinstance(here, list) and last == len(here):
            here.append(None)
        here[last] = value

    return change


def _drop(*path: Any) -> Change:
    *way, last = path

    def change(document: Document) -> None:
        here: Any = document
        for step in way:
            here = here[step]
        del here[last]

    return change


ONE_MISTAKE: list[tuple[Change, str, str]] = [
    (_drop("as_of"), "/as_of", "`as_of` is missing"),
    (_set("as_of", "30.1.2026"), "/as_of", "is no day"),
    (_set("currency", "usd"), "/currency", "is no currency"),
    (_set("known_at", "2026-01-01"), "/known_at", "is before `as_of`"),
    (_set("facts", "sector", "x"), "/facts/sector", "is no fact of book"),
    (_set("lotz", []), "/lotz", "is no member of a book"),
    (_drop("prices"), "/prices", "`prices` is missing"),
    (_set("rates", {}), "/rates", "an object stands where a list is wanted"),
    (_set("rates", None), "/rates", "null stands where a list is wanted"),
    (_set("lots", 0, "quantity", 1.5), "/lots/0/quantity", "without quotes"),
    (_set("lots", 0, "quantity", float("nan")), "/lots/0/quantity", "without quotes"),
    (_set("lots", 0, "quantity", 10**40), "/lots/0/quantity", "without quotes"),
    (_set("lots", 0, "quantity", True), "/lots/0/quantity", "a truth value is not an exact number"),
    (_set("lots", 0, "quantity", "-100"), "/lots/0/quantity", "below zero in a long lot"),
    (_set("lots", 3, "quantity", "2"), "/lots/3/quantity", "above zero in a short lot"),
    (_set("lots", 0, "quantity", "0"), "/lots/0/quantity", "a lot of nothing"),
    (_set("lots", 0, "basis", "-1"), "/lots/0/basis", "below 0"),
    (_set("lots", 0, "acquired", "2026-02-01"), "/lots/0/acquired", "after the book's day"),
    (_set("lots", 0, "instrument", "ACMM"), "/lots/0/instrument", "the book has no instrument `ACMM`"),
    (_set("lots", 0, "account", "turst"), "/lots/0/account", "the book has no account `turst`"),
    (_set("lots", 0, "id", "L2"), "/lots/1/id", "`L2` stands twice"),
    (_set("lots", 0, "id", "a\u202eb"), "/lots/0/id", "right-to-left"),
    (_set("issuers", 2, "name", "А\u0441m\u0435"), "/issuers/2/name", "is not what it looks like"),
    (_set("issuers", 2, "name", "Acme  plc"), "/issuers/2/name", "`Acme  plc` looks like `Acme plc`"),
    (_set("issuers", 4, {"id": "\u0410\u0421\u041c\u0415", "name": "Other"}), "/issuers/4/id", "not what it looks"),
    (_set("lots", 0, "lot", "x"), "/lots/0/lot", "`lot` is no field here"),
    (_set("lots", 0, "none of it"), "/lots/0", "a text stands where an object is wanted"),
    (_drop("lots", 0, "account"), "/lots/0/account", "`account` is missing"),
    (_set("instruments", 0, "currency", "ZZZ"), "/instruments/0/currency", "is no currency"),
    (_set("instruments", 0, "step", "0"), "/instruments/0/step", "is not above 0"),
    (_set("instruments", 0, "sector", "Energy"), "/instruments/0/sector", "`sector` is a fact"),
    (_set("instruments", 0, "facts", "sectr", "x"), "/instruments/0/facts/sectr", "no term of the vocabulary"),
    (_set("instruments", 0, "dated", "sectr", "2026-01-01"), "/instruments/0/dated/sectr", "no term"),
    (_set("instruments", 0, "facts", 3), "/instruments/0/facts", "a number stands where an object is wanted"),
    (_set("instruments", 0, "issuer", "acme"), "/instruments/0/issuer", "the book has no issuer `acme`"),
    (_set("instruments", 0, "facts", "coal revenue share", "1%"), "/instruments/0/facts/coal revenue share", "differs"),
    (_drop("instruments", 4, "underlying"), "/instruments/4/underlying", "a derivative of nothing"),
    (
        _set("instruments", 2, "constituents", 0, "id", "ACN"),
        "/instruments/2/constituents/0/id",
        "neither an instrument",
    ),
    (
        _set("instruments", 2, "constituents", 0, "weight", "60"),
        "/instruments/2/constituents/0/weight",
        "ten times the whole",
    ),
    (_drop("instruments", 2, "constituents", 0, "weight"), "/instruments/2/constituents/0/weight", "is missing"),
    (_set("instruments", 2, "constituents", 0, "wight", 1), "/instruments/2/constituents/0/wight", "is no field"),
    (_set("instruments", 2, "constituents", 1, "id", "ACM"), "/instruments/2/constituents/1/id", "stands twice"),
    (_set("issuers", 0, "parent", "ACME-UK"), "/issuers/0/parent", "`ACME` is owned by `ACME-UK` is owned by `ACME`"),
    (_set("issuers", 0, "parent", "ACME"), "/issuers/0/parent", "`ACME` is owned by `ACME`"),
    (_set("issuers", 0, "parent", "X"), "/issuers/0/parent", "the book has no issuer `X`"),
    (_set("accounts", 3, {"id": "a/b", "name": "x", "cash": {}}), "/accounts/3/id", "contains a slash"),
    (_drop("accounts", 0, "cash"), "/accounts/0/cash", "`cash` is missing"),
    (_set("accounts", 2, "cash", {"usd": {"settled": "1", "unsettled": "0"}}), "/accounts/2/cash/usd", "no currency"),
    (_drop("accounts", 0, "cash", "USD", "unsettled"), "/accounts/0/cash/USD/unsettled", "is missing"),
    (_set("accounts", 0, "cost", "spread", "5"), "/accounts/0/cost/spread", "is no part of a value"),
    (_set("accounts", 0, "cost", "tiket", "5"), "/accounts/0/cost/tiket", "is no field here"),
    (_set("accounts", 0, "tax", "free"), "/accounts/0/tax", "is not one of its values"),
    (_set("accounts", 0, "tags", ["a", 1]), "/accounts/0/tags/1", "a number is not a text"),
    (_set("accounts", 0, "household", "smyth"), "/accounts/0/household", "the book has no household"),
    (_set("accounts", 0, "model", "grwoth"), "/accounts/0/model", "no weights of a model `grwoth`"),
    (_set("accounts", 0, "held_away", "no"), "/accounts/0/held_away", "neither true nor false"),
    (_set("prices", 0, "day", "2026-02-02"), "/prices/0/day", "after the book's day"),
    (_set("prices", 0, "known", "2026-01-31"), "/prices/1/day", "two prices of `ACM`"),
    (_set("prices", 0, "price", "-1"), "/prices/0/price", "below 0"),
    (_set("rates", 0, "rate", "0"), "/rates/0/rate", "not above 0"),
    (_set("rates", 0, "day", "2025-11-03"), "/rates/1/day", "two rates of GBP"),
    (_set("lists", 0, "subject", "ACMEE"), "/lists/0/subject", "the book has no issuer `ACMEE`"),
    (_set("lists", 0, "kind", "sector"), "/lists/0/kind", "not one of its values"),
    (_set("history", 0, "day", "2026-02-02"), "/history/0/day", "after the book's day"),
    (_set("history", 0, "quantity", "-1"), "/history/0/quantity", "not above 0"),
    (_set("weights", 2, "kind", "sectors"), "/weights/2/kind", "`sectors` is no level"),
    (_set("weights", 0, "key", "X"), "/weights/0/key", "the book has no instrument `X`"),
    (_set("weights", 0, "key", "ETF"), "/weights/1/key", "two weights of `ETF`"),
    (_set("loadings", 0, "instrument", "X"), "/loadings/0/instrument", "the book has no instrument `X`"),
    (_set("complete", 1, "id", "trusty"), "/complete/1/id", "the book has no account `trusty`"),
    (_set("complete", 1, "of", "prices"), "/complete/1/of", "not one of its values"),
    (
        _set("complete", 1, {"of": "groups", "id": "sector", "since": "2025-01-01"}),
        "/complete/1/id",
        "groups of `sector`",
    ),
    (_set("holidays", 0, {"day": "1 Jan"}), "/holidays/0/day", "is no day"),
]


@pytest.mark.parametrize(
    ("change", "pointer", "says"), ONE_MISTAKE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_one_mistake_is_one_problem(change: Change, pointer: str, says: str) -> None:
    document = sample()
    change(document)
    (problem,) = problems(document)
    assert problem.place.pointer == pointer
    assert says in problem.what
    assert problem.do
    assert "\n" not in text(problem)
    assert problem.place.file == "book.json"
    assert problem.place.field in pointer


def test_all_mistakes_are_found_in_one_run() -> None:
    """Mistakes that do not hide one another: those of rows and those between rows, together, in order of lines."""
    changes = [change for change, pointer, _ in ONE_MISTAKE if pointer in _APART]
    document = sample()
    for change in changes:
        change(document)
    found = problems(document)
    assert {problem.place.pointer for problem in found} == _APART
    lines = [problem.place.line for problem in found]
    assert None not in lines
    assert lines == sorted(lines, key=lambda line: line or 0)


_APART = {
    "/lotz", "/lots/0/acquired", "/lots/3/quantity", "/issuers/0/parent", "/accounts/0/household", "/prices/1/day",
    "/history/0/day", "/weights/2/kind", "/instruments/0/facts/sectr", "/accounts/2/cash/usd", "/rates/0/rate",
}  # fmt: skip


def test_the_line_is_that_of_the_field_or_of_what_lacks_it() -> None:
    document = sample()
    document["lots"][1]["quantity"] = "1,5"
    del document["lots"][2]["account"]
    printed = json.dumps(document, indent=1).splitlines()
    wrong, missing = problems(document)
    assert wrong.place.line is not None
    assert printed[wrong.place.line - 1].strip() == '"quantity": "1,5",'
    assert missing.place.line is not None
    assert printed[missing.place.line - 1].strip() == "{"
    assert printed[missing.place.line].strip() == '"id": "L3",'


def test_a_row_that_could_not_be_read_still_counts_as_stated() -> None:
    document = sample()
    document["instruments"][0]["step"] = "none"
    document["accounts"][0]["tax"] = "free"
    for weight in document["weights"]:
        weight["weight"] = "much"
    assert [problem.place.pointer for problem in problems(document)] == [
        "/instruments/0/step",
        "/accounts/0/tax",
        "/weights/0/weight",
        "/weights/1/weight",
        "/weights/2/weight",
    ]


def test_a_table_that_could_not_be_read_is_not_blamed_on_others() -> None:
    document = sample()
    document["instruments"] = "see attachment"
    assert [problem.place.pointer for problem in problems(document)] == ["/instruments"]


# --- what is left out --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "constituents"),
    [({"security type": "common stock"}, ()), ({"security type": "exchange-traded fund"}, None), ({}, None)],
)
def test_a_fund_that_says_nothing_does_not_pass_for_a_stock(facts: dict[str, str], constituents: object) -> None:
    document = sample()
    document["instruments"][0]["facts"] = facts
    assert book(document).instruments["ACM"].constituents == constituents


def test_null_is_not_known() -> None:
    document = sample()
    document["lots"][0]["basis"] = None
    document["instruments"][0]["facts"]["sector"] = None
    found = book(document)
    assert found.lots["L1"].basis is None
    assert "sector" not in found.instruments["ACM"].facts


# --- anything at all ---------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(anything, st.data())
def test_no_value_anywhere_is_too_strange(value: object, data: st.DataObject) -> None:
    document: Any = sample()
    here: Any = document
    while True:
        step = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        if not isinstance(here[step], dict | list) or not here[step] or data.draw(st.booleans()):
            break
        here = here[step]
    here[step] = value
    found = from_json(json.dumps(document))
    assert isinstance(found, Book) or all(isinstance(problem, Problem) and text(problem) for problem in found)


@given(st.text(max_size=40) | st.text('{}[]:,"\\ \n1eE.-truefalsn', max_size=30))
def test_no_text_is_too_strange(text_: str) -> None:
    found = from_json(text_)
    assert isinstance(found, tuple)
    assert found
