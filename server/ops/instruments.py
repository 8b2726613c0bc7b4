"""What is measured, by OpenTelemetry's instruments; one table of them, which docs/operations.md repeats.

| instrument                     | labels                | says                                              |
| ------------------------------ | --------------------- | ------------------------------------------------- |
| `http.server.request.duration` | method, route, status | seconds of requests                               |
| `proofolio.check.judged`       |                       | seconds in which orders were checked, without HTTP |
| `proofolio.proposal.worked`    | outcome               | seconds in which proposals were worked out        |
| `proofolio.queue.waiting`      |                       | proposals that nobody has in hand                 |
| `proofolio.queue.age`          |                       | seconds that the oldest of them has waited        |
| `proofolio.workers.alive`      |                       | processes that drive flows and were heard of      |
| `proofolio.log.entries`        |                       | entries of the journal                            |
| `proofolio.log.unsigned`       |                       | entries since the state that was signed last      |
| `proofolio.database.revision`  | have, want            | 1 where this code works on the tables, else 0     |

A label is one of a few words that we chose: a route is its template. Nothing of a client, a household or a person is in
one, and no id. OpenTelemetry's packages take their time to load: only who makes instruments loads them.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from time import perf_counter
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select

from server import clock
from server.log import journal, signer
from server.log.signer import Signer, SignerError
from server.ops import backlog
from server.settings import Sent
from server.store import migrate
from server.store.store import Store
from server.store.tables import Executor

SECONDS = (0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper ends of what is counted together."""
SILENT = timedelta(seconds=90)  # after which nobody is taken for alive

Labels = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Instruments:
    """`reader`: gives what was measured, for /v1/metrics; `tracer`: None where nobody collects traces. Both, and the
    instruments, are OpenTelemetry's own."""

    reader: Any
    requests: Any
    judged: Any
    worked: Any
    tracer: Any
    ended: Callable[[], None]


def made(store: Store, by: Signer, sent: Sent, spans: Any = None) -> Instruments:
    """`spans`: where ended spans go, instead of to a collector."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.resources import Resource

    about = Resource.create({"service.name": "proofolio", "service.version": version("proofolio")})
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader, *_exporters(sent)], about, shutdown_on_exit=False)
    meter = provider.get_meter("proofolio")

    def seconds(name: str, says: str) -> Any:
        return meter.create_histogram(name, "s", says, explicit_bucket_boundaries_advisory=SECONDS)

    for name, (says, look) in _looks(store, by).items():
        meter.create_observable_gauge(name, [_observed(look)], "", says)
    traces = _traces(sent, spans, about)

    def ended() -> None:
        """What is collected and not sent yet is sent."""
        for each in filter(None, (provider, traces)):
            each.shutdown()

    return Instruments(
        reader,
        seconds("http.server.request.duration", "seconds of requests"),
        seconds("proofolio.check.judged", "seconds in which orders were checked"),
        seconds("proofolio.proposal.worked", "seconds in which proposals were worked out"),
        traces and traces.get_tracer("proofolio"),
        ended,
    )


@contextmanager
def measured(histogram: Any, **labels: str | int) -> Iterator[None]:
    """The seconds of what is done meanwhile, where it ends well."""
    begin = perf_counter()
    yield
    histogram.record(perf_counter() - begin, labels)


# --- what is looked at when somebody asks ------------------------------------------------------

Look = Callable[[], Iterable[tuple[float, Labels]]]


def _looks(store: Store, by: Signer) -> dict[str, tuple[str, Look]]:
    return {
        "proofolio.queue.waiting": (
            "proposals that nobody has in hand",
            lambda: [(backlog.waiting(store).number, {})],
        ),
        "proofolio.queue.age": (
            "seconds that the oldest of them has waited",
            lambda: [(backlog.waiting(store).seconds, {})],
        ),
        "proofolio.workers.alive": (
            "processes that drive flows and were heard of",
            lambda: [(_alive(store), {})],
        ),
        "proofolio.log.entries": ("entries of the journal", lambda: [(_size(store), {})]),
        "proofolio.log.unsigned": (
            "entries since the state that was signed last",
            lambda: [(_size(store) - signer.last_signed(by).size, {})],
        ),
        "proofolio.database.revision": (
            "1 where this code works on the tables, else 0",
            lambda: _revision(store),
        ),
    }


def _observed(look: Look) -> Callable[[Any], Iterable[Any]]:
    """What cannot be looked at is not there: a reader of metrics notices that, and the requests say why."""
    from opentelemetry.metrics import Observation

    def observed(_options: Any) -> Iterable[Any]:
        try:
            return [Observation(value, labels) for value, labels in look()]
        except (DBAPIError, SignerError, OSError):
            return []

    return observed


def _size(store: Store) -> int:
    with store.reading() as session:
        return journal.size(session)


def _alive(store: Store) -> int:
    since = clock.text(datetime.now(UTC) - SILENT)
    with store.reading() as session:
        return session.exec(select(func.count()).select_from(Executor).where(col(Executor.beat) > since)).one()


def _revision(store: Store) -> Iterable[tuple[float, Labels]]:
    have, want = migrate.pending(store)
    return [(int(migrate.works(have, want)), {"have": str(have), "want": want})]


# --- what is sent ------------------------------------------------------------------------------


def _exporters(sent: Sent) -> list[Any]:
    if not sent.metrics:
        return []
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    return [PeriodicExportingMetricReader(OTLPMetricExporter(headers=_headers(sent)))]


def _traces(sent: Sent, spans: Any, about: Any) -> Any:
    if not sent.traces and spans is None:
        return None
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    found = TracerProvider(resource=about, shutdown_on_exit=False)
    if spans is not None:
        found.add_span_processor(SimpleSpanProcessor(spans))
        return found
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    found.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(headers=_headers(sent))))
    return found


def _headers(sent: Sent) -> dict[str, str] | None:
    """Those of a file or a command; the exporter reads the variable itself."""
    from opentelemetry.util.re import parse_env_headers

    return None if sent.headers is None else dict(parse_env_headers(sent.headers, liberal=True))
