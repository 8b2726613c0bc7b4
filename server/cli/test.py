"""`proofolio test`: the cases that stand beside rules, each expectation judged on the small book that it gives."""

import argparse
from collections.abc import Sequence

from rich.markup import escape

from server.answer.cases import CasesAnswer, tested
from server.cli import given
from server.cli.exits import Exit
from server.cli.problem import BadInput
from server.cli.show import diagnostics
from server.cli.show.answers import printed
from server.cli.show.terminal import output
from server.desk.rules import problems, read


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", nargs="+", metavar="RULES", help="rule files, or folders of them")


def run(arguments: argparse.Namespace) -> int:
    answer = case_results(arguments.rules, quiet=arguments.json)
    if not printed(answer, as_json=arguments.json):
        _show(answer)
    return Exit.STOP if answer.failed else Exit.PASS


def case_results(paths: Sequence[str], *, quiet: bool = False) -> CasesAnswer:
    """Every case of the files; BadInput where the rules have errors."""
    found = read(given.sources(paths))
    if found.library is None:
        if not quiet:
            diagnostics.show(found.diagnostics, found.sources)
        raise BadInput(*problems(found))
    return tested(found.files, found.library)


def _show(answer: CasesAnswer) -> None:
    console = output()
    for result in answer.results:
        if not result.passed:
            console.print(f"[block]✗ {escape(result.rule)}[/block] {escape(result.title)}")
            console.print(f"  [faint]{escape(result.file)}:{result.line}[/faint]")
            console.print(f"  expected {escape(result.expected)}")
            console.print(f"  got      {escape(result.got)}")
    for rule in answer.untested:
        console.print(f"[warn]! {escape(rule)}[/warn] has no case beside it")
    style = "block" if answer.failed else "pass"
    console.print(f"[{style}]{answer.answer}[/{style}]  {answer.passed} expectations hold, {answer.failed} do not")
