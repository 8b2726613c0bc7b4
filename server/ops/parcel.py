"""Named files that travel together, in a zip or in a folder, with the SHA-256 of each in a manifest.

Equal files make equal bytes: a zip says nothing of when or where it was written. Files are streams, so that none has to
fit into memory. What is being written has another name until it is whole.
"""

import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

MANIFEST = "MANIFEST.sha256"
ZIP = ".zip"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
NAME = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*(?:\.[a-z0-9]+)?", re.ASCII)
LINE = re.compile(r"([0-9a-f]{64})  (\S+)", re.ASCII)
CHUNK = 2**20  # bytes


class ParcelError(ValueError):
    """It is not what its manifest says, or no parcel at all; the message says where."""


@dataclass(slots=True)
class Sink:
    """Where files are written, one after the other. `hashes`: of those that were."""

    opened: Callable[[str], Any]
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Files to be read, as the manifest names them."""

    opened: Callable[[str], Any]
    hashes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Hashing:
    file: IO[bytes]
    hash: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        self.hash.update(data)
        self.file.write(data)

    def lines(self) -> Iterator[bytes]:
        for line in self.file:
            self.hash.update(line)
            yield line


@contextmanager
def written(to: Sink, name: str) -> Iterator[Hashing]:
    with to.opened(name) as file:
        found = Hashing(file)
        yield found
    to.hashes[name] = found.hash.hexdigest()


@contextmanager
def read(of: Source, name: str) -> Iterator[Hashing]:
    """ParcelError at the end where it was not the file of the manifest, so that nothing of it may be believed before;
    to be read to its end."""
    if name not in of.hashes:
        raise ParcelError(f"there is no {name}")
    try:
        with of.opened(name) as file:
            found = Hashing(file)
            yield found
    except (zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise ParcelError(f"{name} cannot be read: {error}") from None
    if found.hash.hexdigest() != of.hashes[name]:
        raise ParcelError(f"{name} is not the file whose hash is in {MANIFEST}")


@contextmanager
def sink(path: Path) -> Iterator[Sink]:
    """There when all was written, and for its owner alone. OSError, FileExistsError where something is there."""
    if path.exists():
        raise FileExistsError(17, "it exists already", str(path))
    beside = path.with_name(f".{path.name}.part")
    _removed(beside)
    try:
        with _zip(beside) if path.suffix == ZIP else _folder(beside) as to:
            yield to
            lines = "".join(f"{hashed}  {name}\n" for name, hashed in to.hashes.items())
            with to.opened(MANIFEST) as file:
                file.write(lines.encode())
        beside.replace(path)
    except BaseException:
        _removed(beside)
        raise


@contextmanager
def source(path: Path) -> Iterator[Source]:
    """ParcelError where it is none, or has other files than its manifest. OSError."""
    if path.is_dir():
        names = {str(each.relative_to(path)) for each in path.rglob("*") if not each.is_dir()}
        yield _source(lambda name: (path / name).open("rb"), names)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield _source(archive.open, set(archive.namelist()))
    except zipfile.BadZipFile as error:
        raise ParcelError(str(error)) from None


def _source(opened: Callable[[str], Any], names: set[str]) -> Source:
    if MANIFEST not in names:
        raise ParcelError(f"there is no {MANIFEST} in it")
    with opened(MANIFEST) as file:
        found = [LINE.fullmatch(line) for line in file.read().decode("ascii", "replace").splitlines()]
    hashes = {each[2]: each[1] for each in found if each is not None and NAME.fullmatch(each[2])}
    if len(hashes) != len(found) or names != {MANIFEST, *hashes}:
        raise ParcelError(f"its files are not those of {MANIFEST}")
    return Source(opened, hashes)


@contextmanager
def _zip(path: Path) -> Iterator[Sink]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            yield Sink(lambda name: archive.open(_entry(name), "w", force_zip64=True))
        file.flush()
        os.fsync(file.fileno())


def _entry(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, LONG_AGO)
    found.compress_type, found.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return found


@contextmanager
def _folder(path: Path) -> Iterator[Sink]:
    def opened(name: str) -> IO[bytes]:
        (path / name).parent.mkdir(mode=0o700, exist_ok=True)
        return os.fdopen(os.open(path / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    path.mkdir(mode=0o700)
    yield Sink(opened)


def _removed(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
