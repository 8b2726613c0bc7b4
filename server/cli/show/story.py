"""The parts of the demonstration that are no answer of another verb: headings, accounts, what was broken and is now."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from policy.book.facts import Book
from policy.ir import meaning
from policy.ir.bound import Bound
from server.answer.examination import Claimed, VerifyAnswer
from server.answer.verdict import Finding, JudgeAnswer
from server.cli.show import verdict
from server.cli.show.amounts import money, percent
from server.cli.show.picture import Row
from server.cli.show.terminal import answer as marked

COLUMN = (0, 2, 0, 0)


def heading(console: Console, number: int, title: str, sentence: str) -> None:
    console.print()
    console.print(f"[title]{number}  {escape(title)}[/title]")
    console.print(f"[faint]{escape(sentence)}[/faint]")
    console.print()


def accounts(console: Console, book: Book, bound: Bound) -> None:
    """What the household has, account by account."""
    at = meaning.values(bound.forms, {})
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=COLUMN)
    for name, justify in (
        ("account", "left"),
        ("tax", "left"),
        ("lots", "right"),
        ("cash", "right"),
        ("worth", "right"),
    ):
        shown.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # one of rich's words
    shown.add_column("")
    total = Fraction(0)
    for account in sorted(book.accounts.values(), key=lambda a: -_known(at, f"net assets/{a.id}")):
        worth = _known(at, f"net assets/{account.id}")
        total += worth
        lots = sum(lot.account == account.id for lot in book.lots.values())
        cash = _known(at, f"cash/{account.id}")
        note = "held away: counted, never traded" if account.held_away else ""
        cells = (
            escape(account.name),
            account.tax.value,
            str(lots),
            money(cash),
            money(worth),
            f"[faint]{note}[/faint]",
        )
        shown.add_row(*cells)
    console.print(shown)
    console.print(f"together {money(total)}, as of {book.as_of:%-d %B %Y}")


def broken(console: Console, found: JudgeAnswer) -> None:
    """Only what does not pass, and how much does."""
    console.print(verdict.table(f for f in found.findings if f.outcome != "pass"))
    passing = sum(f.outcome == "pass" for f in found.findings)
    console.print(f"[faint]… and {passing} more that pass[/faint]")


def drift(console: Console, rows: list[Row]) -> None:
    """How far from its targets, in points."""
    off = [(row, row.before - row.target) for row in rows if row.target is not None]
    off.sort(key=lambda pair: -abs(pair[1]))
    said = ", ".join(f"{escape(row.label)} {_points(gap)}" for row, gap in off[:4])
    console.print(f"furthest from target: {said}")


def mended(console: Console, before: JudgeAnswer, after: JudgeAnswer) -> None:
    """What was broken, and what is measured now against the same limit."""
    now = {finding.id: finding for finding in after.findings}
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=COLUMN)
    for name in ("now", "rule"):
        shown.add_column(name, no_wrap=True)
    shown.add_column("for", overflow="fold")
    shown.add_column("before", justify="right", no_wrap=True)
    shown.add_column("after", justify="right", no_wrap=True)
    shown.add_column("limit then", no_wrap=True)
    for finding in verdict.by_severity(f for f in before.findings if f.outcome != "pass"):
        if finding.id in now:
            shown.add_row(*_change(finding, now[finding.id]))
    console.print(shown)


def _change(before: Finding, after: Finding) -> tuple[str, ...]:
    place = f"{after.group}, {after.scope}" if after.group else after.scope
    cells = ("", "", "")
    if before.measured is not None and after.measured is not None:
        was, limit = verdict.beside(before.measured)
        sign = verdict.SIGN[before.measured.op]
        cells = (was, verdict.beside(replace(after.measured, limit=before.measured.limit))[0], f"{sign} {limit}")
    return marked(verdict.word(after)), escape(after.rule), escape(place), *cells


def claims(console: Console, found: VerifyAnswer, only: Callable[[Claimed], bool]) -> None:
    """One line per claim."""
    for claim in filter(only, found.claims):
        gap = " " * (len("not proven") - len(claim.answer))
        console.print(f"{marked(claim.answer)}{gap}  {escape(claim.says)}", soft_wrap=True)


def written(console: Console, files: list[tuple[str, str]]) -> None:
    width = max(len(path) for path, _ in files)
    for path, what in files:
        console.print(f"  {escape(path):<{width}}  [faint]{escape(what)}[/faint]", soft_wrap=True)


def _points(gap: Fraction) -> str:
    return f"{'+' if gap > 0 else ''}{percent(gap)[:-1]} points"


def _known(at: meaning.Values, name: str) -> Fraction:
    value = at.get(name)
    return value if isinstance(value, Fraction) else Fraction(0)
