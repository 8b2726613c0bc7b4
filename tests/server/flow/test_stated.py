"""What the firm states of all other accounts, in the bundle of a household: what is shown of it, and what refutes it.

The attacks are those of somebody who can log whatever they like: what merely edits a file is refuted by its hash.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from policy.book import wire
from policy.book.facts import Book
from policy.canonical import decode, digest, encode
from policy.proof.archive import packed, unpacked
from policy.proof.claims import beyond
from policy.proof.claims.claim import Answer, Claim
from policy.proof.claims.record import Place, Record, record
from policy.proof.examine import Examination, examined, examined_zip
from policy.proof.layout import FIRM, OBLIGATIONS, PROPOSAL, SNAPSHOT
from policy.proof.opened import opened as read
from policy.proof.roll import rolled
from policy.proof.trust import Trust, trust
from server.desk import proving
from server.desk.added_up import Firm as WholeFirm
from server.desk.loaded import loaded
from server.desk.proposals import State
from server.desk.verify import deep
from server.log import signer
from server.running import opened
from server.settings import Settings
from tests.server import stocked
from tests.server.api.test_parts import SHARED, household, together
from tests.server.flow.test_headroom import FIRM as RULE
from tests.server.flow.test_headroom import NAMES, Firm

Files = dict[str, bytes]


@dataclass(frozen=True)
class Made:
    """A proposal's bundle, made while another household's waits; and one of the same household from before. `book`: the
    firm's."""

    files: Files
    card: Trust
    older: Files
    beside: Files
    book: Book

    @property
    def beside_id(self) -> str:
        return str(json.loads(self.beside["decision/proposal.json"])["run"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("firm")
    service = opened(Settings(folder / "data", f"sqlite:///{folder / 'x.sqlite'}", workers=0))
    rules = {"rules.mandate": stocked.RULES, "firm.mandate": RULE.format(share=20)}
    extra = {
        "issuers": [*SHARED["issuers"], {"id": "XD", "name": "Issuer D"}],
        "instruments": [*SHARED["instruments"], {"id": "D", "name": "Share D", "issuer": "XD", "currency": "USD"}],
        "prices": [*SHARED["prices"], {"instrument": "D", "day": "2026-01-30", "price": "10.00"}],
    }
    book = {**SHARED, **extra, **together(*(household(name) for name in NAMES))}
    firm = Firm(service, stocked.ruled(service, rules), stocked.sealed(service, book))
    card = trust(signer.card(service.store, service.signer))
    found = []
    for name in ("h2", "h1", "h2"):
        asked = firm.ask(name)
        firm.work()
        row = firm.row(asked)
        assert row.state == State.PROPOSED.value, row.reason
        assert card.seen is not None
        found.append(proving.bundle(service, row, (), (card.seen[0],)))
    older, beside, files = (dict(unpacked(each)) for each in found)
    said = loaded(service, firm.rulebook, firm.snapshot).facts.content
    yield Made(files, card, older, beside, book_of(json.loads(said)))
    service.store.engine.dispose()


def book_of(rows: Mapping[str, Any]) -> Book:
    book = wire.from_json(json.dumps(rows))
    assert isinstance(book, Book), book
    return book


def answers(found: Examination) -> dict[str, Answer]:
    return {claim.name: claim.answer for claim in found.claims}


def edited(files: Files, path: str, change: Callable[[Any], None]) -> Files:
    value: Any = decode(files[path])
    change(value)
    return {**files, path: encode(value)}


def logged(made: Made, files: Files, **entry: Any) -> Claim:
    """The claim, where the log names whatever the files say."""
    found = record(made.files, made.card)
    old = found.places["firm"]
    place = Place(replace(old.entry, **{"snapshot": digest(files[FIRM]), **entry}), old.index)
    return of(files, replace(found, places={**found.places, "firm": place}))


def of(files: Mapping[str, bytes], found: Record) -> Claim:
    return beyond.firm(files, found, read(files))[0]


def model(files: Files) -> Claim:
    found = deep(Examination(examined(files, None).claims, files, read(files)))
    return next(claim for claim in found.claims if claim.name == "model")


def test_it_shows_what_was_stated_and_when(made: Made) -> None:
    found = deep(examined_zip(packed(made.files), made.card))
    said = answers(found)
    assert {name for name, answer in said.items() if answer is not Answer.PROVEN} == {"elsewhere", "approvals"}
    text = {claim.name: claim.why for claim in found.claims}
    assert "before the decision" in text["firm"]
    assert "the household's side of each bound again" in text["model"]
    assert "an assumption" in text["elsewhere"]
    statement = json.loads(made.files[FIRM])
    assert statement["book"] == digest(made.files[SNAPSHOT])
    assert statement["added"][0]["elsewhere"] == "300", "three others hold 10 of A at 10 each"
    for path, content in made.files.items():
        for name in set(NAMES) - {"h2"}:
            assert f"{name}-0".encode() not in content, path
            assert f"The {name}".encode() not in content, path


def test_without_a_card_it_is_consistent_and_no_more(made: Made) -> None:
    assert answers(examined(made.files, None))["firm"] is Answer.NOT_PROVEN


def test_an_altered_number_is_refuted(made: Made) -> None:
    def lower(value: Any) -> None:
        value["added"][0]["elsewhere"] = "200"

    files = edited(made.files, FIRM, lower)
    assert answers(examined(files, made.card))["firm"] is Answer.REFUTED
    said = logged(made, files)
    assert (said.answer, "`firm/1`" in said.why) == (Answer.REFUTED, True), said


def test_a_number_that_is_taken_otherwise_is_refuted(made: Made) -> None:
    def lower(value: Any) -> None:
        form = next(each for each in value["forms"] if each["name"] == "firm/1")
        form["const"] = "0"

    assert logged(made, edited(made.files, OBLIGATIONS, lower)).answer is Answer.REFUTED


@pytest.mark.parametrize("at", ["firm/own 1", "firm/own 2"])
def test_an_altered_side_of_the_household_is_refuted_by_who_binds_it_again(made: Made, at: str) -> None:
    def weaken(value: Any) -> None:
        form = next(each for each in value["forms"] if each["name"] == at)
        form["terms"][0][0] = "1/7"

    assert model(edited(made.files, OBLIGATIONS, weaken)).answer is Answer.REFUTED


def test_a_side_that_is_stated_although_it_follows_is_refuted_or_told(made: Made) -> None:
    """Who states the household's side makes the obligations over it theirs: named as taken, or refuted."""

    def stated(value: Any) -> None:
        value["added"][0]["own"] = {"const": "0", "terms": []}

    files = edited(made.files, FIRM, stated)
    assert logged(made, files).answer is Answer.REFUTED
    assert model(files).answer is Answer.REFUTED


def test_an_obligation_that_is_weakened_or_left_out_is_refuted(made: Made) -> None:
    def strict(value: Any) -> None:
        value["obligations"][0]["ladder"][0]["formula"]["op"] = ">="

    def keep(value: Any) -> None:
        del value["obligations"][0]

    for change in (strict, keep):
        files = edited(made.files, FIRM, change)
        assert logged(made, files).answer is Answer.REFUTED
        assert model(files).answer is Answer.REFUTED

    def other(value: Any) -> None:
        of_firm = next(each for each in value["obligations"] if each["scope"] == "firm")
        of_firm["ladder"][0]["formula"]["op"] = ">="

    assert logged(made, edited(made.files, OBLIGATIONS, other)).answer is Answer.REFUTED


def test_a_statement_of_another_snapshot_is_refuted(made: Made) -> None:
    def elsewhere(value: Any) -> None:
        value["book"] = "0" * 64

    said = logged(made, edited(made.files, FIRM, elsewhere))
    assert (said.answer, "other data" in said.why) == (Answer.REFUTED, True)


def test_a_statement_that_was_made_for_another_run_is_refuted(made: Made) -> None:
    """An older one, when less was reserved, is used again."""
    files = {**made.files, FIRM: made.older[FIRM]}
    assert json.loads(files[FIRM])["beside"] == rolled(())[0]
    said = logged(made, files)
    assert (said.answer, "was stated for the run" in said.why) == (Answer.REFUTED, True)

    def renamed(value: Any) -> None:
        value["run"] = json.loads(made.files[FIRM])["run"]

    said = logged(made, edited(files, FIRM, renamed))
    assert (said.answer, "`firm/1`" in said.why) == (Answer.REFUTED, True)
    assert logged(made, made.files, run="prop_other").answer is Answer.REFUTED
    assert logged(made, made.files, rules="0" * 64).answer is Answer.REFUTED


def test_a_statement_that_is_logged_afterwards_or_left_out_is_refuted(made: Made) -> None:
    found = record(made.files, made.card)
    late = replace(found.places["firm"], index=found.places["entry"].index + 1)
    assert of(made.files, replace(found, places={**found.places, "firm": late})).answer is Answer.REFUTED
    without = {name: place for name, place in found.places.items() if name != "firm"}
    assert of(made.files, replace(found, places=without)).answer is Answer.NOT_PROVEN
    files = {path: content for path, content in made.files.items() if path != FIRM}
    assert of(files, found).answer is Answer.REFUTED
    assert model(files).answer is Answer.REFUTED


def whole(made: Made, *beside: Files, rolls: Mapping[str, bytes] | None = None) -> Claim:
    found = deep(examined_zip(packed(made.files), made.card), WholeFirm(made.book, beside, rolls or {}))
    return next(claim for claim in found.claims if claim.name == "elsewhere")


def test_who_has_the_whole_book_adds_it_up_again(made: Made) -> None:
    part = whole(made)
    assert (part.answer, "as stated" in part.why, "no bundle" in part.why) == (Answer.NOT_PROVEN, True, True)
    all_ = whole(made, made.beside)
    assert all_.answer is Answer.PROVEN, all_
    lots = {name: replace(lot, quantity=lot.quantity + 1) for name, lot in made.book.lots.items()}
    other = replace(made, book=replace(made.book, lots=lots))
    assert whole(other, made.beside).answer is Answer.NOT_PROVEN


def test_the_roll_tells_which_proposals_belong_to_it(made: Made) -> None:
    root, parts = rolled([made.beside_id])
    assert json.loads(made.files[FIRM])["beside"] == root
    named = whole(made, rolls=parts)
    assert (named.answer, made.beside_id in named.why) == (Answer.NOT_PROVEN, True)
    many = whole(made, made.older, made.beside, made.files)
    assert (many.answer, "3 bundles" in many.why) == (Answer.NOT_PROVEN, True), many
    told = whole(made, made.older, made.beside, made.files, rolls=parts)
    assert (told.answer, "beside 1 proposal" in told.why) == (Answer.PROVEN, True), told
    spoilt = whole(made, made.beside, made.files, rolls={root: b"[]"})
    assert (spoilt.answer, "no part of a roll" in spoilt.why) == (Answer.NOT_PROVEN, True), spoilt
    strange = whole(made, made.beside, made.files, rolls=rolled([made.beside_id, "prop_x"])[1])
    assert (strange.answer, root in strange.why, "not there" in strange.why) == (Answer.NOT_PROVEN, True, True), strange


def test_what_a_proposal_that_may_not_belong_to_it_buys_refutes_nothing(made: Made) -> None:
    """Nobody held D, or meant to buy it, when it was stated."""

    def buy(value: Any) -> None:
        value["point"] = sorted([*value["point"], ["buy/h3-0/D", "5"]])

    later = edited(made.older, PROPOSAL, buy)
    assert whole(made, made.beside, later).answer is Answer.NOT_PROVEN
    assert whole(made, made.beside, later, rolls=rolled([made.beside_id])[1]).answer is Answer.PROVEN


def test_a_number_that_was_logged_and_is_not_true_is_refuted_by_the_whole_book(made: Made) -> None:
    """The obligations say the same as the statement, and the log names it."""

    def lower(value: Any) -> None:
        value["added"][0]["elsewhere"] = "200"

    def said(value: Any) -> None:
        form = next(each for each in value["forms"] if each["name"] == "firm/1")
        form["const"]["low"] = "200"
        form["const"]["high"] = str(int(form["const"]["high"]) - 100)

    files = edited(edited(made.files, FIRM, lower), OBLIGATIONS, said)
    assert logged(made, files).answer is Answer.PROVEN
    root = json.loads(files[FIRM])["beside"]
    for rolls in ({}, {root: b"[]"}, {digest(b"[]"): b"[]"}):  # a spoilt one hides nothing
        for beside in ((made.beside,), ()):
            firm = WholeFirm(made.book, beside, rolls)
            found = deep(Examination(examined(files, None).claims, files, read(files)), firm)
            told = next(claim for claim in found.claims if claim.name == "elsewhere")
            assert (told.answer, "is 300, and 200 is stated" in told.why) == (Answer.REFUTED, True), told
    less = edited(made.files, FIRM, lambda value: value["added"][0].update(reserved="0"))
    found = deep(Examination(examined(less, None).claims, less, read(less)), WholeFirm(made.book, (made.beside,)))
    assert answers(found)["elsewhere"] is Answer.REFUTED
