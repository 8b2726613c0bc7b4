"""The tables, as SQLModel classes; `migrations/` makes them.

Three kinds. The *journal* (`journal`, `node`, `head`, `checkpoint`) is the log and the event feed in one:
rows are only ever added, but for the one that says where it ends, and what is erased. *Content* (`blob`) is kept once
under its SHA-256. Everything else says how things stand now, and every change of it is written in the transaction that
adds the journal entry which says what was and what is.

Instants are UTC texts with microseconds, which compare as they lie on the clock; hashes are hexadecimal texts.
"""

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Head(SQLModel, table=True):
    """The one row that whoever appends to the journal locks: its size, and the right edge of its Merkle tree."""

    __tablename__ = "head"
    id: int = Field(default=1, primary_key=True)
    size: int = 0
    edge: bytes = b""


class Journal(SQLModel, table=True):
    """One entry of the log and one event of the feed. `entry`: the canonical bytes of the leaf; `leaf`: its hash;
    `data`: the event's own words, canonical JSON; `body`: what the entry commits to where that is not `data`, and
    `salt` what opens the commitment: null once all three were erased. `household`, `role`: whose eyes it is for, where
    not everybody's."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("stream", "seq"),)
    index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    leaf: bytes = Field(index=True)
    entry: bytes
    type: str
    stream: str
    seq: int
    time: str
    data: str
    salt: bytes | None
    body: bytes | None = None
    household: str | None = None
    role: str | None = None


class Node(SQLModel, table=True):
    """A complete subtree of the journal's Merkle tree, above the leaves."""

    __tablename__ = "node"
    __table_args__ = {"sqlite_with_rowid": False}
    level: int = Field(primary_key=True)
    index: int = Field(primary_key=True)
    hash: bytes


class Checkpoint(SQLModel, table=True):
    """A state of the log that was signed: the whole signed note."""

    __tablename__ = "checkpoint"
    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: bytes


class LegalHold(SQLModel, table=True):
    """That nothing about a household may be erased, until `ended`."""

    __tablename__ = "legal_hold"
    id: str = Field(primary_key=True)
    household: str = Field(index=True)
    reason: str
    placer: str
    made: str
    ended: str | None = None
    ender: str | None = None


class Erasure(SQLModel, table=True):
    """That bodies are to be erased, of a household or of the entry `leaf` (hex): asked for by `asker`, and done at
    `granted`, when `granter` agreed; `entries`: how many."""

    __tablename__ = "erasure"
    id: str = Field(primary_key=True)
    household: str | None = None
    leaf: str | None = None
    reason: str
    asker: str
    made: str
    granter: str | None = None
    granted: str | None = None
    entries: int = 0
    version: int = 1


class Blob(SQLModel, table=True):
    """Content under its SHA-256: rule sources, snapshots, the files of a decision."""

    __tablename__ = "blob"
    hash: str = Field(primary_key=True)
    content: bytes


class Credential(SQLModel, table=True):
    """An API key. `secret`: SHA-256 of it, which is enough for 256 random bits. `roles`: their names, by commas.
    `households`: those it may see, by commas; null for all."""

    __tablename__ = "credential"
    id: str = Field(primary_key=True)
    secret: str = Field(unique=True)
    principal: str
    roles: str
    households: str | None = None
    made: str
    expires: str
    ended: str | None = None


class Reply(SQLModel, table=True):
    """What was answered to a request that carried an `Idempotency-Key`. `status` is null while it is worked on,
    until `lease` at the latest."""

    __tablename__ = "reply"
    principal: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: str
    time: str = Field(index=True)
    lease: str
    status: int | None = None
    headers: str | None = None
    body: bytes | None = None


class Read(SQLModel, table=True):
    """One answer with clients' data that somebody was given (`server.log.reads`). `route`: verb and template;
    `object`: what stood in the path and the query; `households`: by commas, null where the route does not know."""

    __tablename__ = "read"
    __table_args__ = (
        Index("ix_read_credential", "credential", "time"),
        Index("ix_read_principal", "principal", "time"),
    )
    id: int | None = Field(default=None, primary_key=True)
    time: str = Field(index=True)
    credential: str
    principal: str
    route: str
    object: str
    households: str | None = None
    request: str


class Probe(SQLModel, table=True):
    """A name in orders that a rule stopped which their sender may not see (`server.desk.probing`). `time`: when it was
    stopped last."""

    __tablename__ = "probe"
    __table_args__ = (Index("ix_probe_time", "principal", "time"),)
    principal: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    time: str


