"""Rule files are a commit's, or the objects do not say so."""

from __future__ import annotations

import pytest

from policy.proof.gitobjects import GitError, object_id, shown

FILES = {"cap.mandate": b"rule cap\n", "house/basket.mandate": b"rule basket\n"}


def tree(*entries: tuple[str, str, str]) -> bytes:
    return b"".join(f"{mode} {name}".encode() + b"\x00" + bytes.fromhex(of) for mode, name, of in entries)


HOUSE = tree(("100644", "basket.mandate", object_id("blob", FILES["house/basket.mandate"])))
TOP = tree(
    ("100644", "cap.mandate", object_id("blob", FILES["cap.mandate"])), ("40000", "house", object_id("tree", HOUSE))
)
COMMIT = f"tree {object_id('tree', TOP)}\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nrules\n".encode()
OBJECTS = {
    object_id("commit", COMMIT): COMMIT,
    object_id("tree", TOP): TOP,
    object_id("tree", HOUSE): HOUSE,
}
HEAD = object_id("commit", COMMIT)


def test_ids_are_git_s_own():
    assert object_id("blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert object_id("tree", b"") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_files_of_a_commit():
    shown(HEAD, OBJECTS, FILES)
    shown(HEAD, OBJECTS, {"cap.mandate": FILES["cap.mandate"]})


@pytest.mark.parametrize(
    ("commit", "objects", "files"),
    [
        (HEAD, OBJECTS, {"cap.mandate": b"rule cup\n"}),
        (HEAD, OBJECTS, {"other.mandate": b""}),
        (HEAD, OBJECTS, {"house": HOUSE}),
        ("0" * 40, OBJECTS, FILES),
        (HEAD, {**OBJECTS, HEAD: COMMIT + b"\n"}, FILES),
        (HEAD, {HEAD: COMMIT}, FILES),
        (HEAD, {name: content for name, content in OBJECTS.items() if content != HOUSE}, FILES),
        (object_id("tree", TOP), OBJECTS, FILES),
    ],
)
def test_what_is_not_the_commit_s(commit, objects, files):
    with pytest.raises(GitError):
        shown(commit, objects, files)


def test_malformed_trees():
    for content in (b"100644 a", b"100644 a\x00short"):
        name = object_id("tree", content)
        commit = f"tree {name}\n\n".encode()
        head = object_id("commit", commit)
        with pytest.raises(GitError, match="malformed"):
            shown(head, {head: commit, name: content}, {"a": b""})
