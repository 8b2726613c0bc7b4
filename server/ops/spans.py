"""Spans of traces, where somebody collects them; else nothing is done, and nothing of OpenTelemetry is loaded."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Told = Callable[[str, Mapping[str, str | int | None]], None]
"""Names the span that is open, by what is known at its end, and says more of it."""

BROKEN = 500


@contextmanager
def spanned(tracer: Any, parent: str | None = None) -> Iterator[Told]:
    """`parent`: a `traceparent` that somebody sent; one that cannot be read is none."""
    if tracer is None:
        yield lambda _name, _about: None
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    above = TraceContextTextMapPropagator().extract({"traceparent": parent} if parent else {})
    kind = SpanKind.SERVER if parent is not None else SpanKind.INTERNAL
    with tracer.start_as_current_span("request", above, kind, record_exception=False) as span:

        def told(name: str, about: Mapping[str, str | int | None]) -> None:
            span.update_name(name)
            span.set_attributes({f"proofolio.{key}": value for key, value in about.items() if value is not None})
            if isinstance(about.get("status"), int) and int(about["status"] or 0) >= BROKEN:
                span.set_status(Status(StatusCode.ERROR))

        yield told
