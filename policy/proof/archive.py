"""A folder of files as one zip, the same bytes every time (zlib permitting; nothing hashes the zip itself, only the
files in it); and the reading of a zip that somebody else made.

A zip file can be read in more than one way. Only those that leave no choice are read: every name once, plain relative
paths, no links, nothing hidden between or behind the members, nothing that unpacks to more than it may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from policy.canonical import digest

MANIFEST = "MANIFEST.sha256"
MOST_FILES = 10_000
MOST_BYTES = 128 * 2**20  # unpacked, all files together
EPOCH = (1980, 1, 1, 0, 0, 0)

_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@ -]*(/[A-Za-z0-9][A-Za-z0-9._+@ -]*)*", re.ASCII)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)", re.ASCII)


class ArchiveError(ValueError):
    """A file that is not one unambiguous set of files."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """The zip of the files, in the order of their names, without times, owners and comments."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(files):
            info = ZipInfo(checked_path(path), EPOCH)
            info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, files[path])
    return buffer.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip; ArchiveError where another reader could see others."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
            _screen(infos, data, archive)
            return {info.filename: archive.read(info) for info in infos}
    # zipfile raises NotImplementedError for a method of compression that it does not know
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ArchiveError(f"not a zip file that can be read: {error}") from None
    except ValueError as error:
        raise ArchiveError(str(error)) from None


def checked_path(path: str) -> str:
    """The path; ArchiveError where some system could put it elsewhere."""
    if len(path) > 240 or not _PATH.fullmatch(path) or any(part.endswith((".", " ")) for part in path.split("/")):
        raise ArchiveError(f"`{path[:80]}` is not a plain relative path")
    return path


def manifest(files: Mapping[str, bytes], below: Iterable[str] = ("",)) -> bytes:
    """`sha256␠␠path` for every file whose path starts with one of `below`, as `sha256sum -c` reads it."""
    starts = tuple(below)
    listed = sorted(path for path in files if path.startswith(starts) and path != MANIFEST)
    return "".join(f"{digest(files[path])}  {path}\n" for path in listed).encode()


def listed(data: bytes) -> dict[str, str]:
    """Path to SHA-256 of a manifest; ArchiveError where it is malformed."""
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise ArchiveError("a manifest is ASCII") from None
    found: dict[str, str] = {}
    for line in lines[:-1]:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise ArchiveError(f"the manifest line `{line[:80]}` is malformed, or names a file again")
        found[match[2]] = match[1]
    if lines[-1] or list(found) != sorted(found):
        raise ArchiveError("a manifest is sorted, and ends in a newline")
    return found


def _screen(infos: list[ZipInfo], data: bytes, archive: ZipFile) -> None:
    if len(infos) > MOST_FILES:
        raise ArchiveError(f"more than {MOST_FILES} files")
    end = data[-22:]
    if end[:4] != b"PK\x05\x06" or archive.start_dir + int.from_bytes(end[12:16], "little") != len(data) - 22:
        raise ArchiveError("there is something hidden after the list of files")
    seen: set[str] = set()
    expected = 0
    for info in infos:
        folded = checked_path(info.filename).casefold()
        if folded in seen:
            raise ArchiveError(f"the name `{info.filename}` appears twice")
        seen.add(folded)
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or info.flag_bits & 0x1:
            raise ArchiveError(f"`{info.filename}` is encrypted, or packed in an uncommon way")
        if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise ArchiveError(f"`{info.filename}` is not a plain file")
        if info.header_offset != expected:
            raise ArchiveError(f"there is something hidden before `{info.filename}`")
        expected = _end_of(info, data)
    if expected != archive.start_dir:
        raise ArchiveError("there is something hidden behind the last file")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise ArchiveError(f"unpacks to more than {MOST_BYTES // 2**20} MB")


def _end_of(info: ZipInfo, data: bytes) -> int:
    """Where the member ends, by its own header: fixed part, name, extra field, content."""
    head = data[info.header_offset : info.header_offset + 30]
    name, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    start = info.header_offset + 30
    if data[start : start + name] != info.filename.encode() or int.from_bytes(head[6:8], "little") & 0x8:
        raise ArchiveError(f"`{info.filename}` has another name or size in its own header")
    return start + name + extra + info.compress_size
