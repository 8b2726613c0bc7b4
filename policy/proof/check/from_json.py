"""`decision/obligations.json` to a case: every member is read, and a name that refers to nothing is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import partial
from itertools import chain
from math import lcm
from typing import TypeVar

from policy.canonical import Json, rational
from policy.proof.check.case import (
    All,
    Any,
    Basket,
    Case,
    Count,
    Domain,
    Formula,
    Greatest,
    Kind,
    Leaf,
    Least,
    Linear,
    Not,
    Obligation,
    Op,
    Outcome,
    Quantity,
    Rung,
    Scalar,
    Squares,
    Sum,
    Top,
    Truth,
)
from policy.proof.check.ranges import Number, between
from policy.proof.reading import ShapeError, array, boolean, choice, integer, members, optional, pairs, pairs_of, text

T = TypeVar("T")

MOST_BITS = 2**14
"""Of a coefficient once forms are replaced by what they rest on, and of what such coefficients are parts of. Honest
ones have a few hundred; without an end a small file could ask for years of arithmetic."""

BOUND = ("as_of", "known_at", "currency", "quantities", "forms", "origins", "obligations", "domains", "book", "library")
QUANTITY = ("name", "kind", "account", "instrument", "lot", "low", "high", "step")
FORM = ("name", "const", "terms", "low", "high")
ORIGIN = ("rule", "title", "clause", "file", "line", "column", "authority", "layer", "digest")
OBLIGATION = (
    *("id", "origin", "scope", "accounts", "group", "moments", "ladder", "otherwise"),
    *("unknown_is_breach", "unknowns", "visible_to"),
)
DOMAIN = ("account", "cash", "cash_floor", "relief", "specific", "crossing", "minimum_trade", "prices")


def case(value: Json) -> Case:
    """The case; ShapeError or CanonicalError where the JSON is not exactly one."""
    top = members(value, *BOUND)
    quantities = _named((text(members(item, *QUANTITY)["name"]), _quantity(item)) for item in array(top["quantities"]))
    known = set(quantities)
    forms: dict[str, Linear] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for item in array(top["forms"]):
        form = members(item, *FORM)
        name = text(form["name"])
        if name in known:
            raise ShapeError(f"the name `{name}` appears twice")
        forms[name] = Linear(number(form["const"]), _terms(form["terms"], known))
        sizes[name] = _size(name, forms[name], sizes)
        known.add(name)
    origins = [members(origin, *ORIGIN) for origin in array(top["origins"])]
    obligations = (_obligation(item, origins, known) for item in array(top["obligations"]))
    return Case(
        quantities=quantities,
        forms=forms,
        obligations=_named((obligation.id, obligation) for obligation in obligations),
        domains=tuple(_domain(item, known) for item in array(top["domains"])),
        as_of=text(top["as_of"]),
        currency=text(top["currency"]),
        book=text(top["book"]),
        library=text(top["library"]),
    )


def _size(name: str, form: Linear, sizes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Bits of the largest coefficient over quantities, and the common denominator; ShapeError beyond all measure."""
    bits, below = 0, 1
    for factor, inner in [*form.terms, (form.const, "")]:
        inner_bits, inner_below = sizes.get(inner, (0, 1))
        for end in factor if isinstance(factor, tuple) else (factor,):
            if end:
                bits = max(bits, inner_bits + end.numerator.bit_length())
                if (part := inner_below * end.denominator) > 1 and below % part:
                    below = lcm(below, part)
        if max(bits, below.bit_length()) > MOST_BITS:
            raise ShapeError(f"the numbers of the form `{name}` are longer than any of an honest book")
    return bits, below


def linear(value: Json, known: Set[str]) -> Linear:
    lin = members(value, "const", "terms")
    return Linear(number(lin["const"]), _terms(lin["terms"], known))


def number(value: Json) -> Number:
    """A rational, or {"low": …, "high": …} of which null is an open end."""
    if isinstance(value, str):
        return rational(value)
    span = members(value, "low", "high")
    low, high = optional(span["low"], rational), optional(span["high"], rational)
    if low is not None and high is not None and low > high:
        raise ShapeError(f"an interval from {low} to {high} holds nothing")
    return between(low, high)


# --- scalars and formulas ----------------------------------------------------------------------


def _scalar(value: Json, known: Set[str]) -> Scalar:
    match _tag(value):
        case "lin":
            node = members(value, "is", "const", "terms")
            return Linear(number(node["const"]), _terms(node["terms"], known))
        case "basket":
            return Basket(tuple(_member(item, known) for item in _part(value, "members")))
        case "count":
            return Count(tuple(_formula(item, known) for _, item in pairs_of(_part(value, "members"))))
        case "topk":
            node = members(value, "is", "k", "values")
            if (k := integer(node["k"])) < 0:
                raise ShapeError(f"the {k} largest of something")
            return Top(k, tuple(linear(item, known) for _, item in pairs_of(array(node["values"]))))
        case "greatest":
            return Greatest(_some(_part(value, "parts"), known))
        case "least":
            return Least(_some(_part(value, "parts"), known))
        case "quad":
            squares = tuple((rational(w), linear(v, known)) for w, v in pairs_of(_part(value, "squares")))
            if any(weight < 0 for weight, _ in squares):
                raise ShapeError("a sum of squares has a negative weight")
            return Squares(squares)
        case "sum":
            return Sum(tuple((rational(f), _scalar(part, known)) for f, part in pairs_of(_part(value, "parts"))))
        case tag:
            raise ShapeError(f"there is no scalar `{tag}`")


