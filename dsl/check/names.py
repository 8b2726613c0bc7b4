"""What words mean inside one rule: the sets and numbers that it names itself, then the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dsl import tree, vocabulary
from dsl.diagnostic import Diagnostic
from dsl.source import Span
from dsl.suggest import nearest

LEVELS = tuple(level for level in vocabulary.TERMS.values() if level.kind is vocabulary.Kind.LEVEL)
ASSET_CLASSES = frozenset(vocabulary.TERMS["asset class"].values)
MONEY_VALUE = vocabulary.TERMS["market value"]


@dataclass(frozen=True, slots=True)
class Holdings:
    """A set: the groups of `level` made of the holdings that satisfy every condition. `cash`: the balances of cash,
    which are no holdings."""

    level: str
    where: tuple[tree.Cond, ...] = ()
    largest: int | None = None
    cash: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a name. `owned`: its terms that belong to a group. `alone`: it is an average or a risk. `expr`
    None: a name that was not understood, of which nothing more is said."""

    expr: tree.Expr | None
    unit: str | None = None
    owned: tuple[vocabulary.Term, ...] = ()
    alone: bool = False


Meaning = Holdings | Quantity
NOTHING = Quantity(None)


@dataclass(frozen=True, slots=True)
class Names:
    """`given`: what the rule's `let` clauses name. `counting`: the measure that the rule names, market value until it
    does. `scope`: "firm", "household", "account" or "tagged"."""

    given: Mapping[str, Meaning] = field(default_factory=dict)
    counting: vocabulary.Term = MONEY_VALUE
    scope: str = "account"


CASH = Holdings("security", cash=True)


def measure(words: tree.Term | None, names: Names) -> vocabulary.Term | None:
    """The measure of these words; `value`, or no word, is what the rule counts. None: no measure."""
    if words is None or as_counted(words):
        return names.counting
    found = vocabulary.TERMS.get(words.words)
    return found if found is not None and found.kind is vocabulary.Kind.MEASURE else None


def as_counted(words: tree.Term | None) -> bool:
    """Whether a measure is the one that the rule counts, said or not."""
    return words is None or words.words == "value"


def quantity(term: tree.Term, names: Names) -> vocabulary.Term | Quantity | None:
    """What a word is as a number: a term of the vocabulary, or a number that the rule gave the name to."""
    given = names.given.get(term.words)
    if given is not None:
        return given if isinstance(given, Quantity) else None
    return names.counting if term.words == "value" else vocabulary.TERMS.get(term.words)


def holdings(pick: tree.Pick, names: Names) -> Holdings | None:
    """The set that a pick means; None where its words name none."""
    base = group(pick.level, names)
    if base is None:
        return None
    where = base.where if pick.where is None else (*base.where, pick.where)
    return Holdings(base.level, where, pick.largest or base.largest, base.cash)


def group(words: tree.Term, names: Names) -> Holdings | None:
    """The set that one phrase names: a set of the rule, cash, an asset class, or all groups of a level."""
    given = names.given.get(words.words)
    if given is not None:
        return given if isinstance(given, Holdings) else None
    if words.words == "cash":
        return CASH
    if words.words in ASSET_CLASSES:
        return Holdings("security", (_of_class(words.words, words.span),))
    found = vocabulary.term(words.words)
    return Holdings(found.name) if found is not None and found.kind is vocabulary.Kind.LEVEL else None


def _of_class(words: str, span: Span) -> tree.Is:
    return tree.Is(tree.Term("asset class", span), tree.Term(words, span), span)


def suggestion(words: str, known: Iterable[str]) -> str | None:
    """`did you mean …?`, where something known is near."""
    near = nearest(words, known)
    return None if near is None else f"did you mean `{near}`?"


def unknown(term: tree.Term, names: Names, more: tuple[str, ...] = ()) -> Diagnostic:
    known = (*vocabulary.TERMS, *vocabulary.PLURALS, *names.given, *more)
    fix = suggestion(term.words, known) or "the terms are listed in docs/vocabulary.md"
    return Diagnostic("M201", f"`{term.words}` is not a known term", term.span, fix)
