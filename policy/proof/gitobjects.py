"""That rule files are those of a git commit: its raw commit and tree objects, re-hashed.

Git names an object by SHA-1, or SHA-256, of a header and its content. SHA-1 alone is not enough to rest on, and the
rules' manifest is logged by SHA-256; this ties the files to the history that reviewers know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha1, sha256

from policy.proof.layout import ENDING, GIT, RULES, WAIVERS

FOLDER = GIT.removeprefix(RULES)
COMMIT = f"{FOLDER}commit"
MOST = 10_000  # files
DEEPEST = 64  # folders
ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_SAID = re.compile(rb"([0-9a-f]+)\n(?:([^\n]+)\n)?")
_COMMIT_TREE = re.compile(rb"tree ([0-9a-f]{64}|[0-9a-f]{40})\n")
_TREE, _FILES, _MODULE = "40000", ("100644", "100755"), "160000"


class GitError(ValueError):
    """Objects that do not show that the files are the commit's."""


@dataclass(frozen=True, slots=True)
class Git:
    """`commit`: its id; `path`: the folder of the rules in it, "" for the top; `objects`: raw content of the commit, of
    the trees down to that folder and of all below it, by id."""

    commit: str
    path: str
    objects: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    name: str
    id: str


def files(git: Git) -> dict[str, bytes]:
    """As they lie beside the rule files: `git/commit` has the commit's id in a line, and in another one the folder
    where that is not the top."""
    lines = [git.commit, *([git.path] if git.path else [])]
    said = "".join(f"{line}\n" for line in lines).encode()
    return {COMMIT: said, **{f"{FOLDER}{name}": content for name, content in git.objects.items()}}


def of_files(found: Mapping[str, bytes]) -> Git | None:
    """The same read again, None where there is no commit. GitError where it says nothing readable."""
    if COMMIT not in found:
        return None
    said = _SAID.fullmatch(found[COMMIT])
    if said is None:
        raise GitError(f"{COMMIT} cannot be read")
    objects = {name.removeprefix(FOLDER): each for name, each in found.items() if name.startswith(FOLDER)}
    objects.pop(COMMIT.removeprefix(FOLDER))
    return Git(said[1].decode(), (said[2] or b"").decode("utf-8", "replace"), objects)


def object_id(kind: str, content: bytes, digits: int = 40) -> str:
    """Hex, of 40 digits (SHA-1) or 64 (SHA-256)."""
    said = b"%b %d\x00%b" % (kind.encode(), len(content), content)
    return sha1(said, usedforsecurity=False).hexdigest() if digits == 40 else sha256(said).hexdigest()


def shown(git: Git, files: Mapping[str, bytes]) -> int:
    """How many rule files are the commit's. GitError unless those that it has below its path are the ones among these
    files, and each object is one that this takes. Waivers, and what the service keeps beside, are no commit's."""
    mine = {path: each for path, each in files.items() if path.endswith(ENDING) and not path.startswith(WAIVERS)}
    used: set[str] = set()
    found = _below(_top(git, used), git, used, {}, 0)
    for path in sorted(found.keys() | mine.keys()):
        if path not in mine:
            raise GitError(f"`{path}` is in the commit and not among the files")
        if found.get(path) != object_id("blob", mine[path], len(git.commit)):
            raise GitError(f"`{path}` is not in the commit {git.commit} with this content")
    odd = min(git.objects.keys() - used, default=None)
    if odd is not None:
        raise GitError(f"nothing asks for the object {odd}")
    return len(mine)


def _top(git: Git, used: set[str]) -> str:
    """The id of the tree at the path."""
    if not ID.fullmatch(git.commit):
        raise GitError("a commit's id has 40 or 64 small hexadecimal digits")
    head = _COMMIT_TREE.match(_object(git.commit, "commit", git, used))
    if head is None:
        raise GitError(f"the commit {git.commit} names no tree")
    tree = head[1].decode()
    for name in git.path.split("/") if git.path else ():
        tree = next((each.id for each in _entries(tree, git, used) if (each.mode, each.name) == (_TREE, name)), "")
        if not tree:
            raise GitError(f"the commit has no folder `{git.path}`")
    return tree


def _below(tree: str, git: Git, used: set[str], known: dict[str, Mapping[str, str]], depth: int) -> Mapping[str, str]:
    """The ids of the rule files below a tree, by path. A tree that is there a thousand times is read once."""
    if depth > DEEPEST:
        raise GitError(f"folders lie more than {DEEPEST} deep")
    if tree in known:
        return known[tree]
    found: dict[str, str] = {}
    for each in _entries(tree, git, used):
        if each.mode == _MODULE:
            raise GitError(f"`{each.name}` is a submodule, whose files the commit does not have")
        if each.mode == _TREE:
            inner = _below(each.id, git, used, known, depth + 1)
            found |= {f"{each.name}/{path}": name for path, name in inner.items()}
        elif each.name.endswith(ENDING):
            if each.mode not in _FILES:
                raise GitError(f"`{each.name}` is a link, and no file")
            found[each.name] = each.id
        if len(found) > MOST:
            raise GitError(f"there are more than {MOST:,} rule files")
    known[tree] = found
    return found


def _entries(tree: str, git: Git, used: set[str]) -> Iterator[_Entry]:
    """`mode SP name NUL id`, again and again; the id as many bytes as the hash has."""
    content, size, names = _object(tree, "tree", git, used), len(git.commit) // 2, set[str]()
    while content:
        head, separator, rest = content.partition(b"\x00")
        mode, _, name = head.decode("utf-8", "surrogateescape").partition(" ")
        if not separator or len(rest) < size or name in names or name in ("", ".", "..") or "/" in name:
            raise GitError(f"the tree object {tree} is malformed")
        names.add(name)
        yield _Entry(mode, name, rest[:size].hex())
        content = rest[size:]


def _object(name: str, kind: str, git: Git, used: set[str]) -> bytes:
    content = git.objects.get(name)
    if content is None:
        raise GitError(f"the {kind} object {name} is missing")
    if object_id(kind, content, len(git.commit)) != name:
        raise GitError(f"the {kind} object {name} is not what its name says")
    used.add(name)
    return content
