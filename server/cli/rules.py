"""The rules that the user names on the command line, without mistakes, or all of these as bad input."""

from collections.abc import Sequence

from policy.book.facts import Book
from policy.ir.core import Library
from policy.ir.disguised import disguised
from server.cli import given
from server.cli.problem import BadInput
from server.cli.show import diagnostics
from server.desk.rules import problems, read


def library(paths: Sequence[str], *, quiet: bool = False) -> Library:
    """The rules of the files; BadInput where they have errors. `quiet`: nothing is printed beside the answer."""
    found = read(given.sources(paths))
    if found.library is not None:
        return found.library
    if not quiet:
        diagnostics.show(found.diagnostics, found.sources)
    raise BadInput(*problems(found))


def of_book(library: Library, book: Book) -> None:
    """BadInput where a rule's name only looks like one of the book."""
    found = disguised(library, book)
    if found:
        raise BadInput(*found)
