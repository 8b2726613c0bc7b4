"""The client has every operation of the OpenAPI document: with its path, verb, parameters and members."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError

from server.api.schema import completed
from server.app import routed
from server.cli import client as made
from server.cli.docs import routes_page
from server.client.answer import Answer, Exact
from server.client.client import Client
from server.client.types.judged import Range
from tests.shape.source import ROOT

FOLDER = ROOT / "server" / "client"


@pytest.fixture(scope="module")
def served() -> Any:
    return routed()


@pytest.fixture(scope="module")
def document(served: Any) -> dict[str, Any]:
    return completed(served, served.openapi_schema.to_schema())


def test_what_was_made_is_current(served: Any) -> None:
    written = made.files(served)
    for name, text in written.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"run `make docs`: {name}"
    there = {str(file.relative_to(FOLDER)) for room in ("types", "resources") for file in (FOLDER / room).glob("*.py")}
    assert there | {"surface.py"} == set(written)
    assert (ROOT / "docs" / "routes.md").read_text(encoding="utf-8") == routes_page(served), "run `make docs`"


def test_every_operation_has_its_method(served: Any, document: dict[str, Any]) -> None:
    """Each is called with everything that it takes, and what goes out is looked at."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            name = operation["operationId"]
            resource, method = made.places(served)[name]
            assert callable(getattr(getattr(Client("http://x"), resource), method)), name
            if name not in made.STREAMS:  # these are tried in test_streams.py
                _sends(resource, method, verb.upper(), path, operation, document)


def _sends(resource: str, method: str, verb: str, path: str, operation: Any, document: Any) -> None:
    sent: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(418, json={"code": "teapot"})

    client = Client("http://x", "KEY", transport=httpx.MockTransport(answered))
    call = getattr(getattr(client, resource), method)
    words = {name: _sample(name) for name in inspect.signature(call).parameters}
    with pytest.raises(Exception, match="teapot"):
        call(**words)
    (request,) = sent
    assert request.method == verb
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path), (path, request.url.path)
    asked = {each["name"]: each["in"] for each in operation.get("parameters", ())}
    assert {n for n, place in asked.items() if place == "query"} == set(request.url.params), path
    for header in (n for n, place in asked.items() if place == "header"):
        assert header in request.headers, (path, header)
    body = operation.get("requestBody")
    assert bool(body) == bool(request.content), path
    if body and "media" not in words:
        (schema,) = (each["schema"] for each in body["content"].values())
        kind = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert set(json.loads(request.content)) == set(kind.get("properties", ())), path


def _sample(name: str) -> Any:
    return {"wait": 5, "media": "application/json", "content": {"x": 1}, "version": "r1"}.get(name, "x")


def test_every_type_has_the_members_that_are_answered(document: dict[str, Any]) -> None:
    kinds = {each.__name__: each for each in _all(Answer)}
    for name, kind in kinds.items():
        schema = document["components"]["schemas"].get(name) or document["components"]["schemas"][_dashed(name)]
        members = {field.alias or member: field for member, field in kind.model_fields.items()}
        assert set(members) == set(schema.get("properties", {})), name
        assert {m for m, field in members.items() if field.is_required()} == set(schema.get("required", ())), name
        assert "float" not in json.dumps(TypeAdapter(kind).json_schema()), name


def _dashed(name: str) -> str:
    return re.sub(r"(Input|Output)$", r"-\1", name)


def _all(kind: type[Answer]) -> list[type[Answer]]:
    return [each for below in kind.__subclasses__() for each in [below, *_all(below)]]


def test_it_needs_httpx_and_pydantic_alone() -> None:
    heavy = ("litestar", "sqlmodel", "sqlalchemy", "ortools", "lark", "dbos", "uvicorn", "cryptography", "numpy")
    code = f"import sys, server.client.client; print([n for n in {heavy!r} if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "[]"
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("server", "policy", "dsl")):
                assert str(node.module).startswith("server.client"), Path(file).name


def test_what_is_known_of_a_number_may_be_a_range() -> None:
    """As where others have reserved what is not yet filled."""
    known = TypeAdapter(Exact | Range)
    assert known.validate_json('"10/3"') == Fraction(10, 3)
    assert known.validate_json('{"low": "1.5", "high": null}') == Range(low=Fraction(3, 2), high=None)
    for wrong in ("1.5", '"x"', "null", '"1/0"'):
        with pytest.raises(ValidationError):
            known.validate_json(wrong)
