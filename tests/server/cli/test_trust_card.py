"""The card of the service's log, as the service itself gives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policy.proof.trust import trust
from server.cli.main import main
from server.log import signer
from server.running import opened
from server.settings import Settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("PROOFOLIO_DATABASE_URL", raising=False)
    return tmp_path / "data"


def test_it_names_the_key_and_the_state(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = opened(Settings(data, f"sqlite:///{data / 'proofolio.sqlite'}"))
    assert main(["trust-card"]) == 0
    said = capsys.readouterr().out
    card = trust(said.encode())
    assert card.logs == (service.signer.verifier,)
    assert card.seen is not None
    assert card.seen[0] == signer.last_signed(service.signer).size > 0
    assert main(["trust-card", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"answer": "card", "card": said}


def test_it_says_which_keys_were_stolen(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = opened(Settings(data, f"sqlite:///{data / 'proofolio.sqlite'}"))
    signer.sealed(service.store, service.signer)
    begun = service.signer.verifier
    for wrong in (["--since", "1"], ["--stolen", "--since", "3"], ["--stolen", "nonsense"]):
        assert main(["rotate-key", *wrong]) == 3
    for _ in range(2):  # the second time it is no news
        assert main(["rotate-key", "--stolen", begun.text, "--since", "1", "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said == {"answer": "stolen", "signing": [service.signer.verifier.text]}
    assert main(["trust-card"]) == 0
    card = trust(capsys.readouterr().out.encode())
    assert (card.logs, card.stolen) == ((service.signer.verifier, begun), {begun.key.raw: 1})


def test_where_nothing_has_begun_nothing_is_made(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trust-card"]) == 3
    assert "no service has begun here" in capsys.readouterr().err
    assert not data.exists()


def test_a_log_that_does_not_fit_its_signer_has_no_card(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service = opened(Settings(data, f"sqlite:///{data / 'proofolio.sqlite'}"))
    signer.sealed(service.store, service.signer)
    (data / "signer" / signer.LAST).write_text("nonsense")
    assert main(["trust-card"]) == 3
    assert "signer" in capsys.readouterr().err
