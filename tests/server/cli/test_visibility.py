"""Who may not see a rule learns nothing of it: two books of rules that differ only in it give the same answer.

The hidden rule is stricter or looser, of another kind, or not there at all; as long as the answer as a whole is the
same, so is every byte of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from policy.book import wire
from policy.book.facts import Book
from policy.judge.redact import NOT_PERMITTED, UNNAMED
from server.answer.proposal import answer_of
from server.cli.main import main
from server.desk.prepare import prepared
from server.desk.propose import Refused, answered
from solver.intent import Intent
from solver.refusal import Impossible, NotFound, NotSearched
from tests.server.api.texts import PUBLIC

BOOK = {
    "as_of": "2026-01-30",
    "currency": "USD",
    "issuers": [{"id": f"X{n}", "name": f"Issuer {n}"} for n in "ABC"],
    "instruments": [{"id": n, "name": f"Share {n}", "issuer": f"X{n}", "currency": "USD"} for n in "ABC"],
    "accounts": [
        {"id": "trust", "name": "Trust", "relief": "fifo", "model": "M",
         "cash": {"USD": {"settled": "3000.00", "unsettled": "0"}}, "facts": {"borrowings": "0"}}
    ],
    "lots": [
        {"id": f"L{n}", "account": "trust", "instrument": n, "quantity": units, "basis": "10", "acquired": "2020-03-02"}
        for n, units in (("A", "300"), ("B", "200"), ("C", "200"))
    ],
    "prices": [{"instrument": n, "day": "2026-01-30", "price": "10.00"} for n in "ABC"],
    "weights": [{"model": "M", "kind": "security", "key": n, "weight": "30%"} for n in "ABC"],
}  # fmt: skip
ROOM = ("--role", "control room")

HIDDEN = """
rule H-7 "The secret rule"
  source "Secret memorandum" section "9"
  layer mandate
  applies to each account
  counting market value
  {limit}
  missing data counts as unknown
  tested at trade
  visible to "control room"
  {passive}
  on breach {breach}
end
"""

Ask = Callable[..., tuple[int, str]]


STAND = "passive breach may stand 30 calendar days, no trade may worsen it in weight"
CURE = "passive breach must be cured by this proposal"


def hidden(limit: str, breach: str = "block", passive: str = STAND) -> str:
    return HIDDEN.format(limit=limit, breach=breach, passive=passive)


SLACK = ("", hidden("require cash >= 5% of net assets"), hidden("limit each issuer to at most 99% of net assets"))
WARNING = tuple(hidden(f"require cash >= {share}% of net assets", "warn") for share in (80, 95))
STOPPING = (
    hidden("require cash >= 80% of net assets"),
    hidden("require cash >= 95% of net assets"),
    hidden("limit each issuer to at most 0.1% of net assets"),
)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Ask:
    """Calls a verb under the public rule and a hidden one: exit code and output."""

    def call(secret: str, verb: str, *words: str, share: str = "40") -> tuple[int, str]:
        rules, book = tmp_path / "rules.mandate", tmp_path / "book.json"
        rules.write_text(PUBLIC.replace("{share}", share) + secret, encoding="utf-8")
        book.write_text(json.dumps(BOOK), encoding="utf-8")
        code = main([verb, *words, "--rules", str(rules), "--book", str(book)])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


def one(answers: set[tuple[int, str]]) -> tuple[int, str]:
    """The answer that all of them are, with no word of the secret in it."""
    assert len(answers) == 1, "\n=====\n".join(text for _, text in answers)
    (only,) = answers
    assert not any(word in only[1] for word in ("H-7", "ecret", "control room"))
    return only


PRINTED = pytest.mark.parametrize("shown", [(), ("--json",)])


@PRINTED
def test_the_judge_says_nothing_of_a_rule_that_stops_nothing(ask: Ask, shown: tuple[str, ...]) -> None:
    assert one({ask(secret, "judge", *shown) for secret in (*SLACK, *WARNING)})[0] == 0


@PRINTED
def test_the_judge_gives_every_stop_one_neutral_line(ask: Ask, shown: tuple[str, ...]) -> None:
    code, text = one({ask(secret, "judge", *shown) for secret in (*STOPPING, STOPPING[0] + TWICE)})
    assert code == 1
    assert NOT_PERMITTED in text


def test_the_role_reads_the_rule(ask: Ask) -> None:
    for secret in STOPPING:
        code, text = ask(secret, "judge", *ROOM)
        assert code == 1
        assert "H-7" in text
        assert NOT_PERMITTED not in text
        assert "secret" in ask(secret, "explain", "H-7", *ROOM)[1]


TWICE = hidden("require cash >= 90% of net assets").replace("H-7", "H-8")


def orders(tmp_path: Path, quantity: int) -> tuple[str, str]:
    path = tmp_path / "orders.json"
    bought = {"account": "trust", "instrument": "A", "side": "buy", "quantity": str(quantity)}
    path.write_text(json.dumps({"orders": [bought]}), encoding="utf-8")
    return "--orders", str(path)


@PRINTED
def test_what_would_pass_tells_nothing_of_a_hidden_limit(ask: Ask, tmp_path: Path, shown: tuple[str, ...]) -> None:
    """The orders break the public rule: how many would pass is by that rule alone."""
    placed = orders(tmp_path, 150)
    looser = (
        *SLACK,
        hidden("require cash >= 14% of net assets"),
        hidden("limit each issuer to at most 45.5% of net assets"),
    )
    code, text = one({ask(secret, "judge", *placed, *shown) for secret in looser})
    assert (code, "100" in text) == (1, True)


@PRINTED
def test_where_a_hidden_rule_stops_the_orders_nothing_else_is_offered(
    ask: Ask, tmp_path: Path, shown: tuple[str, ...]
) -> None:
    placed = orders(tmp_path, 150)
    secrets = [hidden(f"require cash >= {share}% of net assets") for share in (16, 21, 29)]
    code, text = one({ask(secret, "judge", *placed, *shown) for secret in secrets})
    assert (code, NOT_PERMITTED in text) == (1, True)
    assert '"would_pass": []' in text or not shown


def test_a_hidden_rule_cannot_be_asked_for(ask: Ask) -> None:
    """Asked for by name, it is as if it were not there."""
    one({(code, text.replace("H-7", "")) for code, text in (ask(secret, "explain", "H-7") for secret in SLACK)})
    one({ask(secret, "explain", "P-1", "--json") for secret in (*SLACK, *WARNING, *STOPPING)})


# --- waivers -----------------------------------------------------------------------------------

WAIVER = """
waiver {id} for P-1
  every account
  raises limit to 50% of net assets
  effective from 2026-01-01 until 2026-12-31
  reason "A {reason} secret" evidence "secret.pdf"
  approved by "{who}" on 2025-12-31
  visible to "control room"
