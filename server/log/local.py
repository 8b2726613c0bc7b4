"""The local log on disk: one folder with a key made on first use, the entries, and the last state that was signed.

    README.txt      what this is, and that it is local
    key             the Ed25519 seed in hex, readable by its owner alone
    entries.jsonl   one canonical entry per line, only ever appended to
    signed          the last signed checkpoint; the next one has to grow out of it
    card            the trust card to hand to whoever shall check: the key, and that checkpoint

Safe to call from several processes: a lock on `key` is held while the log changes. What is returned is on disk.
Errors: LogError where the folder is not what a local log leaves behind.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from policy.canonical import digest
from policy.proof import local
from policy.proof.bundle import Decision, Logged, committed, completed, rules_manifest, statement
from policy.proof.entry import SALT, Entry, Kind, Payload, commitment, entry, entry_bytes
from policy.proof.note import Checkpoint, Verifier, checkpoint, parse, verified
from policy.proof.proposal import Kind as Decided
from policy.proof.trust import card_text
from policy.proof.witness import empty

ORIGIN = "proofolio.example/local"
SIGNED_AFTER = (Kind.RUN_START, Kind.PROPOSAL, Kind.INFEASIBLE)
MOST_KEPT = 16  # older states than this many ask for a proof of growth of their own
_README = """\
This is a local log of Proofolio and its key, made on first use. Whoever can write here can write another history:
it becomes evidence when somebody else keeps `card`. Do not edit or restore these files; a log that did not grow out
of what was signed last is not signed again.
"""


class LogError(Exception):
    """The folder is not a local log, or its files were changed by something else."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was announced before its result was known. `rules`, `snapshot`, `start`: places in the log."""

    name: str
    actor: str
    rules: int
    snapshot: int
    start: int


def announced(folder: Path, rules: Mapping[str, bytes], snapshot: bytes, actor: str) -> Run:
    """Log that a run begins, and with what: before anything is solved. Rules or data that the log knows as the latest
    of their kind are not logged again."""
    named = {Kind.RULES: digest(rules_manifest(rules)), Kind.SNAPSHOT: digest(snapshot)}
    name = secrets.token_hex(8)
    with _changing(folder) as (log, seed):
        places = {}
        for kind, value in named.items():
            log, places[kind] = _known(log, kind, value)
        start = _entry(Kind.RUN_START, "runs", "a search for orders begins", actor, run=name)
        log, _ = _sealed(folder, _appended(log, start, named), seed)
    return Run(name, actor, places[Kind.RULES], places[Kind.SNAPSHOT], len(log.entries) - 1)


def recorded(folder: Path, run: Run, decision: Decision, approvals: Sequence[bytes] = ()) -> dict[str, bytes]:
    """Log the decision of a run; the files of its bundle."""
    files, salt = committed(decision), secrets.token_bytes(SALT)
    body = statement(files)
    kind = Kind.PROPOSAL if decision.proposal.kind is Decided.PROPOSAL else Kind.INFEASIBLE
    draft = _entry(kind, "decisions", f"the outcome of run {run.name}", decision.proposal.proposer, run=run.name)
    named = {Kind.RULES: digest(rules_manifest(decision.rules)), Kind.SNAPSHOT: digest(decision.snapshot)}
    payload = Payload(commitment(salt, body), len(body), "text/plain")
    with _changing(folder) as (log, seed):
        log = _appended(log, replace(draft, payload=payload), named)
        log, signed = _sealed(folder, log, seed)
    places = {"rules": run.rules, "snapshot": run.snapshot, "run": run.start, "entry": len(log.entries) - 1}
    logged = Logged(
        entries={name: entry_bytes(log.entries[place]) for name, place in places.items()},
        proofs={name: local.proven(log, place, signed) for name, place in places.items()},
        salt=salt,
        checkpoint=signed,
        growths={size: local.growth(log, size, signed) for size in _kept_sizes(log)},
    )
    return completed(files, logged, card_text((_verifier(seed),), ()), approvals)


