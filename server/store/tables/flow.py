"""What processes tell each other, and what is told to others."""

from sqlmodel import Field, SQLModel


class Executor(SQLModel, table=True):
    """A process that drives flows. `beat`: when it was last heard of; what it drove goes to another when that is too
    long ago. `since`: from when on it was never silent for so long."""

    __tablename__ = "executor"
    id: str = Field(primary_key=True)
    beat: str = Field(index=True)
    since: str


class Told(SQLModel, table=True):
    """An instant that came and was told of in the journal, once: `what` came (a type of event), of which thing."""

    __tablename__ = "told"
    what: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
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
