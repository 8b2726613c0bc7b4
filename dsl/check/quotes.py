"""The quoted text against the rule: on which side of the limit the exact number falls, and whether it occurs at all.

`more than 25%` and `not more than 25%` both put exactly 25% on the lower side; `25% or more`, `less than 25%` and
`at least 25%` put it on the upper side. A rule's operator does the same, so the two can be compared without
understanding the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from dsl import tree
from dsl.check.demands import aim
from dsl.check.place import Problems
from dsl.diagnostic import Diagnostic, Related, Severity
from dsl.format.expression import digits

_NUMBER = r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?) ?(?:%|per ?cent(?:um)?\b)"
_UPPER = r"(?:not |no )?(?:less|fewer|lower) than|at least|a? ?minimum of|under|below"
_LOWER = (
    r"(?:not |no )?(?:more|greater|higher) than|at most|up to|a? ?maximum of|not? exceed(?:s|ing)?|exceed(?:s|ing)?"
    r"|in excess of|over|above"
)
_BEFORE = re.compile(rf"(?P<words>(?P<upper>{_UPPER})|{_LOWER}) {_NUMBER}", re.IGNORECASE)
_AFTER = re.compile(rf"{_NUMBER} (?P<words>or (?P<upper>more|greater|higher)|or (?:less|fewer|lower))\b", re.IGNORECASE)
_ANY = re.compile(_NUMBER, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A number in a quote. `upper`: exactly the number belongs with what lies above it; None: not said."""

    text: str
    number: Fraction
    upper: bool | None


@dataclass(frozen=True, slots=True)
class Bound:
    """A percentage that the rule limits something by."""

    amount: tree.Amount
    op: str

    @property
    def upper(self) -> bool:
        return self.op in ("<", ">=")


def said(quote: str) -> list[Said]:
    """Every percentage of a quote, with its side where the words tell."""
    found: dict[int, Said] = {}
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(quote):
            place = match.start("number")
            found.setdefault(place, Said(match.group(), _value(match), match.group("upper") is not None))
    for match in _ANY.finditer(quote):
        found.setdefault(match.start("number"), Said(match.group(), _value(match), None))
    return [found[place] for place in sorted(found)]


def _value(match: re.Match[str]) -> Fraction:
    return Fraction(match.group("number").replace(",", ""))


def problems(citations: Iterable[tree.Citation], nodes: Iterable[object]) -> Problems:
    quoted = [(citation.quote, one) for citation in citations if citation.quote for one in said(citation.quote.value)]
    if not quoted:
        return
    bounds = [bound for node in nodes for bound in _bounds(node)]
    for quote, one in quoted:
        same = [bound for bound in bounds if bound.amount.value == one.number]
        if not same:
            yield Diagnostic(
                "M206", f'the quoted text says "{one.text}"; no clause of the rule has this number', quote.span,
                "correct the rule, quote the sentence that it follows, or record the reading with `reading`",
                Severity.WARNING,
            )  # fmt: skip
        elif one.upper is not None and all(bound.upper is not one.upper for bound in same):
            yield _mismatch(quote, one, same[0])


def _mismatch(quote: tree.Text, one: Said, bound: Bound) -> Diagnostic:
    number = f"{digits(bound.amount.value)}%"
    does = "allows" if "=" in bound.op else "does not allow"
    return Diagnostic(
        "M205", f'the quoted text says "{one.text}"; the rule {does} exactly {number}', bound.amount.span,
        f'use "{_OTHER[bound.op]} {number}", or record the reading with `reading`',
        related=(Related("the quoted text", quote.span),),
    )  # fmt: skip


_OTHER = {"<=": "less than", "<": "at most", ">=": "more than", ">": "at least"}
"""The operator on the same side that puts the exact number elsewhere."""


def _bounds(node: object) -> Iterator[Bound]:
    """The percentages of one node: limits, bands, thresholds in `where`, rungs and exceptions."""
    match node:
        case tree.Limit(op=op, bound=bound) | tree.Compare(op=op, right=bound):
            if not isinstance(bound, tree.Text):
                yield from _percents(bound, op)
        case tree.Between(low=low, high=high):
            yield from _percents(low, ">=")
            yield from _percents(high, "<=")
        case tree.HoldMinimum(bound=bound):
            yield from _percents(bound, ">=")
        case tree.Band(widths=widths):
            yield from (Bound(width, "<=") for width in widths)
        case tree.Demand(test=test, refinements=refinements):
            limit = aim(test)
            for refinement in refinements:
                yield from _further(refinement, "<=" if limit is None else limit.op)
        case _:
            pass


def _further(refinement: tree.Refinement, op: str) -> Iterator[Bound]:
    """What stands below a limit goes its way, for a floor downwards; at a warning level the warning begins."""
    match refinement:
        case tree.Allow(bound=bound):
            yield from _percents(bound, op)
        case tree.WarnAt(bound=bound):
            yield from _percents(bound, op[0])
        case tree.Ladder(rungs=rungs):
            for rung in rungs:
                yield from _percents(rung.bound, op)
        case _:
            pass


def _percents(expr: tree.Expr, op: str) -> Iterator[Bound]:
    match expr:
        case tree.Amount(_, "percent" | "points"):
            yield Bound(expr, op)
        case tree.Share(percent, base):
            yield Bound(percent, op)
            yield from _percents(base, op)
        case tree.Choice(parts=parts) | tree.Sum(parts=parts):
            for part in parts:
                yield from _percents(part, op)
        case tree.Negative(part):
            yield from _percents(part, op)
        case _:
            pass