class Rulebook(SQLModel, table=True):
    """A set of rule files, by the hash of its manifest (a blob, as are the files). `report`: the blob with what its
    cases said. `active`: the instant from which it is in force, once somebody has said one. `base`: the published one
    of which this is the state from then on, with other rules observed and with waivers; `replaced`: when another state
    took its place before its time (`server.desk.ruling`)."""

    __tablename__ = "rulebook"
    id: str = Field(primary_key=True)
    manifest: str = Field(index=True)
    title: str
    author: str
    made: str
    report: str
    active: str | None = Field(default=None, index=True)
    activator: str | None = None
    version: int = 1
    base: str | None = Field(default=None, index=True)
    replaced: str | None = None


class Mode(SQLModel, table=True):
    """That a rule of a published rule book is to be observed or enforced: asked for by `asker`, and from `active` on
    once `granter` agreed at `granted`. `since`: from when it was asked for, null for at once; `role`: whose eyes it is
    for."""

    __tablename__ = "mode"
    id: str = Field(primary_key=True)
    rulebook: str = Field(index=True)
    rule: str
    mode: str
    since: str | None = None
    reason: str
    role: str | None = None
    asker: str
    made: str
    granter: str | None = None
    granted: str | None = None
    active: str | None = None
    version: int = 1


class Observation(SQLModel, table=True):
    """How often a rule that is observed came to each outcome, of a rule book on a day (UTC). `judged`: checks and
    proposals; the others how many of these it would have warned of, stopped, and so on."""

    __tablename__ = "observation"
    rulebook: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    judged: int = 0
    warned: int = 0
    stopped: int = 0
    blocked: int = 0


class Evidence(SQLModel, table=True):
    """That somebody filed the blob `hash`, `size` bytes that they call a `media`."""

    __tablename__ = "evidence"
    hash: str = Field(primary_key=True)
    principal: str = Field(primary_key=True)
    size: int
    media: str
    made: str


class Waiver(SQLModel, table=True):
    """An exception that was asked for, and once `granter` agreed at `granted` in the name of `signed`, the rule file
    `file` (a blob). `terms`: what it covers and allows, JSON; `first`, `last`: days; `role`, `household`: whose eyes it
    is for, as in the journal; `evidence`: SHA-256."""

    __tablename__ = "waiver"
    id: str = Field(primary_key=True)
    rule: str = Field(index=True)
    terms: str
    first: str
    last: str
    reason: str
    evidence: str | None = Field(default=None, index=True)
    role: str | None = None
    household: str | None = None
    asker: str
    made: str
    granter: str | None = None
    granted: str | None = None
    signed: str | None = None
    file: str | None = None
    ended: str | None = None
    ender: str | None = None
    version: int = 1


class Override(SQLModel, table=True):
    """That a proposal which needs consent may be approved: asked for by `asker`, true from `granted` on."""

    __tablename__ = "override"
    id: str = Field(primary_key=True)
    proposal: str = Field(index=True)
    reason: str
    evidence: str | None = Field(default=None, index=True)
    asker: str
    made: str
    granter: str | None = None
    granted: str | None = None
    ended: str | None = None
    version: int = 1


class Snapshot(SQLModel, table=True):
    """A sealed book: what it consists of says the blob `manifest` (`server.desk.manifest`). `counts`: rows by table,
    JSON. `more`: others follow that are added to it, so that it is not the newest."""

    __tablename__ = "snapshot"
    id: str = Field(primary_key=True)
    manifest: str = Field(index=True)
    source: str
    as_of: str
    known_at: str
    counts: str = "{}"
    more: bool = False
    made: str = Field(index=True)


