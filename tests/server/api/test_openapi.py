"""The OpenAPI document: valid, whole, and what the service does: whatever it is sent, it answers as documented."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.api.problem import SLUGS
from server.auth.roles import Role
from tests.server.api.conftest import Caller

NAME = re.compile(r"[a-z]+(_[a-z]+)+")
EXAMPLES, DEEP = 8, 300
"""Requests for each operation."""
NDJSON = "application/x-ndjson"
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@schemathesis.serializer(NDJSON)
def lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A text is sent as it is: the document says no more of the body."""
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture
def document(nobody: Caller) -> dict[str, Any]:
    found: dict[str, Any] = nobody("GET", "/schema/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def test_it_is_the_same_whenever_it_is_asked_for(nobody: Caller, document: dict[str, Any]) -> None:
    assert nobody("GET", "/schema/openapi.json").json() == document


def test_it_is_valid(document: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(document).validate()
    assert document["openapi"].startswith("3.1")
    refs = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert refs <= set(document["components"]["schemas"])
    assert not {*re.findall(r'"\$ref": "(?!#/components/schemas/)[^"]*"', json.dumps(document))}


def test_every_operation_says_what_it_is(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) > 5
    assert [name for name in names if not NAME.fullmatch(name)] == []
    summaries = [operation["summary"] for _, _, operation in operations(document)]
    assert len(summaries) == len(set(summaries))
    for path, verb, operation in operations(document):
        assert operation.get("tags"), (verb, path)
        assert re.fullmatch(r"[A-Z][^.\n]{3,60}", operation["summary"]), (verb, path)
        assert re.search(r"For [^.]+\.$", operation["description"]), (verb, path)
        for each in operation.get("parameters", ()):
            assert each.get("description"), (verb, path, each["name"])
        wanted = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
        assert wanted == ("idempotency-key-missing" in operation["responses"]["400"]["description"]), (verb, path)
        for name in re.findall(r"\{(\w+)\}", path):
            assert any((each["name"], each["in"]) == (name, "path") for each in operation["parameters"]), path
        for status, response in operation["responses"].items():
            problem = response.get("content", {}).get("application/problem+json")
            assert int(status) < 400 or problem is not None, (verb, path, status)


def test_every_problem_has_its_page(nobody: Caller) -> None:
    for slug, about in SLUGS.items():
        page = nobody("GET", f"/problems/{slug}")
        assert page.status_code == 200
        assert f"{slug} ({about.status})" in page.text


def test_whatever_is_asked_is_answered_as_documented(
    served: Litestar, caller: Callable[..., Caller], deep: bool
) -> None:
    """Schemathesis: requests made from the document, right ones and wrong ones, by somebody who may do everything."""
    key = caller("everybody", *Role).key
    schema = schemathesis.openapi.from_asgi("/schema/openapi.json", served)
    for found in schema.get_all_operations():
        operation = found.ok()
        if "text/event-stream" not in json.dumps(operation.definition.raw["responses"]):  # it has no end
            _asked(operation, key, DEEP if deep else EXAMPLES)


def _asked(operation: Any, key: str | None, examples: int) -> None:
    modes = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode))

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=modes)
    def run(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=list(CHECKS))

    run()
