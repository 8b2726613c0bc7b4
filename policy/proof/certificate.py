"""What a certificate says: multipliers of rows, in a tree of cases, and its one JSON form.

`policy.proof.duality` checks it. The JSON is canonical (`policy.canonical`), rationals are strings; docs/proofs.md
shows it by example.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.canonical import Json, rational, rational_text
from policy.proof.reading import ShapeError, array, boolean, choice, integer, members, text, version


class Claim(StrEnum):
    BOUND = "bound"  # the objective of every compliant point is at least `bound`
    IMPOSSIBLE = "impossible"  # no compliant point exists


@dataclass(frozen=True, slots=True)
class Leaf:
    """One case of the tree. `fix`: binary columns and their values on the way from the root, in order. `empty`: the
    multipliers show that the case has no point at all (c = 0), instead of bounding the objective in it.
    A multiplier is money per unit of its row (for c = 0 a pure weight): above zero it leans on the row's low
    side, below zero on its high side."""

    fix: tuple[tuple[str, int], ...]
    duals: tuple[tuple[str, Fraction], ...]
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A tangent of squares, 2·z·f − z² ≤ f² at any z: one z per square of the `Quad` at `place` (docs/rows.md). The
    j-th cut of a place, from 0, is the row `PLACE/j`."""

    place: str
    at: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """`allowed`: the outcomes that count as compliant, from best to worst ("pass", "warn" …); the rows follow from
    them. `objective`: the JSON of `policy.ir.bound.Objective`, None for IMPOSSIBLE. `bound`: what is claimed, money;
    for IMPOSSIBLE the least value of the leaves, above zero."""

    claim: Claim
    allowed: tuple[str, ...]
    objective: Json
    leaves: tuple[Leaf, ...]
    bound: Fraction
    cuts: tuple[Cut, ...] = ()


def certificate_json(certificate: Certificate) -> Json:
    return {
        "v": 1,
        "claim": certificate.claim.value,
        "allowed": list(certificate.allowed),
        "objective": certificate.objective,
        "leaves": [
            {
                "fix": [[name, value] for name, value in leaf.fix],
                "duals": [[name, rational_text(multiplier)] for name, multiplier in leaf.duals],
                "empty": leaf.empty,
            }
            for leaf in certificate.leaves
        ],
        "bound": rational_text(certificate.bound),
        "cuts": [{"place": cut.place, "at": [rational_text(z) for z in cut.at]} for cut in certificate.cuts],
    }


def certificate_from_json(value: Json) -> Certificate:
    """The certificate; ShapeError where the JSON is not exactly one."""
    top = members(value, "v", "claim", "allowed", "objective", "leaves", "bound", "cuts")
    version(top["v"])
    claim, allowed = choice(top["claim"], Claim), tuple(text(outcome) for outcome in array(top["allowed"]))
    if len(set(allowed)) < len(allowed):
        raise ShapeError("an outcome is allowed twice")
    if (claim is Claim.IMPOSSIBLE) is not (top["objective"] is None):
        raise ShapeError("a bound is of an objective, and an impossibility of none")
    return Certificate(
        claim=claim,
        allowed=allowed,
        objective=top["objective"],
        leaves=tuple(_leaf(leaf) for leaf in array(top["leaves"])),
        bound=rational(top["bound"]),
        cuts=tuple(_cut(cut) for cut in array(top["cuts"])),
    )


def _leaf(value: Json) -> Leaf:
    leaf = members(value, "fix", "duals", "empty")
    fix = [array(pair, 2) for pair in array(leaf["fix"])]
    duals = [array(pair, 2) for pair in array(leaf["duals"])]
    return Leaf(
        fix=tuple((text(name), integer(value)) for name, value in fix),
        duals=tuple((text(name), rational(multiplier)) for name, multiplier in duals),
        empty=boolean(leaf["empty"]),
    )


def _cut(value: Json) -> Cut:
    cut = members(value, "place", "at")
    return Cut(text(cut["place"]), tuple(rational(z) for z in array(cut["at"])))
