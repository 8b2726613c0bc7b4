"""`proofolio verify`: every claim of a bundle, deeply: its rules compiled and bound to its data again."""

import argparse
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from policy.proof import roll
from policy.proof.claims.claim import Answer
from policy.proof.examine import Examination
from policy.proof.verify import GROWN, InputError, examine, trust_card
from server.answer.examination import VerifyAnswer, verified
from server.cli import disk, given
from server.cli.exits import OF_CLAIM
from server.cli.problem import bad_file
from server.cli.show.answers import printed
from server.cli.show.terminal import answer as marked
from server.cli.show.terminal import output, progress
from server.desk.added_up import Firm
from server.desk.verify import deep


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="F", help="a proof bundle: the zip, or the folder it was unpacked to")
    parser.add_argument("--trust", metavar="CARD", help="the log's key and checkpoint that you kept from elsewhere")
    parser.add_argument("--grown", metavar="PROOF", help=GROWN)
    parser.add_argument("--book", metavar="BOOK", help="the firm's whole book, to add up what it stated of others")
    parser.add_argument("--beside", metavar="F", nargs="+", default=[], help="bundles of the proposals of others")
    parser.add_argument("--roll", metavar="F", help="which of these count: beside.ndjson of an export, or the API's")


def run(arguments: argparse.Namespace) -> int:
    if (arguments.beside or arguments.roll) and arguments.book is None:
        unread = "--beside" if arguments.beside else "--roll"
        raise bad_file(unread, "nothing is added up without the firm's whole book", "give it with --book")
    try:
        card = trust_card(arguments.trust, arguments.grown)
        found = examine(arguments.file, card)
        with progress("reading what is beside it"):
            beside = tuple(_sound(place, examine(place, card)) for place in arguments.beside)
    except InputError as error:
        raise bad_file("verify", str(error), "name a proof bundle, as a zip or a folder, and a trust card") from None
    rolls = {} if arguments.roll is None else roll.parts(disk.content(arguments.roll))
    firm = None if arguments.book is None else Firm(given.book(arguments.book), beside, rolls)
    with progress("compiling and binding again"):
        answer = verified(deep(found, firm), trusted=card is not None)
    if not printed(answer, as_json=arguments.json):
        show(answer, output())
    return OF_CLAIM[Answer(answer.answer)]


def _sound(place: str, found: Examination) -> Mapping[str, bytes]:
    """The files of a bundle of which nothing is refuted."""
    if found.answer is Answer.REFUTED:
        raise InputError(f"{place}: refuted, so that nothing can be taken from it")
    return found.files


def show(answer: VerifyAnswer, console: Console) -> None:
    for claim in answer.claims:
        gap = " " * (len(Answer.NOT_PROVEN.value) - len(claim.answer))
        console.print(f"{marked(claim.answer)}{gap}  {escape(claim.says)}", soft_wrap=True)
        console.print(f"{'':14}[faint]{escape(claim.why)}[/faint]", soft_wrap=True)
    counted = [
        f"{sum(claim.answer == word for claim in answer.claims)} {word}"
        for word in (Answer.PROVEN, Answer.NOT_PROVEN, Answer.REFUTED)
        if any(claim.answer == word for claim in answer.claims)
    ]
    console.print(f"\n{marked(answer.answer)}  {', '.join(counted)}")
    if not answer.trusted:
        console.print("[faint]no trust card was given: what came with the bundle confirms nothing about itself[/faint]")
