"""Files in, files out: the one place where the command line meets the disk.

Every way in which a path can disappoint has its sentence and its next step here, so that no verb writes its own.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from policy.book.problem import Place, Problem
from server.cli.problem import BadInput, bad_file

LARGEST_TEXT = 200 * 1024 * 1024
"""Bytes. A book of 100,000 lots is about 12 MB; beyond this something else was named by mistake."""

_SENTENCES = {
    errno.ENOENT: ("there is no such file", "check the spelling; paths are read from the current directory"),
    errno.EISDIR: ("this is a directory, and a file is wanted", "name the file inside it"),
    errno.ENOTDIR: ("a part of this path is a file, not a directory", "check the path"),
    errno.EEXIST: ("there is a file where a directory is wanted", "name another place, or move that file away"),
    errno.EACCES: ("you may not read or write this", "ask its owner for access, or choose another path"),
    errno.EPERM: ("you may not read or write this", "ask its owner for access, or choose another path"),
    errno.ENAMETOOLONG: ("this name is too long for a file", "was text given where a path is wanted?"),
    errno.ELOOP: ("this link points back to itself", "remove the link, or name the file it was meant for"),
    errno.ENOSPC: ("the disk is full", "free some space, or write to another disk"),
    errno.EROFS: ("this disk is read-only", "write to another place"),
}


def text(path: str) -> str:
    """The whole file as text; a byte order mark is dropped, line ends become `\\n`."""
    data = content(path)
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"byte {data[error.start]:#04x} is not UTF-8"
        raise bad_file(path, what, _encoding(data), line) from None
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def content(path: str) -> bytes:
    """The whole file as bytes; a device that never ends is given up like a file that is too large."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise BadInput(of_os(path, error)) from None
    except ValueError:
        raise bad_file(path.replace("\0", "\\0"), "this is not a path", "check the argument") from None
    if len(data) > LARGEST_TEXT:
        size = f"more than {LARGEST_TEXT // 2**20} MB"
        raise bad_file(path, f"{size} is more than we read at once", "is this the file you meant?")
    return data


def write(path: str, data: bytes, mode: int | None = None) -> None:
    """Replace the file whole or leave it as it was: written beside it, then renamed over it. `mode`: who may read it;
    without it, whoever could before, and of a new file whoever the umask lets."""
    place = room(path)
    try:
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).chmod(_mode(place) if mode is None else mode)
            Path(beside).replace(place)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput(of_os(path, error)) from None


def _mode(place: Path) -> int:
    if place.exists():
        return stat.S_IMODE(place.stat().st_mode)
    umask = os.umask(0)  # it can only be read by setting it
    os.umask(umask)
    return 0o666 & ~umask


def room(path: str) -> Path:
    """Where the file can be written, its folder made; BadInput, before any long work, where it cannot. A link stays a
    link: what it points to is written. A device is not replaced by a file."""
    try:
        place = Path(os.path.realpath(path))
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        if place.exists() and not place.is_file():
            raise bad_file(path, "this is a device, not a file", "name a file")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(place.parent, os.W_OK):
            raise PermissionError(errno.EACCES, "")
        return place
    except OSError as error:
        raise BadInput(of_os(path, error)) from None
    except ValueError:
        raise bad_file(path.replace("\0", "\\0"), "this is not a path", "check the argument") from None


def is_directory(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def named(paths: Iterable[str], ending: str) -> list[str]:
    """The files themselves, and every file with the ending below the directories, in order, each once."""
    found: dict[str, None] = {}
    for path in paths:
        if not is_directory(path):
            found[path] = None
            continue
        below = sorted(str(file) for file in Path(path).rglob(f"*{ending}") if file.is_file())
        if not below:
            raise bad_file(path, f"no file here ends in `{ending}`", f"name a folder with {ending} files")
        found.update(dict.fromkeys(below))
    return list(found)


def of_os(path: str, error: OSError) -> Problem:
    says = f"the system says: {error.strerror or error}"
    what, do = _SENTENCES.get(error.errno or 0, (says, "check the path, and try again"))
    return Problem(Place(path), what, do)


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "this is UTF-16; save the file as UTF-8, which spreadsheets call `CSV UTF-8`"
    if data.startswith(b"PK\x03\x04"):
        return "this is a zip or a spreadsheet; export it as text first"
    return "save the file as UTF-8"
