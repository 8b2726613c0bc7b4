"""Facts: compared with numbers, symbols and other facts, and what they can be at all."""

from __future__ import annotations

from fractions import Fraction

from dsl import tree, units, vocabulary
from dsl.check import names, numbers
from dsl.check.agreement import agree, disagreement
from dsl.check.place import Place, Problems, account_fact
from dsl.check.unit import NUMERIC, amount_unit
from dsl.diagnostic import Diagnostic, Severity
from dsl.format.expression import digits
from dsl.vocabulary import Kind, Type

OF_HOLDINGS = frozenset({"instrument", "issuer", "lot"})
NAMED = frozenset({"security", "issuer", "ultimate issuer", "underlying"})
"""Levels whose groups have names of their own: `issuer is "ACME Corp"`."""


def fact(expr: tree.Expr) -> vocabulary.Term | None:
    """The fact that an expression names, if it names one and nothing else."""
    found = vocabulary.TERMS.get(expr.words) if isinstance(expr, tree.Term) else None
    return found if found is not None and found.kind in (Kind.FACT, Kind.LEVEL) else None


def settled(left: tree.Expr, right: tree.Expr) -> bool:
    """Whether facts alone decide: a fact against a constant, or a fact of a holding against another fact. Money that an
    account or the firm states is a quantity, as it is added up."""
    found = fact(left)
    if found is None:
        return False
    if found.of in OF_HOLDINGS:
        return isinstance(right, tree.Amount) or fact(right) is not None
    return isinstance(right, tree.Amount) and found.type is not Type.MONEY


def number_of(cond: tree.Compare) -> tree.Expr | None:
    """What is compared with, a symbol of a scale as its number; None for a symbol that has none."""
    right = cond.right
    if not isinstance(right, tree.Text):
        return right
    found = _scaled(cond.left)
    number = None if found is None else vocabulary.on_scale(found, right.value)
    return None if number is None else tree.Amount(number, "", right.span)


def _scaled(left: tree.Expr) -> vocabulary.Term | None:
    """The fact on whose scale a number lies."""
    return fact(left.fact if isinstance(left, tree.Average) else left)


def no_symbol(cond: tree.Compare) -> Diagnostic:
    found, said = _scaled(cond.left), cond.right
    assert isinstance(said, tree.Text)
    if found is not None and found.scale:
        return _off_the_scale(found, said)
    return Diagnostic("M208", f"`{said.value}` is no number", said.span, "write a number or a term")


def _off_the_scale(found: vocabulary.Term, said: tree.Text) -> Diagnostic:
    scale = f"the scale is {found.scale[-1]} down to {found.scale[0]}"
    return Diagnostic("M207", f"`{said.value}` is no {found.name}", said.span, scale)


# --- compared ----------------------------------------------------------------------------------


def compared(cond: tree.Compare, found: vocabulary.Term, right: tree.Expr, at: Place) -> Problems:
    """`coal revenue share > 5%`, `complexity > client complexity approval`."""
    subject = cond.left
    assert isinstance(subject, tree.Term)
    yield from lot_at_hand(subject, at)
    if found.type not in NUMERIC:
        yield Diagnostic("M208", f"`{found.name}` is {_A[found.type]}, not a number", subject.span, _how_to_ask(found))
        return
    yield from _account_only(found, subject, at)
    if isinstance(right, tree.Term) and (other := fact(right)) is not None:
        yield from _two_facts(cond, found, right, other, at)
    elif isinstance(right, tree.Amount):
        yield from numbers.problems(right, at)
        yield from agree(subject, right, at)
        yield from _within_bounds(cond, found, right)
    elif isinstance(right, tree.Term) and vocabulary.TERMS.get(right.words) is None:
        yield from numbers.problems(right, at)
    else:
        yield Diagnostic(
            "M217", f"`{found.name}` is a fact; it is compared with a number or with another fact", right.span,
            f"write `{found.name} {cond.op} …` with a number",
        )  # fmt: skip


def _two_facts(
    cond: tree.Compare, found: vocabulary.Term, right: tree.Term, other: vocabulary.Term, at: Place
) -> Problems:
    yield from lot_at_hand(right, at)
    yield from _account_only(other, right, at)
    if other.type not in NUMERIC:
        yield Diagnostic("M208", f"`{other.name}` is {_A[other.type]}, not a number", right.span, _how_to_ask(other))
    elif found.of not in OF_HOLDINGS and other.of in OF_HOLDINGS:
        fix = f"write `{other.name}` on the left"
        yield Diagnostic("M217", f"`{other.name}` is known of holdings, and they come first", right.span, fix)
    elif not units.agree(found.unit, other.unit):
        yield disagreement(cond.left, found.unit, right, other.unit)


def _account_only(found: vocabulary.Term, subject: tree.Term, at: Place) -> Problems:
    if found.of == "account" and at.names.scope in ("firm", "household"):
        yield account_fact(subject, at.names.scope)


