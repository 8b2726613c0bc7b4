"""What snapshots have of a household: erased when it has outlived its retention, and gone wherever anybody reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import Session, col, delete, select, update

from policy.book.parts import OWN
from policy.canonical import digest, encode
from server import clock
from server.api.routes import routes
from server.app import app, routed
from server.auth.roles import Role
from server.desk import manifest, outlived
from server.desk.manifest import UNSALTED
from server.desk.outlived import Named
from server.ops import export
from server.running import Service
from server.store import blobs
from server.store.tables import Blob, Credential, Journal, Snapshot, Verdict
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_erasures import agree, ask, findings
from tests.server.api.test_proposals import WAIT
from tests.server.api.test_verdicts import brought
from tests.server.firm import firm
from tests.server.flow.test_headroom import FIRM
from tests.server.ops.test_everything import taken

Callers = Callable[..., Caller]
GONE, STAYS = "h0", "h1"
LEFT = {**firm(2), "households": [{"id": STAYS, "name": "Household h1"}]}
LEFT["accounts"], LEFT["lots"] = ([row for row in LEFT[table] if STAYS in row["id"]] for table in ("accounts", "lots"))
MOVED = {**firm(2), "lots": [{**lot, "quantity": "250"} for lot in firm(2)["lots"]]}


@pytest.fixture
def whoever(caller: Callers) -> Caller:
    return caller("ann", *(role for role in Role if role is not Role.ADMIN))


@pytest.fixture
def later(service: Service, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes it another instant, at which keys are good still; seven years from now without one."""

    def moved(to: str | None = None) -> None:
        with service.store.writing() as session:
            session.connection().execute(update(Credential).values(expires="9999"))
        shown = to or clock.text(datetime.now(UTC) + timedelta(days=7 * 366))
        monkeypatch.setattr(clock, "now", lambda: shown)

    return moved


@pytest.fixture
def erase(caller: Callers) -> Callable[..., Any]:
    carl, rita = caller("carl", Role.COMPLIANCE), caller("rita", Role.COMPLIANCE)

    def done(**what: str) -> Any:
        found = ask(carl, **what)
        return agree(rita, found) if found.status_code == 201 else found

    return done


def years(instant: str) -> str:
    """The end of the fifth year after the one of an instant."""
    return f"{int(instant[:4]) + 6}-01-01T00:00:00.000000Z"


def part_of(service: Service, snapshot: str, household: str = GONE) -> str:
    with service.store.reading() as session:
        return manifest.read(session, session.get_one(Snapshot, snapshot).manifest).parts[household].hash


def there(service: Service, *names: str) -> list[bool]:
    with service.store.reading() as session:
        known = blobs.kept(session, names)
    return [name in known for name in names]


def read(by: Caller, snapshot: str, household: str = GONE) -> Any:
    return by("GET", f"/v1/snapshots/{snapshot}/document", params={"household": household})


def proposed(by: Caller, snapshot: str, household: str = GONE) -> Any:
    body = {"snapshot": snapshot, "household": household}
    return by("POST", "/v1/proposals", json=body, headers=WAIT)


def readers(by: Caller, snapshot: str, proposal: str, *, whose: str | None) -> Iterator[Any]:
    """All that is told of the data of a snapshot: of a household, or of all."""
    named = {} if whose is None else {"household": whose}
    about = {"snapshot": snapshot, **named}
    yield by("GET", f"/v1/snapshots/{snapshot}/document", params=named)
    yield by("POST", "/v1/checks", json=about)
    yield by("POST", "/v1/proposals", json=about)
    yield by("POST", "/v1/runs", json={"snapshot": snapshot, **({} if whose is None else {"households": [whose]})})
    if whose is not None:
        yield by("POST", f"/v1/proposals/{proposal}/revisions", json={})