def card(folder: Path) -> bytes:
    """The trust card to give away, with the state as it is now."""
    with _changing(folder) as (log, seed):
        return _card(log.signed, seed)


# --- the folder --------------------------------------------------------------------------------


@contextmanager
def _changing(folder: Path) -> Iterator[tuple[local.LocalLog, bytes]]:
    """The log and the key, while nobody else changes them."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "key", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield _read(folder, _seed(handle))
    finally:
        os.close(handle)


def _seed(handle: int) -> bytes:
    text = os.read(handle, 100).decode("ascii", "replace").strip()
    if not text:
        text = secrets.token_hex(32)
        os.write(handle, f"{text}\n".encode())
        os.fsync(handle)
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise LogError("the file `key` is not a key of 64 hexadecimal digits")
    return seed


def _read(folder: Path, seed: bytes) -> tuple[local.LocalLog, bytes]:
    lines = _lines(folder / "entries.jsonl")
    try:
        entries = tuple(entry(line) for line in lines)
        signed = _signed(folder / "signed", seed)
    except ValueError as error:
        raise LogError(f"the local log in {folder} was changed by something else: {error}") from None
    return local.LocalLog(ORIGIN, entries, signed), seed


def _lines(path: Path) -> list[bytes]:
    """Whole lines; one that was cut off while it was written was never signed, and is dropped."""
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1].splitlines()


def _signed(path: Path, seed: bytes) -> Checkpoint:
    if not path.exists():
        return empty(ORIGIN)
    note = parse(path.read_bytes())
    verified(note, [_verifier(seed)])
    return checkpoint(note.text)


def _sealed(folder: Path, log: local.LocalLog, seed: bytes) -> tuple[local.LocalLog, bytes]:
    """Signed and on disk. Entries are written before the signature over them: what is signed can be shown."""
    try:
        log, signed = local.sealed(log, seed)
    except local.ForkError as error:
        raise LogError(f"the local log in {folder}: {error}") from None
    entries = b"".join(entry_bytes(kept) + b"\n" for kept in log.entries)
    for name, content in (
        ("README.txt", _README.encode()),
        ("entries.jsonl", entries),
        ("signed", signed),
        ("card", _card(log.signed, seed)),
    ):
        _replace(folder / name, content)
    return log, signed


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _card(signed: Checkpoint, seed: bytes) -> bytes:
    head = f"# The local log `{ORIGIN}`. Keep this card elsewhere: it shows whether the log only grew.\n".encode()
    return head + card_text((_verifier(seed),), (), (signed.size, signed.root) if signed.size else None)


def _verifier(seed: bytes) -> Verifier:
    return local.verifier_of(ORIGIN, seed)


# --- entries -----------------------------------------------------------------------------------


def _known(log: local.LocalLog, kind: Kind, value: str) -> tuple[local.LocalLog, int]:
    """The log with the latest entry of the kind naming the value, and that entry's place."""
    latest = [(place, kept) for place, kept in enumerate(log.entries) if kept.kind is kind]
    if latest and value in (latest[-1][1].rules, latest[-1][1].snapshot):
        return log, latest[-1][0]
    stream, subject = ("rules", "rules in force") if kind is Kind.RULES else ("data", "facts as known")
    return _appended(log, _entry(kind, stream, subject, "system"), {kind: value}), len(log.entries)


def _appended(log: local.LocalLog, draft: Entry, named: Mapping[Kind, str]) -> local.LocalLog:
    return local.appended(log, replace(draft, rules=named.get(Kind.RULES), snapshot=named.get(Kind.SNAPSHOT)))


def _kept_sizes(log: local.LocalLog) -> list[int]:
    """The sizes of the last states that were signed, for which somebody may have kept the card."""
    signed = [place + 1 for place, kept in enumerate(log.entries) if kept.kind in SIGNED_AFTER]
    return signed[-MOST_KEPT - 1 : -1]


def _entry(kind: Kind, stream: str, subject: str, actor: str, run: str | None = None) -> Entry:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return Entry(kind, stream, 0, None, run, now, subject, None, None, None, actor)
