"""`proofolio publish` end to end: a git revision sent to a service, put in force, and shown in the proof of a decision
to somebody who has the verifier and the card from elsewhere."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy.proof.archive import unpacked
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined
from policy.proof.trust import trust
from server.cli.main import main
from server.cli.publish import gathered
from tests.policy.proof.attack import relisted
from tests.server.api.test_proposals import BOOK
from tests.server.processes import serving
from tests.server.stocked import RULES
from tests.server.test_serve import admin

Git = Callable[..., str]
ROLES = {"rita": "compliance", "carl": "compliance", "anna": "adviser", "olga": "operations"}


@pytest.fixture(params=["sha1", "sha256"])
def git(tmp_path: Path, request: pytest.FixtureRequest) -> Git:
    """A repository with rules in a folder, and what is no rule beside them."""

    def run(*words: str) -> str:
        said = ("-c", "user.name=Änne", "-c", "user.email=a@example.com", *words)
        return subprocess.run(("git", *said), cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "-q", f"--object-format={request.param}")
    folder = tmp_path / "rules" / "us"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "rules.mandate").write_text(RULES)
    (folder / "README.md").write_text("Rules of funds.\n")
    (tmp_path / "other.mandate").write_text("of somebody else")
    run("add", "rules", "other.mandate")
    run("commit", "-q", "-m", "Funds\n\nas the board agreed")
    (folder / "deep" / "new.mandate").write_text("nobody committed this")
    return run


def sent(address: str, folder: Path, key: str) -> list[str]:
    (folder / "key").write_text(f"{key}\n")
    return [
        "publish",
        "--git",
        str(folder / "rules" / "us"),
        "--to",
        address,
        "--key-file",
        str(folder / "key"),
        "--json",
    ]


@pytest.mark.parametrize("git", ["sha1"], indirect=True)
def test_a_revision_is_published_and_proven(git: Git, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(tmp_path / "data", PROOFOLIO_WORKERS="1") as served:
        first = admin(served, tmp_path / "data")
        keys = {
            name: served(first, "POST", "/v1/keys", json={"principal": name, "roles": [role]}).json()["key"]
            for name, role in ROLES.items()
        }
        assert main(sent(served.address, tmp_path, keys["rita"])) == 0
        said = json.loads(capsys.readouterr().out)
        head = git("rev-parse", "HEAD")
        assert (said["commit"], said["path"], said["files"], said["failed"]) == (head, "rules/us", 1, 0)
        place = f"/v1/rulebooks/{said['rulebook']}"
        found = served(keys["anna"], "GET", place).json()
        assert (found["title"], found["git"]["commit"], found["git"]["path"]) == ("Funds", said["commit"], "rules/us")
        assert found["git"]["author"] == "Änne <a@example.com>"
        told = served(keys["anna"], "GET", "/v1/events").json()["events"]
        (data,) = (each["data"] for each in told if each["type"] == "rulebook.published")
        assert (data["commit"], data["path"]) == (said["commit"], "rules/us")
        tag = {"If-Match": '"r1"'}
        served(keys["carl"], "POST", f"{place}/activation", json={"from": "now"}, headers=tag).raise_for_status()
        served(keys["olga"], "POST", "/v1/snapshots", json=BOOK).raise_for_status()
        made = served(keys["anna"], "POST", "/v1/proposals", json={}, headers={"Prefer": "wait=50"}, timeout=60).json()
        assert made["state"] == "proposed", made
        files = unpacked(served(keys["anna"], "GET", f"/v1/proposals/{made['id']}/bundle").content)
        card = trust(served(None, "GET", "/v1/log/trust-card").content)
        assert main(sent(served.address, tmp_path, "pk_live_none")) == 3
        (tmp_path / "rules" / "us" / "deep" / "rules.mandate").write_text(RULES.replace("limit", "limits"))
        git("commit", "-qam", "wrong")
        assert main(sent(served.address, tmp_path, keys["rita"])) == 3
    assert attacked(files, card, {}) == (Answer.PROVEN, f"1 rule file, 1 of git commit {head[:12]}")
    commit, raw = files["rules/git/commit"], f"rules/git/{head}"
    tree = min(path for path in files if path.startswith("rules/git/") and path not in (raw, "rules/git/commit"))
    for path, content in (
        ("rules/git/commit", commit.replace(b"us", b"uk")),
        ("rules/git/commit", b"0" * 40 + commit[40:]),
        (raw, files[raw] + b"\n"),
        (tree, b""),
        (f"rules/git/{'0' * 40}", b"hidden"),
    ):
        assert attacked(files, card, {path: content})[0] is Answer.REFUTED, path


def attacked(files: dict[str, bytes], card: Any, change: dict[str, bytes]) -> tuple[Answer, str]:
    """What is said of the rules' sources."""
    found = examined(relisted({**files, **change}), card)
    claim = next(each for each in found.claims if each.name == "sources")
    return claim.answer, claim.why.partition(", logged")[0]


def test_what_is_committed_is_gathered(git: Git, tmp_path: Path) -> None:
    found = gathered(str(tmp_path / "rules" / "us"), "HEAD")
    assert found.files == {"deep/rules.mandate": RULES}
    assert (found.title, found.git.path, found.git.commit) == ("Funds", "rules/us", git("rev-parse", "HEAD"))
    assert len(found.git.objects) == 5  # the commit, and the trees of four folders
    assert set(gathered(str(tmp_path), "HEAD").files) == {"other.mandate", "rules/us/deep/rules.mandate"}


@pytest.mark.parametrize("git", ["sha1"], indirect=True)
def test_what_cannot_be_gathered(git: Git, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules" / "uk").mkdir()
    folders = ("rules/us", "rules/uk", "rules/none")
    for folder, rev in zip(folders, ("--help", "HEAD", "HEAD"), strict=True):
        words = [
            "--git",
            str(tmp_path / folder),
            "--rev",
            rev,
            "--to",
            "x",
            "--key-file",
            str(tmp_path / "other.mandate"),
        ]
        assert main(["publish", *words]) == 3
    assert main([*sent("http://127.0.0.1:9", tmp_path, "pk_live_x")]) == 3
    assert "Traceback" not in capsys.readouterr().err
