"""What a snapshot consists of: the list, in canonical form, whose SHA-256 the log names.

A firm's book lies in blobs: what is shared, and a part for each household (`policy.book.parts`), which begins with its
salt. A part in which nothing changed is the same blob in the next snapshot.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from policy.book import wire
from policy.book.document import HEAD, document
from policy.book.facts import Book, Household
from policy.book.parts import part_document, parted
from policy.canonical import Json, decode, digest, encode
from server.desk import salts
from server.store import blobs

V = 1
MOST = 500  # parts that are in memory at once
SALT = 64  # hexadecimal digits that a part begins with
UNSALTED = "0" * SALT
"""Of the accounts that are nobody's, which nobody can ask to erase."""
NO_KEYS: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """`hash`: SHA-256 of the blob with its rows; `counts`: how many, by table; `accounts`: their ids."""

    hash: str
    counts: Mapping[str, int]
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Manifest:
    """`shared`: what belongs to no household; `parts`: by household, and `policy.book.parts.NOBODY`; `homes`: of these,
    the ones with accounts, and whose each account is: `home`. `salt`: where there are entries of lists, so that its
    hash does not confirm a guess of them."""

    as_of: str
    known_at: str
    shared: Part
    parts: Mapping[str, Part]
    homes: frozenset[str]
    home: Mapping[str, str]
    salt: str | None = None


def put(session: Session, book: Book, others: Mapping[str, Part]) -> Manifest:
    """The manifest of a book, whose parts are kept when the transaction is; and of `others` beside it, which are. Its
    households get salts of their own, whatever their rows say."""
    found, contents = of(book, salts.keys(session, book.households))
    blobs.put(session, contents)
    return _manifest(found.as_of, found.known_at, found.shared, {**others, **found.parts}, found.salt)


def of(book: Book, keys: Mapping[str, bytes] = NO_KEYS) -> tuple[Manifest, list[bytes]]:
    """The manifest of a book, and its parts, salted by these keys of households; of the others as their rows say, as
    they do in the document of a whole snapshot."""
    shared, own = parted(book)
    said = {name: part_document(_bare(part)) for name, part in own.items()}
    rows = document(shared)
    contents = [encode(rows)]
    contents += [_salted(each, book.households.get(name), keys.get(name)) for name, each in said.items()]
    parts = {
        name: Part(digest(content), _counts(each), frozenset(own[name].accounts))
        for content, (name, each) in zip(contents[1:], said.items(), strict=True)
    }
    whole = Part(digest(contents[0]), _counts({name: table for name, table in rows.items() if name not in HEAD}))
    return _manifest(book.as_of.isoformat(), book.known_at.isoformat(), whole, parts, book.salt), contents


def read(session: Session, hash: str) -> Manifest:
    found: Any = decode(blobs.get(session, [hash])[hash])
    parts = {row["household"]: Part(row["part"], row["counts"], frozenset(row["accounts"])) for row in found["parts"]}
    return _manifest(
        found["as_of"], found["known_at"], Part(found["shared"], found["counts"]), parts, found.get("salt")
    )


def named(content: bytes, household: str) -> str | None:
    """The hash of a household's part, found in a manifest's canonical bytes without reading those of all others."""
    _, there, rest = content.partition(b'"household":%b,"part":"' % encode(household))
    return rest[: rest.index(b'"')].decode() if there else None


def _manifest(as_of: str, known_at: str, shared: Part, parts: Mapping[str, Part], salt: str | None) -> Manifest:
    home = {account: name for name, part in parts.items() for account in part.accounts}
    return Manifest(as_of, known_at, shared, parts, frozenset(home.values()), home, salt)


def written(found: Manifest) -> bytes:
    parts: list[Json] = [_part(name, part) for name, part in sorted(found.parts.items())]
    head: dict[str, Json] = {"v": V, "as_of": found.as_of, "known_at": found.known_at}
    head |= {} if found.salt is None else {"salt": found.salt}
    return encode({**head, "shared": found.shared.hash, "counts": dict(found.shared.counts), "parts": parts})


def _bare(part: Book) -> Book:
    """Without what its household says that it is salted by."""
    if all(row.salt is None for row in part.households.values()):
        return part
    return replace(part, households={name: replace(row, salt=None) for name, row in part.households.items()})


def _salted(rows: dict[str, Json], household: Household | None, key: bytes | None) -> bytes:
    """As a part lies in a blob; by the key, or as the household says without one."""
    content = encode(rows)
    said = UNSALTED if household is None else household.salt or UNSALTED
    return (said if key is None else salts.salt(key, content)).encode() + content


def _part(household: str, part: Part) -> dict[str, Json]:
    accounts: list[Json] = [*sorted(part.accounts)]
    return {"household": household, "part": part.hash, "counts": dict(part.counts), "accounts": accounts}


def salt_of(found: Manifest, own: Mapping[str, str]) -> str:
    """What the document of some households has, whose parts have these salts: its readers learn none of them, and no
    other one's. When the parts are erased, nobody finds it again."""
    return digest(encode([found.salt, *(own[name] for name in sorted(own))]))


def counts(found: Manifest) -> dict[str, int]:
    """Rows of the whole book, by table."""
    total = Counter(found.shared.counts)
    for part in found.parts.values():
        total.update(part.counts)
    return dict(total)


def shared_of(session: Session, found: Manifest) -> Book:
    book = wire.from_json(_shared(session, found).decode())
    assert isinstance(book, Book), "only books that were read are sealed"
    return book


def shared_rows(session: Session, found: Manifest) -> dict[str, Any]:
    """The same as a document."""
    rows: Any = decode(_shared(session, found))
    return dict(rows)


def rows(session: Session, hash: str) -> dict[str, Any]:
    """What belongs to no household in the snapshot of this manifest."""
    return shared_rows(session, read(session, hash))


def _shared(session: Session, found: Manifest) -> bytes:
    return blobs.get(session, [found.shared.hash])[found.shared.hash]


def rows_of(session: Session, parts: Mapping[str, Part]) -> Iterator[tuple[str, dict[str, list[Any]]]]:
    """The rows of these parts by household."""
    return ((name, rows) for name, _, rows in parts_of(session, parts))


def parts_of(session: Session, parts: Mapping[str, Part]) -> Iterator[tuple[str, str, dict[str, list[Any]]]]:
    """Households with their salts and rows, so many at once that memory does not grow with the firm. ErasedError where
    one of the parts was erased."""
    names = sorted(parts)
    for begin in range(0, len(names), MOST):
        chunk = names[begin : begin + MOST]
        contents = blobs.get(session, {parts[name].hash for name in chunk})
        for name in chunk:
            content = contents[parts[name].hash]
            found: Any = decode(content[SALT:])
            yield name, content[:SALT].decode(), found


def _counts(rows: Mapping[str, Json]) -> dict[str, int]:
    return {name: len(each) for name, each in rows.items() if isinstance(each, list)}
