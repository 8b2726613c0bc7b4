"""Bundles made to trip the verifier, to keep it busy, or to mislead whoever opens them: an answer, and soon."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from policy.canonical import digest
from policy.proof.archive import MANIFEST
from policy.proof.bundle import report
from policy.proof.claims.claim import Answer
from policy.proof.examine import Examination, examined
from policy.proof.layout import CERTIFICATE, CHECKS, CHECKS_CSV, OBLIGATIONS, ORDERS_CSV, PROPOSAL, REPORT
from policy.proof.opened import opened
from policy.proof.sheets import checks_csv, orders_csv
from tests.policy.proof.attack import CARD_OUTSIDE, MADE, answers, edited, refuted, relisted

LONG = "1" + "0" * 3_990
RECOMPUTED = ("file", "orders", "rules", "fills", "better")


def consistent(path: str, change: Callable[[Any], None]) -> dict[str, bytes]:
    """The change by an insider who makes everything else again that can be made: hash, copies, manifest."""
    files = edited(path, change)
    if path == OBLIGATIONS:
        files = edited(PROPOSAL, lambda proposal: proposal.update(obligations=digest(files[OBLIGATIONS])), files)
    try:
        found = opened(files)
        copies = {ORDERS_CSV: orders_csv(found.proposal), CHECKS_CSV: checks_csv(found.case, found.checks.findings)}
        return relisted({**files, **copies, REPORT: report(found, {**files, **copies})})
    except ValueError:
        return files


def recomputed(found: Examination) -> set[Answer]:
    return {answer for name, answer in answers(found).items() if name in RECOMPUTED}


def coefficients(number: str) -> Callable[[Any], None]:
    def change(obligations: Any) -> None:
        for form in obligations["forms"]:
            form["terms"] = [[number, name] for _, name in form["terms"]]

    return change


def tower(obligations: Any) -> None:
    last = obligations["forms"][-1]["name"]
    for place in range(3_000):
        terms = [["7" * 300 + "/" + "3" * 299 + "1", f"z{place - 1:05}" if place else last]]
        obligations["forms"].append({"name": f"z{place:05}", "const": "0", "terms": terms, "low": None, "high": None})


def fractions(obligations: Any) -> None:
    """One form over a thousand numbers that have no denominator in common."""
    name = obligations["forms"][-1]["name"]
    terms = [[f"1/{10**300 + place}", name] for place in range(1_000)]
    obligations["forms"].append({"name": "z", "const": "0", "terms": terms, "low": None, "high": None})


def nested(obligations: Any) -> None:
    rung = obligations["obligations"][0]["ladder"][0]
    for _ in range(90):
        rung["formula"] = {"is": "not", "part": rung["formula"]}


def boxes(obligations: Any) -> None:
    for quantity in obligations["quantities"]:
        quantity["high"] = LONG


def multipliers(certificate: Any) -> None:
    for leaf in certificate["leaves"]:
        leaf["duals"] = [[name, f"{'-' * value.startswith('-')}{LONG}/3"] for name, value in leaf["duals"]]


SIZES: list[tuple[str, Callable[[Any], None]]] = [
    *(
        (OBLIGATIONS, change)
        for change in (coefficients(LONG), coefficients(f"1/{LONG[:-1]}7"), tower, fractions, boxes)
    ),
    *((OBLIGATIONS, nested), (CERTIFICATE, multipliers)),
    (CERTIFICATE, lambda certificate: certificate.update(bound=LONG)),
    (PROPOSAL, lambda proposal: proposal.update(point=[[name, LONG] for name, _ in proposal["point"]])),
]


@pytest.mark.parametrize(("path", "change"), SIZES)
def test_numbers_and_nesting_without_end(path: str, change: Callable[[Any], None]) -> None:
    assert Answer.REFUTED in answers(examined(consistent(path, change), None)).values()


@pytest.mark.parametrize("path", ["verify.py", "report2.html", "log/zzz", "approvals/note.txt", "trust/other.txt"])
def test_a_file_that_no_check_reads_such_as_a_verifier_of_the_forgers_own(path: str) -> None:
    refuted(relisted(MADE.files, **{path: b"print('proven')\n"}), "file", f"`{path}` is no part of a bundle")


def test_a_readme_that_tells_to_check_in_another_way() -> None:
    refuted(relisted(MADE.files, **{"README.txt": b"Run verify.sh.\n"}), "file", "README.txt")


def test_money_that_no_booking_left() -> None:
    def keep(proposal: Any) -> None:
        proposal.update(orders=[], point=[["residue/T", "5"]])

    refuted(consistent(PROPOSAL, keep), "orders", "no order is booked there")


def test_an_impossibility_has_no_objective_and_a_bound_has_one() -> None:
    files = consistent(CERTIFICATE, lambda certificate: certificate.update(objective=None))
    refuted(files, "rules", "a bound is of an objective")


def test_every_byte_of_the_record_counts() -> None:
    """With a card from elsewhere, whatever is altered outside the decision is refuted; only the card inside, which is
    there for convenience, is not looked at."""
    for path in MADE.files.keys() - {MANIFEST, "trust/policy.txt"}:
        dice = Random(path)
        for _ in range(4):
            data = bytearray(MADE.files[path])
            at = dice.randrange(len(data))
            data[at : at + dice.randrange(2)] = b"x" if data[at : at + 1] != b"x" else b"y"
            found = examined(relisted(MADE.files, **{path: bytes(data)}), CARD_OUTSIDE)
            assert found.answer is Answer.REFUTED, (path, at)


UNREAD = {
    CHECKS: {"reason", "within", "contributors", "deciding", "fills", "state"},
    CERTIFICATE: {"bound", "duals", "empty", "under", "over", "const", "terms", "label", "deviations", "cuts", "at"},
    PROPOSAL: {"run", "time", "proposer", "batch"},
}
"""Members that may change and no claim about the decision is refuted, by file: docs/proofs.md has the arguments."""


@pytest.mark.parametrize("path", UNREAD)
@pytest.mark.parametrize("cases", [60, pytest.param(3_000, marks=pytest.mark.deep)])
def test_a_changed_member_is_refuted_or_is_one_of_those_that_are_argued_about(path: str, cases: int) -> None:
    for seed in range(cases):
        dice, way = Random(f"{path} {seed}"), list[Any]()

        def change(value: Any, dice: Random = dice, way: list[Any] = way) -> None:
            holder = value
            while True:
                key = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
                way.append(key)
                if not isinstance(holder[key], dict | list) or not holder[key]:
                    break
                holder = holder[key]
            holder[key] = changed(holder[key], dice)

        files = consistent(path, change)
        if recomputed(examined(files, None)) == {Answer.PROVEN} and files[path] != MADE.files[path]:
            assert UNREAD[path] & set(way), (seed, way)


def changed(value: Any, dice: Random) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + dice.choice((1, -1))
        case str() if value.lstrip("-").replace("/", "").isdigit():
            return dice.choice(("0", "1", "-7", "1/3", f"-{value}".replace("--", ""), "999999999"))
        case str():
            return dice.choice(("", "pass", "block", "waived", "passes always", f"{value}x"))
        case _:
            return dice.choice(("0", True, [], {}))
