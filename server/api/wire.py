"""Bodies: requests that are read strictly, and answers in the one JSON that they have everywhere."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import Any, TypeVar

from litestar.serialization import encode_json
from pydantic import BaseModel, ConfigDict, ValidationError

from policy.book.amount import number_text
from policy.book.intake.json_text import parse
from policy.book.problem import Problem, is_problems
from server.api import misread
from server.api.once import Answer
from server.api.problem import LOOKED_FOR, NAMED, Flaw, ProblemError, several

_Asked = TypeVar("_Asked", bound="Asked")
BODY = "body"
LARGE = 64 * 1024 * 1024  # bytes of a body with the facts, rules or households of a firm


class Asked(BaseModel):
    """A request's body: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)

    @classmethod
    def within(cls, said: object) -> Sequence[Flaw]:
        """What is wrong with members that are read later: of a request that is refused already."""
        return ()


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
    found = parse(text, BODY, NAMED)
    if isinstance(found, tuple) and is_problems(found):
        more = f"; `errors` has {len(found):,} such" if len(found) > 1 else ""
        raise ProblemError("malformed-json", f"{said(found[0])}; {found[0].do}{more}", flaws(found))
    return found


def asked(model: type[_Asked], body: bytes) -> _Asked:
    """The request; a problem that names everything that is wrong with it."""
    said = document(body)
    try:
        return model.model_validate(said)
    except ValidationError as error:
        found = islice(error.errors(include_url=False), LOOKED_FOR)
        errors = [misread.flaw(model, each) for each in found]
        raise several("the request", [*errors, *model.within(said)]) from None


def flaws(problems: Sequence[Problem], below: str = "") -> list[Flaw]:
    """Problems of a book, of orders or of an intent as a request's errors. `below`: the member that they are in."""
    return [Flaw(below + each.place.pointer or None, said(each), each.do) for each in problems]


def said(found: Problem) -> str:
    """With the line, where there is no pointer to say it."""
    place = found.place
    return found.what if place.pointer or place.line is None else f"{place.file}:{place.line}: {found.what}"


def answer(status: int, says: Any, *, location: str | None = None, etag: str | None = None) -> Answer:
    headers = {"Location": location, "ETag": etag and f'"{etag}"'}
    return Answer(status, written(says), {name: value for name, value in headers.items() if value is not None})


def written(says: Any) -> bytes:
    """As the framework writes what a handler returns."""
    return encode_json(says, encoded)


def encoded(value: Any) -> str:
    """What JSON has no way to say."""
    if isinstance(value, Fraction):
        return number_text(value)
    raise TypeError(f"an answer with a {type(value).__name__} in it")
