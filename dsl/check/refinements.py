"""What stands below a demand: exceptions, warnings and ladders, and whether they fit it."""

from __future__ import annotations

from typing import assert_never

from dsl import tree
from dsl.check import demands, names, numbers, periods
from dsl.check.agreement import disagreement
from dsl.check.conditions import of_holdings
from dsl.check.demands import Aim, Clause, sharing
from dsl.check.names import Names
from dsl.check.place import Place, Problems
from dsl.check.sets import pick_problems
from dsl.check.unit import unit_of
from dsl.diagnostic import Diagnostic, Related, Severity
from dsl.source import Span
from dsl.units import fits

CAPS = frozenset({"<=", "<"})


def problems(clause: Clause, names_: Names) -> Problems:
    demand = clause.demand
    aim = demands.aim(demand.test)
    seen: dict[type, tree.Refinement] = {}
    for refinement in demand.refinements:
        match refinement:
            case tree.Except(where):
                yield from _except(where, demand.test, names_)
            case tree.Allow():
                yield from _allow(refinement, demand.test, names_)
            case tree.WarnAt(bound, span):
                yield from _one(refinement, seen)
                if aim is None:
                    yield _aimless("a warning", span)
                else:
                    yield from _bound(bound, aim, names_)
                    yield from _order(bound, aim, span)
            case tree.Ladder():
                yield from _one(refinement, seen)
                if aim is None:
                    yield _aimless("a ladder", refinement.span)
                else:
                    yield from _ladder(refinement, aim, names_)
            case _:
                assert_never(refinement)
        seen.setdefault(type(refinement), refinement)
    further = [seen[kind] for kind in (tree.WarnAt, tree.Ladder) if kind in seen]
    if tree.Allow in seen and further:
        fix = "write a rule of its own for the warning"
        yield Diagnostic("M234", "a limit that some may pass has no rungs", further[0].span, fix)
    if tree.WarnAt in seen and tree.Ladder in seen:
        fix = "write the warning as a rung: `warn up to …`"
        yield Diagnostic("M234", "a ladder has its own warning", seen[tree.WarnAt].span, fix)


def _one(refinement: tree.Refinement, seen: dict[type, tree.Refinement]) -> Problems:
    first = seen.get(type(refinement))
    if first is not None:
        yield Diagnostic("M230", "this is said twice", refinement.span, "leave one of them out",
                         related=(Related("first said here", first.span),))  # fmt: skip


def _aimless(what: str, span: Span) -> Diagnostic:
    fix = "write it below `limit … to …` or `require … <= …`"
    return Diagnostic("M234", f"{what} needs a limit above it", span, fix)


# --- exceptions --------------------------------------------------------------------------------


def _except(where: tree.Cond, test: tree.Test, names_: Names) -> Problems:
    picks = counted(test)
    if isinstance(test, tree.Forbid) and not _wash(test):
        level = "lot"
        found = demands.quantity_in(where)
        if found is not None:
            yield Diagnostic("M219", "a prohibition is decided by facts, and this is a quantity", found.span,
                             "leave it out of `except`")  # fmt: skip
    elif not picks:
        yield Diagnostic(
            "M234", "there is nothing here to leave out", where.span,
            "say it in the sum: `value of securities where not …`",
        )  # fmt: skip
        return
    else:
        group = names.group(picks[0].level, names_)
        level = group.level if group else "security"
    yield from of_holdings(where, Place(names_, level))


def _wash(test: tree.Forbid) -> bool:
    return isinstance(test.where, tree.Traded)


def counted(test: tree.Test) -> tuple[tree.Pick, ...]:
    """The sets whose holdings a demand counts, and may leave some out of; none where that is not plain."""
    match test:
        case tree.Limit(subject) | tree.Band(subject) | tree.Between(subject):
            return _picks(subject)
        case tree.HoldCount(pick=pick) | tree.HoldMinimum(pick=pick):
            return (pick,)
        case _:
            return ()


def _picks(subject: tree.Each | tree.Expr) -> tuple[tree.Pick, ...]:
    match subject:
        case tree.Each(pick=pick) | tree.Total(pick=pick) | tree.Number(pick=pick):
            return (pick,)
        case tree.Average(pick=pick) if pick is not None:
            return (pick,)
        case tree.Sum(parts):
            return tuple(pick for part in parts for pick in _picks(part))
        case tree.Negative(part):
            return _picks(part)
        case _:
            return ()


