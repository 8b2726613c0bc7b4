"""A proposal as an export tells it: what came of it, whether there is a proof, and if not, why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from server.answer.proposal import UNSAID, WORDS, Ordered, ProposeAnswer
from server.desk import proposals, proving
from server.desk.exam import scope
from server.desk.exam.scope import Scope
from server.desk.proposals import State
from server.flow import proposing
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Proposal


class Why(StrEnum):
    """Why there is no proof, in the order in which it is asked."""

    ERASED = "erased"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PENDING = "pending"
    UNSIGNED = "unsigned"
    NOT_FOUND = "not found"
    NOT_SEARCHED = "not searched"
    NOT_PERMITTED = "not permitted"
    KEPT = "kept"


MEANS = {
    Why.ERASED: "what the log commits to was erased; its entries and their proofs are still there",
    Why.FAILED: "a fault of the service: nothing was decided",
    Why.CANCELLED: "its run was cancelled, or a newer one took its place, before it was worked out",
    Why.PENDING: "nobody has worked it out yet",
    Why.UNSIGNED: "it was decided after the checkpoint of this export",
    Why.NOT_FOUND: "refused: a search found no orders, which proves nothing",
    Why.NOT_SEARCHED: "refused: nothing was searched, which proves nothing",
    Why.NOT_PERMITTED: "refused; why is not for the eyes that this export was made for",
    Why.KEPT: "there may be a proof, which rests on rules that are not for the eyes that this export was made for",
}

_OF_STATE = {
    State.REFUSED: Why.NOT_SEARCHED,
    State.FAILED: Why.FAILED,
    State.CANCELLED: Why.CANCELLED,
    State.SUPERSEDED: Why.CANCELLED,
}
"""Where there is no answer."""

_OF_ANSWER = {word: Why(word) for word in (*WORDS.values(), UNSAID) if word in set(Why)}


@dataclass(frozen=True, slots=True)
class Case:
    """`orders`: those that the export is about; `discretionary`: by account, of these; `why`: None where there is a
    proof; `whole`: nothing that it rests on is kept from the reader; `entries`: of its stream, as far as the checkpoint
    has them."""

    row: Proposal
    state: State
    said: ProposeAnswer | None
    orders: tuple[Ordered, ...]
    discretionary: Mapping[str, bool | None]
    why: Why | None
    whole: bool
    entries: tuple[Journal, ...]

    @property
    def proof(self) -> str:
        return "no" if self.why is not None else "whole" if self.whole else "open"

    @property
    def bundle(self) -> str | None:
        """Its place in the export."""
        return f"bundles/{self.row.id}.proof.zip" if self.why is None else None


def case(service: Service, session: Session, of: Scope, row: Proposal, size: int, now: str) -> Case:
    """`size`: of the log in the export's checkpoint."""
    found = session.exec(select(Journal).where(Journal.stream == row.id).order_by(col(Journal.seq))).all()
    entries = tuple(each for each in found if each.index < size)
    said = None if row.answer is None else blobs.get(session, [row.answer]).get(row.answer)
    answer = None if said is None else proposing.read_by(said, of.who.roles, of.who.households)
    state = proposals.state(row, now)
    orders = () if answer is None else tuple(scope.within(service, session, of, row, answer.orders))
    whole = proving.whole_to(service, row, of.who.roles)
    free = scope.discretionary(service, session, row, orders)
    return Case(row, state, answer, orders, free, _why(state, answer, entries), whole, entries)


def _why(state: State, said: ProposeAnswer | None, entries: tuple[Journal, ...]) -> Why | None:
    if any(each.salt is None for each in entries):
        return Why.ERASED
    if said is None:
        return _OF_STATE.get(state, Why.PENDING)
    if len(entries) < 2:  # that it began, and what came of it
        return Why.UNSIGNED
    return None if said.bundle is not None else _OF_ANSWER.get(said.answer, Why.KEPT)
