"""Who came past the limit of probing (`server.desk.probing`) is answered nothing that could tell more, on any route."""

from datetime import UTC, datetime

from server.api.problem import ProblemError
from server.auth.credentials import Principal
from server.desk import probing
from server.running import Service

TOO_MANY = "too many different names of yours were not permitted lately; ask compliance"


def required(service: Service, who: Principal) -> None:
    """429 for whoever is past it."""
    with service.store.reading() as session:
        seconds = probing.limited(session, service.settings.probing, who.name, datetime.now(UTC))
    if seconds is not None:
        raise ProblemError("probing-limited", TOO_MANY, headers={"Retry-After": str(seconds)})
