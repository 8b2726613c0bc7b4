"""What was measured as Prometheus' text (exposition format 0.0.4)."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

MEDIA = "text/plain; version=0.0.4"
UNITS = {"s": "_seconds", "": ""}
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


def text(data: Any) -> str:
    """`data`: OpenTelemetry's MetricsData, None where nothing was measured."""
    resources = () if data is None else data.resource_metrics
    metrics = [metric for each in resources for scope in each.scope_metrics for metric in scope.metrics]
    return "".join(line + "\n" for metric in sorted(metrics, key=lambda each: each.name) for line in _metric(metric))


def _metric(metric: Any) -> Iterator[str]:
    name = metric.name.replace(".", "_") + UNITS[metric.unit or ""]
    points = metric.data.data_points
    spread = any(hasattr(point, "bucket_counts") for point in points)
    yield f"# HELP {name} {metric.description.translate(ESCAPES)}"
    yield f"# TYPE {name} {'histogram' if spread else 'gauge'}"
    for point in sorted(points, key=lambda each: sorted(map(str, each.attributes.items()))):
        yield from _spread(name, point) if spread else [_line(name, point.attributes, point.value)]


def _spread(name: str, point: Any) -> Iterator[str]:
    ends: Iterable[str] = (*map(_number, point.explicit_bounds), "+Inf")
    for end, number in zip(ends, accumulate(point.bucket_counts), strict=True):
        yield _line(f"{name}_bucket", {**point.attributes, "le": end}, number)
    yield _line(f"{name}_sum", point.attributes, point.sum)
    yield _line(f"{name}_count", point.attributes, point.count)


def _line(name: str, labels: Mapping[str, Any], value: float) -> str:
    said = ",".join(f'{key.replace(".", "_")}="{str(each).translate(ESCAPES)}"' for key, each in sorted(labels.items()))
    return f"{name}{{{said}}} {_number(value)}" if said else f"{name} {_number(value)}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
