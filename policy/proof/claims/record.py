"""Claims about the record: rules and data that were there before the run, and a log that has one history.

They rest on the log's key. A key that came inside the bundle shows that the files fit each other, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policy.canonical import CanonicalError, decode, digest
from policy.proof.archive import ArchiveError, listed
from policy.proof.bundle import statement
from policy.proof.claims.claim import KEPT_FROM_YOU, Claim, not_proven, proven, refuted
from policy.proof.entry import SALT as SALT_BYTES
from policy.proof.entry import Entry, commitment, entry
from policy.proof.entry import Kind as EntryKind
from policy.proof.figures import count
from policy.proof.gitobjects import GitError, of_files, shown
from policy.proof.kept import KeptError, checked
from policy.proof.layout import (
    CARD,
    CHECKPOINT,
    GIT,
    KEPT,
    LOG,
    OPEN,
    RULES,
    RULES_MANIFEST,
    SALT,
    SNAPSHOT,
)
from policy.proof.merkle import consistent, leaf_hash
from policy.proof.note import COSIGNATURE, Checkpoint, NoteError, Verifier, checkpoint, parse, verified
from policy.proof.opened import Opened
from policy.proof.proposal import Kind
from policy.proof.reading import ShapeError
from policy.proof.tlog_proof import growth, proof, proves
from policy.proof.trust import Trust, TrustError, trust, witnessed

DECIDED = "entry"  # the name of the decision's own entry
UNCONFIRMED = "consistent, key not confirmed: it came with the bundle"
MADE = {Kind.PROPOSAL: {EntryKind.PROPOSAL}, Kind.REFUSAL: {EntryKind.NO_TRADE, EntryKind.INFEASIBLE}}
"""Kinds of entries. A service says of no refusal in its log whether it was proven."""


class RecordError(ValueError):
    """The log's files contradict each other or the rest of the bundle."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry and its index in the log."""

    entry: Entry
    index: int


@dataclass(frozen=True, slots=True)
class Record:
    """`state`: the signed checkpoint; `doubt`: why its signature confirms nothing, None where it does: its key stands
    on the examiner's card. `cosigners`: names, on that card, of witnesses who signed. `places`: entries by name."""

    state: Checkpoint
    doubt: str | None
    cosigners: frozenset[str]
    places: Mapping[str, Place]

    @property
    def confirmed(self) -> bool:
        return self.doubt is None


def record(files: Mapping[str, bytes], card: Trust | None) -> Record:
    """The log's files, checked against each other; RecordError where they do not fit."""
    try:
        known = card if card is not None else trust(_file(files, CARD))
        note = parse(_file(files, CHECKPOINT))
        state = checkpoint(note.text)
        signers = verified(note, [*known.logs, *known.witnesses.values()])
        logs = [key for key in signers if key.kind != COSIGNATURE and key.name == state.origin]
        if not logs:
            raise RecordError(f"the checkpoint is not signed by the log `{state.origin}` itself")
        names = {key.key.raw: name for name, key in known.witnesses.items()}
        cosigners = frozenset(names[key.key.raw] for key in signers if key.kind == COSIGNATURE)
        doubt = UNCONFIRMED if card is None else _stolen(logs, state, card)
        return Record(state, doubt, cosigners, _places(files))
    except (NoteError, TrustError, ShapeError, CanonicalError) as error:
        raise RecordError(str(error)) from None


def sources(files: Mapping[str, bytes], found: Record | RecordError) -> Claim:
    """The rule files are those that the log names as in force, in an entry before the run."""
    try:
        stated = listed(_file(files, RULES_MANIFEST))
        actual = {
            path.removeprefix(RULES): digest(content)
            for path, content in files.items()
            if path.startswith(RULES) and not path.startswith(GIT) and path != RULES_MANIFEST
        }
        if stated != actual:
            odd = sorted(path for path in stated.keys() | actual.keys() if stated.get(path) != actual.get(path))
            raise RecordError(f"the rule file `{odd[0]}` is not what the rules' manifest says")
        if KEPT in files:
            return not_proven("sources", f"{count(len(actual), 'rule file')} shown, of those in force; {KEPT_FROM_YOU}")
        commit = _git(files)
        name = digest(files[RULES_MANIFEST])
        said = f"{count(len(actual), 'rule file')}{commit}"
        return _earlier("sources", said, EntryKind.RULES, found, lambda stated: stated.rules == name)
    except (RecordError, ArchiveError, GitError) as error:
        return refuted("sources", str(error))


