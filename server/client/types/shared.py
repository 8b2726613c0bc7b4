"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from server.client.answer import Answer, Exact
from server.client.types.judged import JudgeAnswer


class ApprovalNeeded(Answer):
    """`level`: who says yes (standing, self, four eyes, role, client); `kind`: how, at least (attested, person-key);
    `others`: not the proposer; `roles`: all of these; `step_up_minutes`: within which they have shown who they are.
    `policy`: whose clause it is, null for the default; `clause`: null where none decides, or several might; `why`: a
    line for each clause that was looked at. It is what the policy in force now asks for, and so what an approval now
    is held to."""

    level: str
    kind: str
    others: bool
    roles: tuple[str, ...]
    step_up_minutes: int | None
    policy: str | None
    clause: int | None
    why: tuple[str, ...]


class ApprovalSaid(Answer):
    """`kind`: person-key (the person signed), attested (the service says that their session said yes), standing (the
    policy `person` did). `policy`, `clause`: what it was held to; `rulebook`: the rules in force then, by which the
    orders pass; `snapshot`: the newest data then, in which nothing but prices stops them."""

    kind: str
    person: str
    role: str | None
    policy: str | None
    clause: int | None
    rulebook: str
    snapshot: str
    evidence: str | None
    time: str


class AskedOutput(Answer):
    """One line of the proof: so many times this rule's limit asks for so much more than the book as it stands has."""

    rule: str
    obligation: str
    times: Exact
    asks: Exact


class Case(Answer):
    """What the rules ask for in one case, weighted and added up: `short` more than all orders together could bring."""

    asked: tuple[AskedOutput, ...]
    short: Exact
    unit: str


class Conflict(Answer):
    """Rules that cannot hold together. `minimal`: leaving out any one of them ends this proof, which speaks of
    divisible units and leaves out what is only judged. `proof`: every case of it."""

    minimal: bool
    rules: tuple[Gives, ...]
    proof: tuple[Case, ...]


class Costs(Answer):
    """What a rule's limit costs: loosened by one `unit`, it alone, orders are better by at most `each`, in the base
    currency, beside the gap that is open anyway. Proven by the certificate."""

    rule: str
    obligation: str
    title: str
    scope: str
    group: str | None
    unit: str
    each: Exact


class FactsAnswer(Answer):
    """The next snapshot, and the one that it was made of. `jumps`: of prices, null where there is none."""

    id: str
    base: str
    manifest: str
    as_of: str
    known_at: str
    made: str
    log: Receipt
    jumps: Jumps | None = None


class Gap(Answer):
    """How much better compliant orders could be at most, in money and as basis points of net assets: proven by the
    certificate, and claimed by the search."""

    certified: Exact | None
    certified_bp: Exact | None
    claimed: Exact | None
    claimed_bp: Exact | None


class Gives(Answer):
    """How much a rule's limit would have to give, in its unit, all others kept: `at_least` is proven, `enough` was
    found and tried. Where `at_least` is null, `alone` says why: nothing that it gives is enough, or it is not
    known."""

    rule: str
    obligation: str
    title: str
    authority: str
    scope: str
    group: str | None
    unit: str
    at_least: Exact | None
    enough: Exact | None
    alone: str | None


class Happened(Answer):
    """An event. `index`: its number in the log and in the feed; `stream`, `seq`: its stream and its number there;
    `leaf`: the hash of its entry, hex; `timestamp`: UTC."""

    type: str
    timestamp: str
    data: Mapping[str, Any]
    event: str
    index: int
    stream: str
    seq: int
    leaf: str


class HeldSaid(Answer):
    """By whom, why, since when, and until when or until somebody resumes it."""

    person: str
    reason: str
    since: str
    until: str | None


class Jump(Answer):
    """`before`, on the day `since`: the last price until then; exact, in the instrument's own currency."""

    instrument: str
    day: str
    price: str
    since: str
    before: str


class Jumps(Answer):
    """Prices that are more than ten times the last ones, or less than a tenth: how many, and the first hundred."""

    count: int
    prices: tuple[Jump, ...]


