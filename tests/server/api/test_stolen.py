"""A service whose signing key was stolen: its bundles, of before and made again, by the card that it gives out then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policy.proof.archive import unpacked
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined_zip
from policy.proof.layout import CHECKPOINT
from policy.proof.note import checkpoint, parse
from policy.proof.tlog_proof import growth
from policy.proof.trust import Trust, trust
from server import clock
from server.log import rotation
from tests.server.api.deeds import World, world


@pytest.fixture
def firm(url: str, tmp_path: Path) -> Iterator[World]:
    with world(url, tmp_path) as found:
        yield found


def test_what_was_handed_out_before_the_theft_is_proven_by_what_the_log_became(firm: World) -> None:
    path = f"/v1/proposals/{firm.proposal()}/bundle"
    before, service = firm.one("GET", path).content, firm.service
    honest = said(before, trust(firm.one("GET", "/v1/log/trust-card").content))
    assert set(honest.values()) == {Answer.PROVEN}
    rotation.stolen(service.store, service.signer, "olga", clock.now())
    firm.made("/v1/holds", {"household": "smith", "reason": "it goes on"})
    card = trust(firm.one("GET", "/v1/log/trust-card").content)
    assert card.seen is not None
    assert said(before, card) == dict.fromkeys(honest, Answer.NOT_PROVEN)
    size = checkpoint(parse(unpacked(before)[CHECKPOINT]).text).size
    firm.made("/v1/holds", {"household": "jones", "reason": "and on"})
    proof = firm.one("GET", f"/v1/log/proofs/consistency?from={size}&to={card.seen[0]}").content
    assert said(before, replace(card, grown=growth(proof))) == honest
    assert said(firm.one("GET", path).content, trust(firm.one("GET", "/v1/log/trust-card").content)) == honest


def said(bundle: bytes, card: Trust) -> dict[str, Answer]:
    """Of what rests on the log."""
    claims = {claim.name: claim.answer for claim in examined_zip(bundle, card).claims}
    return {name: claims[name] for name in ("sources", "data", "log")}
