"""`proofolio judge`: the verdict of rules on a book, with or without orders."""

import argparse

from policy.book.facts import Order
from policy.book.read import Index, index
from policy.canonical import CanonicalError
from policy.ir.bound import Outcome
from policy.ir.core import Library
from server.answer.verdict import answer_of
from server.cli import given, rules
from server.cli.exits import OF_OUTCOME, Exit
from server.cli.show import verdict as shown
from server.cli.show.answers import printed
from server.cli.show.terminal import output, progress
from server.desk import judge as desk
from server.desk.judge import Judgement


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
        answer = answer_of(found, library, arguments.role)
    if not printed(answer, as_json=arguments.json):
        shown.show(answer, output())
    return Exit.STOP if found.flaws else OF_OUTCOME[Outcome(answer.answer)]


def judgement(library: Library, known: Index, orders: tuple[Order, ...] = (), file: str | None = None) -> Judgement:
    """The orders of the file judged; BadInput for orders that cannot be filled, and for names that deceive."""
    rules.of_book(library, known.book)
    try:
        found = desk.judgement(library, known, orders)
    except CanonicalError as error:
        raise given.not_canonical(error) from None
    if isinstance(found, Judgement):
        return found
    raise given.located(found, file)
