"""Trust cards: C2SP policies, with people and the last state seen."""

from __future__ import annotations

from base64 import b64encode

import pytest

from policy.proof.keys import public_of
from policy.proof.note import COSIGNATURE, ED25519, Verifier
from policy.proof.trust import TrustError, card_text, trust, witnessed

KEYS = [Verifier(f"k{n}", ED25519, public_of(bytes([n]) * 32)) for n in range(5)]
ROOT = b64encode(bytes(32)).decode()
POLICY = f"""
# three of them
log {KEYS[0].text} https://example.org/log
witness w1 {KEYS[1].text}
witness w2\t{KEYS[2].text}  https://w2.example
  witness w3 {Verifier("k3", COSIGNATURE, KEYS[3].key).text}
group two 2 w1 w2 w3
group all-of-it all two w3
quorum all-of-it
person {KEYS[4].text}
seen 7 {ROOT}
"""


def test_a_card_is_read():
    card = trust(POLICY.encode())
    assert [key.name for key in card.logs] == ["k0"]
    assert card.people == (KEYS[4],)
    assert card.seen == (7, bytes(32))
    assert [key.kind for key in card.witnesses.values()] == [COSIGNATURE] * 3


@pytest.mark.parametrize(
    ("names", "enough"), [((), False), (("w1", "w2"), False), (("w1", "w3"), True), (("w3",), False)]
)
def test_the_quorum_counts(names, enough):
    assert witnessed(trust(POLICY.encode()), frozenset(names)) is enough


def test_a_written_card_is_read_back():
    card = trust(card_text((KEYS[0],), (KEYS[1],), (3, bytes(32))))
    assert (card.logs, card.people, card.seen, card.quorum) == ((KEYS[0],), (KEYS[1],), (3, bytes(32)), "none")
    assert witnessed(card, frozenset())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no quorum"),
        ("quorum none\nquorum none\n", "line 2: a second quorum"),
        ("quorum nobody\n", "not defined"),
        ("quorum g\ngroup g any w\n", "line 1"),
        (f"witness none {KEYS[1].text}\nquorum none\n", "taken"),
        (f"witness a {KEYS[1].text}\nwitness a {KEYS[2].text}\nquorum none\n", "line 2: the name `a` is taken"),
        (f"witness a {KEYS[1].text}\nwitness b {KEYS[1].text}\nquorum none\n", "two names"),
        (f"witness a {KEYS[1].text}\ngroup g 2 a\nquorum g\n", "cannot need 2"),
        (f"witness a {KEYS[1].text}\ngroup g 0 a\nquorum g\n", "cannot need 0"),
        (f"witness a {KEYS[1].text}\ngroup g any a a\nquorum g\n", "twice"),
        ("log nonsense\nquorum none\n", "line 1"),
        (f"log {KEYS[0].text[:-2]}\nquorum none\n", "line 1"),
        (f"person {Verifier('k', COSIGNATURE, KEYS[0].key).text}\nquorum none\n", "another kind"),
        ("believe everything\nquorum none\n", "not a line of a trust card"),
        (f"seen 1 {ROOT}\nseen 1 {ROOT}\nquorum none\n", "line 2"),
        ("quorum none\r\n", "control"),
        ("quorum\u00a0none\n", "not a line"),
    ],
)
def test_bad_cards(text, said):
    with pytest.raises(TrustError, match=said):
        trust(text.encode())


def test_policies_of_another_implementation(vectors):
    table = vectors("witness/policy.json")
    for case in table["valid"]:
        assert len(trust(case["policy"].encode()).witnesses) == case["n"]
    for case in table["invalid"]:
        with pytest.raises(TrustError):
            trust(case["policy"].encode())
