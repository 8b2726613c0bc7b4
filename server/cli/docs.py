"""The pages of docs/ that are made from code (schemas, diagnostics, vocabulary, events, routes), and the client's types
and methods; `make docs` writes them.

`pages()` gives the texts, so that a test can tell a page that was not written again after a change.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from dsl import vocabulary
from dsl.codes import CODES
from policy.book import orders, wire
from server.api import described
from server.api.routes import routes
from server.app import routed
from server.cli import client
from server.cli.answers import ANSWERS
from server.desk.intent import IntentDocument
from server.log.types import TYPES


def pages() -> Mapping[str, str]:
    """By name below docs/."""
    return {
        "output.schema.json": _json(output_schema()),
        "book.schema.json": _json(wire.schema()),
        "orders.schema.json": _json(orders.schema()),
        "intent.schema.json": _json(IntentDocument.model_json_schema()),
        "diagnostics.md": "\n".join(_diagnostics()),
        "vocabulary.md": "\n".join(_vocabulary()),
        "events.md": "\n".join(_events()),
    }


def routes_page(app: Any) -> str:
    """docs/routes.md, which needs the application."""
    return "\n".join(_routes(app))


def output_schema() -> dict[str, Any]:
    """Any answer of any verb; `verbs` says which is whose."""
    adapters: list[tuple[str, Literal["serialization"], TypeAdapter[Any]]] = [
        (name, "serialization", TypeAdapter(answer)) for name, answer in ANSWERS.items()
    ]
    parts, shared = TypeAdapter.json_schemas(adapters)
    verbs = {name: part for (name, _), part in parts.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What proofolio answers with --json",
        "description": "`verbs` says which answer is whose; `bad-input` is that of every verb with exit code 3.",
        "anyOf": list(verbs.values()),
        "verbs": verbs,
        **shared,
    }


def _diagnostics() -> Iterable[str]:
    yield "# Diagnostics"
    yield ""
    yield "Made from `dsl/codes.py`. M1xx: the text cannot be read; M2xx: a rule is not well formed; M3xx: rules do"
    yield "not fit each other; M4xx: no portfolio fits."
    yield ""
    yield "| code | says |"
    yield "| --- | --- |"
    for code, sentence in CODES.items():
        yield f"| {code} | {_cell(sentence)} |"
    yield ""


def _vocabulary() -> Iterable[str]:
    yield "# Vocabulary"
    yield ""
    yield f"Made from `dsl/vocabulary/`; version {vocabulary.VERSION}. These are the words that a rule may use; any"
    yield "other word is an error with a suggestion. A fact that a book does not state is unknown, never zero or false."
    for kind in vocabulary.Kind:
        yield ""
        yield f"## {kind.value}"
        yield ""
        yield "| term | of | type | comes from | means |"
        yield "| --- | --- | --- | --- | --- |"
        for term in vocabulary.TERMS.values():
            if term.kind is kind:
                words = f"{term.sentence} ({', '.join(term.values)})" if term.values else term.sentence
                row = (f"`{term.name}`", term.of, term.type.value, term.source.value, _cell(words))
                yield f"| {' | '.join(row)} |"
    yield ""


def _events() -> Iterable[str]:
    yield "# Events"
    yield ""
    yield "Made from `server/log/types.py`: what the feed, its stream and webhooks tell ([service](service.md#events))."
    yield ""
    yield "| type | when | for | `data` |"
    yield "| --- | --- | --- | --- |"
    for name, each in sorted(TYPES.items()):
        yield f"| `{name}` | {each.when} | {each.whom} | {', '.join(f'`{member}`' for member in each.members)} |"
    yield ""


def _routes(app: Any) -> Iterable[str]:
    yield "# Routes"
    yield ""
    yield "Made from the handlers in `server/api/` and the table of roles in `server/auth/roles.py`. More of each, with"
    yield "its parameters, bodies and problems, says `GET /schema/openapi.json`."
    yield ""
    yield "| verb | path | what it does | for |"
    yield "| --- | --- | --- | --- |"
    for path, method, handler in sorted(routes(app), key=lambda each: (each[0].split("/"), each[1])):
        if handler.resolve_include_in_schema():
            summary = described.operation(handler)["summary"]
            yield f"| {method.upper()} | `{path}` | {summary} | {described.who(handler)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    app = routed()
    (folder / "routes.md").write_text(routes_page(app), encoding="utf-8")
    if len(sys.argv) == 1:
        client.write(app, Path(client.__file__).parents[1] / "client")


if __name__ == "__main__":
    main()
