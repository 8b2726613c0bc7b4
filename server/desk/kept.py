"""What was worked out once and is asked for again: a bounded number of values, shared by threads.

Keys say everything that a value follows from (hashes of content, days), so what is kept is always what would be
worked out anew, and leaving it out costs time only.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The `most` values that were asked for last. No dataclass: the framework would look into it for its types."""

    __slots__ = ("found", "lock", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self.lock = Lock()
        self.found: OrderedDict[Hashable, Future[T]] = OrderedDict()


def of(kept: Kept[T], key: Hashable, make: Callable[[], T]) -> T:
    """The value of the key, made by the first thread that asks while others wait for it. What `make` raises is raised
    to all of these, and not kept."""
    with kept.lock:
        waiting = kept.found.get(key)
        mine = waiting is None
        value = kept.found.setdefault(key, Future[T]()) if waiting is None else waiting
        kept.found.move_to_end(key)
        while len(kept.found) > kept.most:
            kept.found.popitem(last=False)
    if mine:
        try:
            value.set_result(make())
        except BaseException as error:
            with kept.lock:
                if kept.found.get(key) is value:
                    del kept.found[key]
            value.set_exception(error)
    return value.result()
