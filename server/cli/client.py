"""The types and methods of `server/client`, made from the OpenAPI document; `make docs` writes them.

A resource is a file of types and a file of methods; `shared` has what several resources answer with, `judged` what
checks do, too.
"""

import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import fill, indent
from typing import Any

from pydantic import BaseModel, TypeAdapter

from server.answer.number import Exact
from server.api.routes import routes
from server.api.schema import completed

Doc = Mapping[str, Any]
EXACT = TypeAdapter(Exact).json_schema()["pattern"]
VERBS = {"add": "create", "listed": "list", "one": "get"}
MOVED = {
    "decisions_payload": ("proposals", "approval_payload"),
    "decisions_approve": ("proposals", "approve"),
    "decisions_reject": ("proposals", "reject"),
    "decisions_hold": ("proposals", "hold"),
    "decisions_resume": ("proposals", "resume"),
    "bundles_bundle": ("proposals", "bundle"),
    "bundles_beside": ("proposals", "beside"),
    "revisions_revise": ("proposals", "revise"),
    "revisions_compare": ("proposals", "compare"),
    "observed_of_proposal": ("proposals", "observed"),
    "observed_counted": ("rulebooks", "observations"),
    "changes_listed": ("rulebooks", "changes"),
    "run_approvals_payload": ("runs", "approval_payload"),
    "run_approvals_approve": ("runs", "approve"),
    "health_live": ("operations", "live"),
    "health_ready": ("operations", "ready"),
    "health_problem": ("operations", "problem"),
    "metrics_read": ("operations", "metrics"),
    "batch_add": ("checks", "batch"),
    "events_stream": ("events", "follow"),
    "proposal_progress_followed": ("proposals", "follow"),
    "run_progress_followed": ("runs", "follow"),
}
"""Operations whose resource and name here are not those of their file."""
STREAMED = {"checks", "events", "proposals", "runs"}
"""Resources to which `server/client/streams.py` adds."""
HEAD = '"""Made from the OpenAPI document by `make docs`; do not edit."""\n\nfrom __future__ import annotations\n\n'
STREAMS = {"batch_add", "events_stream", "proposal_progress_followed", "run_progress_followed"}
"""Operations that answer bit by bit: `server/client/streams.py` has them by hand."""
PLAIN = {"string": "str", "integer": "int", "boolean": "bool", "null": "None", "number": "Exact"}


def files(app: Any) -> dict[str, str]:
    """By path below server/client."""
    found = completed(app, app.openapi_schema.to_schema())
    text = re.sub(r"(?<=[\"/])(\w+)-(Input|Output)\b", r"\1\2", json.dumps(found))
    return dict(_files(json.loads(text), places(app)))


def places(app: Any) -> dict[str, tuple[str, str]]:
    """By operation id: resource and method."""
    found = {}
    for _, _, handler in routes(app):
        file, function = str(handler).split(".")[-2:]
        found[f"{file}_{function}"] = MOVED.get(f"{file}_{function}", (file, VERBS.get(function, function)))
    return found


