"""Grants of waivers and overrides: what to sign for one, and the yes that was sent."""

from sqlmodel import Session

from policy.proof import grant
from server.api.people import Envelope, Signable, refused, sealed, to_sign
from server.api.problem import ProblemError
from server.api.wire import Asked
from server.auth.credentials import Principal
from server.auth.people import Refused
from server.auth.roles import Act
from server.desk import granting
from server.desk.granting import Given
from server.running import Service


class Granted(Asked):
    envelope: Envelope | None = None
    """what `grant-payload` gives, signed with one's own key; without it the service attests the yes"""


def payload(who: Principal, act: Act, of: str, statement: str, now: str) -> Signable:
    return to_sign(grant.GRANT, grant.written(granting.to_sign(who, act, of, statement, now)))


def given(
    service: Service, session: Session, who: Principal, act: Act, of: str, statement: str, yes: Granted, now: str
) -> Given:
    envelope = None if yes.envelope is None else sealed(yes.envelope)
    found = granting.given(session, who, act, of, statement, envelope, service.signer.seed, now)
    if isinstance(found, Refused):
        raise refused(found)
    return found


def ruling(who: Principal, role: str | None) -> None:
    """`role`: that the rule is for."""
    if not who.rules(role):
        raise ProblemError("role-not-allowed", "this rule is not of your role; compliance decides on it")


def by_another(who: Principal, *askers: str) -> None:
    if who.name in askers:
        raise ProblemError("self-approval", f"{who.name} asked for this; somebody else grants it")
