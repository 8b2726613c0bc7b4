"""`proofolio fmt`: rule files in their canonical layout, in place or only checked."""

import argparse
from dataclasses import dataclass

from dsl.tidy import tidy
from server.cli import disk, given
from server.cli.exits import Exit
from server.cli.show import diagnostics
from server.cli.show.amounts import several
from server.cli.show.answers import printed
from server.cli.show.terminal import output


@dataclass(frozen=True, slots=True)
class FmtAnswer:
    """`changed`: files whose layout was not canonical (with --check they are left as they are). `unread`: files with
    mistakes, which are never touched. `answer`: "clean", "changed", "would change" or "mistakes"."""

    answer: str
    changed: tuple[str, ...]
    unread: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rules", nargs="+", metavar="RULES", help="rule files, or folders of them")
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 if something would change")


def run(arguments: argparse.Namespace) -> int:
    found = given.sources(arguments.rules)
    changed, unread = [], []
    for source in found:
        text, mistakes = tidy(source)
        if mistakes:
            unread.append(source.name)
            if not arguments.json:
                diagnostics.show(mistakes, found)
        elif text != source.text:
            changed.append(source.name)
            if not arguments.check:
                disk.write(source.name, text.encode())
    answer = FmtAnswer(_word(changed, unread, check=arguments.check), tuple(changed), tuple(unread))
    if not printed(answer, as_json=arguments.json):
        for name in changed:
            output().print(f"{'would change' if arguments.check else 'changed'} {name}", markup=False)
        output().print(f"{several(len(found), 'file')}: {answer.answer}")
    return Exit.STOP if unread or (changed and arguments.check) else Exit.PASS


def _word(changed: list[str], unread: list[str], *, check: bool) -> str:
    if unread:
        return "mistakes"
    return ("would change" if check else "changed") if changed else "clean"
