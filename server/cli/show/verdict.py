"""A verdict for people: the rules that stop first, each with its numbers; then what passes, tightest first."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dsl.vocabulary import TERMS
from policy.interval import times
from policy.ir.bound import Outcome
from server.answer.number import Amount, amount, number
from server.answer.verdict import Finding, JudgeAnswer, Measured
from server.cli.show.amounts import in_unit, ranged, several, telling_apart, units
from server.cli.show.terminal import MARK_OF, STYLE_OF, answer

SIGN = {"<=": "≤", "<": "<", ">=": "≥", ">": ">"}
MOST_CONTRIBUTORS = 5
MOST_PLACES = 12
MOST_NOTICES = 5
TOLERATED = "tolerated"
"""A pass although the clause's own limit does not hold: a breach that the orders did not cause and do not worsen."""


def show(verdict: JudgeAnswer, console: Console) -> None:
    """All of it: the table, then why for everything that does not pass."""
    console.print(table(verdict.findings))
    stops(verdict, console)
    on_the_way(verdict, console)
    notices(verdict, console)
    worst = "block" if verdict.flaws else verdict.answer
    console.print(f"\n{answer(worst)}  {counted(verdict)}", soft_wrap=True)


def stops(verdict: JudgeAnswer, console: Console) -> None:
    """Why, for everything that does not pass; and what would pass instead."""
    loud = [finding for finding in by_severity(verdict.findings) if finding.outcome != "pass"]
    for _, findings in groupby(loud, key=lambda finding: (finding.outcome, finding.rule)):
        console.print()
        details(list(findings), console)
    for flaw in verdict.flaws:
        console.print(f"\n[block]✗ these orders cannot be placed[/block]: {escape(flaw)}", soft_wrap=True)
    if verdict.would_pass or verdict.not_tried:
        console.print()
        instead(verdict, console)


def instead(verdict: JudgeAnswer, console: Console) -> None:
    """What would pass of each refused order, the others kept."""
    console.print("[title]what would pass instead[/title], the other orders kept:")
    if not verdict.would_pass:
        console.print("  nothing was found")
    for order in verdict.would_pass:
        head = f"  {order.side} {units(order.quantity)} {escape(order.instrument)} in {escape(order.account)}:"
        amounts = [(order.passes, "pass"), (order.livable, "pass with a warning")]
        at_most = [f"{units(amount)} {said}" for amount, said in amounts if amount]
        told = f"{' and '.join(dict.fromkeys(at_most))}; one more does not" if at_most else "only leaving it out would"
        console.print(f"{head} {told}", soft_wrap=True)
    if verdict.not_tried:
        console.print(f"  [faint]not looked for of {several(verdict.not_tried, 'more order')}[/faint]")


def on_the_way(verdict: JudgeAnswer, console: Console) -> None:
    """What passes at the end, and is neither shown to hold nor to fail while orders are partly filled."""
    unproven = [f for f in verdict.findings if f.outcome == "pass" and f.fills == "not proven"]
    if unproven:
        console.print("\n[unknown]not proven while orders are partly filled[/unknown], and passed at the end:")
    for finding in unproven[:MOST_PLACES]:
        console.print(f"  [title]{escape(finding.rule)}[/title] {escape(_where(finding))}", soft_wrap=True)
    if len(unproven) > MOST_PLACES:
        console.print(f"  [faint]… and {len(unproven) - MOST_PLACES} more[/faint]")


def notices(verdict: JudgeAnswer, console: Console) -> None:
    """What the book leaves open: the first few, and how many more."""
    shown = verdict.notices[:MOST_NOTICES]
    if shown:
        console.print("\n[title]the book leaves open[/title]")
    for notice in shown:
        console.print(f"  [faint]{escape(notice.what)}; {escape(notice.do)}[/faint]", soft_wrap=True)
    if len(verdict.notices) > len(shown):
        console.print(f"  [faint]… and {len(verdict.notices) - len(shown)} more[/faint]")


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
    """Findings to print, worst first, each with how many of the same rule and word it stands for besides itself."""
    found = list(findings)
    loud = [(finding, 0) for finding in by_severity(found) if finding.outcome != "pass"]
    quiet = sorted((f for f in found if f.outcome == "pass"), key=lambda f: (word(f), f.rule))
    passing = [list(group) for _, group in groupby(quiet, key=lambda f: (word(f), f.rule))]
    tightest = [(min(group, key=_room), len(group) - 1) for group in passing]
    return loud + sorted(tightest, key=lambda pair: (word(pair[0]) != TOLERATED, _room(pair[0])))


def word(finding: Finding) -> str:
    return TOLERATED if finding.outcome == "pass" and finding.within is False else finding.outcome


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (-Outcome(f.outcome).rank, f.rule, f.clause, _room(f)))


def details(findings: list[Finding], console: Console) -> None:
    """Findings of one rule and one outcome: its authority once, then each place with its numbers."""
    first = findings[0]
    style = STYLE_OF[first.outcome]
    console.print(f"[{style}]{MARK_OF[first.outcome]} {escape(first.rule)}[/{style}] {escape(first.title)}")
    if first.authority:
        console.print(f"  [faint]{escape(first.authority)}[/faint]")
    for finding in findings[:MOST_PLACES]:
        _place(finding, console)
    if len(findings) > MOST_PLACES:
        console.print(f"  [faint]… and {len(findings) - MOST_PLACES} more[/faint]")


