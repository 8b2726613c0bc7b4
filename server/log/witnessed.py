"""The witnesses that are asked to cosign what the log's signer has signed (C2SP tlog-witness, the log's side).

Nobody waits for one in order to write: a checkpoint is served with the cosignatures that it has, and a witness that did
not answer is left alone for a while. What one says is kept only if it is its own signature of just that state.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic

import httpx
from sqlmodel import Session

from policy.proof.note import Note, NoteError, Verifier, checkpoint, decimal, parse, verified
from policy.proof.tlog_proof import growth_text
from policy.proof.trust import witnessed
from server.log import journal, signer
from server.log.signer import Signer
from server.store.store import Store

PATIENCE = 3  # seconds for an answer
REST = 30  # seconds that a witness is left alone which did not answer, or refused
PATH = "/add-checkpoint"


class Asked:
    """What came of asking the witnesses of a process. `rest`: until when one is left alone; `sizes`: the size that one
    had last; `says`: what is wrong with one, by its name on the card."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.rest: dict[str, float] = {}
        self.sizes: dict[str, int] = {}
        self.says: dict[str, str] = {}


def cosigned(store: Store, by: Signer, asked: Asked) -> bytes:
    """The signed checkpoint of the log as it stands, with the cosignatures that could be had for it now."""
    note, card = signer.sealed(store, by), signer.witnesses(by)
    if card is None or not asked.lock.acquire(blocking=False):
        return note
    try:
        have = {signature.id for signature in parse(note).signatures}
        missing = {
            name: key
            for name, key in card.witnesses.items()
            if card.urls[name] and key.id not in have and asked.rest.get(name, 0) < monotonic()
        }
        if not missing:
            return note
        with ThreadPoolExecutor(len(missing)) as pool:
            lines = pool.map(lambda it: _line(store, note, asked, it[0], it[1], card.urls[it[0]]), missing.items())
        said = "".join(lines)
        return signer.added(store, note + said.encode()) if said else note
    finally:
        asked.lock.release()


def enough(by: Signer, note: bytes) -> bool:
    """Whether the witnesses that signed are as many as the policy wants."""
    card = signer.witnesses(by)
    return card is None or witnessed(card, frozenset(cosigners(card.witnesses, parse(note))))


def cosigners(known: Mapping[str, Verifier], note: Note) -> list[str]:
    """The names, on the card, of those who signed."""
    have = {signature.id for signature in note.signatures}
    return [name for name, key in known.items() if key.id in have]


def _line(store: Store, note: bytes, asked: Asked, name: str, key: Verifier, url: str) -> str:
    """The witness's signature line; empty where it gave none."""
    try:
        line = _answered(store, note, asked, name, key, url)
        asked.says.pop(name, None)
        return line
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        asked.says[name] = f"it cannot be reached: {type(error).__name__}"
    except NoteError as error:
        asked.says[name] = str(error)
    asked.rest[name] = monotonic() + REST
    return ""


def _answered(store: Store, note: bytes, asked: Asked, name: str, key: Verifier, url: str) -> str:
    """NoteError where it refuses, or where what it says is not its signature of this note."""
    state = checkpoint(parse(note).text)
    for _ in range(2):  # the first answer may be that it has seen another state
        old = asked.sizes.get(name, 0)
        if old > state.size:
            raise NoteError(f"it has cosigned {old} entries, and this log has {state.size}: a backup was restored")
        with store.reading() as session:
            request = _request(session, note, old)
        answer = httpx.post(f"{url.rstrip('/')}{PATH}", content=request, timeout=PATIENCE)
        if answer.status_code == httpx.codes.OK:
            asked.sizes[name] = state.size
            return _own(note, key, answer.text)
        if answer.status_code != httpx.codes.CONFLICT:
            raise NoteError(f"it refuses with {answer.status_code}")
        asked.sizes[name] = decimal(answer.text.removesuffix("\n"))
    raise NoteError(f"it has cosigned another state than this one of {state.size} entries: the log has two histories")


def _request(session: Session, note: bytes, old: int) -> bytes:
    size = checkpoint(parse(note).text).size
    hashes = journal.answered(session, size, lambda tree: signer.growth(tree, old))
    return growth_text(old, hashes, note)


def _own(note: bytes, key: Verifier, said: str) -> str:
    """Of the lines that it says, the one that is its own and holds; others are none of ours."""
    text = parse(note).text
    for line in said.splitlines(keepends=True):
        alone = parse(f"{text}\n{line}".encode())
        if alone.signatures[0].id == key.id:
            verified(alone, [key])
            return line
    raise NoteError("its answer holds no signature of the key that is on the card")
