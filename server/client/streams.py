"""What comes bit by bit: events, the progress of a run, the answers of many checks. A connection that breaks is made
again where it broke, so that nothing is missing and nothing comes twice."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any

import httpx

from server.client.answer import Ref, name, plain
from server.client.problem import ProblemError, again, refused
from server.client.resources import checks, events, proposals, runs
from server.client.types.checks import OrdersAnswer
from server.client.types.runs import Progress
from server.client.types.shared import Happened, ProposalAnswer
from server.client.wire import FIRST, Wire

LONGEST = 16.0  # seconds between two tries
SILENT = 45.0  # seconds; the service says something every 15
BATCH = 1000  # checks of a request
WAITING = ("queued", "solving")
WAIT = 10  # seconds that one look at a proposal waits for its result
BETWEEN = 1.0  # seconds before a connection that broke is made again


class Events(events.Events):
    __slots__ = ()

    def follow(self, after: int | None = None) -> Iterator[Happened]:
        """Every event after the number `after` that the key may read, once and in order, without end. Who keeps the
        `index` of the last one that they dealt with goes on from there."""
        last = -1 if after is None else after
        pause = FIRST
        while True:
            try:
                for number, said in _events(self.wire, "/v1/events/stream", last):
                    pause = FIRST
                    if said and number > last:
                        yield Happened.model_validate_json(said)
                    last = max(last, number)
            except httpx.TransportError:
                pass
            except ProblemError as problem:
                if not again(problem):
                    raise
            self.wire.pause(pause)
            pause = min(2 * pause, LONGEST)


class Runs(runs.Runs):
    __slots__ = ()

    def follow(self, run: Ref) -> Iterator[Progress]:
        """Its progress whenever that changed, until each household has its result or it was cancelled."""

        def ended() -> bool:
            found = self.get(run)
            return not found.allows and (found.progress is None or _settled(found.progress))

        yield from map(Progress.model_validate_json, _told(self.wire, f"/v1/runs/{name(run)}/progress", ended))


class Proposals(proposals.Proposals):
    __slots__ = ()

    def wait(self, proposal: Ref, seconds: float = 300.0) -> ProposalAnswer:
        """With its result; TimeoutError where there is none by then, and the search goes on."""
        end = monotonic() + seconds
        while (found := self.get(proposal, wait=WAIT)).state in WAITING:
            if monotonic() > end:
                raise TimeoutError(f"{found.id} is {found.state} after {seconds:g} seconds")
        return found

    def follow(self, proposal: Ref) -> Iterator[ProposalAnswer]:
        """The proposal as lists have it, whenever it changed, until it has a result."""

        def ended() -> bool:
            return self.get(proposal).state not in WAITING

        path = f"/v1/proposals/{name(proposal)}/progress"
        yield from map(ProposalAnswer.model_validate_json, _told(self.wire, path, ended))


@dataclass(frozen=True, slots=True)
class Checked:
    """One of many checks: its number, from 0, and what was answered, or what is wrong with it."""

    number: int
    answer: OrdersAnswer | None
    problem: ProblemError | None


class Checks(checks.Checks):
    __slots__ = ()

    def batch(self, asked: Iterable[Mapping[str, Any]]) -> Iterator[Checked]:
        """Each as `create` takes it, in order. They are taken as answers come, some at once, so there may be any
        number of them; what a broken connection left open is asked again."""
        waiting, number = iter(asked), 0
        while block := list(islice(waiting, BATCH)):
            left, pause = block, FIRST
            while left:
                try:
                    for said in _lines(self.wire, left):
                        yield _checked(number, said)
                        number, left, pause = number + 1, left[1:], FIRST
                except httpx.TransportError:
                    if pause > LONGEST:
                        raise
                except ProblemError as problem:
                    if not again(problem) or pause > LONGEST:
                        raise
                if left:
                    self.wire.pause(pause)
                    pause *= 2


def _told(wire: Wire, path: str, ended: Callable[[], bool]) -> Iterator[str]:
    """What a stream tells, each once, over as many connections as it takes."""
    last = None
    while True:
        try:
            for _, said in _events(wire, path, -1):
                if said and said != last:
                    yield said
                    last = said
        except httpx.TransportError:
            wire.pause(BETWEEN)
        if ended():
            return


def _settled(progress: Progress) -> bool:
    return progress.settled == progress.total


def _checked(number: int, said: Mapping[str, Any]) -> Checked:
    if "problem" in said:
        return Checked(number, None, ProblemError(said["status"], said["problem"]))
    return Checked(number, OrdersAnswer.model_validate(said["answer"]), None)


def _lines(wire: Wire, asked: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    body = b"".join(json.dumps(each, default=plain).encode() + b"\n" for each in asked)
    headers = wire.signed({"Content-Type": "application/x-ndjson"})
    with wire.http.stream("POST", "/v1/checks/batch", content=body, headers=headers) as found:
        _good(found)
        for line in found.iter_lines():
            yield json.loads(line)


def _events(wire: Wire, path: str, last: int) -> Iterator[tuple[int, str]]:
    """Number and data of server-sent events, as the HTML standard reads them; data is empty where only the number came.
    An event counts once its empty line has come."""
    headers = wire.signed({"Accept": "text/event-stream", **({"Last-Event-ID": str(last)} if last >= 0 else {})})
    with wire.http.stream("GET", path, headers=headers, timeout=SILENT) as found:
        _good(found)
        number, data = last, list[str]()
        for line in found.iter_lines():
            member, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                yield number, "\n".join(data)
                data = []
            elif member == "data":
                data.append(value)
            elif member == "id" and value.isdigit():
                number = int(value)


def _good(found: httpx.Response) -> None:
    if not found.is_success:
        found.read()
        raise refused(found)
