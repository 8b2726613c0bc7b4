"""What a certificate says: multipliers of rows, in a tree of cases, and its one JSON form.

`policy.proof.duality` checks it. The JSON is canonical (`policy.canonical`), rationals are strings; docs/proofs.md
shows it by example.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.canonical import Json, rational, rational_text
from policy.proof.reading import array, boolean, choice, integer, members, text, version


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
    """A tangent of squares that the rows may be extended by: 2·z·f − z² ≤ f² at any z. `duals` names it like a row;
    `at` gives one z per square of the `Quad` at `path` in the obligation."""

    name: str
    obligation: str
    path: str
    at: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """`objective`: the JSON of `policy.ir.bound.Objective`, None for IMPOSSIBLE. `bound`: what is claimed, money;
    for IMPOSSIBLE the least value of the leaves, above zero."""

    claim: Claim
    objective: Json
    leaves: tuple[Leaf, ...]
    bound: Fraction
    cuts: tuple[Cut, ...] = ()


def certificate_json(certificate: Certificate) -> Json:
    return {
        "v": 1,
        "claim": certificate.claim.value,
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
        "cuts": [
            {"name": c.name, "obligation": c.obligation, "path": c.path, "at": [rational_text(z) for z in c.at]}
            for c in certificate.cuts
        ],
    }


def certificate_from_json(value: Json) -> Certificate:
    """The certificate; ShapeError where the JSON is not exactly one."""
    top = members(value, "v", "claim", "objective", "leaves", "bound", "cuts")
    version(top["v"])
    return Certificate(
        claim=choice(top["claim"], Claim),
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
    cut = members(value, "name", "obligation", "path", "at")
    at = tuple(rational(z) for z in array(cut["at"]))
    return Cut(text(cut["name"]), text(cut["obligation"]), text(cut["path"]), at)
