"""A witness of logs (C2SP tlog-witness): it remembers the last state of each that it cosigned, on its own disk, and
cosigns only what grew out of that. The decision is `policy.proof.witness`, as it is our own signer's; here it is kept.

    key            the seed of its key, readable by its owner alone
    HASH.last      the last checkpoint of a log, by the SHA-256 of its name
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from policy.proof.keys import public_of
from policy.proof.note import COSIGNATURE, Checkpoint, NoteError, Verifier, checkpoint, parse
from policy.proof.tlog_proof import growth
from policy.proof.witness import Refusal, asked, cosignature, empty
from server.log import files

KEY, LAST = "key", ".last"


class WitnessError(ValueError):
    """What a witness keeps cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Witness:
    """`logs`: the keys of those that it knows, by the log's name."""

    folder: Path
    name: str
    logs: Mapping[str, tuple[Verifier, ...]]
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, COSIGNATURE, public_of(self.seed))


def witness(folder: Path, name: str, logs: Mapping[str, tuple[Verifier, ...]]) -> Witness:
    """The witness whose key lies in the folder, made on first use. WitnessError where the file is no key."""
    with files.held(folder):
        if not (folder / KEY).exists():
            if any(folder.glob(f"*{LAST}")):
                raise WitnessError(f"`{KEY}` is missing, yet this witness has cosigned; restore it, or begin elsewhere")
            files.replaced(folder / KEY, f"{os.urandom(files.SEED).hex()}\n".encode(), files.OWNER)
        try:
            return Witness(folder, name, logs, files.seed((folder / KEY).read_bytes()))
        except ValueError as error:
            raise WitnessError(f"`{KEY}`: {error}; restore it from a backup that you trust") from None


def added(by: Witness, request: bytes, time: int) -> str | Refusal:
    """The cosignature of the checkpoint that the request brings, which is remembered before this returns. `time`:
    seconds since 1970. WitnessError where what it remembers of the log cannot be read."""
    try:
        origin = checkpoint(growth(request)[2].text).origin
    except NoteError as error:
        return Refusal(400, str(error))
    if origin not in by.logs:
        return Refusal(404, f"unknown log `{origin}`")
    with files.held(by.folder):
        found = asked(last(by, origin), by.logs[origin], request)
        if isinstance(found, Refusal):
            return found
        _, note = found
        files.replaced(_place(by, origin), request.partition(b"\n\n")[2])
        return cosignature(note, time, by.name, by.seed)


def last(by: Witness, origin: str) -> Checkpoint:
    """What it remembers of a log."""
    try:
        return checkpoint(parse(_place(by, origin).read_bytes()).text)
    except FileNotFoundError:
        return empty(origin)
    except NoteError as error:
        raise WitnessError(f"what was cosigned last of `{origin}` is not to be read: {error}; restore it") from None


def _place(by: Witness, origin: str) -> Path:
    return by.folder / f"{sha256(origin.encode()).hexdigest()}{LAST}"
