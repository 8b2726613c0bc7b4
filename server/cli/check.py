"""`proofolio check`: every mistake in rule files; for each rule its compile class and the facts that it needs."""

import argparse

from rich.markup import escape
from rich.table import Table

from server.cli import rules
from server.cli.answer.check import CheckAnswer, checked
from server.cli.exits import Exit
from server.cli.show import diagnostics
from server.cli.show.amounts import several
from server.cli.show.answers import printed
from server.cli.show.terminal import output


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", nargs="+", metavar="RULES", help="rule files, or folders of them")


def run(arguments: argparse.Namespace) -> int:
    found = rules.read(arguments.rules)
    answer = checked(found.files, found.diagnostics, found.library)
    if not printed(answer, as_json=arguments.json):
        diagnostics.show(found.diagnostics, found.sources)
        show(answer)
    return Exit.STOP if answer.answer == "mistakes" else Exit.PASS


def show(answer: CheckAnswer) -> None:
    console = output()
    if answer.rules:
        console.print(table(answer))
        for rule in answer.rules:
            for clause in rule.clauses:
                if not clause.searched:
                    console.print(f"[warn]judged, not searched[/warn]: {escape(rule.rule)}, {escape(clause.reason)}")
    errors = sum(mistake.severity == "error" for mistake in answer.mistakes)
    counts = [
        several(answer.files, "file"),
        several(errors, "error"),
        several(len(answer.mistakes) - errors, "warning"),
    ]
    if not errors:
        counts[:0] = [
            several(len(answer.rules), "rule"),
            several(answer.lists, "list"),
            several(answer.waivers, "waiver"),
        ]
    console.print(", ".join(counts))


def table(answer: CheckAnswer) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    shown.add_column("rule", style="title", no_wrap=True)
    shown.add_column("class", no_wrap=True)
    shown.add_column("says", overflow="fold")
    shown.add_column("needs", style="faint", overflow="fold")
    for rule in answer.rules:
        classes = sorted({clause.compile_class for clause in rule.clauses})
        shown.add_row(escape(rule.rule), " ".join(classes), escape(rule.title), ", ".join(rule.needs))
    return shown
