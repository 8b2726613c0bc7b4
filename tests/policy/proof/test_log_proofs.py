"""Proofs of inclusion and growth as files, and the signer that never signs two histories."""

from __future__ import annotations

from base64 import b64encode

import pytest

from policy.proof.keys import public_key, public_of
from policy.proof.merkle import consistency_proof, inclusion_proof, leaf_hash, listed, root
from policy.proof.note import COSIGNATURE, ED25519, Checkpoint, NoteError, Verifier, checkpoint_text, parse, signed
from policy.proof.note import verified as verified_by
from policy.proof.tlog_proof import growth_text, proof, proof_text, proves
from policy.proof.witness import Refusal, asked, cosignature, empty

SEED, WITNESS = bytes(range(32)), bytes(range(1, 33))
ORIGIN = "example.org/log"
KEY = Verifier(ORIGIN, ED25519, public_of(SEED))
LEAVES = [leaf_hash(b"entry %d" % i) for i in range(13)]


def state(leaves) -> bytes:
    return signed(checkpoint_text(Checkpoint(ORIGIN, len(leaves), root(listed(leaves)))), ORIGIN, SEED)


def test_a_proof_is_one_file_for_one_entry():
    text = proof_text(5, inclusion_proof(listed(LEAVES), 5), state(LEAVES))
    assert proves(proof(text), LEAVES[5])
    assert not proves(proof(text), LEAVES[6])
    assert not proves(proof(text.replace(b"index 5", b"index 6")), LEAVES[5])
    with_extra = text.replace(b"\n", b"\nextra aGk=\n", 1)
    assert proves(proof(with_extra), LEAVES[5])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"tlog-proof@v1", b"tlog-proof@v2"),
        (b"index 5", b"index 05"),
        (b"index 5", b"index -5"),
        (b"index 5", b"Index 5"),
        (b"index 5\n", b""),
        (b"index 5\n", b"index 5\nAAAA\n"),
        (b"index 5\n", b"index 5\n" + (b64encode(bytes(32)) + b"\n") * 64),
        (b"\n\n", b"\n"),
    ],
)
def test_malformed_proofs(old, new):
    text = proof_text(5, inclusion_proof(listed(LEAVES), 5), state(LEAVES))
    with pytest.raises(NoteError):
        proof(text.replace(old, new))


def ask(seen, leaves, old):
    return asked(seen, [KEY], growth_text(old, consistency_proof(listed(leaves), old) if old else [], state(leaves)))


def test_a_signer_follows_growth_and_nothing_else():
    seen, _ = ask(empty(ORIGIN), LEAVES[:3], 0)
    assert seen == Checkpoint(ORIGIN, 3, root(listed(LEAVES[:3])))
    later, _ = ask(seen, LEAVES, 3)
    assert later.size == 13
    assert ask(later, LEAVES, 13)[0] == later
    assert ask(later, LEAVES[:3], 3).status == 409  # a restored backup
    assert ask(seen, [*LEAVES[:2], LEAVES[9], *LEAVES[3:]], 3).status == 422  # an edited entry
    assert ask(later, [LEAVES[1], LEAVES[0], *LEAVES[2:]], 13).status == 409  # same size, another tree
    assert ask(seen, LEAVES[:2], 2) == Refusal(409, "3\n")
    assert asked(empty("other"), [KEY], growth_text(0, [], state(LEAVES))).status == 404
    assert asked(empty(ORIGIN), [], growth_text(0, [], state(LEAVES))).status == 403
    assert asked(empty(ORIGIN), [KEY], b"nonsense").status == 400


def test_a_cosignature_carries_its_time():
    note = parse(state(LEAVES))
    line = cosignature(note, 1_700_000_000, "witness.example", WITNESS)
    both = parse(state(LEAVES) + line.encode())
    witness = Verifier("witness.example", COSIGNATURE, public_of(WITNESS))
    assert verified_by(both, [KEY, witness]) == (KEY, witness)
    moved = bytearray(both.signatures[1].body)
    moved[7] ^= 1
    forged = state(LEAVES) + f"— witness.example {b64encode(witness.id + bytes(moved)).decode()}\n".encode()
    with pytest.raises(NoteError, match="wrong"):
        verified_by(parse(forged), [KEY, witness])


def test_the_conversation_of_another_witness(vectors):
    """Two differences: to an unknown log the specification demands 404 where litewitness says 403, and the signature
    that it calls wrong (403) has stray bits in its base64, which makes the whole note malformed here (400)."""
    script = vectors("witness/litewitness_conversation.json")
    first = parse(script["steps"][0]["request"].split("\n\n", 1)[1].encode())
    origin = first.text.split("\n")[0]
    key = Verifier(origin, ED25519, public_key(bytes.fromhex(script["log_ed25519_public_key_hex"])))
    seen = empty(origin)
    for step in script["steps"]:
        answer = asked(seen, [key], step["request"].encode())
        if isinstance(answer, Refusal):
            said = step["asserts"][0]
            assert answer.status == (404 if "unknown log" in said else 400 if "invalid sig" in said else step["status"])
            if answer.status == 409:
                assert f"body == {answer.reason!r}".replace("'", '"') == said
        else:
            assert step["status"] == 200
            seen = answer[0]