def _formula(value: Json, known: Set[str]) -> Formula:
    match _tag(value):
        case "leaf":
            return _leaf(value, known)
        case "all":
            return All(tuple(_formula(part, known) for part in _part(value, "parts")))
        case "any":
            return Any(tuple(_formula(part, known) for part in _part(value, "parts")))
        case "not":
            return Not(_formula(members(value, "is", "part")["part"], known))
        case "truth":
            truth = members(value, "is", "value", "why")
            text(truth["why"])
            return Truth(optional(truth["value"], boolean))
        case tag:
            raise ShapeError(f"there is no formula `{tag}`")


def _leaf(value: Json, known: Set[str]) -> Leaf:
    leaf = members(value, "is", "measure", "op", "bound", "base", "label", "shown_over", "unit")
    return Leaf(
        measure=_scalar(leaf["measure"], known),
        op=choice(leaf["op"], Op),
        bound=_scalar(leaf["bound"], known),
        base=optional(leaf["base"], partial(linear, known=known)),
        shown_over=optional(leaf["shown_over"], partial(linear, known=known)),
        label=text(leaf["label"]),
        unit=text(leaf["unit"]),
    )


def _member(value: Json, known: Set[str]) -> tuple[Linear, Formula]:
    member = members(value, "label", "value", "when")
    text(member["label"])
    return linear(member["value"], known), _formula(member["when"], known)


def _some(parts: list[Json], known: Set[str]) -> tuple[Scalar, ...]:
    if not parts:
        raise ShapeError("the greatest or least of nothing")
    return tuple(_scalar(part, known) for part in parts)


def _terms(value: Json, known: Set[str]) -> tuple[tuple[Number, str], ...]:
    terms = tuple((number(factor), text(name)) for factor, name in pairs_of(array(value)))
    for _, name in terms:
        if name not in known:
            raise ShapeError(f"`{name}` is named before it is defined, or never")
    return terms


def _tag(value: Json) -> str:
    if not isinstance(value, dict):
        raise ShapeError("expected a node with a member `is`")
    return text(value.get("is"))


def _part(value: Json, name: str) -> list[Json]:
    return array(members(value, "is", name)[name])


# --- quantities, obligations, domains ----------------------------------------------------------


def _quantity(value: Json) -> Quantity:
    found = members(value, *QUANTITY)
    step = optional(found["step"], rational)
    if step is not None and step <= 0:
        raise ShapeError(f"`{found['name']}` has a step of {step}")
    return Quantity(
        kind=choice(found["kind"], Kind),
        account=text(found["account"]),
        instrument=optional(found["instrument"], text),
        lot=optional(found["lot"], text),
        low=rational(found["low"]),
        high=rational(found["high"]),
        step=step,
    )


def _obligation(value: Json, origins: list[dict[str, Json]], known: Set[str]) -> Obligation:
    found = members(value, *OBLIGATION)
    if not 0 <= (place := integer(found["origin"])) < len(origins):
        raise ShapeError(f"`{found['id']}` names an origin that is not listed")
    optional(found["visible_to"], text)
    for name in (*array(found["accounts"]), *array(found["unknowns"])):
        text(name)
    return Obligation(
        id=text(found["id"]),
        rule=text(origins[place]["rule"]),
        title=text(origins[place]["title"]),
        digest=text(origins[place]["digest"]),
        scope=text(found["scope"]),
        group=optional(found["group"], text),
        moments=tuple(text(moment) for moment in array(found["moments"])),
        ladder=tuple(_rung(rung, known) for rung in array(found["ladder"])),
        otherwise=choice(found["otherwise"], Outcome),
        unknown_is_breach=boolean(found["unknown_is_breach"]),
    )


def _rung(value: Json, known: Set[str]) -> Rung:
    rung = members(value, "formula", "outcome", "reason", "tolerance", "visible_to")
    optional(rung["visible_to"], text)
    return Rung(
        _formula(rung["formula"], known),
        choice(rung["outcome"], Outcome),
        text(rung["reason"]),
        boolean(rung["tolerance"]),
    )


def _domain(value: Json, known: Set[str]) -> Domain:
    found = members(value, *DOMAIN)
    domain = Domain(
        account=text(found["account"]),
        cash=text(found["cash"]),
        cash_floor=rational(found["cash_floor"]),
        relief={name: _names(lots) for name, lots in pairs(found["relief"])},
        specific=boolean(found["specific"]),
        crossing=tuple((text(buy), _names(sells)) for buy, sells in pairs_of(array(found["crossing"]))),
        minimum_trade=rational(found["minimum_trade"]),
        prices={name: rational(price) for name, price in pairs(found["prices"])},
    )
    named = {domain.cash, *chain(*domain.relief.values())}
    for name in named.union(*({buy, *sells} for buy, sells in domain.crossing)) - known:
        raise ShapeError(f"the domain of `{domain.account}` names `{name}`, which is not defined")
    return domain


def _names(value: Json) -> tuple[str, ...]:
    return tuple(text(name) for name in array(value))


def _named(items: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, item in items:
        if name in found:
            raise ShapeError(f"the name `{name}` appears twice")
        found[name] = item
    return found