def _within_bounds(cond: tree.Compare, found: vocabulary.Term, right: tree.Amount) -> Problems:
    """A comparison that the bounds of the fact decide for every holding says nothing."""
    value = right.value / 100 if found.unit == "percent" else right.value
    low, high = found.low, found.high
    never = (cond.op in ("<", "<=") and low is not None and (value < low or (value == low and cond.op == "<"))) or (
        cond.op in (">", ">=") and high is not None and (value > high or (value == high and cond.op == ">"))
    )
    always = (cond.op in (">", ">=") and low is not None and (value < low or (value == low and cond.op == ">="))) or (
        cond.op in ("<", "<=") and high is not None and (value > high or (value == high and cond.op == "<="))
    )
    span = f"{found.name} lies between {_shown(found, found.low)} and {_shown(found, found.high)}"
    if never:
        yield Diagnostic("M301", f"this is never true: {span}", cond.span, "correct the number or the fact")
    elif always:
        yield Diagnostic(
            "M302", f"this is always true: {span}", cond.span, "correct the number or the fact", Severity.WARNING
        )  # fmt: skip


def _shown(found: vocabulary.Term, value: Fraction | None) -> str:
    if value is None:
        return "any number"
    if found.scale:
        return found.scale[int(value) - 1]
    return f"{value * 100}%" if found.unit == "percent" else str(value)


def lot_at_hand(subject: tree.Term, at: Place) -> Problems:
    found = vocabulary.TERMS.get(subject.words)
    if found is not None and found.of == "lot" and at.level != "lot" and found.kind is Kind.FACT:
        yield Diagnostic(
            "M210", f"`{subject.words}` belongs to a lot, not to a group by {at.level}", subject.span,
            f"write `lots where {subject.words} …`",
        )  # fmt: skip


_A = {Type.TEXT: "a text", Type.BOOL: "true or false", Type.DATE: "a date"}


def _how_to_ask(found: vocabulary.Term) -> str:
    asked = f"write `{found.name} is {units.LITERALS.get(found.unit, '7')}`"
    return f"{asked} or `{found.name} is false`" if found.type is Type.BOOL else asked


# --- `is` --------------------------------------------------------------------------------------


def is_problems(cond: tree.Is, at: Place) -> Problems:
    subject, value = cond.subject, cond.value
    found = vocabulary.TERMS.get(subject.words)
    if found is None:
        yield names.unknown(subject, at.names)
    elif found.kind not in (Kind.FACT, Kind.LEVEL) or found.name in ("lot", "order", "account"):
        fix = "say it in `applies to`" if found.name == "account" else f"compare it: `{subject.words} <= …`"
        yield Diagnostic("M217", f"`{subject.words}` is no fact", subject.span, fix)
    else:
        yield from value_problems(found, value)
        yield from _account_only(found, subject, at)


def value_problems(found: vocabulary.Term, value: tree.Term | tree.Text | tree.Amount | tree.Instant) -> Problems:
    """Whether a fact can have this value at all."""
    if found.type is Type.BOOL:
        fits = isinstance(value, tree.Term) and value.words in ("true", "false")
    elif found.type is Type.DATE:
        fits = isinstance(value, tree.Instant)
    elif found.type is Type.TEXT:
        yield from _text_problems(found, value)
        return
    elif found.scale and isinstance(value, tree.Text):
        if value.value not in found.scale:
            yield _off_the_scale(found, value)
        return
    else:
        fits = isinstance(value, tree.Amount) and units.fits(amount_unit(value.unit), found.unit)
        if fits and isinstance(value, tree.Amount) and not _possible(found, value):
            span = f"it lies between {_shown(found, found.low)} and {_shown(found, found.high)}"
            yield Diagnostic("M207", f"`{digits(value.value)}` is no {found.name}", value.span, span)
    if not fits:
        said = f"`{found.name}` is {_A.get(found.type, units.in_words(found.unit))}"
        yield Diagnostic("M208", said, value.span, _how_to_ask(found))


def _possible(found: vocabulary.Term, value: tree.Amount) -> bool:
    number = value.value / 100 if value.unit == "percent" else value.value
    return (found.low is None or number >= found.low) and (found.high is None or number <= found.high)


def _text_problems(found: vocabulary.Term, value: tree.Term | tree.Text | tree.Amount | tree.Instant) -> Problems:
    match value:
        case tree.Text(words):
            if found.values and not found.open and words not in found.values:
                yield _unknown_value(found, words, value)
        case tree.Term(words):
            if not found.values:
                yield Diagnostic(
                    "M207",
                    f"`{words}` is a name, and names are quoted",
                    value.span,
                    f'quote it: `{found.name} is "{words}"`',
                )
            elif words not in found.values:
                yield _unknown_value(found, words, value)
        case _:
            yield Diagnostic("M208", f"`{found.name}` is a text", value.span, f'write `{found.name} is "…"`')


def _unknown_value(found: vocabulary.Term, words: str, value: tree.Term | tree.Text) -> Diagnostic:
    listed = ", ".join(found.values)
    fix = names.suggestion(words, found.values) or (
        f'quote it, if it is the firm\'s own: "{words}"' if found.open else f"it is one of {listed}"
    )
    return Diagnostic("M207", f"`{words}` is no known {found.name}", value.span, fix)
