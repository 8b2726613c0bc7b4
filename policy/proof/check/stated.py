"""What a firm states of all accounts but a household's (`data/firm.json`), read again; and whether the obligations take
it as it is: each of its numbers added to the household's side, and nothing else compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy.canonical import Json
from policy.proof.check.from_json import number
from policy.proof.check.ranges import Number, total
from policy.proof.reading import ShapeError, array, integer, members, text, version

SCOPE = "firm"
STATEMENT = ("v", "firm", "book", "run", "beside", "named", "added", "obligations", "taken")


@dataclass(frozen=True, slots=True)
class Stated:
    """`firm`, `book`: SHA-256 of the firm's snapshot and of the household's; `run`: the decision that it is made for;
    `beside`: the roll of the proposals of others that held something then. `numbers`: of others, with what they
    reserved. `own`: sides of the household that are stated too, by place; `obligations`: over these, as they stand in
    the file; `taken`: those whose own side is no more than stated."""

    firm: str
    book: str
    run: str
    beside: str
    numbers: tuple[Number, ...]
    own: Mapping[int, Json]
    obligations: tuple[Json, ...]
    taken: frozenset[str]


def stated(value: Json) -> Stated:
    """ShapeError or CanonicalError where it is none."""
    top = members(value, *STATEMENT)
    version(top["v"])
    for name in array(top["named"]):
        text(name)
    added = [members(each, "elsewhere", "reserved", "own") for each in array(top["added"])]
    return Stated(
        text(top["firm"]),
        text(top["book"]),
        text(top["run"]),
        text(top["beside"]),
        tuple(total((number(each["elsewhere"]), number(each["reserved"]))) for each in added),
        {place: each["own"] for place, each in enumerate(added, 1) if each["own"] is not None},
        tuple(array(top["obligations"])),
        frozenset(map(text, array(top["taken"]))),
    )


def differs(said: Stated, obligations: Json) -> str | None:
    """Where `decision/obligations.json` takes it otherwise; None where it does not."""
    if not isinstance(obligations, dict):
        raise ShapeError("expected an object")
    forms = {text(form["name"]): form for form in map(_object, array(obligations["forms"]))}
    wanted = {name for place in range(1, len(said.numbers) + 1) for name in (_total(place), _own(place))}
    named = {name for name in forms if name.startswith(f"{SCOPE}/")}
    if odd := sorted(named ^ wanted):
        return f"the form `{odd[0]}` is there and not stated, or stated and not there"
    for place, others in enumerate(said.numbers, 1):
        whole, mine = forms[_total(place)], forms[_own(place)]
        if whole["terms"] != [["1", _own(place)]] or number(whole["const"]) != others:
            return f"the form `{_total(place)}` is not the household's side and the stated number"
        if any(str(name).startswith(f"{SCOPE}/") for _, name in map(_pair, array(mine["terms"]))):
            return f"the household's side `{_own(place)}` rests on others"
        if place in said.own and said.own[place] != {"const": mine["const"], "terms": mine["terms"]}:
            return f"the household's side `{_own(place)}` is not the stated one"
    origins = array(obligations["origins"])
    own = [_plain(each, origins) for each in map(_object, array(obligations["obligations"])) if each["scope"] == SCOPE]
    if own != list(said.obligations):
        return "the obligations about the firm are not the stated ones"
    return None


def _plain(each: Mapping[str, Json], origins: list[Json]) -> Json:
    """As it is stated: with its origin, and without what excuses a breach that was there before, which is the rules'
    to say."""
    rungs = [rung for rung in map(_object, array(each["ladder"])) if rung["tolerance"] is not True]
    return {**each, "origin": origins[integer(each["origin"])], "ladder": list(rungs)}


def _total(place: int) -> str:
    return f"{SCOPE}/{place}"


def _own(place: int) -> str:
    return f"{SCOPE}/own {place}"


def _pair(value: Json) -> tuple[Json, Json]:
    factor, name = array(value, 2)
    return factor, name


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ShapeError("expected an object")
    return value
