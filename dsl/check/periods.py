"""Windows and periods: which terms have one, which way it lies, and in which days it is counted."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import tree, vocabulary
from dsl.diagnostic import Diagnostic
from dsl.vocabulary import Kind, Window

_LONGEST = (31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337, 366)
"""Days of the longest run of 1, 2, 3 … 12 months: a window in months is never shorter than the calendar makes it."""

_CALENDAR_ONLY = frozenset({"purchases", "sales", "turnover"})


def in_days(period: tree.Amount) -> int:
    """The length in days, calendar or business as written."""
    count = int(period.value)
    if period.unit in ("months", "years"):
        months = count * 12 if period.unit == "years" else count
        years, rest = divmod(months, 12)
        return years * 366 + (_LONGEST[rest - 1] if rest else 0)
    return count


def window(found: vocabulary.Term, term: tree.Term, over: tree.Over | None) -> Iterator[Diagnostic]:
    """Whether the term stands in the window that it needs."""
    if over is None:
        if found.window in (Window.TRAILING, Window.AHEAD):
            yield Diagnostic(
                "M211", f"`{term.words}` is meant over which days?", term.span, f"write `{_example(found)}`"
            )
        return
    if found.window is Window.NONE:
        yield Diagnostic("M211", f"`{term.words}` is a value of one moment", over.span, "leave the window out")
        return
    if over.way != _way(found):
        yield Diagnostic(
            "M211", f"`{term.words}` does not lie {_side(over.way)}", over.span, f"write `{_example(found)}`"
        )
    yield from length(over.period, months=True)
    if found.name in _CALENDAR_ONLY and over.period.unit == "business days":
        yield Diagnostic("M212", "trades are counted over calendar days", over.period.span, "write `calendar days`")


def length(period: tree.Amount, *, months: bool = False, business: bool = True) -> Iterator[Diagnostic]:
    """Whole, above zero, and saying which days it counts."""
    if period.value < 1 or period.value.denominator != 1:
        yield Diagnostic(
            "M212", "a period is a whole number of days above zero", period.span, "write `30 calendar days`"
        )
    if period.unit == "days":
        count = period.value
        kinds = f"`{count} calendar days` or `{count} business days`" if business else f"`{count} calendar days`"
        yield Diagnostic("M212", "calendar days or business days?", period.span, f"write {kinds}")
    elif period.unit in ("months", "years"):
        if not months:
            yield Diagnostic("M212", "this period is counted in days", period.span, "write `90 calendar days`")
    elif period.unit != "calendar days" and not (business and period.unit == "business days"):
        yield Diagnostic(
            "M212", "this is not a period counted in calendar days", period.span, "write `30 calendar days`"
        )


def _way(found: vocabulary.Term) -> str:
    return "within" if found.window is Window.AHEAD else "trailing"


def _side(way: str) -> str:
    return "ahead" if way == "within" else "behind"


def _example(found: vocabulary.Term) -> str:
    if found.window is Window.AHEAD:
        return f"{found.name} within 90 calendar days"
    span = "20 business days" if found.unit == "shares" else "12 months"
    return f"{found.name} over trailing {span}"


def flow(words: str) -> bool:
    """Whether the term is money traded over a window."""
    found = vocabulary.TERMS.get(words)
    return found is not None and found.kind is Kind.FLOW
