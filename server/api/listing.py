"""Lists: newest first, a page at a time. A cursor is the last id that was given, and ids sort by their time: what is
made while somebody walks comes before where the walk began, and what was there is met exactly once."""

import re
from collections.abc import Sequence
from typing import TypeVar

from sqlmodel import Session, col, select

from server.api.problem import ProblemError
from server.log.feed import Which
from server.store.tables import (
    ApprovalPolicy,
    Credential,
    Hold,
    LegalHold,
    PersonKey,
    Proposal,
    Rulebook,
    Run,
    Snapshot,
    Waiver,
    Webhook,
)

Row = TypeVar(
    "Row", ApprovalPolicy, Credential, Hold, LegalHold, PersonKey, Proposal, Rulebook, Run, Snapshot, Waiver, Webhook
)

LONGEST = 500  # rows of a page
USUAL = 50
_ID = re.compile(r"[a-z]+_[0-9a-v]{24}")


def page(
    session: Session, table: type[Row], cursor: str | None, limit: int, *which: Which
) -> tuple[Sequence[Row], str | None]:
    """Rows of which all of `which` holds, and the cursor of the next page, None where this is the last."""
    if not 1 <= limit <= LONGEST:
        raise ProblemError("bad-parameter", f"`limit` is {limit}; it may be 1 to {LONGEST}")
    if cursor is not None and not _ID.fullmatch(cursor):
        raise ProblemError("bad-cursor", "this cursor was never given")
    wanted = select(table).where(*which).order_by(col(table.id).desc()).limit(limit + 1)
    rows = session.exec(wanted if cursor is None else wanted.where(col(table.id) < cursor)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
