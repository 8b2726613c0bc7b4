"""What `verify` answers: one line per claim of a bundle."""

from dataclasses import dataclass

from policy.proof.examine import Examination


@dataclass(frozen=True, slots=True)
class Claimed:
    """`answer`: "proven", "not proven" or "refuted", and `why`."""

    name: str
    says: str
    answer: str
    why: str


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """`answer` is the worst of all claims. `trusted`: whether a trust card was given; without one, nothing about the
    log can be more than consistent."""

    answer: str
    trusted: bool
    claims: tuple[Claimed, ...]


def verified(found: Examination, *, trusted: bool) -> VerifyAnswer:
    claims = tuple(Claimed(c.name, c.says, c.answer.value, c.why) for c in found.claims)
    return VerifyAnswer(found.answer.value, trusted, claims)
