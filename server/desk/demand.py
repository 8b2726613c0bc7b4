"""Which approval orders need: a policy's clauses, read from the top against what is known of the orders.

A clause whose conditions hold decides, one whose conditions fail is passed over. Where a fact is missing and nobody can
tell, the clause may or may not decide: then its demand is made together with those of the clauses that may decide after
it. So a missing fact never makes an approval easier. Orders for which no clause decides need four eyes.

| level     | who says yes                                                                  |
| --------- | ----------------------------------------------------------------------------- |
| standing  | the policy itself, at once                                                    |
| self      | anybody who may decide, the proposer too                                      |
| four eyes | anybody who may decide, but the proposer                                      |
| role      | somebody who has the role, but the proposer                                   |
| client    | the client, as the evidence shows that whoever may decide files with the yes  |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.book.amount import number_text


class Level(StrEnum):
    STANDING = "standing"
    SELF = "self"
    FOUR_EYES = "four eyes"
    ROLE = "role"
    CLIENT = "client"


class Kind(StrEnum):
    """Whose word an approval is: a policy's, a session's as the service attests it, or a person's own signature. A
    later one does where an earlier one is asked for."""

    STANDING = "standing"
    ATTESTED = "attested"
    PERSON_KEY = "person-key"


@dataclass(frozen=True, slots=True)
class Demand:
    """`others`: not by the proposer; `roles`: every one of them; `evidence`: of what the client said; `step_up`:
    minutes within which whoever approves has shown who they are, None for no matter."""

    level: Level
    kind: Kind
    others: bool
    roles: frozenset[str] = frozenset()
    evidence: bool = False
    step_up: int | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a clause; None where it has none of the kind. Money in the policy's currency. Gains are net, a
    loss is below zero. `accounts`, `households`: nothing outside of them is traded."""

    discretion: bool | None = None
    value_at_most: Fraction | None = None
    short_gain_at_most: Fraction | None = None
    long_gain_at_most: Fraction | None = None
    orders_at_most: int | None = None
    consent: bool | None = None
    waiver: bool | None = None
    accounts: frozenset[str] | None = None
    households: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """`until`: it decides nothing from this instant on."""

    when: When
    demand: Demand
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """`id`: None for the default. `currency`: None for the base currency of any book. `ends`: from then on nothing is
    approved by the policy itself, nor by the proposer."""

    id: str | None
    clauses: tuple[Clause, ...]
    currency: str | None = None
    ends: str | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of orders, exact, in the base currency `currency`. `value`: bought and sold; gains: net, None where
    a basis is not known; `consent`, `waiver`: whether a rule asks for the one or leans on the other; `discretion`:
    whether the firm decides for all accounts, None where the book does not say. `households`: with `""` for an account
    that is nobody's."""

    currency: str
    orders: int
    value: Fraction
    short_gain: Fraction | None
    long_gain: Fraction | None
    consent: bool
    waiver: bool
    discretion: bool | None
    accounts: tuple[str, ...]
    households: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needed:
    """`policy`: None for the default; `clause`: from 1, None where none decides, or several might; `why`: a line for
    each clause that was looked at."""

    demand: Demand
    policy: str | None
    clause: int | None
    why: tuple[str, ...]


FOUR_EYES = Demand(Level.FOUR_EYES, Kind.ATTESTED, others=True)
LENIENT = Fraction(10_000)
DEFAULT = Policy(
    id=None,
    clauses=(
        Clause(
            When(discretion=True, value_at_most=LENIENT, consent=False, waiver=False),
            Demand(Level.SELF, Kind.ATTESTED, others=False),
        ),
    ),
)
"""What is needed where nobody ever said: four eyes, but for small orders that the firm may decide on by itself."""

_Holds = tuple[bool | None, str]  # a condition, and how it stands


def needed(policy: Policy, measures: Measures, at: str) -> Needed:
    """`at`: the instant of which it is asked."""
    demands, why, decided = list[Demand](), list[str](), list[int]()
    for number, clause in enumerate(policy.clauses, 1):
        holds, said = _holds(policy, clause, measures, at)
        why.append(f"clause {number} {_WORDS[holds]}: {said}")
        if holds is not False:
            demands.append(clause.demand)
            decided.append(number)
        if holds:
            break
    else:
        demands.append(FOUR_EYES)
        why.append("no clause decides: four eyes")
        decided.append(0)
    if policy.ends is not None and policy.ends <= at:
        demands.append(FOUR_EYES)
        why.append(f"the policy ended at {policy.ends}: four eyes at least")
    clause_number = decided[0] if len(decided) == 1 and decided[0] else None
    return Needed(together(demands), policy.id, clause_number, tuple(why))


def together(demands: Sequence[Demand]) -> Demand:
    """The least demand that meets each of one or more."""
    steps = [demand.step_up for demand in demands if demand.step_up is not None]
    return Demand(
        level=max((demand.level for demand in demands), key=list(Level).index),
        kind=max((demand.kind for demand in demands), key=list(Kind).index),
        others=any(demand.others for demand in demands),
        roles=frozenset().union(*(demand.roles for demand in demands)),
        evidence=any(demand.evidence for demand in demands),
        step_up=min(steps, default=None),
    )


_WORDS = {True: "decides", False: "does not apply", None: "may decide"}


def _holds(policy: Policy, clause: Clause, measures: Measures, at: str) -> _Holds:
    """Whether all conditions hold, None where that is not known; and those that say so."""
    found = [*_conditions(policy, clause.when, measures), *_ended(clause, at)]
    worst = min((holds for holds, _ in found), key=[False, None, True].index, default=True)
    said = "; ".join(text for holds, text in found if holds is worst)
    return worst, said or "it has no condition"


def _ended(clause: Clause, at: str) -> Iterable[_Holds]:
    if clause.until is not None:
        yield (True, f"until {clause.until}") if at < clause.until else (False, f"it ended at {clause.until}")


def _conditions(policy: Policy, when: When, measures: Measures) -> Iterable[_Holds]:
    if when.discretion is not None:
        yield _same("discretion", when.discretion, measures.discretion)
    money = policy.currency in (None, measures.currency)
    for name, most, amount in (
        ("value", when.value_at_most, measures.value),
        ("short gain", when.short_gain_at_most, measures.short_gain),
        ("long gain", when.long_gain_at_most, measures.long_gain),
    ):
        if most is not None:
            yield _at_most(name, most, amount if money else None)
    if when.orders_at_most is not None:
        yield _at_most("orders", Fraction(when.orders_at_most), Fraction(measures.orders))
    if when.consent is not None:
        yield _same("consent", when.consent, measures.consent)
    if when.waiver is not None:
        yield _same("waiver", when.waiver, measures.waiver)
    if when.accounts is not None:
        yield when.accounts.issuperset(measures.accounts), "accounts"
    if when.households is not None:
        yield when.households.issuperset(measures.households), "households"


def _at_most(name: str, most: Fraction, amount: Fraction | None) -> _Holds:
    if amount is None:
        return None, f"{name} is not known, at most {number_text(most)} is wanted"
    word = "at most" if amount <= most else "above"
    return amount <= most, f"{name} is {number_text(amount)}, {word} {number_text(most)}"


def _same(name: str, wanted: bool, found: bool | None) -> _Holds:
    if found is None:
        return None, f"{name} is not known"
    return found is wanted, f"{name} is {'yes' if found else 'no'}"
