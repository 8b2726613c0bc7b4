"""The `proofolio` command: a table of verbs, each imported only when it is called.

An error of the user's is a `BadInput` and ends with code 3. Any other exception that arrives here is a fault of
ours: one line says so and where the trace is, and the code is 70.
"""

import argparse
import errno
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Protocol

VERBS = {
    "demo": "a household of real securities from the first breach to the verified proof",
    "check": "every mistake in rule files, with what to write instead",
    "judge": "the verdict of rules on a book, with or without orders",
    "explain": "a rule or its verdict in plain English, with its authority",
    "propose": "orders towards the targets within every rule, and their proof",
    "verify": "a proof bundle: proven, not proven or refuted, claim by claim",
    "test": "the cases that stand beside rules",
    "fmt": "rule files in their canonical layout",
    "serve": "the HTTP API",
    "worker": "processes that work on what the service was asked for",
    "doctor": "what is wrong with the service, and what to do about it",
    "export": "everything that the service knows, to be taken elsewhere",
    "import": "what was exported, into an instance on which nothing happened yet",
    "migrate": "the service's tables brought to a revision",
    "rotate-key": "a new key for the service's log, or the end of one that was replaced, or stolen",
    "witness": "a process that cosigns the states of other people's logs, as long as they only grow",
    "publish": "the rules of a git revision, as a draft on a service",
    "sign": "a key of one's own, and what one approves signed with it",
    "trust-card": "the key and the state of the service's log, for whoever will check its bundles",
}

EXITS = "exit codes: 0 pass, 1 breach or consent needed, 2 unknown, 3 bad input, 70 a fault of proofolio"


UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Verb(Protocol):
    """What each verb's file offers. `run` returns the exit code and raises BadInput alone."""

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def command() -> int:
    """The process of the command. What a verb makes it keeps to its end, so that looking for garbage among it would
    only take time (a third of a proposal's)."""
    gc.disable()
    return main()


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        _writable()
        code = _run(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _hush()
        return 141
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None and error.errno in UNWRITABLE:
            _hush()
            print(f"proofolio: the output cannot be written: {os.strerror(error.errno).lower()}", file=sys.stderr)
            return 3
        from server.cli.fault import report

        return report(error, words)


def _run(words: list[str]) -> int:
    if not words or words[0] not in VERBS:
        return _without_verb(words)
    verb: Verb = import_module(f"server.cli.{words[0].replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"proofolio {words[0]}", description=VERBS[words[0]], epilog=EXITS)
    verb.arguments(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON, as docs/output.schema.json describes it")
    parser.exit_on_error = False
    arguments = _parsed(parser, words[1:])
    if isinstance(arguments, int):
        return arguments

    from server.cli.problem import BadInput

    try:
        return verb.run(arguments)
    except BadInput as bad:
        from server.cli.show.problems import show

        return show(bad.problems, as_json=arguments.json)


def _parsed(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace | int:
    """argparse ends the process itself; its 2 for bad arguments would read as our `unknown`."""
    try:
        return parser.parse_args(words)
    except argparse.ArgumentError as error:
        parser.print_usage(sys.stderr)
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 3
    except SystemExit as end:
        return 3 if end.code == 2 else 0


def _without_verb(words: list[str]) -> int:
    if words and words[0] in ("--version", "-V"):
        from importlib.metadata import version

        print(f"proofolio {version('proofolio')}")
        return 0
    if not words or words[0] in ("--help", "-h", "help"):
        print(_help())
        return 0 if words else 3
    from difflib import get_close_matches

    near = get_close_matches(words[0], VERBS, n=1)
    hint = f"did you mean `proofolio {near[0]}`?" if near else "`proofolio --help` lists the verbs"
    print(f"proofolio: there is no verb `{words[0]}`; {hint}", file=sys.stderr)
    return 3


def _help() -> str:
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {name:<{width}}  {sentence}" for name, sentence in VERBS.items())
    return (
        "Write the mandate once. Get only trades that obey it. Hand anyone the proof.\n\n"
        f"usage: proofolio VERB …\n\n{verbs}\n\n`proofolio VERB --help` says more. Every verb takes --json.\n{EXITS}"
    )


def _writable() -> None:
    """Output that was closed goes nowhere; what its encoding has no letter for is written as an escape."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # open until the process ends
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _hush() -> None:
    """Nobody takes our output; keep the interpreter from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(command())