class Proposal(SQLModel, table=True):
    """What was asked (`intent`: a blob), of which rules and data, and what came of it. `state`: as far as it was
    written; what the clock alone changes (a lease, an end) is not. `answer`: the blob with what the API says of it, by
    role; `statement`: SHA-256 of what the log's entry commits to, null where nothing is proven. `household`: whose part
    of the snapshot it is about, null for all of it. `households`: whose accounts these are, by commas; null where an
    account is nobody's. `holder`, `lease`: the worker that has it in hand, until then; `tries`: how often one began.
    `run`, `number`: the run that asked for it, and its place in that.
    `measures`: what a policy of approval looks at, JSON; `holds`: the quantities that its orders take, JSON, once there
    are some."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("run", "number"),)
    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    version: int = 1
    rulebook: str
    snapshot: str
    household: str | None = Field(default=None, index=True)
    intent: str
    households: str | None = None
    proposer: str
    made: str = Field(index=True)
    expires: str | None = None
    answer: str | None = None
    statement: str | None = None
    reason: str | None = None
    revises: str | None = None
    holder: str | None = Field(default=None, index=True)
    lease: str | None = None
    tries: int = 0
    run: str | None = None
    number: int | None = None
    measures: str | None = None
    holds: str | None = None


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


class Approval(SQLModel, table=True):
    """That a proposal was approved: `kind` (person-key, attested, standing), `person` (or the policy), under which
    clause of which `policy` (null: the default). `envelope`: the signed blob; `inclusion`: the blob that shows the
    proposal in the run that was approved as a whole; `evidence`: SHA-256 of what the client said."""

    __tablename__ = "approval"
    proposal: str = Field(primary_key=True)
    kind: str
    person: str
    role: str | None = None
    policy: str | None = None
    clause: int | None = None
    envelope: str | None = None
    inclusion: str | None = None
    evidence: str | None = Field(default=None, index=True)
    time: str


class PersonKey(SQLModel, table=True):
    """A key that somebody has shown to hold. `key`: hex, once for all people and for ever. `proof`: the blob with the
    envelope that showed it. `until`: the number of the journal's entry that ended it."""

    __tablename__ = "person_key"
    id: str = Field(primary_key=True)
    person: str = Field(index=True)
    key: str = Field(unique=True)
    proof: str
    made: str
    ended: str | None = None
    until: int | None = None


class Challenge(SQLModel, table=True):
    """What somebody is to sign with the key that they want to register, once, until it expires."""

    __tablename__ = "challenge"
    nonce: str = Field(primary_key=True)
    person: str = Field(index=True)
    key: str
    expires: str
    used: str | None = None


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


class Executor(SQLModel, table=True):
    """A process that drives flows. `beat`: when it was last heard of; what it drove goes to another when that is too
    long ago."""

    __tablename__ = "executor"
    id: str = Field(primary_key=True)
    beat: str = Field(index=True)


class Told(SQLModel, table=True):
    """An instant that came and was told of in the journal, once: `what` came (a type of event), of which thing."""

    __tablename__ = "told"
    what: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    time: str


class Reached(SQLModel, table=True):
    """The one row that says how far standing verdicts were brought: to journal entry `position` (-1: none), under which
    rule book, on which snapshot; null before there is both. Whoever puts facts into the newest snapshot locks it."""

    __tablename__ = "reached"
    id: int = Field(default=1, primary_key=True)
    position: int = -1
    rulebook: str | None = None
    snapshot: str | None = None


class Verdict(SQLModel, table=True):
    """What an obligation says of the book as it stands, where that is not `pass`. `part`: by what it was judged,
    `firm` or a household; `household`: whose it is, the empty text for who sees every household; `role`: whose eyes it
    is for, `reason_role`: for whose its reason is; `since`, `time`: the journal entry by which it came to this."""

    __tablename__ = "verdict"
    part: str = Field(primary_key=True)
    obligation: str = Field(primary_key=True)
    household: str = Field(index=True)
    rule: str = Field(index=True)
    scope: str
    group: str | None = None
    outcome: str
    reason: str
    role: str | None = None
    reason_role: str | None = None
    since: int
    time: str


class Webhook(SQLModel, table=True):
    """An endpoint to which events are posted, as whoever added it (`principal`, `roles`, `households`) may read them.
    `secret` signs them, until `until` the `former` one, too. `types`: by commas; empty for all. `reached`: the number
    of the last event that needs no other try; `again` to `again_last`: what is posted once more, and how far that came.
    `tries` of the next event so far, and when it is `due`. `holder`, `lease`: the process that has it in hand."""

    __tablename__ = "webhook"
    id: str = Field(primary_key=True)
    url: str
    secret: str
    former: str | None = None
    until: str | None = None
    principal: str
    roles: str
    households: str | None = None
    types: str = ""
    version: int = 1
    made: str
    stopped: str | None = None
    ended: str | None = None
    reached: int
    again: int | None = None
    again_last: int | None = None
    tries: int = 0
    due: str = Field(index=True)
    holder: str | None = None
    lease: str | None = None


class Delivery(SQLModel, table=True):
    """One try to post an event: what the receiver answered, or why nobody did."""

    __tablename__ = "delivery"
    webhook: str = Field(primary_key=True)
    time: str = Field(primary_key=True)
    index: int = Field(primary_key=True)
    status: int | None = None
    error: str | None = None
    milliseconds: int


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
