"""Mistakes in rules, each with its line and a caret under the place."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from dsl.diagnostic import Diagnostic, Severity, in_order
from dsl.render import render
from dsl.source import Source
from server.cli.show.terminal import errors

STYLES = {Severity.ERROR: "block", Severity.WARNING: "warn"}


def show(found: Iterable[Diagnostic], sources: Sequence[Source]) -> None:
    """On the error stream, from top to bottom, a blank line after each."""
    named = {source.name: source for source in sources}
    console = errors()
    for diagnostic in in_order(tuple(found)):
        console.print(_coloured(render(diagnostic, named[diagnostic.span.file]), diagnostic), soft_wrap=True)
        console.print()


def _coloured(text: str, diagnostic: Diagnostic) -> Text:
    shown = Text(text)
    style = STYLES[diagnostic.severity]
    shown.highlight_regex(r"^\w+\[M\d+\]", style)
    shown.highlight_regex(r"\^+$", style)
    shown.highlight_regex(r"= help: .*", "good")
    shown.highlight_regex(r"(?m)^ *--> .*$", "faint")
    return shown
