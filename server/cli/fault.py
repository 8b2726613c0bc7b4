"""When proofolio itself is at fault: one line to the user, the trace in a file."""

import platform
import shlex
import sys
import tempfile
import traceback
from collections.abc import Sequence

from server.cli.exits import Exit


def report(error: Exception, words: Sequence[str]) -> int:
    command = shlex.join(["proofolio", *words])
    print(
        f"this is a fault of proofolio, not of your files; please send us {_written(error, command)}", file=sys.stderr
    )
    return Exit.FAULT


def _written(error: Exception, command: str) -> str:
    """The name of a file with the trace, or the trace's last line where no file can be written."""
    trace = "".join(traceback.format_exception(error))
    text = f"{command}\nPython {platform.python_version()} on {platform.platform()}\n\n{trace}"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="proofolio-fault-", suffix=".txt", delete=False) as file:
            file.write(text)
        return file.name
    except (OSError, UnicodeError):
        return f"this line: {traceback.format_exception_only(error)[-1].strip()} ({command})"
