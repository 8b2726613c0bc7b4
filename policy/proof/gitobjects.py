"""That rule files are those of a git commit: its raw commit and tree objects, re-hashed.

Git names an object by SHA-1 of a header and its content. That alone is not enough to rest on, which is why the
rules' manifest is logged by SHA-256; it ties the files to the history that reviewers know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha1

_COMMIT_TREE = re.compile(rb"tree ([0-9a-f]{40})\n")


class GitError(ValueError):
    """Objects that do not show that the files are the commit's."""


def object_id(kind: str, content: bytes) -> str:
    return sha1(b"%b %d\x00%b" % (kind.encode(), len(content), content), usedforsecurity=False).hexdigest()


def shown(commit: str, objects: Mapping[str, bytes], files: Mapping[str, bytes]) -> None:
    """GitError unless every file is in the commit's tree at its path. `objects`: raw content of the commit and of
    the trees on the way, by id."""
    top = _COMMIT_TREE.match(_object(commit, "commit", objects))
    if top is None:
        raise GitError(f"the commit {commit} names no tree")
    for path, content in files.items():
        if _at(top[1].decode(), path.split("/"), objects) != object_id("blob", content):
            raise GitError(f"`{path}` is not in the commit {commit} with this content")


def _at(tree: str, path: list[str], objects: Mapping[str, bytes]) -> str | None:
    """The id at a path below a tree."""
    for name in path:
        found = _entries(_object(tree, "tree", objects)).get(name)
        if found is None:
            return None
        tree = found
    return tree


def _entries(content: bytes) -> Mapping[str, str]:
    """Name to id: `mode SP name NUL 20 bytes`, again and again."""
    found: dict[str, str] = {}
    while content:
        head, separator, rest = content.partition(b"\x00")
        _, _, name = head.partition(b" ")
        if not separator or len(rest) < 20:
            raise GitError("a tree object is malformed")
        found[name.decode("utf-8", "replace")] = rest[:20].hex()
        content = rest[20:]
    return found


def _object(name: str, kind: str, objects: Mapping[str, bytes]) -> bytes:
    content = objects.get(name)
    if content is None:
        raise GitError(f"the {kind} object {name} is missing")
    if object_id(kind, content) != name:
        raise GitError(f"the {kind} object {name} is not what its name says")
    return content
