"""Lines of the log, as JSON: what happened, and nothing that a client sent. A fault says its type and where it was
raised, but not its message, for that may quote a body; what a library says is its template, without the arguments."""

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb

from server import clock

ROOT = Path(__file__).parents[1]


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": clock.text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            **(record.msg if isinstance(record.msg, dict) else _of_library(record)),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = _fault(record.exc_info[1])
        return json.dumps(line)


def begun() -> None:
    """On stderr, from now on and for this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("proofolio").setLevel(logging.INFO)


def _of_library(record: logging.LogRecord) -> dict[str, str]:
    return {"event": "message", "from": record.name, "says": next(iter(str(record.msg).splitlines()), "")}


def _fault(error: BaseException) -> dict[str, object]:
    kind = type(error)
    frames = [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    return {"type": f"{kind.__module__}.{kind.__qualname__}", "at": frames}


def _place(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
