"""How `proofolio` ends: one table of exit codes, the same for every verb."""

from collections.abc import Iterable
from enum import IntEnum

from policy.ir.bound import Outcome
from policy.proof.claims.claim import Answer


class Exit(IntEnum):
    """0 to 3 answer the question that was asked; 70 (EX_SOFTWARE of sysexits.h) never does."""

    PASS = 0  # every rule passes, with or without warnings
    STOP = 1  # a breach or a consent that is needed; a refusal; a mistake in a rule; a claim refuted
    UNKNOWN = 2  # a missing fact leaves a rule open; a claim is not proven
    BAD_INPUT = 3  # something that was given cannot be read
    FAULT = 70  # ours


OF_OUTCOME = {
    Outcome.PASS: Exit.PASS,
    Outcome.WARN: Exit.PASS,
    Outcome.WAIVED: Exit.PASS,
    Outcome.CONSENT: Exit.STOP,
    Outcome.UNKNOWN: Exit.UNKNOWN,
    Outcome.BLOCK: Exit.STOP,
}

OF_CLAIM = {Answer.PROVEN: Exit.PASS, Answer.NOT_PROVEN: Exit.UNKNOWN, Answer.REFUTED: Exit.STOP}

SEVERITY = (Exit.PASS, Exit.UNKNOWN, Exit.STOP)
"""What ends worse comes later."""


def worst(exits: Iterable[Exit]) -> Exit:
    """Of several answers as one."""
    return max(exits, key=SEVERITY.index, default=Exit.PASS)