def _files(document: Doc, places: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    schemas = document["components"]["schemas"]
    operations: dict[str, list[tuple[str, str, str, Doc]]] = {}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            resource, method = places[operation["operationId"]]
            operations.setdefault(resource, []).append((method, verb.upper(), path, operation))
    homes = _homes(schemas, operations)
    for home in sorted(set(homes.values())):
        yield f"types/{home}.py", _formatted(_types(home, homes, schemas))
    for resource, found in sorted(operations.items()):
        yield f"resources/{resource}.py", _formatted(_resource(resource, found, homes, schemas))
    yield "surface.py", _formatted(_surface(sorted(operations)))
    yield "resources/__init__.py", '"""The methods of each resource; made by `make docs`."""\n'
    yield "types/__init__.py", '"""What the service answers; made by `make docs`."""\n'


# --- types ---------------------------------------------------------------------------------------


def _homes(schemas: Doc, operations: Mapping[str, list[tuple[str, str, str, Doc]]]) -> dict[str, str]:
    """By type that is answered: the resource that alone answers with it; or `judged`, where checks do beside others, or
    `shared`. What a type of `judged` has is of checks too, so that neither file needs the other one's."""
    used: dict[str, set[str]] = {}
    for resource, found in operations.items():
        for *_, operation in found:
            for kind in _closed(_answered(operation), schemas):
                if schemas[kind].get("type") == "object":
                    used.setdefault(kind, set()).add(resource)
    return {kind: min(by) if len(by) == 1 else "judged" if "checks" in by else "shared" for kind, by in used.items()}


def _answered(operation: Doc) -> Any:
    """The schema of its answer in JSON; None where it is something else. A page of events streams them, too."""
    for status, response in operation["responses"].items():
        if status.startswith("2") and "application/json" in response.get("content", {}):
            return response["content"]["application/json"].get("schema")
    return None


def _closed(schema: Any, schemas: Doc) -> set[str]:
    found: set[str] = set()
    waiting = list(_names(schema))
    while waiting:
        if (kind := waiting.pop()) not in found:
            found.add(kind)
            waiting.extend(_names(schemas[kind]))
    return found


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for part in schema.values():
            yield from _names(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part)


def _types(home: str, homes: Mapping[str, str], schemas: Doc) -> str:
    mine = [kind for kind, place in homes.items() if place == home]
    foreign = {n for k in mine for n in _names(schemas[k]) if homes.get(n, home) != home}
    text = "".join(_class(kind, schemas) for kind in sorted(mine))
    return HEAD + _imports(text) + _from(foreign, homes) + text


def _from(kinds: Iterable[str], homes: Mapping[str, str]) -> str:
    by_home: dict[str, list[str]] = {}
    for kind in sorted(kinds):
        by_home.setdefault(homes[kind], []).append(kind)
    return "".join(f"from server.client.types.{h} import {', '.join(names)}\n" for h, names in sorted(by_home.items()))


def _imports(text: str) -> str:
    lines = []
    words = set(re.findall(r"\w+", text))
    if abc := sorted({"Mapping", "Sequence"} & words):
        lines.append(f"from collections.abc import {', '.join(abc)}")
    if "date" in words:
        lines.append("from datetime import date")
    if "Any" in words:
        lines.append("from typing import Any")
    if "Field(" in text:
        lines.append("from pydantic import Field")
    if own := sorted({"Answer", "Exact", "Json", "Ref"} & words):
        lines.append(f"from server.client.answer import {', '.join(own)}")
    if "Wire" in words:
        lines.append("from server.client.wire import Wire")
    return "\n".join(lines) + "\n"


def _class(kind: str, schemas: Doc) -> str:
    schema = schemas[kind]
    lines = [f"\n\nclass {kind}(Answer):"]
    if said := schema.get("description"):
        lines.append(_docstring(said))
    needed = schema.get("required", ())
    for member, part in schema.get("properties", {}).items():
        kept = _name(member)
        default = "" if member in needed else _default(part.get("default"))
        if kept != member:
            default = f" = Field({default[3:] or '...'}, alias={member!r})"
        lines.append(f"    {kept}: {_type(part, schemas)}{default}")
    return "\n".join([*lines, "" if len(lines) > 1 else "    pass\n"])


def _default(value: Any) -> str:
    return f" = {tuple(value) if isinstance(value, list) else value!r}"


def _name(member: str) -> str:
    taken = keyword.iskeyword(member) or hasattr(BaseModel, member) or member in ("etag", "date")
    return f"{member}_" if taken else re.sub(r"(?<=[a-z])([A-Z])", r"_\1", re.sub(r"\W", "_", member)).lower()


def _type(schema: Any, schemas: Doc, *, given: bool = False) -> str:
    """`given`: of a request, whose deeper parts are plain JSON."""
    if "$ref" in schema:
        kind = schema["$ref"].rpartition("/")[2]
        if schemas[kind].get("type") != "object":
            return _type(schemas[kind], schemas, given=given)
        return "Json" if given else kind
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_type(each, schemas, given=given) for each in schema[several]))
    if schema.get("pattern") == EXACT and not given:
        return "Exact"
    if schema.get("format") == "date" and not given:
        return "date"
    match schema.get("type"):
        case "array":
            inner = _type(schema.get("items", {}), schemas, given=given)
            return f"Sequence[{inner}]" if given else f"tuple[{inner}, ...]"
        case "object":
            more = schema.get("additionalProperties")
            inner = _type(more, schemas, given=given) if isinstance(more, Mapping) else "Any"
            return f"Mapping[str, {inner}]"
        case str() as plain:
            return PLAIN[plain]
    return "Json" if given else "Any"


# --- methods -------------------------------------------------------------------------------------


def _resource(
    resource: str, operations: Iterable[tuple[str, str, str, Doc]], homes: Mapping[str, str], schemas: Doc
) -> str:
    title = _title(resource)
    text = f"\n\n@dataclass(frozen=True, slots=True)\nclass {title}:\n    wire: Wire\n"
    text += "".join(_method(*each, schemas) for each in operations if each[3]["operationId"] not in STREAMS)
    used = {kind for kind in homes if re.search(rf"\b{kind}\b", text)}
    head = HEAD
    head += _imports(text).replace("from datetime", "from dataclasses import dataclass\nfrom datetime")
    if "import dataclass" not in head:
        head += "from dataclasses import dataclass\n"
    return head + _from(used, homes) + text


