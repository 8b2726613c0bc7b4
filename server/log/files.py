"""Small files that must never be half there: keys, and what was signed last."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SEED = 32  # bytes
OWNER, EVERYBODY = 0o600, 0o644
LOCK = ".lock"


@contextmanager
def held(folder: Path, lock: str = LOCK) -> Iterator[None]:
    """Nobody else who asks for this lock goes on meanwhile. OSError where the folder cannot be made."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / lock).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def replaced(path: Path, data: bytes, mode: int = EVERYBODY) -> None:
    """Whole or not at all, and on disk."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def seed(text: bytes) -> bytes:
    """The seed of a key file; ValueError where it is none."""
    digits = text.decode("ascii", "replace").strip()
    if not re.fullmatch(f"[0-9a-fA-F]{{{2 * SEED}}}", digits, re.ASCII):
        raise ValueError(f"the key is not {2 * SEED} hexadecimal digits")
    return bytes.fromhex(digits)