def _place(finding: Finding, console: Console) -> None:
    """Where, why, the numbers, what they are made of, what is missing."""
    group = f"{finding.group} in " if finding.group else ""
    place = f"{group}{finding.scope}: " if finding.scope else ""
    console.print(f"  {escape(place + finding.reason)}")
    if finding.measured is not None:
        measured = read(finding.measured)
        console.print(f"  {escape(sentence(measured))}", soft_wrap=True)
        _contributors(measured, console)
    for missing in finding.missing[:MOST_CONTRIBUTORS]:
        console.print(f"  missing: {escape(missing)}")
    if finding.fills is not None and finding.fills != "passes always":
        console.print(f"  while orders fill: {finding.fills}")


def sentence(measured: Measured) -> str:
    """`market value of issuer ACME is 11.07% of $6,428,416.81; at most 10.00% is allowed: $68,802.11 over`."""
    value, limit = beside(measured)
    of = _whole(measured.of)
    base = f" of {in_unit(of, measured.unit)}" if of is not None and of > 0 else ""
    demanded = _demanded(measured.op, limit) if _whole(measured.limit) is not None else _unclear(measured.op, limit)
    return f"{measured.what} is {value}{base}; {demanded}{_distance(measured)}"


def beside(measured: Measured) -> tuple[str, str]:
    """Value and limit in print, as a share of the base where people read them so."""
    measured = read(measured)
    value, limit, of, unit = number(measured.value), number(measured.limit), _whole(measured.of), measured.unit
    if of is not None and of > 0:
        value, limit, unit = times(1 / of, value), times(1 / of, limit), "percent"
    if isinstance(value, Fraction) and isinstance(limit, Fraction):
        return telling_apart(value, limit, unit)
    return ranged(value, unit), ranged(limit, unit)


def read(measured: Measured) -> Measured:
    """As people read it: an average in the unit of its fact, and not as the sum that is judged. That sum remains where
    the average's base is zero or not known."""
    fact, average, _ = measured.unit.partition(" · ")
    of = _whole(measured.of)
    if not average or of is None or of <= 0:
        return measured

    def each(part: Amount) -> Amount:
        return amount(times(1 / of, number(part)))

    return replace(
        measured,
        unit=TERMS[fact].unit,
        value=each(measured.value),
        limit=each(measured.limit),
        headroom=each(measured.headroom),
        of=None,
        contributors=tuple(replace(part, amount=each(part.amount)) for part in measured.contributors),
    )


def _cells(finding: Finding, others: int) -> tuple[str, ...]:
    place = _where(finding)
    more = f" [faint]and {others} more[/faint]" if others else ""
    if finding.measured is None:
        return (answer(word(finding)), escape(finding.rule), escape(place) + more, "", "", "")
    measured = read(finding.measured)
    value, limit = beside(measured)
    sign = SIGN[measured.op]
    room = ranged(number(measured.headroom), measured.unit)
    style = "bad" if _room(finding) < 0 else "faint"
    return (
        answer(word(finding)),
        escape(finding.rule),
        escape(place) + more,
        value,
        f"{sign} {limit}",
        f"[{style}]{room}[/{style}]",
    )


def _where(finding: Finding) -> str:
    return f"{finding.group}, {finding.scope}" if finding.group else finding.scope


def _demanded(op: str, limit: str) -> str:
    match op:
        case "<=":
            return f"at most {limit} is allowed"
        case "<":
            return f"less than {limit} is allowed"
        case ">=":
            return f"at least {limit} is required"
        case _:
            return f"more than {limit} is required"


def _unclear(op: str, limit: str) -> str:
    """Of a limit that is only known to lie somewhere."""
    bound = {"<=": "the most that is allowed", "<": "what it must stay below", ">=": "the least that is required"}
    return f"{bound.get(op, 'what it must be above')} is {limit}"


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
        console.print(
            f"    [faint]{ranged(number(part.amount), measured.unit):>18}[/faint]  {escape(readable(part.name))}"
        )
    if len(measured.contributors) > len(parts):
        console.print(f"    [faint]{'…':>18}  and {len(measured.contributors) - len(parts)} more[/faint]")


def readable(name: str) -> str:
    """A form's name in words: `value/TRUST/ACME` is `ACME in TRUST`."""
    match name.split("/"):
        case ["value" | "units" | "cost", account, instrument]:
            return f"{instrument} in {account}"
        case ["buy" | "short" as what, account, instrument]:
            return f"{what} of {instrument} in {account}"
        case [what, account]:
            return f"{what} of {account}"
        case _:
            return name


def counted(verdict: JudgeAnswer) -> str:
    counts = [
        f"{sum(f.outcome == outcome for f in verdict.findings)} {outcome.value}"
        for outcome in reversed(Outcome)
        if any(f.outcome == outcome for f in verdict.findings)
    ]
    tolerated = sum(word(f) == TOLERATED for f in verdict.findings)
    if tolerated:
        counts.append(f"{tolerated} of them tolerated: not caused and not worsened by these orders")
    orders = f"with {several(verdict.orders, 'order')}" if verdict.orders else "as it stands"
    return f"as of {verdict.as_of:%-d %B %Y}, {orders}: {', '.join(counts) or 'no rule applies'}"


def _room(finding: Finding) -> Fraction:
    """Headroom as a share of the limit, to sort by; what is not known sorts first."""
    if finding.measured is None:
        return Fraction(10**9)
    room, limit = _whole(finding.measured.headroom), _whole(finding.measured.limit)
    return Fraction(-(10**9)) if room is None or limit is None else room / max(abs(limit), Fraction(1))


def _whole(amount: Amount | None) -> Fraction | None:
    return amount if isinstance(amount, Fraction) else None