def test_a_household_that_left_is_gone_from_old_snapshots_alone(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    old = stocked.sealed(service, firm(2))
    mine, other = (proposed(whoever, old, household).json() for household in (GONE, STAYS))
    stocked.sealed(service, LEFT)
    place, parts = f"/v1/proposals/{mine['id']}", [part_of(service, old, each) for each in (GONE, STAYS)]
    files = digest(read(whoever, old).content), digest(read(whoever, old, STAYS).content)
    assert all(read(whoever, old, each).status_code == 200 for each in (GONE, STAYS))
    later()
    found = erase(household=GONE)
    assert found.status_code == 200, found.text
    assert found.json()["parts"] == 1
    assert there(service, *parts, *files) == [False, True, False, True]
    for whose in (GONE, None):
        for each in readers(whoever, old, mine["id"], whose=whose):
            assert (each.status_code, each.json()["code"]) == (410, "erased"), (each.url, each.text)
    faults = [path for path in pages(service, old, mine["id"]) if whoever("GET", path).status_code >= 500]
    assert faults == []
    batch = whoever("POST", "/v1/checks/batch", content=b'{"snapshot":"%b","household":"h0"}' % old.encode())
    assert '"status":410' in batch.text
    assert "erased" in batch.text
    assert whoever("GET", f"{place}/bundle").json()["code"] == "erased"
    assert [whoever("GET", path).status_code for path in (place, f"{place}/observed")] == [200, 200]
    told = [(each.status_code, each.text) for each in readers(whoever, old, other["id"], whose=STAYS)]
    assert all(status < 300 for status, _ in told), told
    assert whoever("GET", f"/v1/proposals/{other['id']}/bundle").status_code == 200
    for query in ({}, {"household": GONE}, {"account": "h0-trust"}):
        assert (
            whoever("GET", "/v1/exports", params={"from": "2026-01-01", "to": "2036-01-01", **query}).status_code == 200
        )
    assert findings(service) == ()
    assert erase(household=GONE).json()["code"] == "not-found"
    added = whoever("POST", "/v1/snapshots", params={"base": old, "more": True}, json={"accounts": []})
    assert (added.status_code, added.json()["code"]) == (410, "erased"), added.text


def test_what_stood_of_it_is_gone_with_what_was_told_of_that(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    """And nothing is said of then, which would read as that nothing stood."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES.replace("40", "5")})
    for book in (firm(2), LEFT):
        stocked.sealed(service, book)
        brought(service)
        stood = whoever("GET", "/v1/verdicts").json()
        if book is not LEFT:
            then, known = stood["reached"]["time"], [row for row in stood["data"] if row["household"] == STAYS]
    assert known == stood["data"] != []

    def at(**more: str) -> Any:
        return whoever("GET", "/v1/verdicts", params={"known_at": then, **more})

    assert {row["household"] for row in at().json()["data"]} == {GONE, STAYS}
    assert at(household=GONE).json()["data"]
    later()
    assert erase(household=GONE).status_code == 200
    for more in ({}, {"household": GONE}, {"rule": "P-1"}):
        assert (at(**more).status_code, at(**more).json()["code"]) == (410, "erased")
    assert at(household=STAYS).json()["data"] == known
    assert whoever("GET", "/v1/verdicts").json() == stood
    with service.store.reading() as session:
        rows = session.exec(select(Verdict).where(Verdict.household == GONE)).all()
    assert {(row.rule, row.scope, row.group, row.reason) for row in rows} == {("", "", None, "")}
    assert not [row for row in rows if GONE in row.obligation]


def test_what_stood_of_an_account_in_another_household_stays(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    """The account was of one that stays before, and is again."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES.replace("40", "5")})
    stood = []
    for name in (STAYS, GONE, STAYS):
        accounts = [{**row, "household": name} for row in LEFT["accounts"]]
        stocked.sealed(service, {**firm(2), "accounts": accounts, "lots": LEFT["lots"]})
        brought(service)
        stood.append(whoever("GET", "/v1/verdicts").json())

    def at(number: int, **more: str) -> Any:
        return whoever("GET", "/v1/verdicts", params={"known_at": stood[number]["reached"]["time"], **more})

    later()
    found = erase(household=GONE)
    assert found.status_code == 200, found.text
    assert [{row["household"] for row in each["data"]} for each in stood] == [{STAYS}, {GONE}, {STAYS}]
    assert [at(number).json() for number in (0, 2)] == [stood[0], stood[2]]
    assert at(1).json()["code"] == at(1, household=GONE).json()["code"] == "erased"


def pages(service: Service, snapshot: str, proposal: str) -> Iterator[str]:
    """All that is there to read of them."""
    for path, method, _ in routes(routed()):
        place = path.replace("{snapshot}", snapshot).replace("{proposal}", proposal)
        if method == "get" and place != path and "{" not in place:
            yield f"{place}?against={proposal}" if place.endswith("/comparison") else place


def test_what_adds_up_the_firm_is_gone_with_one_of_it(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    stocked.ruled(service, {"rules.mandate": stocked.RULES, "firm.mandate": FIRM.format(share=60)})
    old = stocked.sealed(service, firm(2))
    stocked.sealed(service, LEFT)
    later()
    assert whoever("GET", "/v1/headroom", params={"snapshot": old}).status_code == 200
    assert erase(household=GONE).json()["parts"] == 1
    about = {"snapshot": old, "household": STAYS}
    for method, path, more in (
        ("GET", "/v1/headroom", {"params": {"snapshot": old}}),
        ("POST", "/v1/checks", {"json": about}),
        ("POST", "/v1/proposals", {"json": about}),
    ):
        found = whoever(method, path, **more)
        assert (found.status_code, found.json()["code"]) == (410, "erased"), path
    assert read(whoever, old, STAYS).status_code == 200


def test_what_is_kept_goes_when_nothing_keeps_it(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    """A part of an old snapshot and of the newest; one under a decision about all; and the rest."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    whole = stocked.sealed(service, firm(2))
    about = whoever("POST", "/v1/proposals", json={"snapshot": whole}, headers=WAIT).json()["id"]
    between = stocked.sealed(service, MOVED)
    stocked.sealed(service, {**firm(2), "as_of": "2026-02-02"})
    parts = [part_of(service, name) for name in (whole, between)]
    later()
    assert erase(household=GONE).json()["parts"] == 1
    assert there(service, *parts) == [True, False]
    assert read(whoever, whole).status_code == 200
    kept = erase(household=GONE)
    assert (kept.json()["code"], "newest" in kept.json()["detail"]) == ("retention", True)
    stocked.sealed(service, LEFT)
    later(clock.text(datetime.now(UTC) + timedelta(days=14 * 366)))
    assert "a decision" in erase(household=GONE).json()["detail"]
    with service.store.reading() as session:
        leaves = [leaf.hex() for leaf in session.exec(select(Journal.leaf).where(Journal.stream == about))]
    assert [erase(leaf=leaf).status_code for leaf in leaves] == [200] * len(leaves)
    assert erase(household=GONE).json()["parts"] == 1
    assert there(service, *parts) == [False, False]
    assert findings(service) == ()


def test_it_is_kept_for_five_years_from_when_another_took_its_place(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    """Of a household about which nothing was ever decided; a snapshot that others were added to takes no place."""
    old = stocked.sealed(service, firm(2))
    part = whoever("POST", "/v1/snapshots", params={"more": True}, json=LEFT)
    assert part.status_code == 201, part.text
    later("2099-01-01T00:00:00.000000Z")
    assert "newest" in erase(household=GONE).json()["detail"]
    later("2031-12-30T10:00:00.000000Z")
    stocked.sealed(service, LEFT)
    until = years("2031")
    for instant in ("2031-12-31T00:00:00.000000Z", "2036-12-31T23:59:59.999999Z"):
        later(instant)
        found = erase(household=GONE)
        assert (found.status_code, found.json()["code"]) == (409, "retention")
        assert until in found.json()["detail"]
    later(until)
    hold = whoever("POST", "/v1/legal-holds", json={"household": GONE, "reason": "Smith v. Jones"})
    assert erase(household=GONE).json()["code"] == "legal-hold"
    assert whoever("DELETE", hold.headers["location"]).status_code == 200
    found = erase(household=GONE)
    assert (found.status_code, found.json()["entries"], found.json()["parts"]) == (200, 0, 1), found.text
    assert read(whoever, old).status_code == 410
    with service.store.reading() as session:
        (said,) = session.exec(select(Journal).where(Journal.type == "parts.erased")).all()
    assert (said.household, said.role, part_of(service, old) in said.data) == (GONE, "compliance", True)


def test_an_audit_tells_what_was_erased_from_what_was_lost(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    old = stocked.sealed(service, firm(2))
    stocked.sealed(service, LEFT)
    later()
    assert erase(household=GONE).status_code == 200
    assert findings(service) == ()
    lost = part_of(service, old, STAYS)
    with service.store.writing() as session:
        session.connection().execute(update(Blob).where(col(Blob.hash) == lost).values(content=None))
    assert findings(service) == (f"the content {lost} is gone, and no entry says that it was erased",)
    with service.store.writing() as session:
        session.connection().execute(delete(Blob).where(col(Blob.hash) == lost))
    assert read(whoever, old, STAYS).json()["code"] == "fault", "it is not taken for erased"


def test_who_dies_in_the_middle_has_erased_nothing(
    service: Service,
    whoever: Caller,
    erase: Callable[..., Any],
    later: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = stocked.sealed(service, firm(2))
    stocked.sealed(service, LEFT)
    later()

    def dies(session: Session, names: Any) -> None:
        erased(session, names)
        raise MemoryError

    erased = blobs.erased
    monkeypatch.setattr(outlived.blobs, "erased", dies)
    assert erase(household=GONE).status_code == 500
    assert read(whoever, old).status_code == 200
    monkeypatch.setattr(outlived.blobs, "erased", erased)
    assert erase(household=GONE).json()["parts"] == 1
    assert read(whoever, old).status_code == 410


def test_what_is_sealed_while_it_is_looked_for_keeps_its_parts(
    service: Service, whoever: Caller, caller: Callers, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search for its parts goes on beside everything else; what came since is looked at before any is erased."""
    old = stocked.sealed(service, firm(2))
    stocked.sealed(service, LEFT)
    carl, rita = (caller(name, Role.COMPLIANCE) for name in ("carl", "rita"))
    later()
    found, named = ask(carl, household=GONE), outlived.named
    assert found.status_code == 201, found.text

    def overtaken(session: Session, household: str, before: Named = outlived.NOTHING) -> Named:
        said = named(session, household, before)
        if before is outlived.NOTHING:
            with ThreadPoolExecutor(1) as other:
                other.submit(stocked.sealed, service, {**firm(2), "as_of": "2026-02-02"}).result()
        return said

    monkeypatch.setattr(outlived, "named", overtaken)
    assert agree(rita, found).json()["code"] == "retention"
    assert read(whoever, old).status_code == 200


def test_no_hash_that_stays_confirms_a_guess(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None]
) -> None:
    """A part in which nothing changed is the same one, until something of the household is erased."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    old, same = (stocked.sealed(service, {**firm(2), "as_of": day}) for day in ("2026-01-30", "2026-02-02"))
    part = part_of(service, old)
    assert part_of(service, same) == part != part_of(service, old, STAYS)
    document = json.loads(read(whoever, old).content)
    assert proposed(whoever, old).status_code == 201
    stocked.sealed(service, LEFT)
    later()
    assert erase(household=GONE).json()["parts"] == 1
    del document["salt"]
    rows = {name: rows for name, rows in document.items() if name in OWN}
    guesses = {digest(each) for each in (encode(document), encode(rows), UNSALTED.encode() + encode(rows))}
    with service.store.reading() as session:
        manifests = blobs.get(session, session.exec(select(Snapshot.manifest)).all()).values()
        entries = session.exec(select(Journal.entry)).all()
    assert not [guess for guess in guesses for each in (*manifests, *entries) if guess.encode() in each]
    again = stocked.sealed(service, firm(2))
    assert part_of(service, again) != part
    assert [read(whoever, name).status_code for name in (old, same, again)] == [410, 410, 200]


def test_a_restored_instance_knows_what_was_erased(
    service: Service, whoever: Caller, erase: Callable[..., Any], later: Callable[..., None], tmp_path: Path
) -> None:
    old = stocked.sealed(service, firm(2))
    stocked.sealed(service, LEFT)
    later()
    assert erase(household=GONE).json()["parts"] == 1
    about = export.exported(service.store, service.signer, tmp_path / "all.zip", key=True)
    there = taken(tmp_path / "all.zip", tmp_path / "there", f"sqlite:///{tmp_path / 'there.sqlite'}")
    assert export.exported(there.store, there.signer, tmp_path / "again.zip", key=True) == about
    with TestClient(app(there)) as client:
        mine = Caller(client, whoever.key)
        for name in (GONE, STAYS):
            one, other = read(whoever, old, name), read(mine, old, name)
            assert (one.status_code, one.headers.get("etag")) == (other.status_code, other.headers.get("etag"))
        assert read(mine, old).json()["code"] == "erased"
    assert findings(there) == ()
    there.store.engine.dispose()
