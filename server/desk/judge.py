"""Orders judged on a book, as somebody wants to place them; or the book as it stands."""

from dataclasses import dataclass

from policy import canonical
from policy.book.document import document
from policy.book.facts import Order
from policy.book.problem import Problem
from policy.book.read import Index
from policy.ir import meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound
from policy.ir.core import Library
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.verdict import Verdict
from server.desk.placed import placed
from solver.certify import flaws


@dataclass(frozen=True, slots=True)
class Judgement:
    """`flaws`: what is wrong with the orders whatever the rules say."""

    known: Index
    orders: tuple[Order, ...]
    bound: Bound
    verdict: Verdict
    flaws: tuple[str, ...]


def judgement(library: Library, known: Index, orders: tuple[Order, ...] = ()) -> Judgement | tuple[Problem, ...]:
    """The rules bound to the book, and the verdict at the orders; or why the orders cannot be filled. Whether a name of
    the rules only looks like one of the book (`policy.ir.disguised`) has been asked before. CanonicalError
    where a text of the book has no canonical form."""
    snapshot = canonical.digest(canonical.encode(document(known.book)))
    bound = bind_to(library, known, orders, snapshot=snapshot)
    point = point_of(known, orders)
    if isinstance(point, tuple):
        return tuple(problem for problem in point if isinstance(problem, Problem))
    found = tuple(flaws(bound, point, meaning.values(bound.forms, point))) if orders else ()
    verdict = placed(known, bound, orders, point) if orders else judge(bound, point, standing=True)
    return Judgement(known, orders, bound, verdict, found)