def data(files: Mapping[str, bytes], found: Record | RecordError, decision: Opened | None) -> Claim:
    """The snapshot is the one that the obligations name, logged before the run."""
    if KEPT in files:
        return not_proven("data", f"the snapshot is not shown; {KEPT_FROM_YOU}")
    try:
        content = _file(files, SNAPSHOT)
        decode(content)
        name = digest(content)
        if decision is not None and decision.case.book != name:
            raise RecordError(f"{SNAPSHOT} is not the snapshot that the obligations were bound to")
        said = f"snapshot {name[:16]}…"
        return _earlier("data", said, EntryKind.SNAPSHOT, found, lambda stated: stated.snapshot == name)
    except (RecordError, CanonicalError) as error:
        return refuted("data", str(error))


def history(
    files: Mapping[str, bytes], found: Record | RecordError, card: Trust | None, decision: Opened | None
) -> Claim:
    """The decision is in the log, and the log has one history."""
    try:
        if isinstance(found, RecordError):
            raise found
        place = _decided(files, found, decision)
        said = f"entry {place.index} of `{found.state.origin}`, {found.state.size} entries"
        kept = None if card is None else _kept(files, found.state, card)
        if card is None or found.doubt is not None:
            return not_proven("log", f"{said}; {found.doubt}")
        if not witnessed(card, found.cosigners):
            return not_proven("log", f"{said}; not signed by the witnesses that the card asks for")
        if kept is None and not found.cosigners:
            return not_proven("log", f"{said}, signed; but no witness and no earlier checkpoint to compare with")
        return proven("log", "; ".join([said, *([kept] if kept else []), *_signed_by(found)]))
    except (RecordError, NoteError, ArchiveError, KeptError) as error:
        return refuted("log", str(error))


def _earlier(
    claim: str, said: str, due: EntryKind, found: Record | RecordError, states: Callable[[Entry], bool]
) -> Claim:
    """That an entry of the `due` kind lies before the start of the run, and that it, the run and the decision all
    state the same thing."""
    if isinstance(found, RecordError):
        return not_proven(claim, f"{said}; the log does not hold: {found}")
    logged = next((place for place in found.places.values() if place.entry.kind is due), None)
    run = next((place for place in found.places.values() if place.entry.kind is EntryKind.RUN_START), None)
    decided = found.places.get(DECIDED)
    for place in (logged, run, decided):
        if place is not None and not states(place.entry):
            raise RecordError(f"the log's entry {place.index} ({place.entry.kind}) names another one")
    if logged is None or run is None or decided is None:
        return not_proven(claim, f"{said}; the bundle does not show when it was logged")
    if not logged.index < run.index < decided.index or not logged.entry.time <= run.entry.time <= decided.entry.time:
        raise RecordError(f"{said}: logged at {logged.entry.time}, not before the run that began at {run.entry.time}")
    said = f"{said}, logged {logged.entry.time} as entry {logged.index}, before the run"
    return proven(claim, said) if found.confirmed else not_proven(claim, f"{said}; {found.doubt}")


def _decided(files: Mapping[str, bytes], found: Record, decision: Opened | None) -> Place:
    """The decision's entry: it commits to exactly these files, and says the same about run and proposer."""
    place = found.places.get(DECIDED)
    if place is None or place.entry.payload is None:
        raise RecordError("the decision's own entry is missing")
    if OPEN in files:
        checked(files)
    body, said = statement(files), place.entry.payload
    if (said.commitment, said.size) != (commitment(_salt(files), body), len(body)):
        raise RecordError("the log's entry commits to other files than these")
    if decision is not None:
        made = decision.proposal
        if place.entry.kind not in MADE[made.kind]:
            raise RecordError(f"the log's entry is a {place.entry.kind}, and the decision a {made.kind}")
        if (place.entry.run, place.entry.actor) != (made.run, made.proposer):
            raise RecordError("the log's entry names another run or another proposer")
        if made.time > place.entry.time:
            raise RecordError("the proposal says that it was made after it was logged")
    return place


