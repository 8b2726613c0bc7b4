"""What a waiver is asked for: its terms, and whose eyes it is for."""

from typing import Annotated

from pydantic import Field

from policy.ir import scope
from server.api import chosen
from server.api.checks import Day
from server.api.chosen import invalid
from server.api.wire import Asked
from server.auth.credentials import Principal
from server.desk import evidence, ingest, loaded
from server.desk.waivers import Terms, Wanted
from server.running import Service

Plain = Annotated[str, Field(min_length=1, max_length=200, pattern=r'^[^"\x00-\x1f\x7f]+$')]
"""What can stand between the quotes of the language."""
Limit = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[^#\x00-\x1f\x7f]+$")]


class WaiverAsked(Asked):
    rule: Annotated[str, Field(min_length=1, max_length=200)]
    household: Plain | None = None
    """by its id: each of its accounts, and what is judged of them together"""
    account: Plain | None = None
    """by its id; every account without it and without `household`"""
    level: Annotated[str, Field(max_length=60, pattern="^[a-z]+( [a-z]+)*$")] | None = None
    """such as `issuer`, with `group`"""
    group: Plain | None = None
    """by its id, as accounts are; every one without it"""
    raises_to: Limit | None = None
    """the limit of a cap meanwhile, in the language: `8% of net assets`"""
    lowers_to: Limit | None = None
    """the limit of a floor meanwhile; with neither the rule is lifted"""
    no_purchases: bool = False
    first: Day
    """it holds from this day on, and not before the day on which it is granted"""
    last: Day
    reason: Plain
    evidence: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """SHA-256 of what was filed at /v1/evidence"""


def terms(service: Service, who: Principal, asks: WaiverAsked) -> Wanted:
    if asks.household is not None and asks.account is not None:
        raise invalid("/account", "a waiver is for a household or for one account", "leave one of them out")
    if (asks.level is None) != (asks.group is None):
        raise invalid("/group", "`level` and `group` go together", "give both, or neither")
    if asks.raises_to is not None and asks.lowers_to is not None:
        raise invalid("/lowers_to", "a limit is raised or lowered", "leave one of them out")
    if asks.evidence is not None:
        with service.store.reading() as session:
            if not evidence.known(session, asks.evidence, who):
                raise invalid("/evidence", "there is no such evidence", "send it to /v1/evidence")
    found = Terms(
        asks.household, asks.account, asks.level, asks.group, asks.raises_to, asks.lowers_to, asks.no_purchases
    )
    return Wanted(asks.rule, found, asks.first, asks.last, asks.reason, asks.evidence)


def whose(service: Service, who: Principal, asks: WaiverAsked) -> str | None:
    """Whose eyes it is for. Household and account are of the newest snapshot, and theirs to see."""
    _by_id(service, asks)
    if asks.household is None and asks.account is None:
        if who.households is None:
            return None
        raise invalid("/account", "you may not see every account", "name a household or an account of yours")
    with service.store.reading() as session:
        known = loaded.manifest_in(service, chosen.data(session, None))
    if asks.account is not None:
        return chosen.home(known, asks.account, who)
    return chosen.household(known, asks.household, who, snapshot=None)


def _by_id(service: Service, asks: WaiverAsked) -> None:
    """What is a name in the newest snapshot, and no id there, would cover nothing."""
    if asks.level is None or asks.group is None:
        return
    with service.store.reading() as session:
        row = ingest.latest(session)
    if row is None:
        return
    shared = loaded.shared_in(service, loaded.manifest_in(service, row)).book
    if ids := scope.called(asks.level, asks.group, shared):
        raise invalid("/group", f"the snapshot has no {asks.level} of this id", scope.by_id(asks.group, ids))
