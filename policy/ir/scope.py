"""Which rules are in force on a day, and whose accounts each is judged over."""

from __future__ import annotations

from datetime import date

from policy.ir import core
from policy.ir.positions import Universe


def in_force(effective: core.Effective, as_of: date, known_at: date) -> bool:
    """Valid on the day of judgement, as known on the day of knowledge."""
    return (
        (effective.start is None or effective.start <= as_of)
        and (effective.end is None or as_of <= effective.end)
        and (effective.known is None or effective.known <= known_at)
    )


def scopes(scope: core.Scope, world: Universe) -> list[tuple[str, tuple[str, ...]]]:
    """What is judged as one: its name, and its accounts."""
    accounts = world.book.accounts
    here = sorted(world.positions)
    match scope.kind:
        case "firm":
            return [("firm", tuple(here))] if here else []
        case "household":
            homes = sorted({home for a in here if (home := accounts[a].household) is not None})
            named = [h for h in homes if scope.name in (None, h, world.book.households[h].name)]
            return [(f"household {h}", tuple(a for a in here if accounts[a].household == h)) for h in named]
        case "tagged":
            return [(f"account {a}", (a,)) for a in here if scope.name in accounts[a].tags]
        case _:
            return [(f"account {a}", (a,)) for a in here if scope.name in (None, a, accounts[a].name)]