def _stolen(logs: Sequence[Verifier], state: Checkpoint, card: Trust) -> str | None:
    """What to doubt where every log's key that signed was stolen: whoever has it can sign any tree, of any size. Only
    what was seen after it, under another key, tells which one the log's was."""
    if any(key.key.raw not in card.stolen for key in logs) or _before(state, card):
        return None
    most = max(card.stolen[key.key.raw] for key in logs)
    if state.size > most:
        raise RecordError(f"signed for {state.size} entries with a stolen key alone, by which the log signed {most}")
    seen = "a newer one" if card.seen is None else str(card.seen[0])
    return (
        "signed with a stolen key alone: ask for the bundle again, or for the log's proof of growth from "
        f"{state.size} to {seen} (`--grown`)"
    )


def _before(state: Checkpoint, card: Trust) -> bool:
    """Whether it is the last checkpoint on the card, or the log grew from it to that, as the proof beside it shows."""
    if card.seen is None or card.seen == (state.size, state.root):
        return card.seen is not None
    if card.grown is None:
        return False
    (size, root), (old, hashes, note) = card.seen, card.grown
    later = checkpoint(note.text)
    if (old, later.size, later.root) != (state.size, size, root):
        return False
    if not consistent(old, size, state.root, root, hashes):
        raise RecordError(f"two views of the log: your checkpoint of {size} entries did not grow out of this one")
    return True


def _kept(files: Mapping[str, bytes], state: Checkpoint, card: Trust) -> str | None:
    """How the log grew from or to the last checkpoint on the card; None where there is nothing to compare."""
    if card.seen is None:
        return None
    size, root = card.seen
    if size == state.size:
        if root != state.root:
            raise RecordError(f"two views of the log: your checkpoint of {size} entries has another root")
        return "the same state as your checkpoint"
    if size > state.size:
        return f"your checkpoint of {size} entries grew out of it" if _before(state, card) else None
    path = f"{LOG}consistency-{size}.txt"
    if path not in files:
        return None
    old, hashes, note = growth(files[path])
    if old != size or note != parse(files[CHECKPOINT]) or not consistent(size, state.size, root, state.root, hashes):
        raise RecordError(f"two views of the log: it did not grow out of your checkpoint of {size} entries")
    return f"grown out of your checkpoint of {size} entries"


def _places(files: Mapping[str, bytes]) -> Mapping[str, Place]:
    """Every entry in the bundle, with its proof of inclusion in the one checkpoint."""
    found, signed = {}, parse(_file(files, CHECKPOINT))
    for path in files:
        if path.startswith(LOG) and path.endswith(".json"):
            name = path.removeprefix(LOG).removesuffix(".json")
            shown_by = proof(_file(files, f"{LOG}{name}.tlog-proof"))
            if shown_by.note != signed:
                raise RecordError(f"the proof of {path} is of another state of the log")
            if not proves(shown_by, leaf_hash(files[path])):
                raise RecordError(f"{path} is not in the log at index {shown_by.index}")
            found[name] = Place(entry(files[path]), shown_by.index)
    return found


def _git(files: Mapping[str, bytes]) -> str:
    inside = {path.removeprefix(RULES): content for path, content in files.items() if path.startswith(RULES)}
    git = of_files(inside)
    if git is None:
        return ""
    return f", {shown(git, inside)} of git commit {git.commit[:12]}"


def _salt(files: Mapping[str, bytes]) -> bytes:
    try:
        salt = bytes.fromhex(_file(files, SALT).decode("ascii"))
    except ValueError:
        raise RecordError(f"{SALT} is not hexadecimal") from None
    if len(salt) != SALT_BYTES:
        raise RecordError(f"{SALT} has {len(salt)} bytes, not {SALT_BYTES}")
    return salt


def _signed_by(found: Record) -> list[str]:
    return [f"cosigned by {', '.join(sorted(found.cosigners))}"] if found.cosigners else []


def _file(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise RecordError(f"{path} is missing")
    return files[path]
