"""`proofolio judge`: the verdict of rules on a book, with or without orders."""

import argparse

from policy.book.facts import Book, Order
from policy.book.problem import Problem
from policy.book.read import index
from policy.ir.bind import bind
from policy.ir.bound import Bound, Outcome
from policy.ir.core import Library
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.verdict import Verdict
from server.cli import given, rules
from server.cli.answer.verdict import judged
from server.cli.exits import OF_OUTCOME
from server.cli.show import verdict as shown
from server.cli.show.answers import printed
from server.cli.show.terminal import output, progress


def arguments(parser: argparse.ArgumentParser, *, book_required: bool = True) -> None:
    of_book(parser, book_required=book_required)
    parser.add_argument("--orders", metavar="O", help="orders, as JSON or CSV; without them, the book as it is")
    parser.add_argument("--role", action="append", default=[], metavar="R", help="show what is visible to this role")


def of_book(parser: argparse.ArgumentParser, *, book_required: bool = True) -> None:
    """The arguments of every verb that joins rules to a book."""
    parser.add_argument("--rules", nargs="+", required=True, metavar="R", help="rule files, or folders of them")
    parser.add_argument("--book", required=book_required, metavar="B", help="a JSON file, or a folder of CSV files")
    parser.add_argument("--as-of", metavar="D", help="the day of judgement, year-month-day; the book's own without it")
    parser.add_argument("--known-at", metavar="D", help="what was known on this day; the day of judgement without it")


def run(arguments: argparse.Namespace) -> int:
    library = rules.library(arguments.rules, quiet=arguments.json)
    book = given.on(given.book(arguments.book), arguments.as_of, arguments.known_at)
    orders = given.orders(arguments.orders)
    with progress("judging"):
        bound, verdict = judgement(library, book, orders, arguments.orders)
    answer = judged(bound, verdict, len(orders), arguments.role)
    if not printed(answer, as_json=arguments.json):
        shown.show(answer, output())
    return OF_OUTCOME[Outcome(verdict.outcome)]


def judgement(
    library: Library, book: Book, orders: tuple[Order, ...] = (), file: str | None = None
) -> tuple[Bound, Verdict]:
    """The rules bound to the book, and the verdict at the orders; BadInput for orders that cannot be filled."""
    bound = bind(library, book, orders)
    point = point_of(index(book), orders)
    if isinstance(point, tuple):
        raise given.located([problem for problem in point if isinstance(problem, Problem)], file)
    return bound, judge(bound, point, standing=not orders)
