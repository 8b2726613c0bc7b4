"""A book from a folder of CSV files, one per table (`policy.book.intake.columns`), given as texts by file name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policy.book.amount import short
from policy.book.facts import Book
from policy.book.intake.columns import AS_OF, FILES, NESTED, PARENTS, REQUIRED, WORDS, facts, fixed, needed, raw
from policy.book.intake.csv_text import Sheet, parse
from policy.book.intake.reading import TABLES, Path, read
from policy.book.intake.terms import HOLDERS, misplaced
from policy.book.problem import Place, Problem, did_you_mean

Sheets = Mapping[str, Sheet]
Parts = Mapping[str, Mapping[str, list[int]]]
"""By nested file and id of the parent: which rows are the parent's."""


def from_csv(files: Mapping[str, str]) -> Book | tuple[Problem, ...]:
    """The book; or all problems, each with file, line and column."""
    problems = list(_files(files))
    unread = {name for name in REQUIRED if f"{name}.csv" not in files}
    sheets: dict[str, Sheet] = {}
    for name in FILES:
        sheets[name], wrong = parse(files.get(f"{name}.csv", ",".join(needed(name))), f"{name}.csv")
        problems += wrong or _columns(name, sheets[name])
        unread |= {name} if wrong or not {*needed(name)} <= {*sheets[name].columns} else set()
    parts = {name: _parts(sheets[name]) for name in NESTED}
    for name in NESTED:
        problems += _relations(name, sheets, parts[name]) if unread.isdisjoint((name, PARENTS[name])) else ()
    problems += _one_row(sheets["book"]) if "book" not in unread else ()
    rows = {name: list(map(raw(name, sheets[name].columns), sheets[name].rows)) for name in ("book", *TABLES)}
    for name in NESTED:
        _nest(name, sheets, parts[name], rows[PARENTS[name]], name in unread)
    rows["book"] = rows["book"][:1]
    found = read(rows, lambda table, path: _place(sheets, parts, table, path), unread)
    if isinstance(found, Book) and not problems:
        return found
    return tuple(_once(problems + ([] if isinstance(found, Book) else list(found)), sheets))


# --- the form of the files ---------------------------------------------------------------------


def _files(files: Mapping[str, str]) -> Iterator[Problem]:
    known = [f"{name}.csv" for name in FILES]
    for name in sorted(files):
        if name.endswith(".csv") and name not in known:
            yield Problem(Place(name), f"`{short(name)}` is no file of a book", did_you_mean(name, known, "remove it"))
    for name in REQUIRED:
        if f"{name}.csv" not in files:
            yield Problem(Place(f"{name}.csv"), "the file is missing", f"write {','.join(needed(name))} and the rows")


def _columns(name: str, sheet: Sheet) -> Iterator[Problem]:
    plain, stated = fixed(name), facts(name)
    for column in sheet.columns:
        if column in plain or column in stated or not column:
            continue
        place = Place(sheet.file, sheet.header, field=column)
        if name in HOLDERS:
            refusal = misplaced(name, column)
            advice = did_you_mean(column, (*plain, *stated), refusal.do)
            yield Problem(place, refusal.what, advice)
        else:
            advice = did_you_mean(column, plain, f"the columns are {', '.join(plain)}")
            yield Problem(place, f"`{short(column)}` is no column of this file", advice)
    for column in needed(name):
        if column not in sheet.columns:
            yield Problem(Place(sheet.file, sheet.header, field=column), f"the column `{column}` is missing", "add it")


def _one_row(sheet: Sheet) -> Iterator[Problem]:
    if len(sheet.rows) != 1:
        what = f"the file has {len(sheet.rows)} rows"
        yield Problem(Place(sheet.file, 1), what, "write one: the day of the book and its currency")


# --- what is nested ----------------------------------------------------------------------------


def _parts(sheet: Sheet) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, cells in enumerate(sheet.rows):
        found.setdefault(cells.get(sheet.columns[0], "") if sheet.columns else "", []).append(number)
    return found


