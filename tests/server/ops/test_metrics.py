"""What is measured and traced: that it is there, as Prometheus reads it, and that nothing of a client is in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from litestar.testing import TestClient
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server.app import app
from server.auth.roles import Role
from server.desk.proposals import State
from server.flow import worker
from server.log import journal, signer
from server.ops import backlog, instruments, prometheus
from server.running import Service
from server.settings import Sent, settings
from server.store.migrate import migrated
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.cli.test_visibility import BOOK

LINE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? -?[0-9.e+-]+')
LABELS = {"method", "route", "status", "outcome", "have", "want", "le"}


@pytest.fixture
def read(service: Service, caller: Callable[..., Caller]) -> Callable[[], str]:
    operator = caller("olga", Role.OPERATIONS)

    def text() -> str:
        found = operator("GET", "/v1/metrics")
        assert (found.status_code, found.headers["content-type"]) == (200, f"{prometheus.MEDIA}; charset=utf-8")
        return found.text

    return text


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not in\n{text}"
    return float(found[1])


@pytest.fixture
def worked(service: Service, caller: Callable[..., Caller]) -> Caller:
    """Somebody for whom something happened."""
    anna = caller("anna-zq7", *Role)
    rules = stocked.ruled(service, {"rules.mandate": stocked.RULES})
    name = stocked.asked(service, rules, stocked.sealed(service))
    assert worker.one(service)
    stocked.asked(service, rules, stocked.sealed(service))
    assert anna("POST", "/v1/checks", json={}).status_code == 200
    anna("GET", f"/v1/proposals/{name}")
    anna("GET", "/v1/proposals/prop_zq7secret?cursor=zq7secret")
    anna("GET", "/v1/zq7secret")
    anna("POST", "/v1/checks", json={"orders": [{"account": "zq7secret"}]})
    return anna


def test_what_happened_is_in_it(service: Service, worked: Caller, read: Callable[[], str]) -> None:
    signer.sealed(service.store, service.signer)
    text = read()
    asked = 'http_server_request_duration_seconds_count{method="POST",route="/v1/checks",status="200"}'
    assert value(text, asked) == 1
    assert value(text, 'http_server_request_duration_seconds_count{method="other",route="none",status="404"}') == 1
    assert value(text, "proofolio_check_judged_seconds_count") == 1
    assert value(text, 'proofolio_proposal_worked_seconds_count{outcome="proposal.proposed"}') == 1
    assert value(text, "proofolio_queue_waiting") == 1
    assert value(text, "proofolio_queue_age") > 0
    with service.store.reading() as session:
        size = journal.size(session)
    assert value(text, "proofolio_log_entries") == size
    assert value(text, "proofolio_log_unsigned") == 0
    assert value(text, 'proofolio_database_revision{have="0001",want="0001"}') == 1
    assert State.QUEUED.value == backlog.QUEUED


def test_it_is_as_prometheus_reads_it(worked: Caller, read: Callable[[], str]) -> None:
    text, kinds = read(), dict[str, str]()
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            _, _, name, kind = line.split(" ")
            kinds[name] = kind
        elif not line.startswith("# HELP"):
            assert LINE.fullmatch(line), line
            assert any(line.startswith(name) for name in kinds), line
    counts = re.findall(
        r'duration_seconds_bucket\{le="([^"]+)",method="POST",route="/v1/checks",status="200"\} (\d+)', text
    )
    assert [float(end) for end, _ in counts] == [*instruments.SECONDS, float("inf")]
    assert [int(number) for _, number in counts] == sorted(int(number) for _, number in counts)
    assert counts[-1][1] == "1"


def test_no_client_no_person_and_no_id_is_in_it(worked: Caller, read: Callable[[], str]) -> None:
    text = read()
    assert set(re.findall(r'([a-z_]+)="', text)) <= LABELS
    theirs = {
        each["id"] for part in ("households", "accounts", "instruments", "issuers") for each in BOOK.get(part, ())
    }
    theirs |= {each["name"] for part in ("households", "accounts") for each in BOOK.get(part, ()) if "name" in each}
    assert theirs
    said = set(re.findall(r'="([^"]*)"', text))
    assert not theirs & said
    assert not [each for each in said if re.search(r"zq7|_[0-9a-v]{20}|anna|olga|\?", each)]


def test_a_database_that_is_behind_leaves_the_rest(service: Service, read: Callable[[], str]) -> None:
    migrated(service.store, "base")
    found = prometheus.text(service.instruments.reader.get_metrics_data())
    assert 'proofolio_database_revision{have="None",want="0001"} 0' in found
    assert "proofolio_log_entries " not in found


def test_a_span_says_no_more_than_a_line_of_the_log(service: Service) -> None:
    ended = InMemorySpanExporter()
    telling = instruments.made(service.store, service.signer, Sent(), ended)
    served = Service(service.settings, service.store, service.signer, telling)
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with TestClient(app(served)) as client:
        client.get("/v1/proposals/zq7?x=zq7", headers={"traceparent": parent, "x-request-id": "r1"})
        client.get("/v1/health/live", headers={"traceparent": "zq7"})
    first, second = ended.get_finished_spans()
    assert (first.name, second.name) == ("GET /v1/proposals/{proposal}", "GET /v1/health/live")
    assert f"{first.context.trace_id:032x}" == parent.split("-")[1]
    assert second.parent is None
    assert dict(first.attributes or {}) == {
        "proofolio.method": "GET",
        "proofolio.route": "/v1/proposals/{proposal}",
        "proofolio.status": 401,
        "proofolio.request": "r1",
    }
    assert "zq7" not in json.dumps([each.to_json() for each in (first, second)])


@pytest.mark.parametrize(
    ("variables", "metrics", "traces"),
    [
        ({}, False, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318"}, False, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, True, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False, False),
    ],
)
def test_nothing_is_sent_unless_the_standard_variables_say_so(
    variables: dict[str, str], metrics: bool, traces: bool
) -> None:
    found = settings(variables | {"OTEL_EXPORTER_OTLP_HEADERS_COMMAND": "echo key=hunter2"}).sent
    assert (found.metrics, found.traces, found.headers) == (metrics, traces, "key=hunter2")
    assert "hunter2" not in repr(found)


def test_nobody_loads_it_who_does_not_serve() -> None:
    look = "import sys, server.cli.main, server.running; print([m for m in sys.modules if 'opentel' in m])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
