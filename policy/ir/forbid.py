"""Prohibitions, per holding: buy, sell, hold, short, trade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsl.vocabulary import term
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bound import All, Any, Formula, Leaf, Lin, Op, Truth
from policy.ir.context import Context, exposures
from policy.ir.exposures import by_lot
from policy.ir.forms import ONE, lin
from policy.ir.picks import Exposure, Group, Part, residual
from policy.ir.positions import purchases, sales

Ban = tuple[Group, Formula, set[str]]
"""Group, what must hold, and the facts that were missing."""
Bans = Iterator[Ban]


def forbidden(node: core.Forbid, ctx: Context) -> Bans:
    """One ban per security that the pick may mean; where that is not known, breaking it is unknown."""
    found: dict[str, list[tuple[Exposure, bool | None]]] = {}
    missing: dict[str, set[str]] = {}
    everything = by_lot(ctx.universe, ctx.accounts) if _speaks_of_lots(node.pick.where) else exposures(ctx)
    for exposure in everything:
        name = exposure.position.instrument.id
        certain, rest = residual(ctx.universe, node.pick.where, exposure, missing.setdefault(name, set()))
        assert rest is None, "a ban is bound on facts alone"
        if certain is not False:
            found.setdefault(name, []).append((exposure, certain))
    for name, matched in sorted(found.items()):
        instrument = matched[0][0].position.instrument
        group = Group("security", name, instrument.name, (Part(None, tuple(exposure for exposure, _ in matched)),))
        bans = [ban for verb in node.verbs for ban in _bans(verb, matched)]
        yield group, All(tuple(dict.fromkeys(bans))), missing[name]


def _bans(verb: str, matched: Iterable[tuple[Exposure, bool | None]]) -> Iterator[Formula]:
    for exposure, certain in matched:
        leaf = _ban(verb, exposure)
        if leaf is not None:
            yield leaf if certain else Any((leaf, Truth(None, f"whether the rule means {exposure.name}")))


def _ban(verb: str, exposure: Exposure) -> Leaf | None:
    """A purchase is what opens a long position or covers a short lot, a sale what uses a long lot or opens a short
    position."""
    position, name = exposure.position, exposure.position.instrument.name
    match verb:
        case "buy" if names := purchases(position, exposure.lot):
            return _nothing(f"units bought of {name}", names)
        case "sell" if names := sales(position, exposure.lot):
            return _nothing(f"units sold of {name}", names)
        case "hold":
            return _nothing(f"units held of {name}", [position.units])
        case "short" if position.shorted is not None:
            return _nothing(f"units short of {name}", [position.shorted])
        case "short":
            return Leaf(lin(position.units), Op.GE, Lin(ZERO), label=f"units held of {name}", unit="shares")
        case _:
            return None


def _nothing(label: str, names: Iterable[str]) -> Leaf:
    return Leaf(Lin(ZERO, tuple((ONE, name) for name in names)), Op.LE, Lin(ZERO), label=label, unit="shares")


def _speaks_of_lots(test: core.Test | None) -> bool:
    match test:
        case core.Fact(words):
            known = term(words)
            return known is not None and known.of == "lot"
        case core.All(parts) | core.Any(parts):
            return any(_speaks_of_lots(part) for part in parts)
        case core.Not(part):
            return _speaks_of_lots(part)
        case _:
            return False
