"""What rows say together: circles, depth, and rows that contradict one another, in books of some size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book import integrity
from policy.book.intake.circles import circles, longest
from policy.book.problem import is_problems
from policy.book.sheets import to_csv
from policy.book.tables import from_csv
from tests.policy.book.sample import Document, book, problems, sample

graphs = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6)


@given(graphs)
def test_a_circle_is_found_exactly_where_there_is_one(edges: dict[str, list[str]]) -> None:
    found = circles(edges)
    for circle in found:
        for start, end in zip(circle, (*circle[1:], circle[0]), strict=True):
            assert end in edges[start]
        assert circle[0] == min(circle)
    in_circles = {name for name in edges if _reaches(edges, name, name)}
    assert bool(found) == bool(in_circles)
    assert all(set(circle) <= in_circles for circle in found)
    if not found:
        assert len(longest(edges)) == max((_depth(edges, name) for name in _names(edges)), default=0)


def _names(edges: dict[str, list[str]]) -> set[str]:
    linked = {name for name, ends in edges.items() if ends}
    return linked | {end for ends in edges.values() for end in ends}


def _reaches(edges: dict[str, list[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    left = list(edges.get(start, ()))
    while left:
        at = left.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            left += edges.get(at, ())
    return False


def _depth(edges: dict[str, list[str]], name: str) -> int:
    return 1 + max((_depth(edges, end) for end in edges.get(name, ())), default=0)


@pytest.mark.parametrize("size", [2, 3, 1500])
def test_a_circle_of_owners_is_told_as_one(size: int) -> None:
    document = sample()
    document["issuers"] += [
        {"id": f"X{n}", "name": f"X{n}", "parent": f"X{(n + 1) % size}"} for n in range(size)
    ]  # fmt: skip
    (problem,) = problems(document)
    assert problem.what.startswith("`X0` is owned by `X1` is owned by `")
    assert problem.place.pointer == "/issuers/4/parent"


def test_two_circles_are_two_problems() -> None:
    document = sample()
    for a, b in (("P", "Q"), ("R", "S")):
        document["issuers"] += [{"id": a, "name": a, "parent": b}, {"id": b, "name": b, "parent": a}]
    assert len(problems(document)) == 2


def _chain(document: Document, length: int, member: Any) -> Document:
    for n in range(length):
        document["instruments"].append(
            {"id": f"F{n}", "name": f"F{n}", "currency": "USD", **member(f"F{n - 1}" if n else "ACM")}
        )
    return document


@pytest.mark.parametrize("field", ["constituents", "underlying"])
def test_chains_are_followed_so_far_and_no_further(field: str) -> None:
    def member(below: str) -> dict[str, Any]:
        return {"constituents": [{"id": below, "weight": "1"}]} if field == "constituents" else {"underlying": below}

    assert book(_chain(sample(), integrity.DEPTH, member))
    (problem,) = problems(_chain(sample(), integrity.DEPTH + 1, member))
    assert problem.place.field == field
    assert f"through {integrity.DEPTH} others" in problem.what
    assert len(problems(_chain(sample(), 3_000, member))) == 1


def test_funds_that_hold_one_another_are_refused() -> None:
    document = sample()
    for a, b in (("F", "G"), ("G", "F")):
        held = [{"id": b, "weight": "1"}]
        document["instruments"].append({"id": a, "name": a, "currency": "USD", "constituents": held})
    (problem,) = problems(document)
    assert problem.what == "`F` holds `G` holds `F`"


@pytest.mark.parametrize("said", ["Q0123", "O00123", "q00123"])
def test_a_suggestion_among_very_many_ids(said: str) -> None:
    document = sample()
    document["issuers"] += [{"id": f"Q{n:05}", "name": f"Q{n}"} for n in range(5_000)]
    document["issuers"][-1]["parent"] = said
    (problem,) = problems(document)
    assert problem.do == "did you mean `Q00123`?"


def test_an_id_of_another_system_is_one_of_a_kind() -> None:
    document = sample()
    document["households"].append({"id": "jones", "name": "Jones", "external_ids": {"orion": "7"}})
    document["households"][0]["external_ids"] = {"orion": "8", "crm": "7"}
    trust, ira, _ = document["accounts"]
    trust["external_ids"], ira["external_ids"] = {"orion": "7"}, {"orion": "07"}
    assert book(document).accounts["trust"].external_ids == {"orion": "7"}
    ira["external_ids"]["orion"] = "7"
    (problem,) = problems(document)
    assert (problem.place.pointer, problem.what) == (
        "/accounts/1/external_ids",
        "`orion: 7` is both `trust` and `ira`",
    )


@pytest.mark.parametrize(
    "said", ["orion: 7", {"orion": 7}, {"orion": ""}, {"or:ion": "7"}, {"": "7"}, {"orion": "7; 8"}, ["7"]]
)
def test_ids_of_other_systems_say_of_which(said: object) -> None:
    document = sample()
    document["accounts"][0]["external_ids"] = said
    (problem,) = problems(document)
    assert problem.place.pointer == "/accounts/0/external_ids"


def test_in_csv_they_stand_in_one_cell() -> None:
    document = sample()
    document["accounts"][0]["external_ids"] = {"orion": "7:1", "schwab": "12 34"}
    files = to_csv(book(document))
    assert "orion: 7:1; schwab: 12 34" in files["accounts.csv"]
    read = from_csv(files)
    assert not is_problems(read)
    assert read.accounts == book(document).accounts
    for cell in ("7", "orion: 7; orion: 8"):
        wrong = {**files, "accounts.csv": files["accounts.csv"].replace("orion: 7:1; schwab: 12 34", cell)}
        found = from_csv(wrong)
        assert is_problems(found)
        (problem,) = found
        assert (problem.place.field, "which id is of which system" in problem.what) == ("external_ids", True)