class LotUsed(Answer):
    lot: str
    quantity: Exact


class Money(Answer):
    """Sums over all orders. `tax`: the intent's rates on realised gains, simply."""

    bought: Exact
    sold: Exact
    cost: Exact
    short_gain: Exact
    long_gain: Exact
    tax: Exact
    unknown_gains: int


class Ordered(Answer):
    """`batch`: released when the one before is filled. Money in the base currency; `short_gain`, `long_gain`: realised
    on lots held up to a year and longer, null where a basis is not known."""

    batch: int
    account: str
    side: str
    instrument: str
    name: str
    quantity: Exact
    price: Exact
    worth: Exact
    cost: Exact
    short_gain: Exact | None
    long_gain: Exact | None
    lots: tuple[LotUsed, ...]


class Page(Answer):
    """`after`: what to ask for next; `more`: whether there is more to look at already."""

    events: tuple[Happened, ...]
    after: int
    more: bool


class ProposalAnswer(Answer):
    """`allows`: what may be done with it now, by somebody else than `proposer`. `reason`: why it failed or was
    rejected. `revises`: the proposal whose place it takes. `approval_needed`: what it takes, while it is `proposed`.
    `held`: who holds it, and why; `released`: that nothing more comes of its approved orders. `intent`: what was
    wanted; `approval`: what it has; `answer`: what came of it, as far as its reader may see the rules. None of
    `intent`, `approval`, `released` and `answer` is in lists."""

    id: str
    state: str
    version: int
    rulebook: str
    snapshot: str
    household: str | None
    account: str | None
    proposer: str
    made: str
    expires: str | None
    allows: tuple[str, ...]
    reason: str | None
    revises: str | None = None
    intent: Mapping[str, Any] | None = None
    answer: ProposeAnswer | None = None
    approval_needed: ApprovalNeeded | None = None
    approval: ApprovalSaid | None = None
    held: HeldSaid | None = None
    released: Release | None = None
    log: Receipt | None = None


class ProposeAnswer(Answer):
    """`answer`: "proposed"; "impossible": proven that no orders end in an outcome that is `allowed`; "not found", "not
    searched"; or "not permitted". `objective`: what the orders cost by the intent, and what doing nothing would.
    `price_box`: verdicts hold while every price stays within ± this share. `reproducible`: the search met no emergency
    clock, so that a rerun finds the same. `bundle`: the file that was written, null where there was nothing to file.
    All of it as its reader may see it. Where a rule is visible to other roles only, what the search said of all rules
    alike (`gap`, `costs`, `tried`, `reproducible`) is left out, and `bundle` is the open one, which a service has of
    orders alone; a refusal is that of the visible rules alone, or says neutrally "not permitted" where these would let
    orders through; and `price_box` is of the visible verdicts."""

    answer: str
    as_of: date
    currency: str
    allowed: tuple[str, ...]
    orders: tuple[Ordered, ...]
    money: Money | None
    objective: Exact | None
    objective_of_nothing: Exact
    gap: Gap | None
    costs: tuple[Costs, ...]
    price_box: Exact | None
    before: JudgeAnswer
    after: JudgeAnswer | None
    conflict: Conflict | None
    stands_in_the_way: tuple[str, ...]
    not_searched: tuple[str, ...]
    tried: tuple[Tried, ...]
    reproducible: bool | None
    bundle: str | None


class Receipt(Answer):
    """Where a write is in the log: its number there, its stream and its number in that, and its leaf hash, hex."""

    index: int
    stream: str
    seq: int
    leaf: str


class Release(Answer):
    """`reason`: null once it was erased."""

    time: str
    person: str
    reason: str | None


class Signable(Answer):
    """What is to be signed: the DSSE envelope is over the canonical JSON of `payload`."""

    payload_type: str = Field(..., alias="payloadType")
    payload: Mapping[str, Any]


class Tried(Answer):
    """One thing that the search did."""

    what: str
    by: str
    said: str
    worth: Exact | None
    bound: Exact | None
