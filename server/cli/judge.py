"""`proofolio judge`: the verdict of rules on a book, with or without orders."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from policy.book.facts import Order
from policy.book.problem import Problem
from policy.book.read import Index, index
from policy.ir import meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Outcome
from policy.ir.core import Library
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.redact import readable, seen_by, stopped_unseen, visible
from policy.judge.verdict import Verdict
from server.cli import given, rules
from server.cli.answer.verdict import JudgeAnswer, judged, left_open
from server.cli.exits import OF_OUTCOME, Exit
from server.cli.show import verdict as shown
from server.cli.show.answers import printed
from server.cli.show.terminal import output, progress
from server.desk.placed import placed
from server.desk.room import NO_ROOMS, rooms
from solver.certify import flaws


def arguments(parser: argparse.ArgumentParser, *, book_required: bool = True) -> None:
    of_book(parser, book_required=book_required)
    parser.add_argument("--orders", metavar="O", help="orders, as JSON or CSV; without them, the book as it is")


def of_book(parser: argparse.ArgumentParser, *, book_required: bool = True) -> None:
    """The arguments of every verb that joins rules to a book."""
    parser.add_argument("--rules", nargs="+", required=True, metavar="R", help="rule files, or folders of them")
    parser.add_argument("--book", required=book_required, metavar="B", help="a JSON file, or a folder of CSV files")
    parser.add_argument("--as-of", metavar="D", help="the day of judgement, year-month-day; the book's own without it")
    parser.add_argument("--known-at", metavar="D", help="what was known on this day; the day of judgement without it")
    parser.add_argument("--role", action="append", default=[], metavar="R", help="show what is visible to this role")


def run(arguments: argparse.Namespace) -> int:
    library = rules.library(arguments.rules, quiet=arguments.json)
    book = given.on(given.book(arguments.book), arguments.as_of, arguments.known_at)
    orders = given.orders(arguments.orders)
    with progress("judging"):
        found = judgement(library, index(book), orders, arguments.orders)
        answer = found.answer(library, arguments.role)
    if not printed(answer, as_json=arguments.json):
        shown.show(answer, output())
    return Exit.STOP if found.flaws else OF_OUTCOME[Outcome(answer.answer)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Orders judged on a book. `flaws`: what is wrong with them whatever the rules say."""

    known: Index
    orders: tuple[Order, ...]
    bound: Bound
    verdict: Verdict
    flaws: tuple[str, ...]

    def answer(self, library: Library, roles: Sequence[str] = ()) -> JudgeAnswer:
        """As these roles may see it; with what would pass instead, where the orders are refused."""
        seen = seen_by(self.verdict, roles)
        refused = bool(self.flaws) or OF_OUTCOME[seen.outcome] is not Exit.PASS
        asked = self.orders and refused and not stopped_unseen(seen)
        instead = rooms(self.known, self.bound, self.orders, roles) if asked else NO_ROOMS
        bound, notices = visible(self.bound, library, roles), left_open(self.known, readable(library, roles))
        return judged(bound, seen, len(self.orders), flaws=self.flaws, instead=instead, notices=notices)


def judgement(library: Library, known: Index, orders: tuple[Order, ...] = (), file: str | None = None) -> Judgement:
    """The rules bound to the book, and the verdict at the orders; BadInput for orders that cannot be filled."""
    rules.of_book(library, known.book)
    bound = bind_to(library, known, orders)
    point = point_of(known, orders)
    if isinstance(point, tuple):
        raise given.located([problem for problem in point if isinstance(problem, Problem)], file)
    found = tuple(flaws(bound, point, meaning.values(bound.forms, point))) if orders else ()
    verdict = placed(known, bound, orders, point) if orders else judge(bound, point, standing=True)
    return Judgement(known, orders, bound, verdict, found)
