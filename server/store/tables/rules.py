"""Rule books and what was decided about their rules."""

from sqlmodel import Field, SQLModel


class Rulebook(SQLModel, table=True):
    """A set of rule files, by the hash of its manifest (a blob, as are the files). `report`: the blob with what its
    cases said. `active`: the instant from which it is in force, once somebody has said one. `base`: the published one
    of which this is the state from then on, with other rules observed and with waivers; `replaced`: when another state
    took its place before its time (`server.desk.ruling`). `role`, `household`: whose eyes what differs from the one
    before is for, where not everybody's. `git`: the blob with the commit whose files it has, where it was published as
    one (`server.desk.revision`)."""

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
    role: str | None = None
    household: str | None = None
    git: str | None = None


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
    is for, as in the journal; `evidence`: SHA-256; `kind`, `envelope`: of the grant (`server.desk.granting`)."""

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
    kind: str | None = None
    envelope: str | None = None
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
    kind: str | None = None
    envelope: str | None = None
    ended: str | None = None
    version: int = 1
