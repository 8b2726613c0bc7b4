"""`proofolio publish`: the rule files of a git revision, sent to a service as a draft of a rule book, with the commit
and the trees, raw, that show that they are the revision's."""

import argparse
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx

from policy.book.problem import Place, Problem
from policy.proof.gitobjects import Git
from policy.proof.layout import ENDING
from server.cli import disk
from server.cli.exits import Exit
from server.cli.problem import BadInput, bad_file
from server.cli.show.answers import printed
from server.client.client import Client
from server.client.problem import Flaw, ProblemError

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class PublishAnswer:
    """`answer` is "published". `manifest`: SHA-256 by which log and proofs name the rule book `rulebook`; `path`: the
    folder of the rules in the commit; `passed`, `failed`: expectations of the cases beside the rules."""

    answer: str
    rulebook: str
    manifest: str
    commit: str
    path: str
    files: int
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """`title`: the first line of what the commit says."""

    title: str
    git: Git
    files: dict[str, str]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--git", required=True, metavar="FOLDER", help="the folder of the rules, in a git work tree")
    parser.add_argument(
        "--rev", default="HEAD", metavar="R", help="the revision (HEAD); what is not committed is not sent"
    )
    parser.add_argument("--to", required=True, metavar="URL", help="the service, such as https://proofolio.example")
    parser.add_argument("--key-file", required=True, metavar="F", help="the file with your key for it")
    parser.add_argument("--title", metavar="T", help="what it is called (the commit's first line)")
    parser.add_argument("--observe", action="append", metavar="RULE", help="judged and counted, and blocks nothing yet")


def run(arguments: argparse.Namespace) -> int:
    found, key = gathered(arguments.git, arguments.rev), disk.text(arguments.key_file).strip()
    objects = {name: b64encode(each).decode() for name, each in found.git.objects.items()}
    git = {"commit": found.git.commit, "path": found.git.path, "objects": objects}
    title, observe = arguments.title or found.title, arguments.observe
    try:
        with Client(arguments.to, key) as client:
            made = client.rulebooks.create(title=title, files=found.files, observe=observe, git=git)
    except ProblemError as error:
        flaws = error.errors or (Flaw(None, error.detail, "see docs/service.md"),)
        raise BadInput(*(Problem(Place(arguments.git), each.detail, each.help) for each in flaws)) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise bad_file(arguments.to, f"it does not answer: {error}", "name the service's address") from None
    assert made.cases is not None, "what was published has a report"
    passed, failed = made.cases.passed, made.cases.failed
    where = found.git.commit, found.git.path, len(found.files)
    answer = PublishAnswer("published", made.id, made.manifest, *where, passed, failed)
    if not printed(answer, as_json=arguments.json):
        print(f"published: {answer.rulebook} is a draft of {answer.files} rule files, commit {answer.commit}")
        print(f"{answer.passed} expectations hold, {answer.failed} do not; somebody else activates it")
    return Exit.STOP if answer.failed else Exit.PASS


def gathered(folder: str, rev: str) -> Gathered:
    """BadInput where it is no folder of the revision."""
    commit = _said(folder, "rev-parse", "--verify", "--end-of-options", f"{rev}^{{commit}}")
    path = _said(folder, "rev-parse", "--show-prefix").strip("/")
    steps = path.split("/") if path else []
    above = ("/".join(steps[:end]) for end in range(len(steps) + 1))
    trees, files = [_said(folder, "rev-parse", "--verify", f"{commit}:{each}") for each in above], dict[str, str]()
    for kind, name, where in list(_listed(folder, trees[-1])):
        if kind == "tree":
            trees.append(name)
        elif where.endswith(ENDING):
            files[where] = name
    contents = _contents(folder, sorted({commit, *trees, *files.values()}))
    lines = contents[commit].partition(b"\n\n")[2].decode("utf-8", "replace").splitlines() or [commit]
    git = Git(commit, path, {name: contents[name] for name in (commit, *trees)})
    return Gathered(
        lines[0][:LONGEST_TITLE], git, {where: _text(where, contents[name]) for where, name in files.items()}
    )


def _listed(folder: str, tree: str) -> Iterator[tuple[str, str, str]]:
    """Kind, id and path of all that lies below a tree."""
    rows = _git(folder, "ls-tree", "-r", "-t", "-z", "--full-tree", tree).decode("utf-8", "replace")
    for row in rows.split("\0")[:-1]:
        head, _, where = row.partition("\t")
        _, kind, name = head.split(" ")
        yield kind, name, where


def _contents(folder: str, names: Sequence[str]) -> dict[str, bytes]:
    """Raw objects by id."""
    found, rest = dict[str, bytes](), _git(folder, "cat-file", "--batch", given="\n".join(names).encode())
    for name in names:
        head, _, rest = rest.partition(b"\n")
        if head.split(b" ")[0] != name.encode() or len(head.split(b" ")) != 3:
            raise bad_file(folder, f"the object {name} is not there", "fetch the whole revision")
        size = int(head.split(b" ")[2])
        found[name], rest = rest[:size], rest[size + 1 :]
    return found


def _text(where: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise bad_file(where, "it is not UTF-8", "save it as UTF-8, and commit that") from None


def _said(folder: str, *words: str) -> str:
    return _git(folder, *words).decode("utf-8", "replace").strip()


def _git(folder: str, *words: str, given: bytes = b"") -> bytes:
    """Objects as they are: what `git replace` puts in their place has another hash."""
    try:
        done = subprocess.run(("git", "--no-replace-objects", "-C", folder, *words), input=given, capture_output=True)
    except FileNotFoundError:
        raise bad_file("git", "there is no such command", "install git") from None
    if done.returncode:
        what = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0] or "git cannot read it"
        raise bad_file(folder, what, "name a folder of a git work tree, and a revision that has it")
    return done.stdout
