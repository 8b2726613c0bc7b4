"""Answers as JSON on the output, from the dataclasses that docs/output.schema.json describes."""

import sys
from typing import Any

from pydantic import TypeAdapter


def printed(answer: Any, *, as_json: bool) -> bool:
    """Whether the answer was printed as JSON; otherwise the caller shows it to people."""
    if as_json:
        sys.stdout.write(text(answer))
    return as_json


def text(answer: Any) -> str:
    return TypeAdapter(type(answer)).dump_json(answer, indent=2).decode() + "\n"
