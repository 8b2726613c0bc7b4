"""`proofolio explain`: a rule or a list in plain English, with its authority; with a book, its verdict too."""

import argparse
from difflib import get_close_matches

from rich.markup import escape

from policy.book.read import index
from policy.ir.bound import Outcome
from policy.ir.core import Library, ListRule, Rule
from policy.judge.eval import worst
from policy.judge.redact import readable, seen_by, visible
from policy.judge.verdict import Verdict
from server.answer.explanation import ExplainAnswer, explained
from server.answer.verdict import JudgeAnswer, judged
from server.cli import given, judge, rules
from server.cli.exits import OF_OUTCOME, Exit
from server.cli.judge import judgement
from server.cli.problem import bad_file
from server.cli.show import verdict as shown
from server.cli.show.answers import printed
from server.cli.show.terminal import output


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="the id of a rule or a list")
    judge.arguments(parser, book_required=False)


def run(arguments: argparse.Namespace) -> int:
    library = rules.library(arguments.rules, quiet=arguments.json)
    mine = readable(library, arguments.role)
    rule = _found(mine, arguments.rule)
    verdict = _verdict(library, rule.id, arguments) if arguments.book else None
    answer = explained(rule, mine.waivers, verdict)
    if not printed(answer, as_json=arguments.json):
        _show(answer)
    return Exit.PASS if verdict is None else OF_OUTCOME[Outcome(verdict.answer)]


def _found(library: Library, name: str) -> Rule | ListRule:
    known: dict[str, Rule | ListRule] = {each.id: each for each in library.lists}
    known |= {each.id: each for each in library.rules}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    do = f"did you mean {near[0]}?" if near else f"the rules are {', '.join(sorted(known))}"
    raise bad_file("RULE", f"there is no rule or list `{name}`", do)


def _verdict(library: Library, rule: str, arguments: argparse.Namespace) -> JudgeAnswer:
    """The findings of this rule alone, among all: other rules may name lists and lend waivers."""
    book = given.on(given.book(arguments.book), arguments.as_of, arguments.known_at)
    orders = given.orders(arguments.orders)
    found = judgement(library, index(book), orders, arguments.orders)
    own = tuple(finding for finding in found.verdict.findings if finding.obligation.origin.rule == rule)
    verdict = seen_by(Verdict(worst(finding.outcome for finding in own), own), arguments.role)
    return judged(visible(found.bound, library, arguments.role), verdict, len(orders), flaws=found.flaws)


def _show(answer: ExplainAnswer) -> None:
    console = output()
    console.print(f"[title]{escape(answer.rule)}[/title] {escape(answer.title)}")
    for authority in answer.authority:
        console.print(f"[faint]{escape(authority)}[/faint]")
    console.print()
    for sentence in answer.says:
        console.print(escape(sentence))
    console.print(f"[faint]{escape(answer.layer)}, {escape(answer.file)}:{answer.line}[/faint]")
    if answer.verdict is not None:
        console.print()
        shown.show(answer.verdict, console)
