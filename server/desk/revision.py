"""The git revision as which a rule book was published: the raw commit and trees that show that its rule files are those
of the commit (`policy.proof.gitobjects`), kept beside them and in every bundle of its decisions.

That somebody wrote the commit, and when, is the commit's own word.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from policy.canonical import Json, decode, encode
from policy.proof.gitobjects import Git
from policy.proof.reading import members, text, version
from server import clock
from server.store import blobs
from server.store.tables import Rulebook

_AUTHOR = re.compile(rb"^author (.*) (\d{1,11}) [+-]\d{4}$", re.MULTILINE)
MOST_SAID = 200  # characters


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit and the folder of the rules in it; its author and when, UTC, as it says itself, None where it does not
    say that readably."""

    commit: str
    path: str
    author: str | None
    time: str | None


def revision(git: Git) -> Revision:
    """`git`: as it was shown to be."""
    head, _, _ = git.objects[git.commit].partition(b"\n\n")
    said = _AUTHOR.search(head)
    if said is None:
        return Revision(git.commit, git.path, None, None)
    author = said[1].decode("utf-8", "replace").replace("\0", "")[:MOST_SAID]
    return Revision(git.commit, git.path, author, clock.text(datetime.fromtimestamp(int(said[2]), UTC)))


def written(git: Git) -> bytes:
    objects: dict[str, Json] = {name: b64encode(each).decode() for name, each in git.objects.items()}
    return encode({"v": 1, "commit": git.commit, "path": git.path, "objects": objects})


def of(session: Session, row: Rulebook) -> Git | None:
    """None where it was published as files alone."""
    if row.git is None:
        return None
    top = members(decode(blobs.get(session, [row.git])[row.git]), "v", "commit", "path", "objects")
    version(top["v"])
    assert isinstance(top["objects"], dict), "it is as `written` wrote it"
    objects = {name: b64decode(text(each)) for name, each in top["objects"].items()}
    return Git(text(top["commit"]), text(top["path"]), objects)
