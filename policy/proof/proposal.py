"""`decision/proposal.json`: who proposes which orders, and the point that they make of the book.

Or a refusal: no orders, the book as it stands, and the claim that no compliant trade exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.canonical import Json, rational, rational_text
from policy.proof.entry import hash_text, time_text
from policy.proof.reading import ShapeError, array, choice, integer, members, pairs, text, version


class Kind(StrEnum):
    PROPOSAL = "proposal"
    REFUSAL = "refusal"


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"
    SHORT = "short"
    COVER = "cover"


@dataclass(frozen=True, slots=True)
class Order:
    """`quantity` in the instrument's units, above 0. `lots`: what a sell or cover uses, all of it. `batch`: released
    when the batch before it is filled."""

    account: str
    instrument: str
    side: Side
    quantity: Fraction
    batch: int
    lots: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """`time`: UTC, microseconds. `obligations`: SHA-256, hex, of decision/obligations.json. `point`: every quantity
    that is not 0, residues included, by name."""

    kind: Kind
    run: str
    time: str
    proposer: str
    obligations: str
    orders: tuple[Order, ...]
    point: tuple[tuple[str, Fraction], ...]


def proposal_json(proposal: Proposal) -> Json:
    return {
        "v": 1,
        "kind": proposal.kind.value,
        "run": proposal.run,
        "time": proposal.time,
        "proposer": proposal.proposer,
        "obligations": proposal.obligations,
        "orders": [
            {
                "account": order.account,
                "instrument": order.instrument,
                "side": order.side.value,
                "quantity": rational_text(order.quantity),
                "batch": order.batch,
                "lots": [[lot, rational_text(quantity)] for lot, quantity in order.lots],
            }
            for order in proposal.orders
        ],
        "point": [[name, rational_text(value)] for name, value in sorted(proposal.point)],
    }


def proposal_from_json(value: Json) -> Proposal:
    """The proposal; ShapeError or CanonicalError where the JSON is not exactly one."""
    top = members(value, "v", "kind", "run", "time", "proposer", "obligations", "orders", "point")
    version(top["v"])
    point = tuple((name, rational(amount)) for name, amount in pairs(top["point"]))
    if list(point) != sorted(point) or any(amount == 0 for _, amount in point):
        raise ShapeError("a point is sorted by name and leaves zeros out")
    return Proposal(
        kind=choice(top["kind"], Kind),
        run=text(top["run"]),
        time=time_text(top["time"]),
        proposer=text(top["proposer"]),
        obligations=hash_text(top["obligations"]),
        orders=tuple(_order(order) for order in array(top["orders"])),
        point=point,
    )


def _order(value: Json) -> Order:
    found = members(value, "account", "instrument", "side", "quantity", "batch", "lots")
    order = Order(
        account=text(found["account"]),
        instrument=text(found["instrument"]),
        side=choice(found["side"], Side),
        quantity=rational(found["quantity"]),
        batch=integer(found["batch"]),
        lots=tuple((lot, rational(quantity)) for lot, quantity in pairs(found["lots"])),
    )
    if order.quantity <= 0 or order.batch < 0 or any(quantity <= 0 for _, quantity in order.lots):
        raise ShapeError(f"an order in `{order.instrument}` is not above zero, or is in no batch")
    return order
