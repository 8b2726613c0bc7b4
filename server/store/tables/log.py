"""The journal, which is log and event feed in one, what of it is erased or must not be, and content by its SHA-256."""

from sqlmodel import Field, SQLModel, UniqueConstraint


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
    not everybody's. `nodes`: the hashes of the subtrees that the leaf completes, from level 1 up, end to end."""

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
    nodes: bytes = b""


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
    `granted`, when `granter` agreed; `entries`: how many; `parts`: of snapshots, beside."""

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
    parts: int = 0
    version: int = 1


class Blob(SQLModel, table=True):
    """Content under its SHA-256: rule sources, snapshots, the files of a decision. Null once it was erased while
    something else goes on naming it."""

    __tablename__ = "blob"
    hash: str = Field(primary_key=True)
    content: bytes | None