def _allow(allow: tree.Allow, test: tree.Test, names_: Names) -> Problems:
    aim = demands.aim(test)
    if aim is None or not isinstance(aim.subject, tree.Each) or aim.op not in CAPS:
        fix = "write it below `limit each … to at most …`"
        yield Diagnostic("M234", "only a limit on each group can let some go further", allow.span, fix)
        return
    yield from pick_problems(allow.pick, names_)
    ours, theirs = names.group(allow.pick.level, names_), names.group(aim.subject.pick.level, names_)
    if ours is not None and theirs is not None and ours.level != theirs.level:
        yield Diagnostic(
            "M234", f"the limit is on each {theirs.level}, the exception for some of each {ours.level}",
            allow.pick.level.span, f"write `{theirs.level}`",
        )  # fmt: skip
    yield from _bound(allow.bound, aim, names_)
    further = _less(aim.bound, sharing(allow.bound, aim.bound))
    if further is False:
        yield Diagnostic("M304", "the exception goes no further than the limit", allow.bound.span,
                         "raise it, or leave the exception out")  # fmt: skip
    if allow.period is not None:
        yield from periods.length(allow.period)
        yield Diagnostic(
            "M241", "how long an exception has lasted cannot be judged", allow.period.span,
            "leave the time out, or sign a waiver with dates instead",
        )  # fmt: skip


# --- bounds in order ---------------------------------------------------------------------------


def _bound(bound: tree.Expr, aim: Aim, names_: Names) -> Problems:
    """A further bound of the same limit: in its unit, sharing its base where it is a bare percentage."""
    shared = sharing(bound, aim.bound)
    group = names.group(aim.subject.pick.level, names_) if isinstance(aim.subject, tree.Each) else None
    yield from numbers.problems(shared, Place(names_, group.level if group else None))
    a, b = unit_of(aim.bound, names_), unit_of(shared, names_)
    if a is not None and b is not None and not fits(b, a):
        yield disagreement(aim.bound, a, shared, b)


def _order(bound: tree.Expr, aim: Aim, span: Span) -> Problems:
    """A warning comes before the limit is reached."""
    shared = sharing(bound, aim.bound)
    sooner = _less(shared, aim.bound) if aim.op in CAPS else _less(aim.bound, shared)
    if sooner is False:
        side = "below" if aim.op in CAPS else "above"
        yield Diagnostic(
            "M304", "this warning never comes: the limit is reached first", span, f"warn at a number {side} the limit",
            Severity.WARNING,
        )  # fmt: skip


def _ladder(ladder: tree.Ladder, aim: Aim, names_: Names) -> Problems:
    for rung in ladder.rungs:
        yield from _bound(rung.bound, aim, names_)
    way = "up" if aim.op in CAPS else "down"
    if ladder.way != way:
        fix = f"a {'cap' if way == 'up' else 'floor'} goes `{way} to`"
        yield Diagnostic("M305", f"this ladder goes {ladder.way}, its limit {way}", ladder.span, fix)
        return
    bounds = [sharing(rung.bound, aim.bound) for rung in ladder.rungs]
    for before, after, rung in zip(bounds, bounds[1:], ladder.rungs[1:], strict=False):
        if (_less(before, after) if way == "up" else _less(after, before)) is False:
            yield Diagnostic("M305", "each rung goes further than the one before", rung.span,
                             "write the rungs from the best outcome to the worst")  # fmt: skip
    yield from _rungs_rank(ladder)
    yield from _meets_limit(ladder, bounds, aim)


_RANK = {"pass": 0, "warn": 1, "needs consent": 2}


def _rungs_rank(ladder: tree.Ladder) -> Problems:
    for before, after in zip(ladder.rungs, ladder.rungs[1:], strict=False):
        if _RANK[after.outcome] <= _RANK[before.outcome]:
            yield Diagnostic(
                "M305", f"`{after.outcome}` comes after `{before.outcome}`", after.span,
                "write the rungs from the best outcome to the worst: pass, warn, needs consent",
            )  # fmt: skip


def _meets_limit(ladder: tree.Ladder, bounds: list[tree.Expr], aim: Aim) -> Problems:
    """The limit itself is one of the ladder's bounds, or the one below the first of them."""
    if ladder.rungs[0].outcome != "pass":
        further = _less(aim.bound, bounds[0]) if ladder.way == "up" else _less(bounds[0], aim.bound)
        if further is False:
            yield Diagnostic("M305", "the first rung goes no further than the limit", ladder.rungs[0].span,
                             "the limit is what passes; a rung goes beyond it")  # fmt: skip
    elif aim.bound not in (bounds[0], bounds[-1]):
        yield Diagnostic(
            "M306", "the limit and its ladder do not say the same", ladder.rungs[0].bound.span,
            "let the limit be what passes, or the ladder's last bound",
        )  # fmt: skip


def _less(a: tree.Expr, b: tree.Expr) -> bool | None:
    """Whether one bound lies below another; None where their bases differ."""
    x, y = demands.constant(a), demands.constant(b)
    if x is None or y is None or x[0] != y[0]:
        return None
    return x[1] < y[1]
