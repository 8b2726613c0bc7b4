"""Rules, a book and an intent joined into one task, ready to be judged, solved, proven or checked again.

Whoever verifies a bundle deeply goes the same way from the files inside it, so everything here follows from
`rules`, `snapshot` and `wish` alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dsl.parse import parse
from dsl.source import Source
from policy import canonical
from policy.book.document import document
from policy.book.facts import Book
from policy.book.read import Index, index
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Objective
from policy.ir.core import Library
from policy.ir.from_dsl import library
from policy.ir.observed import split, with_observed
from policy.ir.stated import Statement, merged
from solver.intent import Intent, demanded, worth
from solver.objective import objective


@dataclass(frozen=True, slots=True)
class Task:
    """`rules`: sources, and which of them are observed, by their path in a bundle; `snapshot`: the book's canonical
    document; `beyond`: what the firm states of all others where the book is one household's (`policy.ir.stated`). The
    rest follows."""

    rules: Mapping[str, str]
    snapshot: bytes
    library: Library
    index: Index
    intent: Intent
    bound: Bound
    goal: Objective
    beyond: Statement | None = None

    @property
    def book(self) -> Book:
        return self.index.book


def prepared(rules: Mapping[str, str], book: Book, intent: Intent, beyond: Statement | None = None) -> Task:
    """The task; the rules have no errors. Sources are read in the order of their paths. ObservedError where it is not
    said properly which are observed, StatementError where what the firm states does not fit."""
    files, observed = split(rules)
    read = with_observed(library([parse(Source(path, files[path]))[0] for path in sorted(files)]), observed)
    return joined(rules, read, index(book), canonical.encode(document(book)), intent, beyond)


def joined(
    rules: Mapping[str, str],
    read: Library,
    known: Index,
    snapshot: bytes,
    intent: Intent,
    beyond: Statement | None = None,
    own: Bound | None = None,
) -> Task:
    """The same, of rules and of a book that were read already: many households share the rules. `own`: these bound to
    the book, where somebody did already."""
    own = own or bind_to(read, known, snapshot=canonical.digest(snapshot))
    bound = demanded(merged(own, read, known, beyond), intent)
    return Task(rules, snapshot, read, known, intent, bound, objective(bound, known, intent), beyond)


def net_assets(bound: Bound) -> Fraction:
    """Of all accounts before any order, in the base currency, as far as it is known."""
    return sum((worth(bound.forms, f"net assets/{domain.account}") for domain in bound.domains), Fraction(0))