end
"""
WAIVERS = (WAIVER.format(id="H-7", reason="great", who="CCO"), WAIVER.format(id="H-77", reason="small", who="Board"))
"""They allow the same; the limit is 25 %, and more is held."""


@pytest.fixture
def waivable(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = PUBLIC.replace("on breach block", 'on breach block, waiver by "CCO" and "Board"')
    monkeypatch.setitem(globals(), "PUBLIC", signed)


@PRINTED
@pytest.mark.usefixtures("waivable")
def test_a_hidden_waiver_counts_for_everyone_and_is_not_named(ask: Ask, tmp_path: Path, shown: tuple[str, ...]) -> None:
    assert ask("", "judge", *shown, share="25")[0] == 1
    assert waived_by_whom(ask, shown) == (0, True)
    assert waived_by_whom(ask, (*shown, *orders(tmp_path, 10))) == (0, True)
    assert waived_by_whom(ask, (*shown, *orders(tmp_path, 290))) == (1, False)


def waived_by_whom(ask: Ask, words: tuple[str, ...]) -> tuple[int, bool]:
    code, text = one({ask(secret, "judge", *words, share="25") for secret in WAIVERS})
    return code, UNNAMED in text


@PRINTED
@pytest.mark.usefixtures("waivable")
def test_a_hidden_waiver_is_not_explained(ask: Ask, shown: tuple[str, ...]) -> None:
    code, text = one({ask(secret, "explain", "P-1", *shown, share="25") for secret in WAIVERS})
    assert code == 0
    assert "approved" not in text


@PRINTED
@pytest.mark.usefixtures("waivable")
def test_the_role_reads_the_waiver(ask: Ask, shown: tuple[str, ...]) -> None:
    for secret, name in zip(WAIVERS, ("waiver H-7, CCO", "waiver H-77, Board"), strict=True):
        code, text = ask(secret, "judge", *ROOM, *shown, share="25")
        assert (code, name in text) == (0, True)
        said = ask(secret, "explain", "P-1", *ROOM, *shown, share="25")[1]
        assert "named only to control room" in said
        assert "secret.pdf" in said


@PRINTED
@pytest.mark.usefixtures("waivable")
def test_a_proposal_names_no_hidden_waiver(ask: Ask, tmp_path: Path, shown: tuple[str, ...]) -> None:
    intent = tmp_path / "intent.json"
    intent.write_text(json.dumps({"accept": ["waived"]}), encoding="utf-8")
    said = {proposed(ask, tmp_path, s, *shown, "--intent", str(intent), share="25") for s in WAIVERS}
    code, text = one(said)
    assert (code, UNNAMED in text) == (0, True)


# --- proposals ---------------------------------------------------------------------------------


def proposed(ask: Ask, tmp_path: Path, secret: str, *words: str, share: str = "40") -> tuple[int, str]:
    """With a log and a bundle of its own each time."""
    folder = tmp_path / f"run{len(list(tmp_path.glob('run*')))}"
    folder.mkdir()
    placed = ("--log", str(folder / "log"), "--out", str(folder / "F.proof.zip"), "--actor", "anna")
    code, text = ask(secret, "propose", *placed, *words, share=share)
    shown = (folder / "F.proof.zip").exists()
    kept = list((folder / "log").glob("*.proof.zip"))
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in kept)
    assert shown is (bool(kept) and (secret == "" or words[:2] == ROOM))
    return code, text.replace(str(folder), "")


HIDDEN_ONES = (
    hidden("require cash >= 5% of net assets"),
    hidden("require cash >= 9.9% of net assets"),
    hidden("limit each issuer to at most 34% of net assets"),
)
"""Rules that the best orders keep, narrowly or by far."""


@PRINTED
def test_a_proposal_tells_nothing_of_a_hidden_rule(ask: Ask, tmp_path: Path, shown: tuple[str, ...]) -> None:
    code, text = one({proposed(ask, tmp_path, secret, *shown) for secret in HIDDEN_ONES})
    assert code == 0
    assert '"gap": null' in text or not shown


def test_the_price_box_is_that_of_the_visible_rules(ask: Ask, tmp_path: Path) -> None:
    boxes = {json.loads(proposed(ask, tmp_path, s, "--json")[1])["price_box"] for s in ("", *HIDDEN_ONES)}
    assert len(boxes) == 1
    seen = {json.loads(proposed(ask, tmp_path, s, *ROOM, "--json")[1])["price_box"] for s in HIDDEN_ONES}
    assert len(seen) > 1


@PRINTED
def test_a_refusal_names_no_hidden_rule(ask: Ask, tmp_path: Path, shown: tuple[str, ...]) -> None:
    """Nothing visible stands in the way: the answer is neutral, without a conflict, an amount or a trace."""
    secrets = [hidden(f"require cash >= {share}% of net assets", passive=CURE) for share in (101, 120)]
    code, text = one({proposed(ask, tmp_path, secret, *shown) for secret in secrets})
    assert (code, NOT_PERMITTED in text) == (1, True)


def test_how_a_hidden_rule_refuses_is_not_said() -> None:
    """It makes orders impossible, was not searched, or nothing was found: one word for all."""
    book = wire.from_json(json.dumps(BOOK), "book")
    assert isinstance(book, Book)
    rules = PUBLIC.replace("{share}", "40") + hidden("require cash >= 101% of net assets", passive=CURE)
    task = prepared({"rules.mandate": rules}, book, Intent())
    impossible = answered(task)
    assert isinstance(impossible, Refused)
    assert isinstance(impossible.refusal, Impossible)
    others = NotFound(("exact: the time is up",)), NotSearched(("H-7/account trust",), ())
    refusals = [impossible, *(replace(impossible, refusal=other, failing=("H-7/1",), trace=()) for other in others)]
    answers = {replace(answer_of(task, found, None), objective_of_nothing=None) for found in refusals}
    assert {answer.answer for answer in answers} == {"not permitted"}
    assert len(answers) == 1
    assert {answer_of(task, found, None, ROOM[1:]).answer for found in refusals} == {
        "impossible",
        "not found",
        "not searched",
    }


@PRINTED
def test_a_refusal_by_visible_rules_is_theirs_alone(ask: Ask, tmp_path: Path, shown: tuple[str, ...]) -> None:
    """The conflict and its amounts are those of the visible rules, whatever the hidden one asks."""
    public = hidden("require cash >= 101% of net assets", passive=CURE).replace("H-7", "P-2").replace("Secret", "Open")
    public = public.replace("secret", "open").replace('  visible to "control room"\n', "")
    for shares in ((5, 9), (102, 130)):
        secrets = [hidden(f"require cash >= {share}% of net assets", passive=CURE) for share in shares]
        code, text = one({proposed(ask, tmp_path, public + secret, *shown) for secret in secrets})
        assert (code, "P-2" in text) == (1, True)
