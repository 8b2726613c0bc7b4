"""Rule books: published with their cases, put in force by another, and read by whoever may read each rule."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from policy.canonical import digest
from policy.ir.observed import SALT
from policy.proof.bundle import rules_manifest
from policy.proof.entry import Kind, entry
from server import clock
from server.auth.roles import Role
from server.desk import publish, revision, ruling
from server.log import journal
from server.running import Service
from server.store.tables import Rulebook
from tests.policy.proof.test_gitobjects import Repository
from tests.server.api.conftest import Caller
from tests.server.api.texts import rules, text

Makes = Callable[..., Caller]
FIRST = {"If-Match": '"r1"'}


@pytest.fixture
def anna(caller: Makes) -> Caller:
    return caller("anna", Role.COMPLIANCE, Role.CONTROL_ROOM)


@pytest.fixture
def berta(caller: Makes) -> Caller:
    return caller("berta", Role.COMPLIANCE)


def published(by: Caller, **what: int) -> str:
    made = by("POST", "/v1/rulebooks", json={"title": "Firm", "files": rules(**what)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def activated(by: Caller, name: str, since: str = "now") -> int:
    path = f"/v1/rulebooks/{name}/activation"
    return by("POST", path, json={"from": since}, headers=FIRST).status_code


def test_a_rule_book_is_what_its_manifest_says(service: Service, anna: Caller, berta: Caller) -> None:
    made = anna("POST", "/v1/rulebooks", json={"title": "Firm", "files": rules()})
    said = made.json()
    assert (made.status_code, made.headers["location"]) == (201, f"/v1/rulebooks/{said['id']}")
    with service.store.reading() as session:
        files = ruling.files_of(session, session.get_one(Rulebook, said["id"]))
    assert {path: text.decode() for path, text in files.items() if path != SALT} == rules()
    manifest = digest(rules_manifest(files))
    assert (said["state"], said["manifest"]) == ("draft", manifest)
    assert said["cases"]["answer"] == "pass"
    assert said["cases"]["untested"] == ["H-7"]
    got = anna("GET", f"/v1/rulebooks/{said['id']}")
    assert got.headers["etag"] == made.headers["etag"] == '"r1"'
    assert got.json() == {**said, "log": None}
    assert activated(berta, said["id"]) == 200
    assert anna("GET", f"/v1/rulebooks/{said['id']}").json()["state"] == "active"
    with service.store.reading() as session:
        kinds = [entry(each) for each in journal.entries(session, 0, 99)]
    assert [each.rules for each in kinds if each.kind in (Kind.RULES, Kind.POLICY)] == [manifest, manifest]


def test_what_is_kept_from_somebody_has_a_salt_that_nobody_else_reads(anna: Caller, berta: Caller) -> None:
    """Published twice, it has two manifests: nobody can confirm what its files say by their hash."""
    secret = [anna("POST", "/v1/rulebooks", json={"title": "x", "files": rules()}).json() for _ in range(2)]
    assert secret[0]["manifest"] != secret[1]["manifest"]
    for who in (anna, berta):
        assert SALT not in who("GET", f"/v1/rulebooks/{secret[0]['id']}").json()["files"]
    public = {"open/company.mandate": rules()["open/company.mandate"]}
    plain = anna("POST", "/v1/rulebooks", json={"title": "x", "files": public}).json()
    assert plain["manifest"] == digest(rules_manifest({path: text.encode() for path, text in public.items()}))


def test_a_git_revision_is_shown_to_who_may_see_all_of_it(service: Service, anna: Caller, berta: Caller) -> None:
    of, files = Repository(64), rules()
    company = of.tree(("100644", "company.mandate", of.blob(files["open/company.mandate"].encode())))
    secret = ("100644", "secret.mandate", of.blob(files["secret.mandate"].encode()))
    git = of.commit(of.tree(("40000", "rules", of.tree(("40000", "open", company), secret))), "rules")
    objects = {name: b64encode(each).decode() for name, each in git.objects.items()}
    asked = {"title": "x", "files": files, "git": {"commit": git.commit, "path": git.path, "objects": objects}}
    made = anna("POST", "/v1/rulebooks", json=asked).json()
    said = {"commit": git.commit, "path": "rules", "author": "A <a@b>", "time": "1970-01-01T00:00:00.000000Z"}
    path = f"/v1/rulebooks/{made['id']}"
    assert (made["git"], anna("GET", path).json()["git"], berta("GET", path).json()["git"]) == (said, said, None)
    assert git.commit not in anna("GET", "/v1/events").text
    with service.store.reading() as session:
        assert revision.of(session, session.get_one(Rulebook, made["id"])) == git
    bad = (
        ({"git": asked["git"] | {"path": ""}}, "/git"),
        ({"git": asked["git"] | {"path": "../rules"}}, "/git/path"),
        ({"git": asked["git"] | {"objects": objects | {git.commit: "%"}}}, "/git/objects"),
        ({"git": asked["git"] | {"commit": git.commit[:40]}}, "/git"),
        ({"files": {"secret.mandate": files["secret.mandate"]}}, "/git"),
        ({"files": files | {"open/company.mandate": files["open/company.mandate"] + "\n"}}, "/git"),
    )
    for wrong, place in bad:
        found = anna("POST", "/v1/rulebooks", json=asked | wrong)
        assert (found.status_code, [each["pointer"] for each in found.json()["errors"]]) == (422, [place]), wrong


def test_every_mistake_is_named_with_code_and_line(anna: Caller) -> None:
    broken = rules()["open/company.mandate"].replace("market value", "market valeu").replace("trade", "trad", 1)
    refused = anna("POST", "/v1/rulebooks", json={"title": "x", "files": {"a.mandate": broken}})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    errors = refused.json()["errors"]
    assert {each["pointer"] for each in errors} == {"/files/a.mandate"}
    assert [each["detail"].split(" ")[:2] for each in errors] == [["a.mandate:7:", "M216"], ["a.mandate:10:", "M106"]]
    assert all(each["help"] for each in errors)


@pytest.mark.parametrize(
    "path", ["../a.mandate", "/a.mandate", "a.txt", "git/a.mandate", "a\\b.mandate", "é.mandate", "", ".mandate"]
)
def test_a_path_that_no_bundle_could_hold_is_refused(anna: Caller, path: str) -> None:
    files = {path: rules()["secret.mandate"]}
    assert anna("POST", "/v1/rulebooks", json={"title": "x", "files": files}).json()["code"] == "invalid"


def test_two_names_that_differ_in_case_only_are_refused(anna: Caller) -> None:
    one, other = rules().values()
    refused = anna("POST", "/v1/rulebooks", json={"title": "x", "files": {"a.mandate": one, "A.mandate": other}})
    assert "capital letters" in refused.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"title": "x", "files": {}}',
        b'{"title": "x", "files": {"a.mandate": 1}}',
        b'{"title": "x", "files": {"a.mandate": 1.5}}',
        b'{"title": "x", "files": {"a.mandate": "\\ud800"}}',
        b'{"title": "x", "files": {"a.mandate": "\\u0000"}}',
        b'{"title": "x", "files": {"a.mandate": ""}}',
        b'{"title": "x", "files": {"a.mandate": "", "a.mandate": ""}}',
        b'{"title": "x", "files": {"a.mandate": ""}, "more": 1}',
        b'{"title": ' + b"9" * 5000 + b', "files": {"a.mandate": ""}}',
        b'{"title": "x", "files": ' + b"[" * 100_000 + b"}",
    ],
)
def test_an_odd_body_is_a_clear_problem(anna: Caller, body: bytes) -> None:
    refused = anna("POST", "/v1/rulebooks", content=body)
    assert refused.status_code in (400, 422), refused.text
    assert refused.json()["detail"]


def test_who_published_it_may_not_activate_it_and_nobody_twice(anna: Caller, berta: Caller) -> None:
    name = published(anna)
    path = f"/v1/rulebooks/{name}/activation"
    mine = anna("POST", path, json={"from": "now"}, headers=FIRST)
    assert (mine.status_code, mine.json()["code"]) == (403, "self-approval")
    assert berta("POST", path, json={"from": "now"}).json()["code"] == "if-match-needed"
    assert berta("POST", path, json={"from": "now"}, headers={"If-Match": '"r7"'}).json()["code"] == "version-old"
    done = berta("POST", path, json={"from": "now"}, headers=FIRST)
    assert (done.json()["state"], done.json()["activator"], done.headers["etag"]) == ("active", "berta", '"r2"')
    assert done.json()["log"]["stream"] == "rules"
    again = berta("POST", path, json={"from": "now"}, headers={"If-Match": '"r2"'})
    assert (again.status_code, again.json()["code"]) == (409, "state-conflict")


def test_cases_that_fail_keep_it_a_draft(anna: Caller, berta: Caller) -> None:
    name = published(anna, share=50, units=60)
    assert anna("GET", f"/v1/rulebooks/{name}").json()["cases"]["failed"] == 1
    refused = berta("POST", f"/v1/rulebooks/{name}/activation", json={"from": "now"}, headers=FIRST)
    assert (refused.status_code, refused.json()["code"]) == (409, "state-conflict")
    assert "cases of it fail" in refused.json()["detail"]


def test_the_next_one_supersedes_at_its_instant(service: Service, anna: Caller, berta: Caller) -> None:
    old, new = published(anna), published(anna, share=45)
    later = clock.text(datetime.now(UTC) + timedelta(days=1))
    assert activated(berta, new, later) == 200
    assert activated(berta, old) == 200
    states = {each["id"]: each["state"] for each in anna("GET", "/v1/rulebooks").json()["data"]}
    assert states == {old: "active", new: "scheduled"}
    with service.store.reading() as session:
        found = [publish.in_force(session, at) for at in ("2026-01-01T00:00:00.000000Z", clock.now(), later)]
        assert [each and each.id for each in found] == [None, old, new]
        row = found[1]
        assert row is not None
        assert publish.state(row, later, found[2]) is publish.State.SUPERSEDED


@pytest.mark.parametrize(
    "since",
    ["", "yesterday", "2026-01-01T00:00:00Z", "2999-13-01T00:00:00Z", "2999-01-01", "2999-01-01T00:00:00",
     "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:59", 5, None, 1e400],
)  # fmt: skip
def test_an_instant_that_is_none_or_has_passed_is_refused(anna: Caller, berta: Caller, since: object) -> None:
    path = f"/v1/rulebooks/{published(anna)}/activation"
    refused = berta("POST", path, content=text({"from": since}), headers=FIRST)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["errors"][0]["pointer"] == "/from"


def test_a_rule_that_another_role_reads_is_nowhere(anna: Caller, berta: Caller) -> None:
    name = published(anna)
    seen, whole = (who("GET", f"/v1/rulebooks/{name}") for who in (berta, anna))
    assert list(whole.json()["files"]) == list(rules())
    assert list(seen.json()["files"]) == ["open/company.mandate"]
    assert seen.json()["cases"]["untested"] == []
    told = berta("GET", f"/v1/rulebooks/{name}/rules")
    assert [each["id"] for each in told.json()["data"]] == ["P-1"]
    assert "H-7" not in seen.text + told.text
    both = anna("GET", f"/v1/rulebooks/{name}/rules").json()["data"]
    assert [each["id"] for each in both] == ["P-1", "H-7"]
    assert all(each["says"] and each["clauses"][0]["compile_class"] for each in both)


def test_a_list_is_walked_by_its_cursor(anna: Caller) -> None:
    names = [published(anna, share=share) for share in (50, 49, 48)]
    walked, cursor = [], ""
    for _ in names:
        found = anna("GET", f"/v1/rulebooks?limit=1{cursor}").json()
        walked += [each["id"] for each in found["data"]]
        cursor = f"&cursor={found['next']}"
    assert sorted(walked) == sorted(names)
    assert found["next"] is None
    assert anna("GET", "/v1/rulebooks?cursor=%27--").json()["code"] == "bad-cursor"
    for limit in ("0", "501", "x", "9" * 400):
        assert anna("GET", f"/v1/rulebooks?limit={limit}").json()["code"] == "bad-parameter"
    assert anna("GET", "/v1/rulebooks/rb_none").json()["code"] == "not-found"
    assert anna("GET", "/v1/rulebooks/rb_none/rules").json()["code"] == "not-found"
