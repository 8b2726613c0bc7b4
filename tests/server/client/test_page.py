"""The example of docs/client.md runs, against a service on a socket; and so do the streams."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from server.client.client import Client
from tests.server.processes import ROOT, serving
from tests.server.stocked import BOOK, RULES

EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROLES = {"anna": "adviser", "rita": "compliance", "carl": "compliance", "olga": "operations"}


def test_the_example_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = EXAMPLE.findall((ROOT / "docs" / "client.md").read_text(encoding="utf-8"))
    with serving(tmp_path / "data", PROOFOLIO_WORKERS="1") as served:
        first = Client(served.address, (tmp_path / "data" / "first-admin-key").read_text().strip())
        ada = Client(served.address, first.keys.create(principal="ada", roles=["admin"]).key)
        keys = {name: ada.keys.create(principal=name, roles=[role]).key for name, role in ROLES.items()}
        rita, carl, olga = (Client(served.address, keys[name]) for name in ("rita", "carl", "olga"))
        book = rita.rulebooks.create(title="all", files={"rules.mandate": RULES})
        assert carl.rulebooks.activate(book, from_="now").state == "active"
        snapshot = olga.snapshots.create(BOOK, source="test")
        words: dict[str, Any] = {"address": served.address, "annas_key": keys["anna"], "carls_key": keys["carl"]}
        exec(compile(example, "docs/client.md", "exec"), words)
        said = capsys.readouterr().out
        checked = list(carl.checks.batch([{}, {"orders": "odd"}, {}]))
        assert olga.snapshots.list().data[0].id == snapshot.id
        assert olga.snapshots.document(snapshot).startswith(b"{")
        assert "proofolio_" in olga.operations.metrics()
        assert carl.operations.ready().answer == "ready"
    assert "sell" in said
    assert "not-found" in said
    assert words["approved"].state == "approved"
    assert words["proof"][:2] == b"PK"
    assert [each.problem and each.problem.slug for each in checked] == [None, "invalid", None]
