"""Bodies: requests that are read strictly, and answers in the one JSON that they have everywhere."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from policy.book.intake.json_text import parse
from policy.book.problem import Problem, is_problems, pointer
from server.api.once import Answer
from server.api.problem import Flaw, ProblemError

_Asked = TypeVar("_Asked", bound="Asked")
BODY = "body"


class Asked(BaseModel):
    """A request's body: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


def utf8(body: bytes) -> str:
    """The text of a body; a problem where it is none."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ProblemError("malformed-json", f"byte {error.start} is not UTF-8") from None


def document(body: bytes) -> Any:
    """The JSON document of a body; a problem where it is none, or has two readings."""
    text = utf8(body)
    if "\\u0000" in text:  # no text of PostgreSQL has one
        raise ProblemError("malformed-json", "a text in it has a NUL (`\\u0000`)")
    found = parse(text, BODY)
    if isinstance(found, tuple) and is_problems(found):
        raise ProblemError("malformed-json", "; ".join(f"{said(p)}; {p.do}" for p in found), flaws(found))
    return found


def asked(model: type[_Asked], body: bytes) -> _Asked:
    """The request; a problem that names everything that is wrong with it."""
    try:
        return model.model_validate(document(body))
    except ValidationError as error:
        errors = [Flaw(pointer(e["loc"]), e["msg"], _help(model, e["type"])) for e in error.errors(include_url=False)]
        raise ProblemError("invalid", f"{len(errors)} things are wrong with the request", errors) from None


def _help(model: type[BaseModel], kind: str) -> str:
    known = ", ".join(model.model_fields)
    return f"there are {known}" if kind == "extra_forbidden" else "see /schema for what is wanted"


def flaws(problems: Sequence[Problem]) -> list[Flaw]:
    """Problems of a book or of orders as a request's errors."""
    return [Flaw(problem.place.pointer or None, said(problem), problem.do) for problem in problems]


def said(problem: Problem) -> str:
    """With the line, where there is no pointer to say it."""
    place = problem.place
    return problem.what if place.pointer or place.line is None else f"{place.file}:{place.line}: {problem.what}"


def answer(status: int, says: Any, *, location: str | None = None, etag: str | None = None) -> Answer:
    headers = {"Location": location, "ETag": etag and f'"{etag}"'}
    body = TypeAdapter(type(says)).dump_json(says)
    return Answer(status, body, {name: value for name, value in headers.items() if value is not None})
