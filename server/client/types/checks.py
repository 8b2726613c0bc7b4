"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.judged import JudgeAnswer, Nearest


class OrdersAnswer(Answer):
    """`snapshot`, `rulebook`: what the orders were checked on. `judged`: how many findings there are for this reader;
    `verdict` has those that do not pass, or all where that was asked. `nearest`: one line for each rule. `observed`:
    one for each rule that is only observed, which stops nothing: what it would have said."""

    snapshot: str
    rulebook: str
    judged: int
    nearest: tuple[Nearest, ...]
    verdict: JudgeAnswer
    observed: tuple[Nearest, ...] = ()
