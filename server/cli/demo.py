"""`proofolio demo`: one household from the first breach to the verified proof, then two answers of "no".

Everything that is shown is what the other verbs answer; this file only puts it in order.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from policy.book.after import after
from policy.book.facts import Book, Order, Side
from policy.book.read import index
from policy.ir.bound import Outcome
from policy.proof.claims.claim import Answer
from policy.proof.verify import examine, trust_card
from server.answer.cases import CasesAnswer
from server.answer.check import CheckAnswer, checked
from server.answer.examination import Claimed, VerifyAnswer, verified
from server.answer.proposal import Ordered, ProposeAnswer
from server.answer.verdict import JudgeAnswer, answer_of
from server.cli import given, judge, propose, test
from server.cli.exits import OF_CLAIM, OF_OUTCOME, Exit, worst
from server.cli.show import proposal as shown
from server.cli.show import story, weights
from server.cli.show import verdict as verdicts
from server.cli.show.amounts import several
from server.cli.show.answers import printed
from server.cli.show.terminal import output, progress, silent
from server.desk.prepare import Task
from server.desk.rules import read
from server.desk.verify import deep

ROOT = Path(__file__).parents[2]
RULES = str(ROOT / "rules")
BOOKS = ROOT / "server" / "demo"
ACTOR = "the demonstration"
CHAPTERS = {
    1: ("The rules", "What a compliance officer writes: every file checked, every case beside a rule run."),
    2: ("The household", "Real securities at real closes; the family is invented."),
    3: ("What is wrong", "The book as it stands, before anybody trades: nothing is excused."),
    4: ("What to trade", "Towards the targets, within every rule, taxes and costs counted."),
    5: ("What was wrong, and is now", "In exact numbers: the last cent counts."),
    6: ("The proof", "Checked apart from everything above: no solver, no parser, no database."),
    7: ("A trade that is refused", "The day after: out of Coca-Cola and PepsiCo, into UnitedHealth."),
    8: ("A book that no trade can help", "An account whose instructions contradict each other."),
    9: ("What you can keep", "And check, with `proofolio verify` or without anything else of ours:"),
}
MOTTO = "write the mandate once, get only trades that obey it, hand anyone the proof"
OPEN = {("alone", "approvals"), ("alone", "model"), ("deep", "approvals")}
"""Claims that stay open, and are said to: nobody has approved the orders, and `model` needs the compiler."""


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """`verified` is the word of the stand-alone verifier in a process of its own, `deep` that of `proofolio verify`.
    `refused`: a trade judged on the book after the proposal; `impossible`: the book that no trade can help."""

    rules: CheckAnswer
    cases_passed: int
    cases_failed: int
    standing: JudgeAnswer
    proposal: ProposeAnswer
    verified: VerifyAnswer
    deep: VerifyAnswer
    refused: JudgeAnswer
    impossible: ProposeAnswer
    files: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default="build/demo", metavar="DIR", help="where the files go (build/demo)")


def run(arguments: argparse.Namespace) -> int:
    console = silent() if arguments.json else output()
    answer = told(console, Path(arguments.out))
    printed(answer, as_json=arguments.json)
    return ended(answer)


def ended(answer: DemoAnswer) -> Exit:
    """The worst of its parts; of the two answers of "no", that they are given."""
    verifiers = {"alone": answer.verified, "deep": answer.deep}
    said = {(name, claim.name): Answer(claim.answer) for name, found in verifiers.items() for claim in found.claims}
    claims = [word for place, word in said.items() if place not in OPEN or word is not Answer.NOT_PROVEN]
    as_told = [
        answer.rules.answer != "mistakes",
        not answer.cases_failed,
        OF_OUTCOME[Outcome(answer.refused.answer)] is Exit.STOP,
        answer.impossible.answer == "impossible",
    ]
    parts = [Exit.PASS if held else Exit.STOP for held in as_told]
    return worst([*parts, propose.ended(answer.proposal), *(OF_CLAIM[word] for word in claims)])


def told(console: Console, out: Path) -> DemoAnswer:
    console.print(f"[title]Proofolio[/title]  {MOTTO}")
    found, cases = _rules(console)
    task, standing = _book(console)
    proposal = _proposal(console, task, out)
    alone, deeply = _proof(console, out)
    refused = _refused(console, task, proposal)
    impossible = _impossible(console, out)
    files = _files(console, out)
    return DemoAnswer(
        found, cases.passed, cases.failed, standing, proposal, alone, deeply, refused, impossible, files
    )  # fmt: skip


def _chapter(console: Console, number: int) -> None:
    title, sentence = CHAPTERS[number]
    story.heading(console, number, title, sentence)


# --- the household -------------------------------------------------------------------------------


def _rules(console: Console) -> tuple[CheckAnswer, CasesAnswer]:
    _chapter(console, 1)
    with progress("checking the rules and running their cases"):
        found = read(given.sources([RULES, str(BOOKS / "whitfield")]))
        answer = checked(found.files, found.diagnostics, found.library)
        cases = test.case_results([RULES], quiet=True)
    errors = sum(mistake.severity == "error" for mistake in answer.mistakes)
    counts = [several(errors, "mistake"), several(len(answer.mistakes) - errors, "warning")]
    subjects = f"{several(len(answer.rules), 'rule')} and {several(answer.lists, 'list')}"
    console.print(f"{subjects} in {several(answer.files, 'file')}: {', '.join(counts)}")
    console.print(f"{cases.passed} expectations in cases beside the rules hold, {cases.failed or 'none'} fail")
    for mistake in answer.mistakes:
        console.print(f"[faint]{mistake.severity} {mistake.code}: {escape(mistake.message)}[/faint]", soft_wrap=True)
    return answer, cases


def _book(console: Console) -> tuple[Task, JudgeAnswer]:
    book = given.book(str(BOOKS / "whitfield"))
    _chapter(console, 2)
    with progress("binding the rules to the book"):
        task = propose.task_of(
            [RULES, str(BOOKS / "whitfield")], book, given.intent(str(BOOKS / "whitfield" / "intent.json"), book)
        )
        standing = answer_of(judge.judgement(task.library, task.index), task.library)
    story.accounts(console, book, task.bound)
    _chapter(console, 3)
    story.broken(console, standing)
    verdicts.notices(standing, console)
    story.drift(console, weights.standing(task))
    return task, standing


def _proposal(console: Console, task: Task, out: Path) -> ProposeAnswer:
    _chapter(console, 4)
    bundle = str(out / "whitfield.proof.zip")
    proposal = propose.proposed(task, out / "local-log", bundle, ACTOR, out / "weights.svg")
    console.print(shown.orders(proposal))
    console.print()
    shown.worth(proposal, console)
    if proposal.after is not None:
        _chapter(console, 5)
        story.mended(console, proposal.before, proposal.after)
        console.print(f"[faint]{verdicts.counted(proposal.after)}[/faint]")
    return proposal


def _proof(console: Console, out: Path) -> tuple[VerifyAnswer, VerifyAnswer]:
    _chapter(console, 6)
    bundle, card = str(out / "whitfield.proof.zip"), str(out / "local-log" / "trust-card.txt")
    with progress("verifying"):
        alone = _alone(bundle, card)
        deeply = verified(deep(examine(bundle, trust_card(card))), trusted=True)
    story.claims(console, alone, lambda claim: claim.name != "model")
    console.print("\nand, with the compiler at hand:")
    story.claims(console, deeply, lambda claim: claim.name == "model")
    size = Path(bundle).stat().st_size
    console.print(f"[faint]{bundle}, {size // 1024} kB; nobody has approved it, and it says so[/faint]", soft_wrap=True)
    return alone, deeply


def _alone(bundle: str, card: str) -> VerifyAnswer:
    """The stand-alone verifier, in a process of its own."""
    command = [sys.executable, "-m", "policy.proof.verify", str(Path(bundle).resolve()), "--trust"]
    done = subprocess.run([*command, str(Path(card).resolve()), "--json"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in OF_CLAIM.values():
        raise RuntimeError(f"the stand-alone verifier ended with {done.returncode}: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    claims = tuple(Claimed(c["name"], c["says"], c["answer"], c["why"]) for c in said["claims"])
    return VerifyAnswer(said["answer"], True, claims)


# --- two answers of "no" -------------------------------------------------------------------------


def _refused(console: Console, task: Task, proposal: ProposeAnswer) -> JudgeAnswer:
    """The swap, on the book after the proposal."""
    _chapter(console, 7)
    book = after(task.index, [_order(order) for order in proposal.orders])
    assert isinstance(book, Book), "a proposal that cannot be booked"
    path = str(BOOKS / "whitfield" / "swap.orders.json")
    with progress("judging"):
        answer = answer_of(judge.judgement(task.library, index(book), given.orders(path), path), task.library)
    verdicts.stops(answer, console)
    return answer


def _order(order: Ordered) -> Order:
    lots = tuple((used.lot, used.quantity) for used in order.lots)
    return Order(order.account, order.instrument, Side(order.side), order.quantity, lots, order.batch)


def _impossible(console: Console, out: Path) -> ProposeAnswer:
    _chapter(console, 8)
    folder = BOOKS / "impasse"
    book = given.book(str(folder))
    sources = [f"{RULES}/family-office/{name}.mandate" for name in ("cash", "exclusions")]
    task = propose.task_of([*sources, str(folder)], book, given.intent(None, book))
    answer = propose.proposed(task, out / "local-log", str(out / "impasse.proof.zip"), ACTOR)
    shown.refused(answer, console)
    return answer


def _files(console: Console, out: Path) -> tuple[str, ...]:
    _chapter(console, 9)
    files = [
        (str(out / "whitfield.proof.zip"), "the trades and their proof"),
        (str(out / "impasse.proof.zip"), "the proof that none exist"),
        (str(out / "weights.svg"), "weights before and after"),
        (str(out / "local-log" / "trust-card.txt"), "the key and state of the log, for whoever checks"),
    ]
    story.written(console, files)
    console.print(
        f"\n  python -m policy.proof.verify {files[0][0]} --trust {files[3][0]}", markup=False, soft_wrap=True
    )
    return tuple(path for path, _ in files)
