"""The witness and the log that asks it, over a real socket: what only grew is cosigned, and nothing else ever is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest

from policy.proof.keys import public_key
from policy.proof.note import COSIGNATURE, ED25519, Verifier, checkpoint, parse, verified, verifier
from policy.proof.trust import trust
from policy.proof.witness import Refusal
from server import listen
from server.api.witness import app
from server.log import journal, signer, witness, witnessed
from server.log.signer import Signer
from server.log.witness import Witness, WitnessError
from server.log.witnessed import Asked
from server.store.migrate import migrated
from server.store.store import Store, store
from tests.server.log.test_journal import AT, event

VECTORS = Path(__file__).parents[4] / "shared/vectors/witness/litewitness_conversation.json"
TIME = 1_800_000_000


@contextmanager
def serving(by: Witness) -> Iterator[str]:
    with listen.listening("127.0.0.1", 0) as at:
        server = listen.server(app(by))
        thread = Thread(target=server.run, args=([at],))
        thread.start()
        yield listen.address(at)
        server.should_exit = True
        thread.join()


def grow(database: Store, count: int = 3) -> None:
    with database.writing() as session:
        journal.append(session, [event(number) for number in range(count)], AT)


@pytest.fixture
def by(tmp_path: Path) -> Signer:
    return signer.signer(tmp_path / "signer")


def made(folder: Path, by: Signer, name: str = "example.com/witness") -> Witness:
    return witness.witness(folder, name, {by.origin: (by.verifier,)})


def asks(by: Signer, known: dict[str, tuple[Witness, str]], quorum: str) -> None:
    lines = [f"witness {name} {it.verifier.text} {url}\n" for name, (it, url) in known.items()]
    (by.folder / signer.WITNESSES).write_text(
        "".join(lines) + f"group most {len(known)} {' '.join(known)}\nquorum {quorum}\n"
    )


def test_a_state_is_cosigned_and_the_card_counts_it(database: Store, by: Signer, tmp_path: Path) -> None:
    one, two = made(tmp_path / "one", by), made(tmp_path / "two", by, "other.example")
    asked = Asked()
    with serving(one) as first, serving(two) as second:
        asks(by, {"w1": (one, first), "w2": (two, second)}, "most")
        assert verifier(httpx.get(first).text.strip()) == one.verifier
        for _ in range(3):
            grow(database)
            note = witnessed.cosigned(database, by, asked)
            card = trust(signer.card(database, by))
            assert set(verified(parse(note), [*card.logs, *card.witnesses.values()])) == {
                by.verifier, one.verifier, two.verifier,
            }  # fmt: skip
            assert witnessed.enough(by, note)
            assert signer.sealed(database, by) == note == witnessed.cosigned(database, by, asked)
        assert asked.says == {}
    assert witness.last(one, by.origin) == checkpoint(parse(note).text)


def test_a_witness_that_is_down_is_not_waited_for(database: Store, by: Signer, tmp_path: Path) -> None:
    one, two = made(tmp_path / "one", by), made(tmp_path / "two", by, "other.example")
    asked = Asked()
    with serving(one) as first:
        asks(by, {"up": (one, first), "down": (two, "http://127.0.0.1:9")}, "most")
        grow(database)
        note = witnessed.cosigned(database, by, asked)
    assert witnessed.cosigners(signer.witnesses(by).witnesses, parse(note)) == ["up"]  # type: ignore[union-attr]  # there is one
    assert not witnessed.enough(by, note)
    assert list(asked.says) == list(asked.rest) == ["down"]
    assert witnessed.cosigned(database, by, asked) == note


def test_a_fork_gets_no_cosignature(by: Signer, tmp_path: Path) -> None:
    """Two histories under one key: whoever restored a backup with the signer's memory, or is the signer's thief."""
    one, asked = made(tmp_path / "one", by), Asked()
    with serving(one) as url:
        asks(by, {"w": (one, url)}, "w")
        histories = []
        for name, sizes in (("a", (4, 2)), ("b", (4, 2)), ("c", (1,))):
            found = store(f"sqlite:///{tmp_path / name}.sqlite")
            migrated(found)
            (by.folder / signer.LAST).unlink(missing_ok=True)
            for size in sizes:
                grow(found, size)
                asked.rest.clear()
                histories.append(parse(witnessed.cosigned(found, by, asked)))
            found.engine.dispose()
        assert [len(note.signatures) for note in histories] == [2, 2, 1, 1, 1]
        assert "a backup was restored" in asked.says["w"]


def test_two_that_race_do_not_get_two_histories(by: Signer, tmp_path: Path) -> None:
    one = made(tmp_path / "one", by)
    requests = []
    for name in range(8):
        found = store(f"sqlite:///{tmp_path / str(name)}.sqlite")
        migrated(found)
        (by.folder / signer.LAST).unlink(missing_ok=True)
        grow(found, 5)
        requests.append(b"old 0\n\n" + signer.sealed(found, by))
        found.engine.dispose()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda request: witness.added(one, request, TIME), requests * 2))
    good = [request for request, answer in zip(requests * 2, answers, strict=True) if not isinstance(answer, Refusal)]
    assert len(good) == 1
    assert witness.last(one, by.origin) == checkpoint(parse(good[0].partition(b"\n\n")[2]).text)
    assert {answer.status for answer in answers if isinstance(answer, Refusal)} == {409}


def test_what_is_no_request_of_a_known_log_is_refused(database: Store, by: Signer, tmp_path: Path) -> None:
    one = made(tmp_path / "one", by)
    grow(database)
    note = signer.sealed(database, by)
    other = witness.witness(tmp_path / "two", "w", {"another/log": (by.verifier,)})
    cases = {
        b"": 400, b"old 0": 400, b"old x\n\n" + note: 400, b"old 01\n\n" + note: 400, b"old 4\n\n" + note: 400,
        b"old 0\nAAAA\n\n" + note: 400, b"old 0\n" + b"A" * 43 + b"=\n\n" + note: 422, b"old 2\n\n" + note: 409,
        b"old 0\n\n" + note.replace(b"\n3\n", b"\n4\n"): 403, b"old 0\n\n" + note.replace(b"log\n", b"lag\n", 1): 404,
    }  # fmt: skip
    with serving(one) as url:
        for request, status in cases.items():
            found = httpx.post(f"{url}/add-checkpoint", content=request)
            assert found.status_code == status, (request, found.text)
            assert found.headers["content-type"].startswith("text/x.tlog.size" if status == 409 else "text/plain")
            assert found.text == "0\n" or status != 409
        assert httpx.post(f"{url}/add-checkpoint", content=b"x" * 100_000).status_code == 413
        assert httpx.get(f"{url}/add-checkpoint").status_code == 405
        assert httpx.post(f"{url}/nowhere").status_code == 404
        assert httpx.post(f"{url}/add-checkpoint", content=b"old 0\n\n" + note).status_code == 200
    refused = witness.added(other, b"old 0\n\n" + note, TIME)
    assert isinstance(refused, Refusal)
    assert refused.status == 404


def test_a_memory_or_a_key_that_is_gone_is_said(database: Store, by: Signer, tmp_path: Path) -> None:
    one = made(tmp_path / "one", by)
    grow(database)
    request = b"old 0\n\n" + signer.sealed(database, by)
    assert isinstance(witness.added(one, request, TIME), str)
    assert made(tmp_path / "one", by) == one
    (kept,) = (tmp_path / "one").glob(f"*{witness.LAST}")
    kept.write_text("nonsense")
    with pytest.raises(WitnessError, match="restore it"):
        witness.added(one, request, TIME)
    with serving(one) as url:
        assert httpx.post(f"{url}/add-checkpoint", content=request).status_code == 503
    assert (one.folder / witness.KEY).stat().st_mode & 0o777 == 0o600
    (one.folder / witness.KEY).unlink()
    with pytest.raises(WitnessError, match="is missing"):
        made(tmp_path / "one", by)


def test_another_witness_s_signature_is_not_taken(database: Store, by: Signer, tmp_path: Path) -> None:
    one, two, asked = made(tmp_path / "one", by), made(tmp_path / "two", by), Asked()
    grow(database)
    with serving(one) as url:
        asks(by, {"w": (two, url)}, "w")
        assert len(parse(witnessed.cosigned(database, by, asked)).signatures) == 1
    assert "no signature of the key" in asked.says["w"]


@pytest.mark.skipif(not VECTORS.exists(), reason="the vectors of others are not on this machine")
def test_torchwood_s_conversation(tmp_path: Path) -> None:
    """Nine steps. To an unknown log the specification demands 404 where litewitness says 403, and the wrong signature
    of the second step is malformed base64 here, since stray bits are refused."""
    script = json.loads(VECTORS.read_text())
    origin = script["steps"][0]["request"].split("\n")[2]
    key = Verifier(origin, ED25519, public_key(bytes.fromhex(script["log_ed25519_public_key_hex"])))
    by = witness.witness(tmp_path, "example.com/witness", {origin: (key,)})
    assert by.verifier.kind == COSIGNATURE
    statuses = []
    with serving(by) as url:
        for step in script["steps"]:
            found = httpx.post(f"{url}/add-checkpoint", content=step["request"].encode())
            statuses.append((found.status_code, step["status"]))
            for said in step["asserts"] if found.status_code == step["status"] else ():
                wanted = said.partition('"')[2].removesuffix('"').replace("\\n", "\n")
                assert (found.text == wanted) if said.startswith("body ==") else (wanted in found.text)
    assert [pair for pair in statuses if pair[0] != pair[1]] == [(400, 403), (404, 403)]
