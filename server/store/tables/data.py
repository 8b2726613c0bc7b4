"""Books as they were sealed, and what the rules say of them as they stand."""

from sqlmodel import Field, SQLModel


class Snapshot(SQLModel, table=True):
    """A sealed book: what it consists of says the blob `manifest` (`server.desk.manifest`). `counts`: rows by table,
    JSON. `more`: others follow that are added to it, so that it is not the newest. `base`: of one that was made of
    others, the last that whoever made it can have known. `since`: the one since which nothing but prices changed,
    mostly itself. `role`: whose eyes what differs from the one before is for, where not everybody's. `erased`: how
    often parts of it were."""

    __tablename__ = "snapshot"
    id: str = Field(primary_key=True)
    manifest: str = Field(index=True)
    source: str
    as_of: str
    known_at: str
    counts: str = "{}"
    more: bool = False
    made: str = Field(index=True)
    since: str
    base: str | None = None
    role: str | None = None
    erased: int = 0


class Salt(SQLModel, table=True):
    """By what the parts of a household are salted until something of it is erased (`server.desk.salts`)."""

    __tablename__ = "salt"
    household: str = Field(primary_key=True)
    key: bytes


class Stated(SQLModel, table=True):
    """What a snapshot does not show of how it came to be. `origins`: whose word what is (`server.desk.origins`);
    `lists`: rows of its book in whose place stands what somebody said of lists, of all that until `heard`
    (`server.desk.lists`). Both are JSON."""

    __tablename__ = "stated"
    snapshot: str = Field(primary_key=True)
    origins: str
    heard: str | None = None
    lists: str


class Entered(SQLModel, table=True):
    """What somebody said of who is on a list, which is in every snapshot that is sealed afterwards: an entry as a book
    has them, or (`ends`) to which day it was one."""

    __tablename__ = "entered"
    id: str = Field(primary_key=True)
    list: str
    kind: str
    subject: str
    start: str
    end: str | None = None
    known: str | None = None
    derivatives: bool
    ends: bool
    source: str
    reason: str | None = None
    author: str
    made: str


class Reached(SQLModel, table=True):
    """A journal entry to which standing verdicts were brought, under which rule book, on which snapshot; null before
    there is both. Its `time` is the entry's; the last row is how far they are."""

    __tablename__ = "reached"
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    time: str = Field(index=True)
    rulebook: str | None = None
    snapshot: str | None = None


class Verdict(SQLModel, table=True):
    """What an obligation says of the book as it stands, or stood, where that is not `pass`. `part`: by what it was
    judged, `firm` or a household; `household`: whose it is, the empty text for who sees every household; `role`: whose
    eyes it is for, `reason_role`: for whose its reason is; `since`, `time`: the journal entry by which it came to this,
    and `until` the one by which it came to something else. Where it was erased, `outcome` says so, and nothing else."""

    __tablename__ = "verdict"
    part: str = Field(primary_key=True)
    obligation: str = Field(primary_key=True)
    since: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    until: int | None = None
    household: str = Field(index=True)
    rule: str = Field(index=True)
    scope: str
    group: str | None = None
    outcome: str
    reason: str
    role: str | None = None
    reason_role: str | None = None
    time: str


class Survey(SQLModel, table=True):
    """The whole firm judged by the clock, beside its standing verdicts. `last`: the household that was judged last,
    null before the first; `parts`: how many were, `said`: what of them was counted, JSON
    (`server.desk.surveillance`). `first`, `position`: the journal entries to which the standing verdicts were brought
    at its beginning and at its last step."""

    __tablename__ = "survey"
    id: str = Field(primary_key=True)
    begun: str = Field(index=True)
    ended: str | None = None
    last: str | None = None
    parts: int = 0
    said: str = "[]"
    first: int
    position: int
