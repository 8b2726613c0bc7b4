"""Who one is, what was answered to whom, who read what, and the keys with which people sign."""

from sqlmodel import Field, Index, SQLModel


class Credential(SQLModel, table=True):
    """An API key. `secret`: SHA-256 of it, which is enough for 256 random bits. `roles`: their names, by commas.
    `households`: those it may see, by commas; null for all. `rotated`: the id of the key that took its place."""

    __tablename__ = "credential"
    id: str = Field(primary_key=True)
    secret: str = Field(unique=True)
    principal: str
    roles: str
    households: str | None = None
    made: str
    expires: str
    ended: str | None = None
    rotated: str | None = None


class Reply(SQLModel, table=True):
    """What was answered to a request that carried an `Idempotency-Key`. While it is worked on,
    `status` is null, and it is in the hand of `holder` until `lease` (`server.store.hands`)."""

    __tablename__ = "reply"
    principal: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request: str
    time: str = Field(index=True)
    holder: str | None = Field(default=None, index=True)
    lease: str
    status: int | None = None
    headers: str | None = None
    body: bytes | None = None


class Read(SQLModel, table=True):
    """One answer with clients' data that somebody was given (`server.log.reads`). `route`: verb and template;
    `object`: what stood in the path and the query; `roles`: of who asked, and `households`: both by commas, the
    latter null where the route does not know."""

    __tablename__ = "read"
    __table_args__ = (
        Index("ix_read_credential", "credential", "time"),
        Index("ix_read_principal", "principal", "time"),
    )
    id: int | None = Field(default=None, primary_key=True)
    time: str = Field(index=True)
    credential: str
    principal: str
    roles: str
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
