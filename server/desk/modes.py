"""Modes of rules: that one is observed or enforced, asked for by one and agreed to by another, from an instant on.

| state  | when                                                        | may become |
| ------ | ----------------------------------------------------------- | ---------- |
| asked  | somebody asked for it                                       | agreed     |
| agreed | somebody else agreed: from `active` on it is the rule's mode |            |

A rule of a draft that is not observed is enforced. The last of its modes whose instant has come is the one that it has.
"""

from sqlmodel import Session

from policy.canonical import Json
from server import clock
from server.log.events import Event, apart
from server.store.tables import Mode


def asked(
    session: Session, rulebook: str, rule: str, mode: str, since: str | None, reason: str, role: str | None, by: str
) -> tuple[Mode, Event]:
    """`rulebook`: the published one; `since`: None for at once; `role`: whose eyes the rule is for."""
    row = Mode(
        id=clock.fresh("mode"),
        rulebook=rulebook,
        rule=rule,
        mode=mode,
        since=since,
        reason=reason,
        role=role,
        asker=by,
        made=clock.now(),
    )
    session.add(row)
    return row, _told(row, "mode.asked", by)


def granted(session: Session, row: Mode, by: str, now: str) -> Event:
    """From now on where the instant that was asked for has passed meanwhile."""
    row.granter, row.granted, row.active, row.version = by, now, max(row.since or now, now), row.version + 1
    session.add(row)
    return _told(row, "mode.granted", by)


def _told(row: Mode, type: str, by: str) -> Event:
    data: dict[str, Json] = {"id": row.id, "rulebook": row.rulebook, "rule": row.rule, "mode": row.mode}
    data |= {"from": row.since if row.active is None else row.active, "reason": row.reason, "asker": row.asker}
    return Event(type, apart("rules", row.role), "mode of a rule", by, data, role=row.role)
