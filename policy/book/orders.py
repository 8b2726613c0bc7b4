"""Orders from JSON or CSV, and back.

JSON is `{"orders": [{"account", "instrument", "side", "quantity", "lots": [{"lot", "quantity"}], "batch"}]}`. CSV
has the columns account, instrument, side, quantity, lot, batch: a row with a lot is a piece of a sale, and the rows
that name lots and agree in account, instrument, side and batch are one order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policy.book.amount import Refusal, exact, kind, number_text, short
from policy.book.facts import Order
from policy.book.intake.csv_text import Sheet, write
from policy.book.intake.csv_text import parse as parse_csv
from policy.book.intake.json_text import parse as parse_json
from policy.book.intake.json_text import with_lines
from policy.book.intake.misread import explained
from policy.book.intake.order_rows import OrderRow, OrdersDocument
from policy.book.problem import Place, Problem, did_you_mean, is_problems, pointer

COLUMNS = ("account", "instrument", "side", "quantity", "lot", "batch")
NEEDED = COLUMNS[:4]

Read = tuple[Order, ...] | tuple[Problem, ...]


def from_json(text: str, file: str = "orders.json") -> Read:
    """The orders; or all problems, each with line and JSON pointer."""
    document = parse_json(text, file)
    if isinstance(document, tuple):
        return document
    rows = document.get("orders") if isinstance(document, dict) else None
    if not isinstance(document, dict) or set(document) != {"orders"} or not isinstance(rows, list):
        what = f"{kind(document)} stands where the orders are wanted" if rows is None else "this is no list of orders"
        return (Problem(Place(file, 1), what, 'write {"orders": […]} and nothing beside it'),)
    found = from_rows(rows, file)
    return with_lines(found, text) if is_problems(found) else found


def from_rows(rows: Sequence[object], file: str = "", most: int | None = None) -> Read:
    """The orders of a document that was parsed already; or all problems, or the first `most`, each with its pointer
    from `/orders` on."""
    return _orders(rows, lambda path: Place(file, None, pointer(("orders", *path)), _field(path)), most)


def from_csv(text: str, file: str = "orders.csv") -> Read:
    """The orders; or all problems, each with line and column."""
    sheet, problems = parse_csv(text, file)
    problems = problems or tuple(_columns(sheet))
    if problems:
        return problems
    rows, origin = _merged(sheet)
    return _orders(rows, lambda path: _place(sheet, origin, path))


def located(problems: Sequence[Problem], text: str, file: str) -> tuple[Problem, ...]:
    """Problems with orders (`policy.book.fills`), with the place where their order stands in its file."""
    if not file.endswith(".csv"):
        return with_lines(tuple(replace(p, place=replace(p.place, file=file)) for p in problems), text)
    sheet, _ = parse_csv(text, file)
    _, origin = _merged(sheet)
    number = [int(problem.place.pointer.split("/")[2]) for problem in problems]
    return tuple(
        replace(problem, place=_place(sheet, origin, (at, problem.place.field)))
        for at, problem in zip(number, problems, strict=True)
    )


def to_json(orders: Sequence[Order]) -> str:
    return json.dumps({"orders": [_row(order) for order in orders]}, indent=1, ensure_ascii=False) + "\n"


def to_csv(orders: Sequence[Order]) -> str:
    rows: list[dict[str, str]] = []
    for order in orders:
        row = {"account": order.account, "instrument": order.instrument, "side": order.side.value}
        row["batch"] = str(order.batch)
        pieces = order.lots or (("", order.quantity),)
        rows += [{**row, "lot": lot, "quantity": number_text(quantity)} for lot, quantity in pieces]
    return write(list(COLUMNS), rows)


def schema() -> dict[str, Any]:
    """The JSON Schema of the document (2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **OrdersDocument.model_json_schema()}


# --- rows --------------------------------------------------------------------------------------

_ROWS = TypeAdapter(list[OrderRow])
_Path = tuple[int | str, ...]


def _orders(rows: Sequence[object], locate: Callable[[_Path], Place], most: int | None = None) -> Read:
    try:
        return tuple(map(_order, _ROWS.validate_python(rows)))
    except ValidationError as error:
        wrong = error.errors(include_url=False)[:most]
    refusals = ((detail["loc"], explained("orders", detail)) for detail in wrong)
    return tuple(Problem(locate(path), refusal.what, refusal.do) for path, refusal in refusals)


def _order(row: OrderRow) -> Order:
    lots = tuple((part.lot, part.quantity) for part in row.lots)
    return Order(row.account, row.instrument, row.side, row.quantity, lots, row.batch)


def _row(order: Order) -> dict[str, object]:
    row: dict[str, object] = {
        "account": order.account,
        "instrument": order.instrument,
        "side": order.side.value,
        "quantity": number_text(order.quantity),
        "batch": order.batch,
    }
    if order.lots:
        row["lots"] = [{"lot": lot, "quantity": number_text(quantity)} for lot, quantity in order.lots]
    return row


# --- CSV ---------------------------------------------------------------------------------------


def _columns(sheet: Sheet) -> list[Problem]:
    problems = []
    for column in sheet.columns:
        if column not in COLUMNS:
            advice = did_you_mean(column, COLUMNS, f"the columns are {', '.join(COLUMNS)}")
            place = Place(sheet.file, sheet.header, field=column)
            problems.append(Problem(place, f"`{short(column)}` is no column of orders", advice))
    for column in NEEDED:
        if column not in sheet.columns:
            place = Place(sheet.file, sheet.header, field=column)
            problems.append(Problem(place, f"the column `{column}` is missing", "add it"))
    return problems


def _merged(sheet: Sheet) -> tuple[list[dict[str, object]], list[list[int]]]:
    """Raw orders, and the rows from which each was made."""
    rows: list[dict[str, object]] = []
    origin: list[list[int]] = []
    with_lots: dict[tuple[str | None, ...], int] = {}
    for number, cells in enumerate(sheet.rows):
        key = tuple(cells.get(name) for name in ("account", "instrument", "side", "batch"))
        at = with_lots.get(key) if "lot" in cells else None
        if at is None:
            rows.append({name: cell for name, cell in cells.items() if name != "lot"})
            origin.append([number])
        else:
            origin[at].append(number)
        if "lot" in cells:
            with_lots.setdefault(key, len(rows) - 1)
    for row, numbers in zip(rows, origin, strict=True):
        if "lot" in sheet.rows[numbers[0]]:
            row.update(_pieces([sheet.rows[number] for number in numbers]))
    return rows, origin


def _pieces(cells: Sequence[dict[str, str]]) -> dict[str, object]:
    """The lots of an order and their sum; a quantity that cannot be read is reported at its lot."""
    read = [exact(row.get("quantity")) for row in cells]
    known = [quantity for quantity in read if not isinstance(quantity, Refusal)]
    lots = [{name: row[name] for name in ("lot", "quantity") if name in row} for row in cells]
    return {"lots": lots, "quantity": number_text(sum(known[1:], known[0])) if len(known) == len(read) else "1"}


def _place(sheet: Sheet, origin: list[list[int]], path: _Path) -> Place:
    order, *rest = path
    numbers = origin[int(order)]
    match rest:
        case ["lots", int(piece), *inner]:
            return Place(sheet.file, sheet.lines[numbers[piece]], field=str(inner[0]) if inner else "lot")
        case _:
            field = str(rest[0]) if rest else ""
            return Place(sheet.file, sheet.lines[numbers[0]], field="lot" if field == "lots" else field)


def _field(path: _Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")
