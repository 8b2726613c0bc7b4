"""Proposals, what decides on them, and runs of many."""

from sqlmodel import Field, SQLModel, UniqueConstraint


class Proposal(SQLModel, table=True):
    """What was asked (`intent`: a blob), of which rules and data, and what came of it. `state`: as far as it was
    written; what the clock alone changes (a lease, an end) is not. `answer`: the blob with what the API says of it, by
    role; `statement`: SHA-256 of what the log's entry commits to, null where nothing is proven; `whole`: the manifest
    of all its files and the salt, where some are kept from somebody and the entry commits to what everybody may read
    (`policy.proof.kept`).
    `household`: whose part of the snapshot it is about, null for all of it; `account`: the one in which it may trade,
    null for all. `roles`: of who asked, by commas. `households`: whose accounts these are, by
    commas; null where an account is nobody's. `holder`, `lease`: the worker that has it in hand, until then; `tries`:
    how often one began. `run`, `number`: the run that asked for it, and its place in that.
    `measures`: what a policy of approval looks at, JSON; `holds`: the quantities that its orders take, JSON, once there
    are some; `seen`: the first snapshot that they are not held against any more, once they are approved. `held`: the
    instant from which somebody holds it, `held_until` one that was named."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("run", "number"),)
    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    version: int = 1
    rulebook: str
    snapshot: str
    household: str | None = Field(default=None, index=True)
    account: str | None = Field(default=None, index=True)
    intent: str
    households: str | None = None
    proposer: str
    roles: str = ""
    made: str = Field(index=True)
    expires: str | None = None
    answer: str | None = None
    statement: str | None = None
    whole: str | None = None
    reason: str | None = None
    revises: str | None = None
    holder: str | None = Field(default=None, index=True)
    lease: str | None = None
    tries: int = 0
    run: str | None = None
    number: int | None = None
    measures: str | None = None
    holds: str | None = None
    seen: str | None = None
    held: str | None = None
    held_until: str | None = None
    held_by: str | None = None
    held_why: str | None = None


class Approval(SQLModel, table=True):
    """That a proposal was approved: `kind` (person-key, attested, standing), `person` (or the policy), under which
    clause of which `policy` (null: the default); `rulebook`: the rules in force then; `snapshot`: the newest data then.
    `envelope`: the signed blob; `inclusion`: the blob that shows the proposal in the run that was approved as a whole;
    `evidence`: SHA-256 of what the client said."""

    __tablename__ = "approval"
    proposal: str = Field(primary_key=True)
    kind: str
    person: str
    role: str | None = None
    policy: str | None = None
    clause: int | None = None
    rulebook: str
    snapshot: str
    envelope: str | None = None
    inclusion: str | None = None
    evidence: str | None = Field(default=None, index=True)
    time: str


class ApprovalPolicy(SQLModel, table=True):
    """Who has to approve what. `document`: the blob with its clauses. `since`: from when it was asked for, null for at
    once; `active`: from when it is in force, once `approver` agreed; `ends`: when its leniencies end."""

    __tablename__ = "approval_policy"
    id: str = Field(primary_key=True)
    document: str
    title: str
    author: str
    made: str
    since: str | None = None
    approver: str | None = None
    active: str | None = Field(default=None, index=True)
    ends: str | None = None
    version: int = 1


class Hold(SQLModel, table=True):
    """Nothing is traded for the household, or in its account, from `since` until `until`. `ender`: who set that end
    after it was placed."""

    __tablename__ = "hold"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    account: str | None = None
    version: int = 1
    reason: str
    since: str
    until: str | None = None
    author: str
    made: str
    ender: str | None = None


class Choice(SQLModel, table=True):
    """By what the household with this `number` in a run was chosen or is passed over, `why` in JSON; none where nothing
    was asked."""

    __tablename__ = "choice"
    run: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    why: str


class Run(SQLModel, table=True):
    """Proposals for many households, asked for as one. `households`: the blob with their ids, a JSON list, in the order
    of the run; `total`: how many; `asked`: for so many of them, from the first on, a proposal was queued. `ended`: when
    the last result was there. `chosen`: by what households are passed over, JSON; `passed`: how many were."""

    __tablename__ = "run"
    id: str = Field(primary_key=True)
    kind: str
    state: str = Field(index=True)
    version: int = 1
    rulebook: str
    snapshot: str
    intent: str
    households: str
    total: int
    chosen: str = "{}"
    asked: int = 0
    passed: int = 0
    proposer: str
    made: str = Field(index=True)
    begun: str | None = None
    ended: str | None = None
    expires: str | None = None
    reason: str | None = None
