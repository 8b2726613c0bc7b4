"""The main job, as `make demo` runs it, and the verbs that it is made of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from server.answer.examination import VerifyAnswer
from server.cli import demo
from server.cli.demo import CHAPTERS, DemoAnswer
from server.cli.docs import output_schema
from server.cli.exits import Exit
from server.cli.main import main
from server.cli.show.terminal import silent
from tests.shape.source import ROOT

DEMO = ROOT / "server" / "demo"
SCHEMA = output_schema()


def validated(verb: str, text: str) -> dict[str, object]:
    found = json.loads(text)
    Draft202012Validator({**SCHEMA["verbs"][verb], "$defs": SCHEMA["$defs"]}).validate(found)
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demonstration's folder and what it printed, in a process of its own, outside of the repository."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "server.cli.main", "demo", "--out", "out"]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout


def test_it_tells_the_whole_story_in_order(told: tuple[Path, str]) -> None:
    text = told[1]
    places = [text.index(f"\n{number}  {title}") for number, (title, _) in CHAPTERS.items()]
    assert places == sorted(places)
    assert "Traceback" not in text
    assert "proven      these orders satisfy every rule in force" in text
    assert "380 pass with a warning; one more does not" in text
    assert "these rules cannot hold together" in text


def test_what_the_readme_quotes_is_what_it_says(told: tuple[Path, str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = re.findall(r"^```text\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    said = {" ".join(line.split()) for line in told[1].splitlines()}
    lines = [" ".join(line.split()) for block in quoted for line in block.splitlines() if line.strip()]
    assert len(lines) >= 8
    assert not [line for line in lines if line not in said]


@pytest.fixture(scope="module")
def answer(told: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> DemoAnswer:
    return demo.told(silent(), tmp_path_factory.mktemp("again"))


def test_it_ends_as_its_worst_part_does(answer: DemoAnswer) -> None:
    assert demo.ended(answer) is Exit.PASS
    after = answer.proposal.after
    assert after is not None
    spoilt = [
        replace(answer, cases_failed=1),
        replace(answer, verified=claimed(answer.verified, "orders", "refuted")),
        replace(answer, deep=claimed(answer.deep, "model", "refuted")),
        replace(answer, proposal=replace(answer.proposal, after=replace(after, answer="block"))),
        replace(answer, refused=replace(answer.refused, answer="pass")),
        replace(answer, impossible=replace(answer.impossible, answer="not found")),
    ]
    assert {demo.ended(each) for each in spoilt} == {Exit.STOP}
    assert demo.ended(replace(answer, deep=claimed(answer.deep, "model", "not proven"))) is Exit.UNKNOWN


def claimed(found: VerifyAnswer, name: str, word: str) -> VerifyAnswer:
    assert name in {claim.name for claim in found.claims}
    return replace(found, claims=tuple(replace(c, answer=word) if c.name == name else c for c in found.claims))


def test_no_colour_gets_into_a_pipe(told: tuple[Path, str]) -> None:
    assert "\x1b[" not in told[1]


def test_its_picture_is_drawn(told: tuple[Path, str]) -> None:
    root = ElementTree.parse(told[0] / "weights.svg").getroot()
    assert root.tag.endswith("svg")


def test_its_proof_is_verified_by_the_command_that_it_prints(told: tuple[Path, str]) -> None:
    out = told[0]
    command = [sys.executable, "-m", "policy.proof.verify", str(out / "whitfield.proof.zip")]
    done = subprocess.run(
        [*command, "--trust", str(out / "local-log" / "trust-card.txt")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2, "nobody approved it"
    assert "REFUTED" not in done.stdout


def test_verify_in_json(told: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    out = told[0]
    card = str(out / "local-log" / "trust-card.txt")
    assert main(["verify", str(out / "whitfield.proof.zip"), "--trust", card, "--json"]) == 2
    found = validated("verify", capsys.readouterr().out)
    assert {claim["name"] for claim in found["claims"] if claim["answer"] != "proven"} == {"approvals"}


@pytest.mark.parametrize("name", ["nothing.zip", ".", "local-log/key"])
def test_what_is_no_bundle_is_refused_without_a_trace(
    told: tuple[Path, str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(told[0] / name)]) in (1, 3)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err


def test_bundles_beside_a_book_that_is_not_there(told: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    bundle = str(told[0] / "whitfield.proof.zip")
    assert main(["verify", bundle, "--beside", bundle]) == 3
    assert "give it with --book" in capsys.readouterr().err


def test_propose_in_json_and_its_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = DEMO / "impasse"
    rules = [str(ROOT / "rules" / "family-office" / f"{name}.mandate") for name in ("cash", "exclusions")]
    out, log = tmp_path / "deep" / "i.zip", tmp_path / "log"
    words = ["--rules", *rules, str(folder), "--book", str(folder), "--out", str(out), "--log", str(log), "--json"]
    assert main(["propose", *words]) == 1
    found = validated("propose", capsys.readouterr().out)
    assert found["answer"] == "impossible"
    assert out.exists()
    assert {rule["rule"] for rule in found["conflict"]["rules"]} == {"GIVE-1", "GIVE-2", "FO-RESTRICTED"}


@pytest.mark.parametrize(
    ("intent", "word"),
    [
        ("{", "intent.json"),
        ('{"tax": {"short": 0.408}}', "without quotes"),
        ('{"raise_cash": {"WF-GIVE": "1"}}', "WF-GIFT"),
        ('{"taxes": {}}', "did you mean `tax`"),
        ("[]", "a list stands where the intent is wanted"),
    ],
)
def test_an_intent_that_cannot_be_read(
    tmp_path: Path, intent: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DEMO / "impasse"
    (tmp_path / "intent.json").write_text(intent)
    words = ["--rules", str(folder), "--book", str(folder), "--out", str(tmp_path / "o.zip"), "--log", str(tmp_path)]
    assert main(["propose", *words, "--intent", str(tmp_path / "intent.json")]) == 3
    assert word in capsys.readouterr().err


def test_lots_of_the_demo_were_bought_at_the_closes_of_their_days() -> None:
    for name in ("whitfield", "impasse"):
        closes = {tuple(row[:2]): row[2] for row in table(DEMO / name / "prices.csv", "instrument", "day", "price")}
        for instrument, day, basis in table(DEMO / name / "lots.csv", "instrument", "acquired", "basis"):
            assert closes[instrument, day] == basis


def table(path: Path, *columns: str) -> list[list[str]]:
    head, *rows = (line.split(",") for line in path.read_text(encoding="utf-8").splitlines())
    return [[row[head.index(column)] for column in columns] for row in rows]