def _relations(name: str, sheets: Sheets, parts: Mapping[str, list[int]]) -> Iterator[Problem]:
    """Rows without a parent, parents that say something else than they have, cash stated twice."""
    sheet, parent = sheets[name], sheets[PARENTS[name]]
    link, key = NESTED[name][:2]
    ids = {cells.get("id", "") for cells in parent.rows}
    for owner, numbers in parts.items():
        if owner not in ids:
            advice = did_you_mean(owner, ids, f"add it to {parent.file}")
            yield Problem(_at(sheet, numbers[0], link), f"`{short(owner)}` is not in {parent.file}", advice)
        seen: set[str] = set()
        for number in numbers if name == "cash" else ():
            found = sheet.rows[number].get(key, "")
            if found in seen:
                yield Problem(
                    _at(sheet, number, key), f"`{short(found)}` stands twice for `{short(owner)}`", "add the two up"
                )
            seen.add(found)
    for number, cells in enumerate(parent.rows):
        said, has = cells.get(name, ""), cells.get("id", "") in parts
        words = " or ".join(WORDS[name])
        if said and (has or said not in WORDS[name]):
            advice = f"leave the cell empty, or write {words} where {sheet.file} has no rows"
            yield Problem(_at(parent, number, name), f"`{short(said)}` is said here", advice)


def _nest(
    name: str, sheets: Sheets, parts: Mapping[str, list[int]], rows: list[dict[str, object]], unread: bool
) -> None:
    """Puts the nested rows, or the word instead of them, into the parents' raw rows; `none` where the file could not
    be read."""
    for cells, row in zip(sheets[PARENTS[name]].rows, rows, strict=True):
        inner = [sheets[name].rows[number] for number in parts.get(str(row.get("id", "")), ())]
        said = "none" if unread else cells.get(name, "")
        if inner:
            row[name] = _nested(name, inner)
        elif said in WORDS[name]:
            row[name] = WORDS[name][said]


def _nested(name: str, inner: Iterable[Mapping[str, str]]) -> object:
    link, key = NESTED[name][:2]
    if name == "constituents":
        return [{column: cell for column, cell in cells.items() if column != link} for cells in inner]
    return {c.get(key, ""): {column: cell for column, cell in c.items() if column not in (link, key)} for c in inner}


# --- places ------------------------------------------------------------------------------------


def _at(sheet: Sheet, number: int, column: str) -> Place:
    return Place(sheet.file, sheet.lines[number], field=column)


def _place(sheets: Sheets, parts: Mapping[str, Mapping[str, list[int]]], table: str, path: Path) -> Place:
    number, *rest = path
    sheet = sheets[table]
    if not isinstance(number, int) or number >= len(sheet.rows):
        return Place(sheet.file)
    match rest:
        case [("constituents" | "cash") as name, key, *inner]:
            return _nested_place(sheets[name], parts[name][sheet.rows[number].get("id", "")], key, inner)
        case ["dated", term]:
            return _at(sheet, number, f"{term}{AS_OF}")
        case [("facts" | "cost"), column]:
            return _at(sheet, number, str(column))
        case _:
            return _at(sheet, number, str(rest[0]) if rest else "")


def _nested_place(sheet: Sheet, numbers: list[int], key: str | int, inner: list[str | int]) -> Place:
    """`key` is a position among the parent's rows, or the currency of one of them."""
    if isinstance(key, int):
        return _at(sheet, numbers[key], str(inner[0]) if inner else "")
    number = next(number for number in numbers if sheet.rows[number].get("currency", "") == key)
    return _at(sheet, number, str(inner[0]) if inner else "currency")


def _once(problems: Iterable[Problem], sheets: Sheets) -> Iterator[Problem]:
    """The problems by file and line. What every row lacks because a required column is missing was said once, of
    the header."""
    absent = {(s.file, column): s.header for name, s in sheets.items() for column in {*needed(name)} - {*s.columns}}
    for problem in sorted(problems, key=lambda p: (p.place.file, p.place.line or 0)):
        place = problem.place
        if absent.get((place.file, place.field), place.line) == place.line:
            yield problem
