"""As much of a shell, curl and jq as the examples of our pages use; they run on a machine that has none.

What is not understood is an error: an example is performed as a whole or fails.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

Program = Callable[[list[str], bytes], bytes]
"""Words after its name and what it reads; what it prints."""


@dataclass
class Shell:
    """`folder`: where files are; `variables`: by name; `programs`: what `curl`, `proofolio` and such are here."""

    folder: Path
    programs: dict[str, Program]
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, line: str) -> bytes:
        """One line with its pipes; what its last command prints, where that goes to no file."""
        out = b""
        for command in _piped(_words(re.sub(r"\$\(cat ([\w.-]+)\)", self._content, line))):
            words = [re.sub(r"\$([A-Z]\w*)", self._value, word) for word in command]
            target = None
            if ">" in words:
                at = words.index(">")
                target, words = self.folder / words[at + 1], words[:at] + words[at + 2 :]
            out = self._run(words, out)
            if target is not None:
                target.write_bytes(out)
                out = b""
        return out

    def _run(self, words: list[str], given: bytes) -> bytes:
        name, *rest = words
        if set_ := re.fullmatch(r"([A-Z]\w*)=(.*)", name):
            self.variables[set_[1]] = set_[2]
            return b""
        if name == "jq":
            return _jq(rest, given, self.folder)
        if name == "sha256sum":
            return f"{sha256(given).hexdigest()}  -\n".encode()
        if name == "xxd":
            return given.hex(" ").encode()
        return self.programs[name](rest, given)

    def _content(self, found: re.Match[str]) -> str:
        return (self.folder / found[1]).read_text().strip()

    def _value(self, found: re.Match[str]) -> str:
        return self.variables[found[1]]


def lines(block: str) -> Iterator[str]:
    """The commands of a block, each with the lines that it goes on over."""
    held = ""
    for line in block.splitlines(keepends=True):
        held += line
        if not line.rstrip().endswith(("\\", "|")) and _whole(held):
            if held.strip():
                yield held
            held = ""
    assert not held.strip(), f"this command does not end: {held}"


def _whole(text: str) -> bool:
    try:
        return bool(_words(text) or not text.strip() or text.lstrip().startswith("#"))
    except ValueError:  # a quotation goes on
        return False


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="|>")
    lexer.whitespace_split = True
    return list(lexer)


def _piped(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word == "|":
            yield command
            command = []
        else:
            command.append(word)
    yield command


def _jq(words: list[str], given: bytes, folder: Path) -> bytes:
    """Of the language that makes an object of names, texts, `$variables` and `.`, the input."""
    values = {}
    while len(words) > 1:
        option, *words = words
        if option in ("--arg", "--rawfile"):
            name, said, *words = words
            values[name] = said if option == "--arg" else (folder / said).read_text(encoding="utf-8")
        else:
            assert option == "-n", f"jq has no {option} here"
    (program,) = words
    text = re.sub(r"([{,]\s*)(\w+):", r'\1"\2":', program)
    text = re.sub(r":\s*\$(\w+)", lambda found: f": {json.dumps(values[found[1]])}", text)
    return json.dumps(json.loads(re.sub(r":\s*\.(?=[,}])", lambda _: f": {given.decode()}", text))).encode()
