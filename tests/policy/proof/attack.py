"""An honest bundle, ways to change it, and the claim that must refute the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policy.canonical import decode, encode
from policy.proof.archive import MANIFEST, manifest
from policy.proof.claims.claim import Answer
from policy.proof.examine import Examination, examined
from policy.proof.trust import trust
from tests.policy.proof.sample import made

Files = Mapping[str, bytes]
MADE = made()
CARD_OUTSIDE = trust(MADE.card)


def answers(examination: Examination) -> dict[str, Answer]:
    return {claim.name: claim.answer for claim in examination.claims}


def relisted(files: Files, **changes: bytes | None) -> dict[str, bytes]:
    """The attacker changes files and makes a fresh manifest."""
    changed = {**files, **{path.replace("__", "/"): content for path, content in changes.items()}}
    whole = {path: content for path, content in changed.items() if content is not None and path != MANIFEST}
    return {**whole, MANIFEST: manifest(whole)}


def edited(path: str, change: Callable[[object], None], files: Files = MADE.files) -> dict[str, bytes]:
    """One JSON file changed, and everything for people made again."""
    value = decode(files[path])
    change(value)
    return relisted({**files, path: encode(value)})


def refuted(files: Files, claim: str, said: str, card: object = CARD_OUTSIDE) -> None:
    found = {c.name: c for c in examined(files, card).claims}
    assert found[claim].answer is Answer.REFUTED, found[claim]
    assert said in found[claim].why, found[claim].why
