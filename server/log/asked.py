"""A log that can be asked: what whoever proves something by a log needs to know of it."""

from typing import Protocol


class Log(Protocol):
    """A log in the one state that its `checkpoint` signs: every answer is about that state, whatever is appended
    meanwhile, and is the same however often it is asked for. Numbers are below, sizes above 0 and at most, the size
    of that state; anything else is a fault of whoever asks. Nothing is written."""

    @property
    def checkpoint(self) -> bytes:
        """The signed note (C2SP)."""
        ...

    def entry(self, number: int) -> bytes:
        """The leaf's bytes."""
        ...

    def included(self, number: int) -> bytes:
        """A C2SP tlog-proof that the entry is in the log of the checkpoint."""
        ...

    def grown(self, old: int) -> bytes:
        """That the first `old` entries were kept, for somebody who saw them."""
        ...
