"""Every command in the pages of docs/ runs, in the order of the page, against a service on a socket."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys import invented
from tests.journeys.shell import Shell, lines
from tests.server.processes import ROOT, Served, environment, serving

DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if "```sh" in page.read_text(encoding="utf-8"))
BLOCK = re.compile(r"^## ([^\n]*)$|^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEPT = "what led to a decision is kept for years, and nobody turns the clock of a process"
REFUSED: dict[str, tuple[int, str, str]] = {"/v1/erasures": (409, "retention", KEPT)}
"""Requests that are refused here, by path: status and slug, and why."""
UNLOGGED = {"/v1/checks", "/v1/me/keys/challenges"}
"""Requests that decide nothing; every other one answers with its receipt."""
ELSEWHERE = {"/v1/erasures/erase_ID/approval": KEPT}
"""Commands that cannot be performed here, by what they hold: each with the reason."""
OPEN = 2
"""The exit code of a bundle in which nothing is refuted and something not proven: approvals that no person signed."""
STREAMED = 3  # lines of a stream without end that are read
_NUMBER = count()


@dataclass
class Firm:
    """Who works there (`keys`), what was made last by the beginning of its id, and what was answered last."""

    served: Served
    folder: Path
    keys: dict[str, str] = field(default_factory=dict)
    made: dict[str, list[str]] = field(default_factory=dict)
    evidence: str = ""
    leaf: str = ""
    last: str = ""

    def curl(self, words: list[str], given: bytes) -> bytes:
        old = any("_NEW" in word for word in words)
        asked = _asked([self._meant(word, -2 if old else -1) for word in words], given, self.folder)
        found = self._sent(asked)
        if asked.url in REFUSED:
            assert (found.status_code, found.json()["code"]) == REFUSED[asked.url][:2]
            return found.content
        assert found.status_code // 100 == 2, f"{asked.method} {asked.url}: {found.status_code} {found.text}"
        self._learnt(asked, found)
        if asked.output:
            (self.folder / asked.output).write_bytes(found.content)
            return b""
        return found.content

    def _sent(self, asked: Asked) -> httpx.Response:
        """By the first person who may: the examples name none."""
        who = asked.headers.get("Authorization")
        if who not in ("Bearer KEY", "Bearer KEY2"):
            return _fetched(asked, self.served.address)
        people = [name for name in self.keys if who == "Bearer KEY" or name != self.last]
        for name in people:
            asked.headers["Authorization"] = f"Bearer {self.keys[name]}"
            found = _fetched(asked, self.served.address)
            if found.status_code != 403 or found.json()["code"] not in ("role-not-allowed", "self-approval"):
                self.last = name
                return found
        raise AssertionError(f"nobody may {asked.method} {asked.url}: {found.text}")

    def _meant(self, word: str, number: int) -> str:
        """With the ids of what was made in place of those of the page, the last ones."""
        word = re.sub(r"\b([a-z]+)_NEW\b", lambda found: self.made[found[1]][-1], word)
        word = re.sub(r"\b([a-z]+)_ID\b", lambda found: self.made[found[1]][number], word)
        word = re.sub(r"\bsnap_(\d)\b", lambda found: self.made["snap"][-1], word)
        return word.replace('"SHA256"', f'"{self.evidence}"')

    def _learnt(self, asked: Asked, found: httpx.Response) -> None:
        if asked.method == "GET" or "json" not in found.headers["content-type"]:
            return
        said = found.json()
        waited = "Prefer" in asked.headers  # its entries are the worker's
        assert said.get("log") or waited or asked.url in UNLOGGED, f"{asked.url} answers without its receipt"
        if prefix := re.match(r"([a-z]+)_", said.get("id", "")):
            self.made.setdefault(prefix[1], []).append(said["id"])
        if asked.url == "/v1/evidence":
            self.evidence = said["id"]
        self.leaf = (said.get("log") or {}).get("leaf", self.leaf)


@dataclass
class Asked:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    output: str | None
    endless: bool


def _asked(words: list[str], given: bytes, folder: Path) -> Asked:
    """The request that the words of a curl command make."""
    method, url, headers, body, output, endless = None, "", {}, None, None, False
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data-binary"):
            said = next(rest)
            body = given if said == "@-" else (folder / said[1:]).read_bytes() if said[0] == "@" else said.encode()
        elif word == "-o":
            output = next(rest)
        elif word == "-N":
            endless = True
        elif word == "…":  # the same headers as above
            headers |= {"Authorization": "Bearer KEY", "Idempotency-Key": f'"again-{next(_NUMBER)}"'}
        else:
            assert not word.startswith("-"), f"curl has no {word} here"
            assert not url, f"two addresses: {url} and {word}"
            url = word
    assert url.startswith("localhost:8080/"), url
    path = url.removeprefix("localhost:8080")
    return Asked(method or ("GET" if body is None else "POST"), path, headers, body, output, endless)


def _fetched(asked: Asked, address: str) -> httpx.Response:
    with (
        httpx.Client(timeout=60) as client,
        client.stream(asked.method, address + asked.url, headers=asked.headers, content=asked.body) as found,
    ):
        if asked.endless and found.status_code == 200:
            read = found.iter_lines()
            return httpx.Response(200, text="\n".join(next(read) for _ in range(STREAMED)), headers=found.headers)
        found.read()
        return found


def _command(*first: str, folder: Path) -> Callable[[list[str], bytes], bytes]:
    def run(words: list[str], given: bytes) -> bytes:
        done = subprocess.run(
            (*first, *words), cwd=folder, input=given, capture_output=True, env=environment(folder / "data")
        )
        assert done.returncode in (0, OPEN), f"{words}: {done.stdout.decode()} {done.stderr.decode()}"
        return done.stdout

    return run


# --- what an example takes for granted -----------------------------------------------------------


def _begun(firm: Firm, shell: Shell) -> None:
    """What the pages beside service.md begin with: rules in force, and data."""
    first = (firm.folder / "first-admin-key").read_text().strip()
    _people(firm, firm.served(first, "POST", "/v1/keys", json={"principal": "ada", "roles": ["admin"]}).json()["key"])
    shell("AS='Authorization: Bearer KEY'")
    _observed(firm)
    _sealed(firm)


def _people(firm: Firm, first: str) -> None:
    firm.keys["ada"] = first
    for name, roles in invented.PEOPLE.items():
        made = firm.served(first, "POST", "/v1/keys", json={"principal": name, "roles": roles}).json()
        firm.keys[name] = made["key"]
        firm.made.setdefault("key", []).append(made["id"])
    firm.keys["ada"] = firm.keys.pop("ada")  # asked last


def _observed(firm: Firm) -> None:
    """A rule book in force, in which a rule is observed."""
    files = {"title": "Observed", "files": {"us/funds.mandate": invented.RULES}, "observe": ["CONC-01"]}
    made = firm.served(firm.keys["carl"], "POST", "/v1/rulebooks", json=files).json()
    tag = {"If-Match": '"r1"'}
    firm.served(
        firm.keys["cora"], "POST", f"/v1/rulebooks/{made['id']}/activation", json={"from": "now"}, headers=tag
    ).raise_for_status()
    firm.made.setdefault("rb", []).append(made["id"])


def _card(firm: Firm) -> None:
    (firm.folder / "trust-card.txt").write_text(firm.served(None, "GET", "/v1/log/trust-card").text)


def _again(firm: Firm) -> None:
    """Nothing more comes of what was approved, and a proposal that nobody decided."""
    olga, anna, cora = (firm.keys[name] for name in ("olga", "anna", "cora"))
    firm.served(olga, "POST", "/v1/snapshots", json=invented.book()).raise_for_status()
    for path in (f"/v1/proposals/{name}" for name in firm.made["prop"]):
        tag = {"If-Match": firm.served(cora, "GET", path).headers["etag"]}
        firm.served(cora, "POST", f"{path}/release", json={"reason": "the order was cancelled"}, headers=tag)
    made = firm.served(anna, "POST", "/v1/proposals", json={}, headers={"Prefer": "wait=50"}, timeout=60).json()
    assert made["state"] == "proposed", made
    firm.made["prop"].append(made["id"])


def _sealed(firm: Firm) -> None:
    firm.served(firm.keys["olga"], "POST", "/v1/snapshots", json=invented.book()).raise_for_status()


BEFORE: dict[tuple[str, int], Callable[[Firm], None]] = {
    ("Observing rules", 0): _observed,
    ("Waivers, overrides and evidence", 0): _sealed,
    ("Proposals", 0): _card,
    ("Proposals", 1): _again,
    ("Approvals", 1): _again,
    ("Runs", 0): _sealed,
}
"""By heading and number of the block below it."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_a_page_run(page: Path, tmp_path: Path) -> None:
    invented.files(tmp_path, ROOT / "server" / "demo" / "whitfield")
    with serving(tmp_path / "data", PROOFOLIO_WORKERS="1") as served:
        (tmp_path / "first-admin-key").write_text((tmp_path / "data" / "first-admin-key").read_text())
        firm = Firm(served, tmp_path)
        shell = Shell(tmp_path, _programs(firm), {"AS2": "Authorization: Bearer KEY2", "KEY": "KEY"})
        if page.name != "service.md":
            _begun(firm, shell)
        for heading, number, block in _blocks(page):
            if before := BEFORE.get((heading, number)):
                before(firm)
            for line in lines(block):
                if any(part in line for part in ELSEWHERE):
                    continue
                shell.variables["LEAF"] = firm.leaf
                try:
                    out = shell(line)
                except Exception as error:
                    raise AssertionError(f"{page.name}, {heading}: {line}") from error
                if not firm.keys:
                    _people(firm, json.loads(out)["key"])
        log = served.log.read_text()
    assert "Traceback" not in log


def test_there_are_commands() -> None:
    """That none is found would pass too."""
    found = [line for page in PAGES for _, _, block in _blocks(page) for line in lines(block) if "curl" in line]
    assert len(found) > 40
    assert all(any(path in line for line in found) for path in (*REFUSED, *ELSEWHERE)), "a table that is out of date"


def _programs(firm: Firm) -> dict[str, Any]:
    return {
        "curl": firm.curl,
        "proofolio": _command(sys.executable, "-m", "server.cli.main", folder=firm.folder),
        "python": _command(sys.executable, folder=firm.folder),
    }


def _blocks(page: Path) -> list[tuple[str, int, str]]:
    """Heading, number of the block below it, text."""
    found, heading, number = [], "", 0
    for title, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if title:
            heading, number = title, 0
        else:
            found.append((heading, number, text))
            number += 1
    return found
