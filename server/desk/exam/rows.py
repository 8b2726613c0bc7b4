"""The rows of an export's tables that are about one proposal."""

import json
from collections.abc import Iterator
from fractions import Fraction

from sqlmodel import Session, col, select

from policy.proof.entry import entry
from server.desk import overrides
from server.desk.exam.case import Case
from server.desk.exam.sheets import Row, cell
from server.desk.exam.totals import bought_and_sold
from server.desk.measures import KEPT
from server.desk.proposals import State
from server.store.tables import Approval, Journal, Override


def proposal(case: Case) -> Row:
    row, said = case.row, case.said
    bought, sold = bought_and_sold(case)
    return {
        "proposal": row.id,
        "asked": row.made,
        "state": case.state.value,
        "household": row.household,
        "account": row.account,
        "households": row.households,
        "proposer": row.proposer,
        "run": row.run,
        "revises": row.revises,
        "rulebook": row.rulebook,
        "snapshot": row.snapshot,
        "expires": row.expires,
        "answer": None if said is None else said.answer,
        "verdict_before": None if said is None else said.before.answer,
        "verdict_after": None if said is None or said.after is None else said.after.answer,
        "orders": len(case.orders),
        "trades": None if said is None else _yes(bool(case.orders)),
        "discretionary": _decides(case),
        "currency": None if said is None else said.currency,
        "bought": None if said is None else bought,
        "sold": None if said is None else sold,
        "cost": None if said is None else sum((order.cost for order in case.orders), Fraction(0)),
        "reason": row.reason,
        "proof": case.proof,
        "why": None if case.why is None else case.why.value,
        "bundle": case.bundle,
    }


def orders(case: Case, approval: Approval | None) -> Iterator[Row]:
    if case.said is None:
        return
    places = {id(order): number for number, order in enumerate(case.said.orders)}
    for order in case.orders:
        yield {
            "proposal": case.row.id,
            "number": places[id(order)],
            "asked": case.row.made,
            "state": case.state.value,
            "proposer": case.row.proposer,
            "approver": None if approval is None else approval.person,
            "approved": None if approval is None else approval.time,
            "batch": order.batch,
            "account": order.account,
            "discretionary": _known(case.discretionary[order.account]),
            "side": order.side,
            "instrument": order.instrument,
            "name": order.name,
            "quantity": order.quantity,
            "currency": case.said.currency,
            "price": order.price,
            "worth": order.worth,
            "cost": order.cost,
            "short_gain": order.short_gain,
            "long_gain": order.long_gain,
            "lots": "; ".join(f"{used.lot}: {cell(used.quantity)}" for used in order.lots),
            "proof": case.proof,
        }


def decided(session: Session, case: Case) -> Approval | None:
    return session.get(Approval, case.row.id)


def decision(case: Case, approval: Approval | None) -> Row | None:
    """Of a proposal that was approved or rejected."""
    if approval is not None:
        return {
            "proposal": case.row.id,
            "decision": "approval",
            "kind": approval.kind,
            "person": approval.person,
            "role": approval.role,
            "policy": approval.policy,
            "clause": approval.clause,
            "rulebook": approval.rulebook,
            "snapshot": approval.snapshot,
            "time": approval.time,
            "evidence": approval.evidence,
            "envelope": approval.envelope,
            "reason": None,
            "entry": _entry(case, "proposal.approved"),
        }
    found = [each for each in case.entries if each.type == "proposal.rejected"]
    if case.state is not State.REJECTED or not found:
        return None
    nothing = dict.fromkeys(("role", "policy", "clause", "rulebook", "snapshot", "evidence", "envelope"))
    who = {"kind": "attested", "person": entry(found[0].entry).actor, "time": found[0].time}
    said = {"reason": case.row.reason, "entry": found[0].index}
    return {"proposal": case.row.id, "decision": "rejection", **who, **nothing, **said}


def overridden(session: Session, case: Case) -> Iterator[Row]:
    wanted = select(Override).where(Override.proposal == case.row.id).order_by(col(Override.id))
    for row in session.exec(wanted).all():
        yield {
            "override": row.id,
            "proposal": row.proposal,
            "state": overrides.state(row),
            "reason": row.reason,
            "evidence": row.evidence,
            "asker": row.asker,
            "asked": row.made,
            "granter": row.granter,
            "granted": row.granted,
            "kind": row.kind,
            "envelope": row.envelope,
            "ended": row.ended,
        }


def event(row: Journal) -> Row:
    said = entry(row.entry)
    return {
        "number": row.index,
        "time": row.time,
        "type": row.type,
        "stream": row.stream,
        "seq": row.seq,
        "actor": said.actor,
        "subject": said.subject,
        "household": row.household,
        "leaf": row.leaf.hex(),
        "erased": _yes(row.salt is None),
        "data": json.dumps(json.loads(row.data), sort_keys=True, ensure_ascii=False),
    }


def _entry(case: Case, type: str) -> int | None:
    return next((each.index for each in case.entries if each.type == type), None)


def _decides(case: Case) -> str | None:
    """As a policy of approval goes by it."""
    if case.said is None or case.row.measures is None:
        return None
    measures = KEPT.validate_json(case.row.measures)
    return _known(measures.discretion) if measures.accounts else None


def _known(it: bool | None) -> str:
    return "unknown" if it is None else _yes(it)


def _yes(it: bool) -> str:
    return "yes" if it else "no"
