"""Lines and trivia to text: indents, long lines broken, comments and blank lines put back where they belong.

A comment on its own line goes before the line that follows it, or that it stood in; one behind words goes behind the
same line. Several blank lines become one; one stands between blocks, none after a block's head or before its `end`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsl.format.expression import FIRST, SOFT, WEAK
from dsl.format.line import Line
from dsl.trivia import Trivium

WIDEST = 120
_BLANKS = str.maketrans(dict.fromkeys((FIRST, SOFT, WEAK), " "))


def lay_out(lines: Sequence[Line], trivia: Sequence[Trivium]) -> str:
    """The text, with a line break at its end; "" for nothing at all."""
    before, behind = _assigned(lines, trivia)
    out: list[str] = []
    after_head = True
    for line, above, comment in zip(lines, before, behind, strict=False):
        if _opens(line) and out and out[-1]:
            out.append("")
        depth = 1 if line.text == "end" else line.depth
        out += _above(above, depth, after_head or not out or not out[-1], line.text == "end")
        out += _broken(line)
        out[-1] += f"  {comment}" if comment else ""
        after_head = _opens(line)
    out += _above(before[-1], 0, not out, False)
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n" if out else ""


def _opens(line: Line) -> bool:
    return line.depth == 0 and line.text != "end"


def _assigned(lines: Sequence[Line], trivia: Sequence[Trivium]) -> tuple[list[list[Trivium]], list[str]]:
    """For each line, and for the end of the text, what goes above it; and the comment that goes behind it."""
    before: list[list[Trivium]] = [[] for _ in range(len(lines) + 1)]
    behind = [""] * len(lines)
    at = 0
    for trivium in trivia:
        while at < len(lines) and lines[at].end <= trivium.start:
            at += 1
        holder = at if at < len(lines) and lines[at].start <= trivium.start else at - 1
        if trivium.trailing and holder >= 0 and not behind[holder]:
            behind[holder] = trivium.text
        else:
            before[holder if trivium.trailing and holder >= 0 else at].append(trivium)
    return before, behind


def _above(trivia: Sequence[Trivium], depth: int, no_blank: bool, closing: bool) -> list[str]:
    out: list[str] = []
    for trivium in trivia:
        if trivium.text:
            out.append("  " * depth + trivium.text)
        elif not (out and not out[-1]) and not (no_blank and not out):
            out.append("")
    while closing and out and not out[-1]:
        out.pop()
    return out


def _broken(line: Line) -> list[str]:
    """One line, or several that fit, the later ones indented by four more."""
    margin = "  " * line.depth
    if len(margin + line.text) <= WIDEST:
        return [margin + line.text.translate(_BLANKS)]
    room = WIDEST - len(margin) - 4
    filled = [text for part in line.text.split(FIRST) for text in _filled(part, room)]
    return [margin + filled[0], *(f"{margin}    {text}" for text in filled[1:])]


def _filled(part: str, room: int) -> list[str]:
    """As much on each line as there is room for."""
    out: list[str] = []
    for soft in part.split(SOFT):
        for piece in soft.split(WEAK) if len(soft) > room else [soft.translate(_BLANKS)]:
            if out and len(out[-1]) + 1 + len(piece) <= room:
                out[-1] += " " + piece
            else:
                out.append(piece)
    return out
