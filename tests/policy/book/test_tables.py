"""CSV in: as forgiving as spreadsheets need, as strict as numbers need; every problem has file, line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.facts import Book, Relief
from policy.book.intake.columns import FILES, facts, fixed, needed
from policy.book.problem import Problem, text
from policy.book.sheets import to_csv
from policy.book.snapshot import content_hash
from policy.book.tables import from_csv
from tests.policy.book.sample import book

Files = dict[str, str]


def sheets() -> Files:
    return to_csv(book())


def problems(files: Mapping[str, str]) -> list[tuple[str, int | None, str, str]]:
    """(file, line, field, what) of the problems of files that have some."""
    found = from_csv(files)
    assert isinstance(found, tuple), "the files were accepted"
    assert found
    assert all(problem.do and "\n" not in text(problem) for problem in found)
    return [(p.place.file, p.place.line, p.place.field, p.what) for p in found]


def with_line(files: Files, file: str, old: str, new: str) -> Files:
    assert old in files[file]
    return {**files, file: files[file].replace(old, new, 1)}


# --- forgiving ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\n\n") + "\n,,\n\n",
        lambda text: text.replace(",", " , "),
        lambda text: "\n".join(reversed(text.strip().split("\n")[1:])).join([text.split("\n")[0] + "\n", "\n"]),
    ],
    ids=["byte order mark", "carriage returns", "old line ends", "no last line end", "empty lines", "spaces", "order"],
)
def test_what_spreadsheets_do_is_harmless(change: Callable[[str], str]) -> None:
    files = {name: change(text) if '"' not in text else text for name, text in sheets().items()}
    found = from_csv(files)
    assert isinstance(found, Book), found
    assert content_hash(found) == content_hash(book())


def test_truth_values_and_choices_as_spreadsheets_write_them() -> None:
    files = with_line(sheets(), "accounts.csv", "taxable,true,fifo", "Taxable,YES,FIFO")
    files = with_line(files, "issuers.csv", "12.5%,2025-12-31,false", "12.5%,2025-12-31,FALSE")
    found = from_csv(files)
    assert isinstance(found, Book), found
    assert found.accounts["away"].held_away is True
    assert found.accounts["away"].relief is Relief.FIFO
    assert found == from_csv(sheets())


def test_files_that_are_no_tables_are_left_alone() -> None:
    assert from_csv({**sheets(), "README.md": "hello", "book.json": "{}"}) == from_csv(sheets())


def test_optional_files_and_columns_may_be_missing() -> None:
    files = {
        "book.csv": "as_of,currency\n2026-01-30,USD\n",
        "instruments.csv": "id,name,currency\nA,A Inc,USD\n",
        "accounts.csv": "id,name\nx,X\n",
        "cash.csv": "account,currency,settled,unsettled\nx,USD,1,0\n",
        "lots.csv": "id,account,instrument,quantity\n",
        "prices.csv": "instrument,day,price\n",
    }
    found = from_csv(files)
    assert isinstance(found, Book), found
    assert found.known_at == found.as_of
    assert found.instruments["A"].constituents is None


# --- strict ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("lots.csv", "long,100,", "long,1.00.0,", ("lots.csv", 2, "quantity", "`1.00.0` is not a number")),
        ("lots.csv", "long,100,", 'long,"1,5",', ("lots.csv", 2, "quantity", "`1,5` has a decimal comma")),
        ("lots.csv", "long,100,", "long,-100,", ("lots.csv", 2, "quantity", "`-100` is below zero in a long lot")),
        ("lots.csv", "long,100,", "long,,", ("lots.csv", 2, "quantity", "`quantity` is missing")),
        ("lots.csv", "L2,trust,ACM", "L2,trust,ACN", ("lots.csv", 3, "instrument", "the book has no instrument `ACN`")),
        ("lots.csv", "2020-03-02", "3/2/2020", ("lots.csv", 2, "acquired", "`3/2/2020` is no day")),
        ("lots.csv", "2020-03-02", "2020-03-02,x", ("lots.csv", 2, "", "the row has 8 cells, the header 7")),
        ("lots.csv", ",80.25,2020-03-02", "", ("lots.csv", 2, "", "the row has 5 cells, the header 7")),
        ("lots.csv", "id,account", "id,acount", None),
        ("issuers.csv", "1/3", "33", ("issuers.csv", 2, "coal revenue share", "`33` has no percent sign")),
        ("issuers.csv", "2025-12-31", "2025", ("issuers.csv", 3, "coal revenue share as of", "`2025` is no day")),
        ("issuers.csv", "false", "nope", ("issuers.csv", 3, "controversial weapons", "`nope` is neither")),
        ("constituents.csv", "ETF,ACM,0.6", "ETF,ACM,60", ("constituents.csv", 2, "weight", "`60` is ten times")),
        ("constituents.csv", "ACME-UK", "ACME-US", ("constituents.csv", 3, "id", None)),
        ("constituents.csv", "ETF,ACME-UK", "EFT,ACME-UK", ("constituents.csv", 3, "fund", "`EFT` is not in")),
        ("cash.csv", "ira,EUR", "ira,USD", ("cash.csv", 3, "currency", "`USD` stands twice for `ira`")),
        ("cash.csv", "ira,EUR", "ira,euro", ("cash.csv", 3, "currency", "`euro` is no currency")),
        ("cash.csv", "50,0", "50,", ("cash.csv", 3, "unsettled", "`unsettled` is missing")),
        ("cash.csv", "trust,USD", "rust,USD", None),
        ("accounts.csv", "fifo,none", "fifo,", ("accounts.csv", 2, "cash", "`cash` is missing")),
        ("accounts.csv", "specific,,", "specific,none,", ("accounts.csv", 3, "cash", "`none` is said here")),
        ("accounts.csv", "0.0005", "5bp", ("accounts.csv", 4, "spread", "`5bp` is not a number")),
        ("accounts.csv", "esg; retail", "esg; re\u200btail", ("accounts.csv", 4, "tags", None)),
        ("instruments.csv", "unknown", "maybe", ("instruments.csv", 6, "constituents", "`maybe` is said here")),
        ("book.csv", "2026-01-30,", "2026-01-32,", ("book.csv", 2, "as_of", "`2026-01-32` is no day of the calendar")),
        ("prices.csv", "2026-01-28,99", "2026-02-28,99", ("prices.csv", 3, "day", None)),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_in_its_cell(
    file: str, old: str, new: str, expected: tuple[str, int, str, str | None] | None
) -> None:
    found = problems(with_line(sheets(), file, old, new))
    if expected is not None:
        ((at, line, field, what),) = found
        assert (at, line, field) == expected[:3]
        assert (expected[3] or "") in what


def test_a_missing_column_is_said_once() -> None:
    found = problems(with_line(sheets(), "lots.csv", "id,account", "id,acount"))
    assert found == [
        ("lots.csv", 1, "acount", "`acount` is no column of this file"),
        ("lots.csv", 1, "account", "the column `account` is missing"),
    ]


def test_lines_count_as_editors_count_them() -> None:
    """Cells with line breaks inside and empty lines do not shift the lines of what follows."""
    files = sheets()
    files["lots.csv"] = 'id,account,instrument,quantity\n\n"a\nb",trust,ACM,1\nc,trust,ACM,x\n'
    assert [(line, field) for _, line, field, _ in problems(files)] == [(3, "id"), (5, "quantity")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        ("id;account;instrument;quantity\nL1;trust;ACM;1\n", "the columns are separated by semicolons"),
        ("id\taccount\nL1\ttrust\n", "the columns are separated by tabs"),
        ("id,account,instrument,quantity,id\n", "the column `id` stands twice"),
        ("id,account,,instrument,quantity\n", "column 3 has no name"),
        ('id,account,instrument,quantity\n"L1,trust,ACM,1\n', "this is not CSV"),
        ('id,account,instrument,quantity\n"L1"x,trust,ACM,1\n', "this is not CSV"),
        (f'id,account,instrument,quantity\n"{"x" * 140_000}",trust,ACM,1\n', "this is not CSV"),
    ],
)
def test_a_file_without_form_is_one_problem(content: str, says: str) -> None:
    found = problems({**sheets(), "lots.csv": content})
    assert [what for _, _, _, what in found if says in what], found
    assert len(found) == 1


def test_an_account_without_cash_is_told_what_csv_takes() -> None:
    found = from_csv(with_line(sheets(), "accounts.csv", "fifo,none", "fifo,"))
    assert isinstance(found, tuple)
    assert [problem.do for problem in found] == ["give by currency; if there is none, {} in JSON and `none` in CSV"]


@pytest.mark.parametrize(
    "missing", ["book.csv", "instruments.csv", "accounts.csv", "cash.csv", "lots.csv", "prices.csv"]
)
def test_a_required_file_that_is_missing_is_named(missing: str) -> None:
    files = sheets()
    del files[missing]
    found = problems(files)
    assert (missing, None, "", "the file is missing") in found
    assert len(found) == 1


def test_a_misspelt_file_is_not_ignored() -> None:
    files = sheets()
    files["holdays.csv"] = files.pop("holidays.csv")
    (problem,) = from_csv(files)  # type: ignore[misc]  # a tuple of one problem
    assert isinstance(problem, Problem)
    assert problem.do == "did you mean `holidays.csv`?"


@pytest.mark.parametrize("rows", ["", "2026-01-30,USD\n2026-01-31,USD\n"])
def test_a_book_has_one_day(rows: str) -> None:
    found = problems({**sheets(), "book.csv": f"as_of,currency\n{rows}"})
    assert [what for _, _, _, what in found] == [f"the file has {rows.count('USD')} rows"]


def test_unknown_columns_are_told_what_they_could_be() -> None:
    files = with_line(sheets(), "issuers.csv", "coal revenue share,", "coal revenu share,")
    (problem,) = from_csv(files)  # type: ignore[misc]  # a tuple of one problem
    assert isinstance(problem, Problem)
    assert problem.do == "did you mean `coal revenue share`?"


def test_columns_are_told_apart() -> None:
    for name in FILES:
        assert set(needed(name)) <= set(fixed(name))
        assert not set(fixed(name)) & facts(name), name


# --- anything at all ---------------------------------------------------------------------------


@given(st.sampled_from(sorted(sheets())), st.data())
def test_no_text_in_a_file_is_too_strange(name: str, data: st.DataObject) -> None:
    files = sheets()
    text_ = files[name]
    start = data.draw(st.integers(0, len(text_)))
    end = data.draw(st.integers(start, min(len(text_), start + 12)))
    files[name] = (
        text_[:start] + data.draw(st.text(max_size=6) | st.sampled_from(['"', ",", "\n", "\x00", "\r"])) + text_[end:]
    )
    found = from_csv(files)
    assert isinstance(found, Book) or all(text(problem) for problem in found)
