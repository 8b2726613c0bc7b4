"""Spoilt input ends in an answer or in problems that say where and what: never in a trace, and never unnoticed.

Every file that a person gives (book as JSON and as CSV, orders, intent, rules) is mutated at the level of bytes,
lines, and members or cells, and judged; seeds make each case repeatable.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import pytest

from policy.book.snapshot import to_json
from server.cli import given, propose
from server.cli.main import main
from server.desk import intent
from solver.intent import Intent
from solver.objective import objective
from tests.server.cli import mutations
from tests.server.cli.mutations import Spoil

ROOT = Path(__file__).parents[3]
IMPASSE = ROOT / "server" / "demo" / "impasse"
BOOKS = ROOT / "rules" / "family-office"
CASES, MANY = 40, 2_000

SALE = {"account": "WF-GIFT", "instrument": "KO", "side": "sell", "quantity": "100", "batch": 0}
PURCHASE = {"account": "WF-GIFT", "instrument": "PG", "side": "buy", "quantity": "5", "batch": 1}
ORDERS = {"orders": [{**SALE, "lots": [{"lot": "GIFT-KO-2009", "quantity": "100"}]}, PURCHASE]}
ORDER_ROWS = "account,instrument,side,quantity,lot,batch\nWF-GIFT,KO,sell,60,GIFT-KO-2009,0\nWF-GIFT,PG,buy,5,,1\n"
WISH = {"level": "security", "model": "whitfield-giving", "never_trade": ["KO"], "turnover": "0.5",
        "drift": {"inside": "0.5%", "outside": "2%", "band": "0.5%"}, "accept": ["pass", "warn"],
        "tax": {"short": "40.8%", "long": "23.8%", "loss": "0"}, "raise_cash": {"WF-GIFT": "10"}}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(IMPASSE, folder / "book", ignore=shutil.ignore_patterns("*.mandate"))
    rules = (BOOKS / "cash.mandate", BOOKS / "exclusions.mandate", IMPASSE / "instructions.mandate")
    (folder / "rules.mandate").write_bytes(b"\n".join(path.read_bytes() for path in rules))
    (folder / "book.json").write_text(to_json(given.book(str(IMPASSE))))
    (folder / "orders.json").write_text(json.dumps(ORDERS))
    (folder / "orders.csv").write_text(ORDER_ROWS)
    (folder / "intent.json").write_text(json.dumps(WISH))
    return folder


def answered(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The code is one of docs/cli.md, the answer is JSON that agrees, and each problem says where and what to do."""
    code = main(words)
    said = capsys.readouterr()
    assert code in (0, 1, 2, 3), said.err
    answer = json.loads(said.out)
    assert (answer["answer"] == "bad input") is (code == 3)
    for problem in answer["problems"] if code == 3 else ():
        assert problem["place"]["file"], problem
        assert problem["what"], problem
        assert problem["do"], problem
        assert len(problem["what"]) < 1_000, problem


def judged(desk: Path, **given: str) -> list[str]:
    named = {"rules": "rules.mandate", "book": "book.json", "orders": "orders.json", **given}
    return ["judge", "--json", *(word for key, name in named.items() for word in (f"--{key}", str(desk / name)))]


TEXTS: dict[str, tuple[Spoil, ...]] = {
    "book.json": (mutations.of_members, mutations.of_members, mutations.of_bytes),
    "orders.json": (mutations.of_members, mutations.of_bytes),
    "orders.csv": (mutations.of_cells, mutations.of_bytes, mutations.of_lines),
    "rules.mandate": (mutations.of_bytes, mutations.of_lines),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("cases", [CASES, pytest.param(MANY, marks=pytest.mark.deep)])
def test_a_spoilt_file(name: str, cases: int, desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, spoilt = (desk / name).read_bytes(), tmp_path / name
    for seed in range(cases):
        dice = Random(f"{name} {seed}")
        spoilt.write_bytes(dice.choice(TEXTS[name])(whole, dice))
        answered(judged(desk, **{name.split(".")[0]: str(spoilt)}), capsys)


@pytest.mark.parametrize("cases", [CASES, pytest.param(MANY, marks=pytest.mark.deep)])
def test_a_folder_with_a_spoilt_table(
    cases: int, desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "a book"
    shutil.copytree(desk / "book", book)
    names = sorted(path.name for path in book.iterdir())
    for seed in range(cases):
        dice = Random(f"table {seed}")
        name = dice.choice(names)
        whole = (book / name).read_bytes()
        spoil = dice.choice((mutations.of_cells, mutations.of_cells, mutations.of_bytes, mutations.of_lines))
        (book / name).write_bytes(spoil(whole, dice))
        answered(judged(desk, book=str(book)), capsys)
        (book / name).write_bytes(whole)


@pytest.mark.parametrize("cases", [CASES, pytest.param(MANY, marks=pytest.mark.deep)])
def test_a_spoilt_intent(cases: int, desk: Path) -> None:
    """What is read of it can be searched for: its objective binds."""
    book = given.book(str(desk / "book.json"))
    task = propose.task_of([str(desk / "rules.mandate")], book, Intent())
    whole = (desk / "intent.json").read_bytes()
    for seed in range(cases):
        dice = Random(f"intent {seed}")
        spoilt = dice.choice((mutations.of_members, mutations.of_members, mutations.of_bytes))(whole, dice)
        found = intent.read(spoilt.decode("utf-8", "replace"), "intent.json", book)
        if isinstance(found, Intent):
            objective(task.bound, task.index, found)
            assert intent.read(intent.written(found), "intent.json", book) == found
        else:
            assert all(problem.place.file and problem.what and problem.do for problem in found)
