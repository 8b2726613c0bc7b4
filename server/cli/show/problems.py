"""Bad input, for people on the error stream and for programs on the output."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from policy.book.problem import Problem, text
from server.cli.exits import Exit

MOST = 50
"""Problems shown to people; a program gets them all."""


def show(problems: Sequence[Problem], *, as_json: bool) -> Exit:
    if as_json:
        answer = {"answer": "bad input", "problems": [asdict(problem) for problem in problems]}
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return Exit.BAD_INPUT
    for problem in problems[:MOST]:
        print(f"error: {text(problem)}", file=sys.stderr)
    if len(problems) > MOST:
        print(f"… and {len(problems) - MOST} more; --json lists them all", file=sys.stderr)
    return Exit.BAD_INPUT
