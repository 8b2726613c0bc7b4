"""What this process measured, in Prometheus' text. It wants a key, which collectors can carry: how much a firm trades
is nobody else's to know."""

from litestar import Response, Router, get
from litestar.di import NamedDependency

from server.auth.roles import Act
from server.ops import prometheus
from server.running import Service


@get("/metrics", opt={"act": Act.READ_METRICS, "says": "text/plain"}, media_type="text/plain", sync_to_thread=True)
def read(service: NamedDependency[Service]) -> Response[bytes]:
    """Read what is measured.

    Of this process; what the database says is the same from each. docs/operations.md has the instruments."""
    found = prometheus.text(service.instruments.reader.get_metrics_data())
    return Response(found.encode(), media_type=prometheus.MEDIA)


ROUTES = Router("/", route_handlers=[read], tags=["operations"])
