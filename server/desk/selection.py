"""Which households a run is for: all that it names, or of these the ones whose verdict, before any order, is of some
outcomes. It is judged by the rules that whoever asked may see: which households were chosen tells of no other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from policy.canonical import encode
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.judge.eval import judge
from policy.judge.redact import visible
from server.desk.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Selection:
    """`outcomes`: those that are meant, none for every one; `roles`: of whoever asked."""

    outcomes: tuple[Outcome, ...] = ()
    roles: tuple[str, ...] = ()


EVERY = Selection()


def written(found: Selection) -> str:
    return encode({"outcomes": [each.value for each in found.outcomes], "roles": list(found.roles)}).decode()


def read(text: str) -> Selection:
    said = json.loads(text)
    return Selection(tuple(map(Outcome, said.get("outcomes", ()))), tuple(said.get("roles", ())))


def meant(known: Loaded, by: Selection) -> bool:
    return not by.outcomes or outcome(known, by.roles) in by.outcomes


def outcome(known: Loaded, roles: Sequence[str]) -> Outcome:
    library = known.rules.library
    bound = bind_to(library, known.facts.index, snapshot=known.facts.document)
    return judge(visible(bound, library, roles), {}, standing=True).outcome
