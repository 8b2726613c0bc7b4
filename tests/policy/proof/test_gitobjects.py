"""Rule files are a commit's, or the objects do not say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.proof.gitobjects import Git, GitError, files, object_id, of_files, shown

FILES = {"cap.mandate": b"rule cap\n", "house/basket.mandate": b"rule basket\n"}
BESIDE = {"observed.txt": b"CAP\n", "waivers/w.mandate": b"waiver\n", "MANIFEST.sha256": b""}
"""What is in no commit."""


class Repository:
    """Objects as git makes them; its ids have so many `digits`."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.objects: dict[str, bytes] = {}

    def blob(self, content: bytes) -> str:
        return object_id("blob", content, self.digits)

    def kept(self, kind: str, content: bytes) -> str:
        name = object_id(kind, content, self.digits)
        self.objects[name] = content
        return name

    def tree(self, *entries: tuple[str, str, str]) -> str:
        rows = (f"{mode} {name}".encode() + b"\x00" + bytes.fromhex(of) for mode, name, of in entries)
        return self.kept("tree", b"".join(rows))

    def commit(self, tree: str, path: str = "") -> Git:
        said = f"tree {tree}\nauthor A <a@b> 0 +0000\ncommitter A <a@b> 0 +0000\n\nrules\n"
        return Git(self.kept("commit", said.encode()), path, dict(self.objects))


def house(of: Repository) -> str:
    return of.tree(("100644", "basket.mandate", of.blob(FILES["house/basket.mandate"])))


def rules(of: Repository, *more: tuple[str, str, str]) -> str:
    cap = ("100755", "cap.mandate", of.blob(FILES["cap.mandate"]))
    return of.tree(("100644", "README.md", "7" * of.digits), cap, ("40000", "house", house(of)), *more)


def made(digits: int = 40) -> Git:
    of = Repository(digits)
    return of.commit(rules(of))


def test_ids_are_git_s_own() -> None:
    assert object_id("blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert object_id("tree", b"") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert object_id("tree", b"", 64) == "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"


@pytest.mark.parametrize("digits", [40, 64])
def test_files_of_a_commit(digits: int) -> None:
    git = made(digits)
    assert shown(git, FILES | BESIDE) == len(FILES)
    assert of_files(files(git) | FILES) == git
    of = Repository(digits)
    deep = of.commit(of.tree(("40000", "us", of.tree(("40000", "funds", rules(of))))), "us/funds")
    shown(deep, FILES)
    assert of_files(files(deep)) == deep
    assert of_files(FILES) is None


GIT = made()
TREE = object_id("tree", b"")
WRONG: dict[str, tuple[Git, dict[str, bytes]]] = {
    "other content": (GIT, FILES | {"cap.mandate": b"rule cup\n"}),
    "one more": (GIT, FILES | {"other.mandate": b""}),
    "one less": (GIT, {"cap.mandate": FILES["cap.mandate"]}),
    "none": (GIT, {}),
    "no commit": (replace(GIT, commit="0" * 40), FILES),
    "another path": (replace(GIT, path="house"), FILES),
    "no path": (replace(GIT, path="us"), FILES),
    "a path with tricks": (replace(GIT, path="house/.."), FILES),
    "the commit changed": (replace(GIT, objects=GIT.objects | {GIT.commit: GIT.objects[GIT.commit] + b"\n"}), FILES),
    "an object that nothing asks for": (replace(GIT, objects=GIT.objects | {TREE: b""}), FILES),
    "a tree for a commit": (replace(GIT, commit=min(GIT.objects.keys() - {GIT.commit})), FILES),
    "capitals": (replace(GIT, commit=GIT.commit.upper()), FILES),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_the_commit_s(wrong: str) -> None:
    with pytest.raises(GitError):
        shown(*WRONG[wrong])


@pytest.mark.parametrize("name", sorted(GIT.objects))
def test_each_object_is_needed_as_it_is(name: str) -> None:
    for objects in (
        {each: content for each, content in GIT.objects.items() if each != name},
        GIT.objects | {name: GIT.objects[name] + b"x"},
        GIT.objects | {name: b""},
    ):
        with pytest.raises(GitError):
            shown(replace(GIT, objects=objects), FILES)


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (("160000", "more", "1" * 40), "submodule"),
        (("120000", "link.mandate", "1" * 40), "link"),
        (("100644", "cap.mandate", "1" * 40), "malformed"),
        (("100644", "..", "1" * 40), "malformed"),
        (("100644", "a/b.mandate", "1" * 40), "malformed"),
        (("100644", "", "1" * 40), "malformed"),
    ],
)
def test_entries_that_are_no_files(entry: tuple[str, str, str], what: str) -> None:
    of = Repository(40)
    with pytest.raises(GitError, match=what):
        shown(of.commit(rules(of, entry)), FILES)


def test_malformed_trees() -> None:
    for content in (b"100644 a", b"100644 a\x00short"):
        of = Repository(40)
        with pytest.raises(GitError, match="malformed"):
            shown(of.commit(of.kept("tree", content)), {})


def test_trees_that_unfold_to_more_than_anybody_reads() -> None:
    of = Repository(40)
    for leaf, what in ((of.tree(("100644", "a.mandate", "1" * 40)), "more than"), (of.tree(), "not in the commit")):
        for _ in range(40):
            leaf = of.tree(*(("40000", f"f{number}", leaf) for number in range(10)))
        with pytest.raises(GitError, match=what):
            shown(of.commit(leaf), FILES)
    for _ in range(100):
        leaf = of.tree(("40000", "f", leaf))
    with pytest.raises(GitError, match="deep"):
        shown(of.commit(leaf), FILES)


def test_what_names_the_commit_is_read_one_way() -> None:
    for said in (b"", b"\n", GIT.commit.encode(), f"{GIT.commit}\n\n".encode(), f"{GIT.commit}\na\nb\n".encode()):
        with pytest.raises(GitError):
            of_files({"git/commit": said})
