"""A verdict for people: the rules that stop first, each with its numbers; then what passes, tightest first."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from policy.ir.bound import Outcome
from server.cli.answer.number import Amount, number
from server.cli.answer.verdict import Finding, JudgeAnswer, Measured
from server.cli.show.amounts import in_unit, ranged, telling_apart
from server.cli.show.terminal import MARK_OF, STYLE_OF, answer

SIGN = {"<=": "≤", "<": "<", ">=": "≥", ">": ">"}
MOST_CONTRIBUTORS = 5
QUIET = {"pass"}
"""Outcomes of which one line per rule is enough."""


def show(verdict: JudgeAnswer, console: Console) -> None:
    console.print(table(verdict.findings))
    for finding in by_severity(verdict.findings):
        if finding.outcome not in QUIET:
            console.print()
            detail(finding, console)
    console.print()
    console.print(f"{answer(verdict.answer)}  {_sentence(verdict)}")


def table(findings: Iterable[Finding]) -> Table:
    """A row per finding that is not a plain pass; a row per rule that passes, with the tightest of its groups."""
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    shown.add_column("answer", no_wrap=True)
    shown.add_column("rule", no_wrap=True, style="title")
    shown.add_column("for", overflow="fold")
    shown.add_column("measured", justify="right", no_wrap=True)
    shown.add_column("limit", no_wrap=True)
    shown.add_column("room", justify="right", no_wrap=True)
    for finding, others in rows(findings):
        shown.add_row(*_cells(finding, others))
    return shown


def rows(findings: Iterable[Finding]) -> list[tuple[Finding, int]]:
    """Findings to print, worst first, each with how many of the same rule it stands for besides itself."""
    found = list(findings)
    loud = [(finding, 0) for finding in by_severity(found) if finding.outcome not in QUIET]
    quiet = sorted((f for f in found if f.outcome in QUIET), key=lambda f: f.rule)
    passing = [list(group) for _, group in groupby(quiet, key=lambda f: f.rule)]
    tightest = [(min(group, key=_room), len(group) - 1) for group in passing]
    return loud + sorted(tightest, key=lambda pair: _room(pair[0]))


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (-Outcome(f.outcome).rank, f.rule, f.clause, _room(f)))


def detail(finding: Finding, console: Console) -> None:
    """Why: the rule's authority, the numbers, what they are made of, what is missing."""
    style = STYLE_OF[finding.outcome]
    place = f"{finding.scope}{f', {finding.group}' if finding.group else ''}"
    console.print(f"[{style}]{MARK_OF[finding.outcome]} {escape(finding.rule)}[/{style}] {escape(finding.title)}")
    console.print(f"  [faint]{escape(finding.authority)}[/faint]" if finding.authority else "", end="\n")
    console.print(f"  {escape(place)}: {escape(finding.reason)}")
    if finding.measured is not None:
        console.print(f"  {escape(sentence(finding.measured))}")
        _contributors(finding.measured, console)
    for missing in finding.missing:
        console.print(f"  missing: {escape(missing)}")
    if finding.fills is not None and finding.fills != "passes always":
        console.print(f"  while orders fill: {finding.fills}")


def sentence(measured: Measured) -> str:
    """`market value of issuer ACME is 11.07% of net assets; at most 10.00% is allowed: 1.07% ($68,802.11) over`."""
    value, limit = beside(measured)
    allowed = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than"}[measured.op]
    return f"{measured.what} is {value}; {allowed} {limit} is allowed{_distance(measured)}"


def beside(measured: Measured) -> tuple[str, str]:
    """Value and limit in print, as a share of the base where people read them so."""
    value, limit, of = number(measured.value), number(measured.limit), _whole(measured.of)
    if isinstance(value, Fraction) and isinstance(limit, Fraction):
        if of is not None and of > 0:
            return telling_apart(value / of, limit / of, _share(measured.unit))
        return telling_apart(value, limit, measured.unit)
    return ranged(value, measured.unit), ranged(limit, measured.unit)


def _cells(finding: Finding, others: int) -> tuple[str, ...]:
    place = finding.group or finding.scope
    more = f" [faint]and {others} more[/faint]" if others else ""
    if finding.measured is None:
        return (answer(finding.outcome), escape(finding.rule), escape(place) + more, "", "", "")
    value, limit = beside(finding.measured)
    sign = SIGN[finding.measured.op]
    room = ranged(number(finding.measured.headroom), finding.measured.unit)
    style = "bad" if _room(finding) < 0 else "faint"
    return (
        answer(finding.outcome),
        escape(finding.rule),
        escape(place) + more,
        value,
        f"{sign} {limit}",
        f"[{style}]{room}[/{style}]",
    )


def _distance(measured: Measured) -> str:
    headroom = _whole(measured.headroom)
    if headroom is None or headroom >= 0:
        return ""
    way = "over" if measured.op in ("<=", "<") else "short"
    return f": {in_unit(-headroom, measured.unit)} {way}"


def _contributors(measured: Measured, console: Console) -> None:
    parts = measured.contributors[:MOST_CONTRIBUTORS]
    if len(parts) < 2:
        return
    for part in parts:
        console.print(f"    [faint]{ranged(number(part.amount), measured.unit):>18}[/faint]  {escape(part.name)}")
    if len(measured.contributors) > len(parts):
        console.print(f"    [faint]{'…':>18}  and {len(measured.contributors) - len(parts)} more[/faint]")


def _sentence(verdict: JudgeAnswer) -> str:
    counts = [
        f"{sum(f.outcome == outcome for f in verdict.findings)} {outcome.value}"
        for outcome in reversed(Outcome)
        if any(f.outcome == outcome for f in verdict.findings)
    ]
    withheld = f"; {verdict.withheld} kept from this view" if verdict.withheld else ""
    orders = f"with {verdict.orders} orders" if verdict.orders else "as it stands"
    return f"as of {verdict.as_of:%-d %B %Y}, {orders}: {', '.join(counts) or 'no rule applies'}{withheld}"


def _room(finding: Finding) -> Fraction:
    """Headroom as a share of the limit, to sort by; what is not known sorts first."""
    if finding.measured is None:
        return Fraction(10**9)
    room, limit = _whole(finding.measured.headroom), _whole(finding.measured.limit)
    return Fraction(-(10**9)) if room is None or limit is None else room / max(abs(limit), Fraction(1))


def _whole(amount: Amount | None) -> Fraction | None:
    return amount if isinstance(amount, Fraction) else None


def _share(unit: str) -> str:
    return "percent" if len(unit) == 3 and unit.isupper() else unit
