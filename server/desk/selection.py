"""Which households a run is for: all that it names, or of these the ones that meet what it asks for; and why each is
among them or is not.

| asks for     | of a household, before any order                                                        |
| ------------ | --------------------------------------------------------------------------------------- |
| `outcomes`   | that its verdict, by the rules that whoever asked may see, is one of these               |
| `drift_over` | that one of its accounts is further than this from a target of its model, as a share     |
| `cash_over`  | that its accounts have more cash than this together, in the base currency                |

What is not known meets what is asked for: nobody is passed over because a price is missing. A verdict that is not known
is an outcome of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from policy.ir.bound import Outcome


@dataclass(frozen=True, slots=True)
class Selection:
    """What of this is null, or empty, is not asked for. `level`, `model`: what the targets are of, as in an intent;
    `roles`: of whoever asked: which households are chosen tells of no rule that is kept from them."""

    outcomes: tuple[Outcome, ...] = ()
    drift_over: str | None = None
    cash_over: str | None = None
    level: str = "security"
    model: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """`by`: outcomes, drift_over, cash_over, or hold. `met`: null where that is not known. `where`: in which account
    and group; `found`: what there is, an outcome or an exact number; `asked`: what it was compared with; `missing`:
    facts without which it is not known."""

    by: str
    met: bool | None
    where: str | None
    found: str | None
    asked: str | None
    missing: tuple[str, ...] = ()


EVERY = Selection()
_SELECTION, _REASONS = TypeAdapter(Selection), TypeAdapter(tuple[Reason, ...])


def written(found: Selection) -> str:
    return _SELECTION.dump_json(found).decode()


def read(text: str) -> Selection:
    return _SELECTION.validate_json(text)


def reasons_written(found: tuple[Reason, ...]) -> str:
    return _REASONS.dump_json(found).decode()


def reasons_read(text: str) -> tuple[Reason, ...]:
    return _REASONS.validate_json(text)


def meant(why: Iterable[Reason]) -> bool:
    return all(reason.met is not False for reason in why)
