"""The decision in a bundle, read: the JSON files, each in its canonical form and exactly its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from policy.canonical import CanonicalError, Json, decode
from policy.proof.certificate import Certificate, Claim, certificate_from_json
from policy.proof.check import findings, from_json
from policy.proof.check.case import Case, Outcome
from policy.proof.check.domains import Objective, cost, objective
from policy.proof.check.evaluate import Values, outcome, values
from policy.proof.check.findings import Checks
from policy.proof.layout import CERTIFICATE, CHECKS, OBLIGATIONS, PROPOSAL
from policy.proof.proposal import Proposal, proposal_from_json
from policy.proof.reading import ShapeError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """`at`: every quantity and form at the proposed point; `ended`: what each obligation says there. `objective`: what
    is minimised, None without a certificate of a bound; `reached`: its value at the point, None where a missing fact
    decides it."""

    case: Case
    proposal: Proposal
    checks: Checks
    certificate: Certificate | None
    objective: Objective | None
    at: Values
    ended: Mapping[str, Outcome]
    reached: Fraction | None


def opened(files: Mapping[str, bytes]) -> Opened:
    """ShapeError, naming the file, where one is missing or malformed."""
    case = _read(files, OBLIGATIONS, from_json.case)
    proposal = _read(files, PROPOSAL, proposal_from_json)
    at = values(case, dict(proposal.point))
    certificate, goal = None, None
    if CERTIFICATE in files:
        certificate, goal = _read(files, CERTIFICATE, lambda value: _certificate(value, case))
    return Opened(
        case=case,
        proposal=proposal,
        checks=_read(files, CHECKS, lambda value: findings.checks(value, case)),
        certificate=certificate,
        objective=goal,
        at=at,
        ended={name: outcome(obligation, at) for name, obligation in case.obligations.items()},
        reached=None if goal is None else cost(goal, at),
    )


def _certificate(value: Json, case: Case) -> tuple[Certificate, Objective | None]:
    certificate = certificate_from_json(value)
    bound = certificate.claim is Claim.BOUND
    return certificate, objective(certificate.objective, case) if bound else None


def _read(files: Mapping[str, bytes], path: str, read: Callable[[Json], T]) -> T:
    if path not in files:
        raise ShapeError(f"{path} is missing")
    try:
        return read(decode(files[path]))
    except (CanonicalError, ShapeError) as error:
        raise ShapeError(f"{path}: {error}") from None
