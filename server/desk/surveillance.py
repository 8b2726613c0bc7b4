"""The firm judged anew, beside its standing verdicts: what was found so far, and what is told of it.

A difference is an alarm (`verdict.differs`): either the standing verdicts are wrong, or the judge is. What rules say
that are kept for a role is counted and told apart, so that nobody reads off a number that there are any.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from policy.canonical import Json, encode
from policy.ir.bound import Obligation, Outcome
from policy.judge.piece import Answer
from server import clock
from server.desk import standing
from server.desk.standing import Change, Reach
from server.log.events import Event, apart
from server.store.tables import Survey

STREAM = "surveillance"
WATCH = "the surveillance"  # who acted
MOST = 100  # differences that are told of one by one
DIFFERS = "differs"

Counts = Counter[tuple[str, str]]
"""By role (the empty text for everybody) and outcome, or `differs`."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A part of the firm that was judged anew."""

    counts: Counts
    differences: tuple[Change, ...]


def looked(
    part: str, household: str, kept: Mapping[str, standing.Stand], found: Iterable[tuple[Obligation, Answer]]
) -> Looked:
    """`kept`: what its standing verdicts say; `found`: what the judge does."""
    pairs = list(found)
    counts: Counts = Counter((told.visible_to or "", answer.outcome.value) for told, answer in pairs)
    differences = tuple(standing.changes(part, household, kept, standing.stands(pairs)))
    counts.update((_role(change) or "", DIFFERS) for change in differences)
    return Looked(counts, differences)


def begun(at: Reach, now: str) -> Survey:
    return Survey(id=clock.fresh("surv"), begun=now, first=at.position, position=at.position)


def went_on(row: Survey, at: Reach, last: str | None, found: Iterable[Looked]) -> list[Event]:
    """The row with these parts counted, `last` being the home of the last one; and the alarms."""
    some = list(found)
    counts = _counts(row)
    told = sum(number for (_, word), number in counts.items() if word == DIFFERS)
    for each in some:
        counts.update(each.counts)
    row.position, row.last, row.parts = at.position, last, row.parts + len(some)
    row.said = json.dumps(sorted((role, word, number) for (role, word), number in counts.items()))
    differences = [change for each in some for change in each.differences]
    return [_alarm(row, change, at) for change in differences[: max(0, MOST - told)]]


def ended(row: Survey, now: str, *, failed: bool = False) -> list[Event]:
    """What was found: an entry of what is for everybody, and one for each role that rules are kept for."""
    row.ended = now
    counts = _counts(row)
    return [_summary(row, role, counts, failed=failed) for role in sorted({"", *(role for role, _ in counts)})]


def _summary(row: Survey, role: str, counts: Counts, *, failed: bool) -> Event:
    words = {outcome.value: counts[role, outcome.value] for outcome in Outcome}
    data: dict[str, Json] = {
        "id": row.id,
        "begun": row.begun,
        "parts": row.parts,
        "judged": sum(words.values()),
        "differ": counts[role, DIFFERS],
        "outcomes": {word: number for word, number in words.items() if number},
        "from": row.first,
        "to": row.position,
    }
    type = "surveillance.failed" if failed else "surveillance.finished"
    said = Event(type, apart(STREAM, role or None), f"{row.parts} parts of the firm", WATCH, data)
    return replace(said, household="", role=role or None)


def _alarm(row: Survey, change: Change, at: Reach) -> Event:
    stand = change.now or change.was
    assert stand is not None, "a difference is of something"
    data: dict[str, Json] = {
        "surveillance": row.id,
        "household": change.household or None,
        "rule": stand.rule,
        "scope": stand.scope,
        "group": stand.group,
        "obligation": stand.obligation,
        "kept": Outcome.PASS.value if change.was is None else change.was.outcome,
        "judged": Outcome.PASS.value if change.now is None else change.now.outcome,
        "rulebook": at.rulebook,
        "snapshot": at.snapshot,
    }
    reasons: list[Json] = [None if each is None else each.reason for each in (change.was, change.now)]
    body = encode({**data, "reasons": reasons})
    subject = "a standing verdict is not what the judge says"
    event = Event("verdict.differs", apart(STREAM, _role(change)), subject, WATCH, data, body)
    return replace(event, household=change.household, role=_role(change))


def _role(change: Change) -> str | None:
    stand = change.now or change.was
    return None if stand is None else stand.role


def _counts(row: Survey) -> Counts:
    return Counter({(role, word): number for role, word, number in json.loads(row.said)})
