"""What a search notes of its backends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solver.claim import Ended, Why
from solver.search import Step, reproducible

STEP = Step("all choices", "SCIP", "optimal")


@pytest.mark.parametrize("ended", [None, *Ended, *Why])
def test_only_a_clock_makes_an_answer_that_a_rerun_may_not_give(ended: Ended | Why | None) -> None:
    trace = (STEP, replace(STEP, ended=ended), STEP)
    assert reproducible(trace) is (ended not in (Ended.EMERGENCY, Why.EMERGENCY))
