"""One request, as often as it takes.

A request is repeated where that is safe: a POST has an Idempotency-Key that is the same each time, a check writes
nothing, and to read or to end a thing twice is to do it once. Repeated is what got no answer, or 429 or 503, or 409
because the first one is being answered; after `Retry-After`, where that is within `patience`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from server.client.answer import Answer, Ref, name, plain, read
from server.client.problem import again, refused

FIRST = 0.25  # seconds before the second try, where the service names none; doubled each time
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Wire:
    """`patience`: seconds after which the last failure is told instead of another try."""

    http: httpx.Client
    key: str | None
    patience: float = 60.0
    pause: Callable[[float], None] = field(default=sleep)

    def call(
        self,
        kind: Any,
        method: str,
        path: str,
        places: Mapping[str, Ref] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | bytes | None = None,
        media: str = JSON,
        match: Ref | None = None,
        version: str | None = None,
        wait: int | None = None,
    ) -> Any:
        """The answer as `kind`. `places`: what stands in the path; `match`: what is meant, as it was read or
        at `version`, which may be given alone."""
        headers = {"Content-Type": media} if body is not None else {}
        if method == "POST":
            headers["Idempotency-Key"] = f'"{uuid4()}"'
        if match is not None:
            headers["If-Match"] = _quoted(_version(match, version))
        elif version is not None:
            headers["If-Match"] = _quoted(version)
        if wait is not None:
            headers["Prefer"] = f"wait={wait}"
        return read(kind, self.send(method, filled(path, places or {}), query or {}, headers, encoded(body)))

    def send(
        self, method: str, path: str, query: Mapping[str, object], headers: dict[str, str], content: bytes | None
    ) -> httpx.Response:
        """A ProblemError where it is refused; httpx's own where nobody answered in time."""
        end, pause = monotonic() + self.patience, FIRST
        while True:
            try:
                found = self.http.request(
                    method, path, params=chosen(query), headers=self.signed(headers), content=content
                )
            except httpx.TransportError:
                if monotonic() + pause > end:
                    raise
                after = pause
            else:
                if found.is_success:
                    return found
                problem = refused(found)
                after = float(found.headers.get("retry-after", pause))
                if not again(problem) or monotonic() + after > end:
                    raise problem
            self.pause(after)
            pause *= 2

    def signed(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {**headers, **({"Authorization": f"Bearer {self.key}"} if self.key else {})}


def filled(path: str, places: Mapping[str, Ref]) -> str:
    for place, thing in places.items():
        path = path.replace(f"{{{place}}}", quote(name(thing), safe="./" if place == "place" else ""))
    return path


def chosen(query: Mapping[str, object]) -> dict[str, str]:
    """What was given."""
    return {each: _text(value) for each, value in query.items() if value is not None}


def encoded(body: Mapping[str, object] | bytes | None) -> bytes | None:
    """Members that are None were not given."""
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps({each: value for each, value in body.items() if value is not None}, default=plain).encode()


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else name(value)


def _version(thing: Ref, said: str | None) -> str:
    found = said or (thing.etag if isinstance(thing, Answer) else None)
    if found is None:
        raise ValueError(f"which version of {name(thing)} is meant? Give what was read of it, or `version`")
    return found


def _quoted(tag: str) -> str:
    return tag if tag.startswith('"') else f'"{tag}"'
