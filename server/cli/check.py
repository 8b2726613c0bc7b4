"""`proofolio check`: every mistake in rule files; for each rule its compile class and the facts that it needs."""

import argparse

from rich.markup import escape
from rich.table import Table

from server.answer.check import CheckAnswer, checked
from server.cli import given
from server.cli.exits import Exit
from server.cli.show import diagnostics
from server.cli.show.amounts import several
from server.cli.show.answers import printed
from server.cli.show.terminal import output
from server.desk.rules import read


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", nargs="+", metavar="RULES", help="rule files, or folders of them")


def run(arguments: argparse.Namespace) -> int:
    found = read(given.sources(arguments.rules))
    answer = checked(found.files, found.diagnostics, found.library)
    if not printed(answer, as_json=arguments.json):
        diagnostics.show(found.diagnostics, found.sources)
        show(answer)
    return Exit.STOP if answer.answer == "mistakes" else Exit.PASS


CLASSES = {
    "A": "linear",
    "B": "linear, with a base that moves with the trades",
    "C": "yes-or-no choices",
    "D": "a strict limit or a count",
    "E": "history, lots and the calendar",
    "F": "not linear: judged exactly, searched through cuts",
}
"""What a class says of a rule, for people; docs/cli.md says how it is searched."""
MARKS = {"clean": ("pass", "✓"), "warnings": ("warn", "!"), "mistakes": ("block", "✗")}


def show(answer: CheckAnswer) -> None:
    console = output()
    if answer.rules:
        console.print(table(answer))
        console.print()
        seen = {clause.compile_class for rule in answer.rules for clause in rule.clauses}
        for letter in sorted(seen):
            console.print(f"[faint]class {letter}: {CLASSES[letter]}[/faint]")
        for rule in answer.rules:
            for clause in rule.clauses:
                if not clause.searched:
                    console.print(f"[warn]judged, not searched[/warn]: {escape(rule.rule)}, {escape(clause.reason)}")
        console.print()
    style, mark = MARKS[answer.answer]
    console.print(f"[{style}]{mark} {answer.answer}[/{style}]  {', '.join(_counts(answer))}")


def _counts(answer: CheckAnswer) -> list[str]:
    errors = sum(mistake.severity == "error" for mistake in answer.mistakes)
    wrong = [several(errors, "error"), several(len(answer.mistakes) - errors, "warning")]
    if errors:
        return [*wrong, several(answer.files, "file")]
    found = [several(len(answer.rules), "rule"), several(answer.lists, "list"), several(answer.waivers, "waiver")]
    return [*found, several(answer.files, "file"), *wrong]


def table(answer: CheckAnswer) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    shown.add_column("rule", style="title", no_wrap=True)
    shown.add_column("class", no_wrap=True)
    shown.add_column("title", overflow="fold")
    shown.add_column("what the book must hold", style="faint", overflow="fold")
    for rule in answer.rules:
        classes = sorted({clause.compile_class for clause in rule.clauses})
        needs = ", ".join(rule.needs) or "holdings, prices and cash"
        shown.add_row(escape(rule.rule), " ".join(classes), escape(rule.title), needs)
    return shown
