"""`proofolio doctor`: one screen of what can be wrong with an instance of the service, and what to do about it."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from server.auth.openid import Keys
from server.cli.exits import Exit
from server.cli.problem import BadInput
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.log import signer
from server.ops import health
from server.ops.health import Diagnosis, Instance, State
from server.running import SIGNER
from server.settings import Settings
from server.store.store import store

MARKS = {State.FINE: "ok  ", State.NOTE: "note", State.WRONG: "BAD "}
DOWN = Diagnosis(
    "database", State.WRONG, "it does not answer", "start it, or look at PROOFOLIO_DATABASE_URL; nothing else was asked"
)


@dataclass(frozen=True, slots=True)
class DoctorAnswer:
    """`answer`: "well", or "ill" where something is wrong; a note makes nobody ill."""

    answer: str
    findings: tuple[Diagnosis, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none: the environment says where the service's data is."""


def run(arguments: argparse.Namespace) -> int:
    known = environment()
    found = (Diagnosis("settings", State.FINE, f"the data is in {known.data}"), *_examined(known))
    ill = any(each.state is State.WRONG for each in found)
    answer = DoctorAnswer("ill" if ill else "well", found)
    if not printed(answer, as_json=arguments.json):
        for each in found:
            print(f"{MARKS[each.state]}  {each.check:<9} {each.says}".rstrip())
            if each.do:
                print(f"{'':16}{each.do}")
        print(f"{answer.answer}: {sum(each.state is not State.FINE for each in found)} of {len(found)} are not fine")
    return Exit.STOP if ill else Exit.PASS


def _examined(known: Settings) -> Iterator[Diagnosis]:
    """What is not there is not made, and where somebody else's files would be made ours nothing is opened."""
    if missing := list(_missing(known)):
        yield from missing
        return
    try:
        with readable(known):
            at = _instance(known)
            yield from health.looked(at, health.WHOLE)
    except BadInput as bad:
        if isinstance(bad.__context__, DBAPIError):
            yield DOWN
        else:
            yield from (Diagnosis(each.place.file or "", State.WRONG, each.what, each.do) for each in bad.problems)


def _instance(known: Settings) -> Instance:
    by = signer.signer(known.data / SIGNER, known.origin)
    provider = None if known.provider is None else Keys(known.provider)
    return Instance(known, store(known.database), by, provider)


def _missing(known: Settings) -> Iterator[Diagnosis]:
    data, url = known.data, make_url(known.database)
    if not data.exists():
        yield Diagnosis("data", State.WRONG, "no service has begun here", "name its data in PROOFOLIO_DATA_DIR")
        return
    if os.geteuid() != data.stat().st_uid:
        yield Diagnosis("data", State.WRONG, "it is another user's", "run this as the user whom the service runs as")
    if not (data / SIGNER / signer.KEY).exists():
        yield Diagnosis(
            "signer",
            State.WRONG,
            "the signing key is missing",
            "put the signer's folder back, or copy it from where the service began",
        )
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield Diagnosis("database", State.WRONG, "SQLite's file is missing", "put it back from a backup")
