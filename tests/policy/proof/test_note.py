"""Signed notes: what is malformed is refused, what is unknown is passed over, what is wrong condemns."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.proof.keys import public_of
from policy.proof.note import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    NoteError,
    Verifier,
    checkpoint,
    checkpoint_text,
    parse,
    signed,
    verified,
    verifier,
)

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
KEY = Verifier("example.org/log", ED25519, public_of(SEED))
NOTE = signed("hello\n", KEY.name, SEED)


def test_a_signed_note_opens_with_its_key():
    note = parse(NOTE)
    assert note.text == "hello\n"
    assert verified(note, [KEY]) == (KEY,)
    assert verifier(KEY.text) == KEY


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 7))
def test_no_bit_of_a_note_is_free(place, bit):
    changed = bytearray(NOTE)
    changed[place] ^= 1 << bit
    with pytest.raises(NoteError):
        verified(parse(bytes(changed)), [KEY])


def test_unknown_signers_are_passed_over_and_wrong_ones_condemn():
    second = signed("hello\n", "example.org/second", OTHER).split(b"\n")[-2] + b"\n"
    other = Verifier("example.org/second", ED25519, public_of(OTHER))
    assert verified(parse(NOTE + second), [KEY]) == (KEY,)
    assert verified(parse(NOTE + second), [KEY, other]) == (KEY, other)
    wrong = signed("other text\n", "example.org/second", OTHER).split(b"\n")[-2] + b"\n"
    with pytest.raises(NoteError, match="wrong"):
        verified(parse(NOTE + wrong), [KEY, other])


@pytest.mark.parametrize(
    "text",
    [
        "no plus signs",
        "name+00000000+AAAA",
        KEY.text.replace("+", "+0", 1),
        KEY.text + "=",
        f"spaced name+{KEY.id.hex()}+{KEY.text.split('+', 2)[2]}",
        "low+00000000+" + b64encode(b"\x01" + b"\x01" + bytes(31)).decode(),
    ],
)
def test_bad_key_texts(text):
    with pytest.raises(NoteError):
        verifier(text)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n" + b64encode(bytes(31)).decode() + "\n",
        "a\n01\n" + b64encode(bytes(32)).decode() + "\n",
        "a\n-1\n" + b64encode(bytes(32)).decode() + "\n",
        "a\n٣\n" + b64encode(bytes(32)).decode() + "\n",
        "a\n1\n\n",
        "a\n1\n",
        "\n1\n" + b64encode(bytes(32)).decode() + "\n",
        f"a\n{2**63}\n" + b64encode(bytes(32)).decode() + "\n",
        "a\n1\n" + b64encode(bytes(32)).decode()[:-2] + "B=\n",
    ],
)
def test_bad_checkpoints(text):
    with pytest.raises(NoteError):
        checkpoint(text)


def test_a_checkpoint_and_its_text():
    state = Checkpoint("example.org/log", 12, bytes(range(32)))
    assert checkpoint(checkpoint_text(state)) == state
    assert checkpoint(checkpoint_text(state) + "an extension\n") == state


# --- vectors of golang/mod, C2SP and a real log ------------------------------------------------


def test_notes_of_others(vectors):
    table = vectors("signed_note/signed_note.json")
    assert len(table["cases"]) == 15
    for case in table["cases"]:
        data = b64decode(case["note_b64"]) if "note_b64" in case else case["note"].encode()
        try:
            names = [key.name for key in verified(parse(data), map(verifier, case["vkeys"]))]
        except NoteError:
            assert case["expect"] in ("error", "unverified"), case["id"]
        else:
            assert case["expect"] == "ok", case["id"]
            assert names == case["verified"], case["id"]
    for text in table["bad_vkeys"]:
        with pytest.raises(NoteError):
            verifier(text)


def test_signing_equals_the_go_tool_byte_for_byte(vectors):
    case = vectors("signed_note/signed_note.json")["sign"]
    name, seed = case["skey"].split("+", 4)[2], b64decode(case["skey"].split("+", 4)[4])[1:]
    assert signed(case["text"], name, seed).decode() == case["text"] + "\n" + case["signature_line"]


def test_cosigner_keys_have_their_own_id():
    witness = Verifier(KEY.name, COSIGNATURE, KEY.key)
    assert witness.id != KEY.id
    assert verifier(witness.text) == witness
