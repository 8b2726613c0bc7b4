"""What `explain` answers: a rule or a list in plain English, with its authority."""

from collections.abc import Iterable
from dataclasses import dataclass

from policy.ir import english
from policy.ir.core import ListRule, Rule, Waiver
from server.answer.verdict import JudgeAnswer


@dataclass(frozen=True, slots=True)
class ExplainAnswer:
    """`says`: one sentence each, from what is judged and not from the rule's text. `verdict`: of this rule alone, where
    a book was given."""

    rule: str
    title: str
    layer: str
    authority: tuple[str, ...]
    says: tuple[str, ...]
    file: str
    line: int
    verdict: JudgeAnswer | None


def explained(rule: Rule | ListRule, waivers: Iterable[Waiver], verdict: JudgeAnswer | None = None) -> ExplainAnswer:
    """`waivers`: of any rules, as far as the reader may see them."""
    says = english.sentences(rule) if isinstance(rule, Rule) else english.of_list(rule)
    return ExplainAnswer(
        rule.id,
        rule.title,
        rule.layer if isinstance(rule, Rule) else f"{rule.kind} list",
        tuple(map(english.citation, rule.citations)),
        (*says, *(sentence for waiver in waivers if waiver.rule == rule.id for sentence in english.of_waiver(waiver))),
        rule.file,
        rule.span.line,
        verdict,
    )
