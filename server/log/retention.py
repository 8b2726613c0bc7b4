"""How long what an entry commits to must be kept, by what the entry is: one table, with its sources.

17 CFR 275.204-2(e)(1): an adviser keeps its books for five years from the end of the fiscal year in which the last
entry was made. 17 CFR 240.17a-4(a): a broker keeps the records of 17a-3(a)(1) to (3), what was ordered and came of it,
for six years. Where both may bind, the longer one does. A fiscal year is taken to be a calendar year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from policy.proof.entry import Kind
from server.clock import text


@dataclass(frozen=True, slots=True)
class Period:
    """`years` from the entry, or from the end of the year that it was made in."""

    source: str
    years: int
    from_year_end: bool


ADVISER = Period("17 CFR 275.204-2(e)(1)", 5, from_year_end=True)
BROKER = Period("17 CFR 240.17a-4(a)", 6, from_year_end=False)

_DECISIONS = (Kind.RUN_START, Kind.PROPOSAL, Kind.NO_TRADE, Kind.INFEASIBLE, Kind.OVERRIDE, Kind.APPROVAL, Kind.REJECT)
_DONE = (Kind.RELEASE, Kind.ORDER, Kind.FILL, Kind.ALLOCATION, Kind.BREAK, Kind.CORRECTION)

PERIODS: Mapping[Kind, tuple[Period, ...]] = {
    **dict.fromkeys((*_DECISIONS, Kind.RUN_END, Kind.SNAPSHOT, Kind.ALERT), (ADVISER,)),
    **dict.fromkeys(_DONE, (ADVISER, BROKER)),
}
"""What is not among them is about the log, its rules or its keys, and is kept as long as the log."""


def kept_until(kind: Kind, time: str) -> tuple[str, Period] | None:
    """The instant from which it may be erased, and by which rule; None where it never may. `time`: the entry's."""
    return max(((_end(period, time), period) for period in PERIODS.get(kind, ())), key=lambda it: it[0], default=None)


def _end(period: Period, time: str) -> str:
    made = datetime.fromisoformat(time)
    if period.from_year_end:
        return text(made.replace(made.year + 1 + period.years, 1, 1, 0, 0, 0, 0))
    day = 28 if (made.month, made.day) == (2, 29) else made.day
    return text(made.replace(year=made.year + period.years, day=day))
