"""The terminal: where output goes, when it has colours, and the progress line.

Colours appear only where a person looks at a terminal that has not asked for none (NO_COLOR). Output into a file or a
pipe is plain text of a fixed width, so that it can be compared and quoted.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.theme import Theme

PIPE_WIDTH = 110
WIDEST = 130

THEME = Theme(
    {
        "pass": "green",
        "warn": "yellow",
        "waived": "cyan",
        "consent": "magenta",
        "unknown": "bold yellow",
        "block": "bold red",
        "title": "bold",
        "faint": "dim",
        "good": "green",
        "bad": "red",
        "buy": "green",
        "sell": "red",
        "name": "cyan",
    }
)

STYLE_OF = {
    "pass": "pass",
    "warn": "warn",
    "waived": "waived",
    "needs consent": "consent",
    "unknown": "unknown",
    "block": "block",
    "tolerated": "waived",
    "proven": "pass",
    "not proven": "unknown",
    "refuted": "block",
}
"""Style of a word that is an answer."""

MARK_OF = {
    "pass": "✓",
    "warn": "!",
    "waived": "~",
    "needs consent": "?",
    "unknown": "?",
    "block": "✗",
    "tolerated": "~",
    "proven": "✓",
    "not proven": "?",
    "refuted": "✗",
}
"""A mark beside the word, so that no meaning hangs on a colour alone."""


def output() -> Console:
    return _console(sys.stdout)


def errors() -> Console:
    return _console(sys.stderr)


def silent() -> Console:
    """Takes the same words, and prints nothing."""
    return Console(quiet=True, theme=THEME)


def answer(word: str) -> str:
    """An answer with its mark and style, as rich markup."""
    style = STYLE_OF.get(word, "title")
    return f"[{style}]{MARK_OF.get(word, '·')} {word}[/{style}]"


@contextmanager
def progress(sentence: str) -> Iterator[None]:
    """One line on the error stream while the work goes on; nothing where no person looks."""
    console = errors()
    if not console.is_terminal:
        yield
        return
    with console.status(f"[faint]{sentence} …[/faint]", spinner="dots"):
        yield


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end the process with code 1, which reads as our `stop`."""
        raise BrokenPipeError


def _console(stream: object) -> Console:
    console = _Console(file=stream, theme=THEME, highlight=False, soft_wrap=False)  # type: ignore[arg-type]  # a text stream
    if not console.is_terminal:
        return _Console(file=stream, theme=THEME, highlight=False, width=PIPE_WIDTH)  # type: ignore[arg-type]  # a text stream
    return console if console.width <= WIDEST else _Console(file=stream, theme=THEME, highlight=False, width=WIDEST)  # type: ignore[arg-type]  # a text stream