def _method(name: str, verb: str, path: str, operation: Doc, schemas: Doc) -> str:
    asked = operation.get("parameters", [])
    places = [each["name"] for each in asked if each["in"] == "path"]
    query = {each["name"]: each for each in asked if each["in"] == "query"}
    match = next((each for each in asked if each["name"] == "If-Match"), None)
    patient = any(each["name"] == "Prefer" for each in asked)
    media, body = next(iter(operation.get("requestBody", {}).get("content", {}).items()), (None, None))
    members = _members(body["schema"], schemas) if body else {}
    raw = body is not None and members is None
    words = [f"{_name(place)}: Ref" for place in places] + (["content: Mapping[str, Any] | bytes"] if raw else [])
    named = [f"{_name(m)}: {kind}" for m, kind in (members or {}).items()]
    named += [
        f"{_name(q)}: {_optional(_type(p['schema'], schemas, given=True), not p.get('required'))}"
        for q, p in query.items()
    ]
    named += ["version: str | None = None"] if match else []
    named += ["wait: int | None = None"] if patient else []
    named += [f"media: str = {media!r}"] if raw else []
    named.sort(key=lambda word: "=" in word)
    words += ["*", *named] if named else []
    kind = _kind(operation, schemas)
    given = [kind, repr(verb), repr(path)]
    given += [_dict(places)] if places else []
    given += [f"query={_dict(query)}"] if query else []
    if body:
        given.append("body=content" if raw else f"body={_dict(members or {})}")
    given += ["media=media"] if raw else []
    given += [f"match={_name(places[0])}"] if match and match["required"] else []
    given += ["version=version"] if match else []
    given += ["wait=wait"] if patient else []
    doc = _docstring(f"{operation['summary']}. {operation['description']}", 8)
    head = f"def {name}({', '.join(['self', *words])}) -> {kind}:"
    call = f"found: {kind} = self.wire.call({', '.join(given)})"
    return f"\n    {head}\n{doc}\n        {call}\n        return found\n"


def _dict(names: Iterable[str]) -> str:
    return f"{{{', '.join(f'{each!r}: {_name(each)}' for each in names)}}}"


def _members(schema: Doc, schemas: Doc) -> dict[str, str] | None:
    """By member of a body: its type, and that it may be left out; None where the body is a document of its own."""
    found = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if "properties" not in found and found.get("additionalProperties") is not False:
        return None
    needed = found.get("required", ())
    return {
        member: _optional(_type(part, schemas, given=True), member not in needed)
        for member, part in found.get("properties", {}).items()
    }


def _optional(kind: str, optional: bool) -> str:
    if not optional:
        return kind
    return f"{kind} = None" if "None" in kind.split(" | ") else f"{kind} | None = None"


def _kind(operation: Doc, schemas: Doc) -> str:
    content = next(r for s, r in operation["responses"].items() if s.startswith("2")).get("content", {})
    media, said = next(iter(content.items()))
    schema = said.get("schema", {})
    if media == "application/json" and schema.get("type") != "string":
        return _type(schema, schemas)
    return "str" if media.startswith("text/") else "bytes"


def _surface(resources: Iterable[str]) -> str:
    """What `Client` has: a member for each resource."""
    made: list[tuple[str, str]] = []
    by_hand: list[tuple[str, str]] = []
    members: list[str] = []
    for each in resources:
        title = _title(each)
        (by_hand if each in STREAMED else made).append((each, title))
        members.append(f"        self.{each} = {title}(wire)\n")
    lines = [f"from server.client.resources.{each} import {title}\n" for each, title in made]
    lines.append(f"from server.client.streams import {', '.join(title for _, title in by_hand)}\n")
    return (
        HEAD
        + "".join(lines)
        + ("from server.client.wire import Wire\n\n\nclass Surface:\n    def __init__(self, wire: Wire) -> None:\n")
        + "".join(members)
    )


def _title(resource: str) -> str:
    return "".join(word.capitalize() for word in resource.split("_"))


def _docstring(text: str, by: int = 4) -> str:
    text = " ".join(text.split()).replace("\\", "\\\\")
    return indent(fill(f'"""{text}"""', 119 - by), " " * by)


def _formatted(text: str) -> str:
    """As the rest of the code is laid out."""
    check = ("check", "--fix", "--quiet", "--select", "I,F401", "--stdin-filename", "server/client/types/x.py", "-")
    for words in (check, ("format", "--quiet", "--stdin-filename", "server/client/types/x.py", "-")):
        done = subprocess.run((sys.executable, "-m", "ruff", *words), input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr + text)
        text = done.stdout
    return text


def write(app: Any, folder: Path) -> None:
    """Below `folder`, which is `server/client`, in place of what was there."""
    made = files(app)
    for old in (*folder.glob("types/*.py"), *folder.glob("resources/*.py")):
        old.unlink()
    for name, text in made.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
