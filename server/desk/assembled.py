"""A decision and what a log says of it, put together as one file whenever somebody wants it."""

from collections.abc import Iterable, Mapping

from policy.proof.archive import packed
from policy.proof.bundle import Logged, completed
from server.log.asked import Log


def assembled(
    files: Mapping[str, bytes],
    log: Log,
    places: Mapping[str, int],
    salt: bytes,
    seen: Iterable[int],
    card: bytes,
    approvals: Mapping[str, bytes] | None = None,
) -> bytes:
    """The bundle, which follows from these and from nothing else. `places`: the numbers of its entries by name, with
    `entry` for the decision's own, which `salt` opens; `seen`: sizes of the log that somebody may have kept;
    `approvals`: their files."""
    logged = Logged(
        entries={name: log.entry(at) for name, at in places.items()},
        proofs={name: log.included(at) for name, at in places.items()},
        salt=salt,
        checkpoint=log.checkpoint,
        growths={size: log.grown(size) for size in seen},
    )
    return packed(completed(files, logged, card, approvals))
