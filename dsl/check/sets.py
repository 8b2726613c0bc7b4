"""Sets of holdings, and what is made of them: totals and averages."""

from __future__ import annotations

from dsl import tree, vocabulary
from dsl.check import names
from dsl.check.names import Names
from dsl.check.place import Place, Problems, standing_alone
from dsl.check.unit import NUMERIC
from dsl.diagnostic import Diagnostic
from dsl.vocabulary import Kind


def pick_problems(pick: tree.Pick, names_: Names) -> Problems:
    """What is wrong with a set, its conditions included."""
    from dsl.check.conditions import of_holdings  # sets and conditions contain each other

    found = names.group(pick.level, names_)
    if found is None:
        yield not_a_set(pick.level, names_)
    if pick.largest is not None and found is not None:
        yield from by_facts_alone(pick, names_, "the largest are")
    if pick.largest is not None and pick.largest < 1:
        yield Diagnostic("M204", "the largest none make no sum", pick.span, "write how many: `the 10 largest issuers`")
    if found is not None and found.level == "lot":
        yield Diagnostic(
            "M245", "lots are not added up; which of them may be sold can be said", pick.level.span,
            "write `forbid sell of lots where …`",
        )  # fmt: skip
    if found is not None and found.cash and pick.where is not None:
        yield Diagnostic("M217", "balances of cash have no facts to choose by", pick.where.span, "leave `where` out")
    elif pick.where is not None:
        yield from of_holdings(pick.where, Place(names_, found.level if found else "security"))


def by_facts_alone(pick: tree.Pick, names_: Names, what: str) -> Problems:
    """Whether a group counts depends in such a set on no amount: how much is held of it."""
    found = names.holdings(pick, names_)
    for condition in () if found is None else found.where:
        if not _is_of_facts(condition):
            yield Diagnostic("M204", f"{what} chosen by facts alone", pick.span, "leave the condition on amounts out")
            return


def _is_of_facts(cond: tree.Cond) -> bool:
    from dsl.check.facts import number_of, settled  # facts ask for numbers, and numbers for sets

    match cond:
        case tree.Compare(left):
            right = number_of(cond)
            return right is None or settled(left, right)
        case tree.Not(part):
            return _is_of_facts(part)
        case tree.And(parts) | tree.Or(parts):
            return all(_is_of_facts(part) for part in parts)
        case _:
            return True


def has_largest(pick: tree.Pick, names_: Names) -> bool:
    found = names.holdings(pick, names_)
    return found is not None and found.largest is not None


def not_a_set(term: tree.Term, names_: Names) -> Diagnostic:
    if isinstance(names_.given.get(term.words), names.Quantity):
        return Diagnostic(
            "M204",
            f"`{term.words}` is a number, not a set of holdings",
            term.span,
            "name a level: `securities where …`",
        )
    known = vocabulary.TERMS.get(term.words)
    if known is not None and known.kind is not Kind.FACT:
        fix = "name a level, such as `securities` or `issuers`"
        return Diagnostic("M204", f"`{term.words}` names no holdings", term.span, fix)
    if known is not None:
        return Diagnostic(
            "M204", f"`{term.words}` names no holdings", term.span, f"write `securities where {term.words} …`"
        )
    return names.unknown(term, names_, tuple(names.ASSET_CLASSES))


def total_problems(total: tree.Total, at: Place) -> Problems:
    yield from measure_problems(total.measure, at.names)
    yield from pick_problems(total.pick, at.names)
    found = names.holdings(total.pick, at.names)
    said = total.measure
    if found is None or said is None or said.words == "value":
        return
    if found.cash and said.words != "market value":
        yield Diagnostic("M216", f"cash has no {said.words}", said.span, "write `value of cash`")
    if found.largest is not None and said.words != at.names.counting.name:
        yield Diagnostic(
            "M216", "the largest are found by what the rule counts", said.span, f"write `counting {said.words}`"
        )


def measure_problems(term: tree.Term | None, names_: Names) -> Problems:
    if term is not None and names.measure(term, names_) is None:
        known = [t.name for t in vocabulary.TERMS.values() if t.kind is Kind.MEASURE]
        fix = names.suggestion(term.words, known) or f"a measure is one of {', '.join(known)}"
        yield Diagnostic("M216", f"`{term.words}` does not measure holdings", term.span, fix)


def average_problems(average: tree.Average, at: Place) -> Problems:
    fact = average.fact
    found = vocabulary.TERMS.get(fact.words)
    if found is None:
        yield names.unknown(fact, at.names)
    elif found.kind is not Kind.FACT or found.type not in NUMERIC or found.of not in ("instrument", "issuer"):
        yield Diagnostic(
            "M208", f"`{fact.words}` is no number known of each security, so it has no average", fact.span,
            "average a fact such as `duration`, `rating` or `esg score`",
        )  # fmt: skip
    if average.pick is not None:
        yield from pick_problems(average.pick, at.names)
        if has_largest(average.pick, at.names):
            yield Diagnostic("M204", "an average is taken over a whole set", average.pick.span, "leave `largest` out")
        yield from by_facts_alone(average.pick, at.names, "what an average is taken over is")
    if average.weight is None or average.weight.words not in ("value", at.names.counting.name):
        yield Diagnostic(
            "M213", "what is this average weighted by?", average.span, "end it with `weighted by value`; the "
            "rule's `counting` says which value",
        )  # fmt: skip
    if not at.alone:
        yield standing_alone("an average", average.span)
