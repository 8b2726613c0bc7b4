"""What a verifier says: one answer per claim, and one line of why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """A claim is refuted when the files contradict it or each other, not proven when they do not suffice."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Claim:
    """`deep`: this depth of verification does not look at it."""

    name: str
    says: str
    answer: Answer
    why: str
    deep: bool = False


KEPT_FROM_YOU = "the rest is kept from you: committed, and opened to whoever may see every rule"

SAYS = {
    "file": "the file is one unambiguous set of files, each as the manifest lists it",
    "orders": "the orders can be placed, and are the point that was judged",
    "rules": "these orders satisfy every rule in force",
    "fills": "every prefix of fills keeps every rule that is tested at trade",
    "better": "nothing compliant is better by more than the stated gap",
    "impossible": "no orders end in an outcome that is allowed",
    "sources": "the rules are those in force, logged before the run",
    "data": "the data is the data that was there",
    "firm": "what the firm states of all other accounts was logged before, and is what the rules were asked of",
    "elsewhere": "what it states is what all other accounts come to",
    "model": "the obligations follow from these rules and this data",
    "approvals": "these people approved it",
    "log": "nothing was altered, dropped or back-dated",
}
"""Every claim by name, in the order of the answer."""


def proven(name: str, why: str, says: str | None = None) -> Claim:
    """`says`: the claim in the words of this decision, where they are known."""
    return Claim(name, says or SAYS[name], Answer.PROVEN, why)


def not_proven(name: str, why: str, *, deep: bool = False) -> Claim:
    return Claim(name, SAYS[name], Answer.NOT_PROVEN, why, deep)


def in_part(claim: Claim) -> Claim:
    """What is shown of only some rules is proven of none but these."""
    if claim.answer is not Answer.PROVEN:
        return claim
    return Claim(claim.name, SAYS[claim.name], Answer.NOT_PROVEN, f"of what you may see, {claim.why}; {KEPT_FROM_YOU}")


def refuted(name: str, why: str) -> Claim:
    return Claim(name, SAYS[name], Answer.REFUTED, why)
