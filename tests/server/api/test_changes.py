"""What differs between two rule books: by what is judged, and as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.auth.roles import Role
from tests.server.api.conftest import Caller
from tests.server.api.texts import PUBLIC, rules


def published(by: Caller, files: dict[str, str], *observe: str) -> str:
    made = by("POST", "/v1/rulebooks", json={"title": "x", "files": files, "observe": list(observe)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def changed(by: Caller, new: str, old: str) -> list[tuple[Any, ...]]:
    found = by("GET", f"/v1/rulebooks/{new}/changes", params={"against": old})
    assert found.status_code == 200, found.text
    return [(each["id"], each["kind"], each["change"]) for each in found.json()["data"]]


def test_they_differ_by_what_is_judged(caller: Callable[..., Caller]) -> None:
    anna, berta = caller("anna", Role.COMPLIANCE, Role.CONTROL_ROOM), caller("berta", Role.COMPLIANCE)
    old = published(anna, rules())
    moved = {f"elsewhere/{path}": f"# moved\n\n{text}" for path, text in rules().items()}
    assert changed(anna, published(anna, moved), old) == []
    new = published(anna, rules(share=45, most=30))
    assert changed(anna, new, old) == [("H-7", "rule", "changed"), ("P-1", "rule", "changed")]
    assert changed(berta, new, old) == [("P-1", "rule", "changed")]
    (said,) = berta("GET", f"/v1/rulebooks/{new}/changes", params={"against": old}).json()["data"]
    assert "50%" in " ".join(said["before"]["says"])
    assert "45%" in " ".join(said["after"]["says"])
    watched = published(anna, rules(), "P-1", "H-7")
    assert changed(berta, watched, old) == [("P-1", "rule", "mode")]
    more = published(anna, {**rules(), "more.mandate": PUBLIC.replace("P-1", "P-2").format(share=20)})
    assert changed(berta, more, old) == [("P-2", "rule", "added")]
    assert changed(berta, old, more) == [("P-2", "rule", "removed")]
    assert berta("GET", f"/v1/rulebooks/{old}/changes", params={"against": "none"}).status_code == 404
    assert berta("GET", f"/v1/rulebooks/{old}/changes").json()["code"] == "bad-parameter"
