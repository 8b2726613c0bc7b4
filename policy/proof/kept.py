"""A decision for those who may not see every rule: what is kept from them stands as one salted commitment.

The log's entry commits to what everybody may read, in which that commitment is a file; so the bundle with everything
and the open one have the same entry, and nobody who holds one of them can be shown another decision by the other. What
is open follows from the whole by `open_files`, which makes it and checks it: docs/proofs.md, "What is kept". Of a
refusal nothing is open but the commitment: its reason may be what is kept, and its entry is as long as any other's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from policy.canonical import Json, decode, digest, encode
from policy.proof.archive import ArchiveError, listed, manifest
from policy.proof.check import findings, from_json
from policy.proof.check.case import Outcome
from policy.proof.check.evaluate import worst
from policy.proof.entry import SALT, commitment
from policy.proof.layout import (
    CHECKS,
    CHECKS_CSV,
    COMMITTED,
    INTENT,
    KEPT,
    KEPT_SALT,
    OBLIGATIONS,
    OPEN,
    ORDERS_CSV,
    PROPOSAL,
    RULES,
    RULES_MANIFEST,
)
from policy.proof.proposal import Kind
from policy.proof.reading import ShapeError, array, integer, text
from policy.proof.sheets import checks_csv

UNNAMED = "a waiver that is not shown"
UNSAID = "00" * 32
"""In place of a hash of what is kept: without a salt it would let a guess be confirmed."""

AS_THEY_ARE = (ORDERS_CSV, INTENT)
OF_REFUSAL = len(manifest({KEPT: b""}))  # bytes of what the log's entry commits to


class KeptError(ValueError):
    """What a bundle says is open does not follow from it."""


def sealed(whole: Mapping[str, bytes], open_rules: Collection[str], salt: bytes) -> dict[str, bytes]:
    """What a whole bundle has beside the files of the decision: the open statement, which the log's entry commits to,
    and the salt. `open_rules`: paths, below `rules/`, of rule files in which nothing is kept from anybody."""
    made = open_files(whole, open_rules, salt)
    return {OPEN: manifest(made, COMMITTED), KEPT_SALT: f"{salt.hex()}\n".encode()}


def checked(whole: Mapping[str, bytes]) -> None:
    """KeptError where the open statement of a whole bundle is not what follows from its files."""
    stated, actual = _listed(whole), listed(manifest(opened(whole), COMMITTED))
    odd = sorted(path for path in stated.keys() | actual.keys() if stated.get(path) != actual.get(path))
    if odd:
        raise KeptError(f"what others may read of this decision is not what follows from it: `{odd[0]}`")


def opened(whole: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the open bundle of a decision, from those of its whole one. KeptError where they say nothing of
    what is open."""
    try:
        salt = bytes.fromhex(whole[KEPT_SALT].decode("ascii"))
    except (KeyError, ValueError) as error:
        raise KeptError(f"{KEPT_SALT} cannot be read: {error}") from None
    rules = {path.removeprefix(RULES) for path in _listed(whole) if path.startswith(RULES)} - {_below(RULES_MANIFEST)}
    try:
        return open_files(whole, rules, salt)
    except (LookupError, ValueError) as error:
        raise KeptError(f"{OPEN} speaks of files that are not there: {error}") from None


def _listed(whole: Mapping[str, bytes]) -> dict[str, str]:
    try:
        return listed(whole[OPEN])
    except (KeyError, ArchiveError) as error:
        raise KeptError(f"{OPEN} cannot be read: {error}") from None


def open_files(whole: Mapping[str, bytes], open_rules: Collection[str], salt: bytes) -> dict[str, bytes]:
    """The files that everybody may read, of those that a decision consists of. Only what is known to tell nothing is
    taken over; the certificate leans on rows of all rules, and the data may hold entries of lists."""
    if len(salt) != SALT:
        raise KeptError(f"a salt has {SALT} bytes, not {len(salt)}")
    rest = {KEPT: f"{commitment(salt, manifest(whole, COMMITTED))}\n".encode()}
    if _object(decode(whole[PROPOSAL]))["kind"] == Kind.REFUSAL:
        return rest
    obligations = _obligations(decode(whole[OBLIGATIONS]))
    hidden = _hidden_reasons(decode(whole[OBLIGATIONS]))
    checks = _checks(decode(whole[CHECKS]), obligations, hidden)
    proposal = _object(decode(whole[PROPOSAL])) | {"obligations": digest(encode(obligations))}
    bound = from_json.case(obligations)
    rules = {path: whole[f"{RULES}{path}"] for path in open_rules}
    return {
        **{path: whole[path] for path in AS_THEY_ARE if path in whole},
        **{f"{RULES}{path}": content for path, content in rules.items()},
        OBLIGATIONS: encode(obligations),
        CHECKS: encode(checks),
        PROPOSAL: encode(proposal),
        CHECKS_CSV: checks_csv(bound, findings.checks(checks, bound).findings),
        RULES_MANIFEST: manifest(rules),
        **rest,
    }


# --- obligations -------------------------------------------------------------------------------


def _obligations(value: Json) -> dict[str, Json]:
    top = _object(value)
    shown = [_unnamed(_object(each)) for each in array(top["obligations"]) if _object(each)["visible_to"] is None]
    places = sorted({integer(each["origin"]) for each in shown})
    origins = array(top["origins"])
    moved: list[Json] = [each | {"origin": places.index(integer(each["origin"]))} for each in shown]
    needed = set(_names([*moved, *array(top["domains"])]))
    forms: list[Json] = []
    for each in reversed(array(top["forms"])):
        form = _object(each)
        if form["name"] in needed:
            needed.update(_names([form]))
            forms.append(form)
    said: dict[str, Json] = {"origins": [origins[place] for place in places], "obligations": moved}
    return top | said | {"forms": forms[::-1], "library": UNSAID, "book": UNSAID}


def _unnamed(obligation: dict[str, Json]) -> dict[str, Json]:
    """Without the names of waivers that are visible to a role."""
    rungs: list[Json] = []
    for each in array(obligation["ladder"]):
        rung = _object(each)
        rungs.append(rung if rung["visible_to"] is None else rung | {"reason": UNNAMED, "visible_to": None})
    return obligation | {"ladder": rungs}


def _names(value: Json) -> Iterator[str]:
    """Every text in it: among them all the names of forms that it refers to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _names(part)


# --- checks ------------------------------------------------------------------------------------


def _hidden_reasons(value: Json) -> dict[str, list[str]]:
    """By obligation, the reasons of rungs that are not shown."""
    found = {}
    for each in array(_object(value)["obligations"]):
        obligation = _object(each)
        rungs = [_object(rung) for rung in array(obligation["ladder"])]
        found[text(obligation["id"])] = [text(r["reason"]) for r in rungs if r["visible_to"] is not None]
    return found


def _checks(value: Json, obligations: dict[str, Json], hidden: Mapping[str, list[str]]) -> dict[str, Json]:
    shown = {_object(each)["id"] for each in array(obligations["obligations"])}
    kept: list[Json] = []
    for each in array(_object(value)["findings"]):
        finding = _object(each)
        if finding["obligation"] in shown:
            reason = text(finding["reason"])
            for secret in hidden[text(finding["obligation"])]:
                reason = reason.replace(secret, UNNAMED)
            kept.append(finding | {"reason": reason})
    outcome = worst(Outcome(text(_object(each)["outcome"])) for each in kept)
    return {"outcome": outcome.value, "findings": kept}


def _below(path: str) -> str:
    return path.removeprefix(RULES)


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ShapeError("expected an object")
    return value
