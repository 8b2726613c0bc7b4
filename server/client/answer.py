"""What every answer is: read leniently, so that a service that says more than we know is understood."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, TypeAlias, TypeVar

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, TypeAdapter

_T = TypeVar("_T")


def _exact(said: object) -> Fraction:
    """Of a text; what is none may be something else that is known of a number, as a range."""
    if isinstance(said, str | Fraction):
        try:
            return Fraction(said)
        except ZeroDivisionError:
            pass
    raise ValueError("no number is written so")


Exact = Annotated[Fraction, BeforeValidator(_exact)]
"""An exact number, which the wire carries as text: `0.1`, or `1/3`."""

Json: TypeAlias = Any
"""A part of a request that is passed on as it is given."""


class Answer(BaseModel):
    """Members that we do not know are left out. `etag`: the version that was read, where the service said one."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)
    _etag: str | None = PrivateAttr(None)

    @property
    def etag(self) -> str | None:
        if self._etag is not None:
            return self._etag
        known = getattr(self, "version", None)  # in a list, where no header says it
        return None if known is None else f'"r{known}"'


Ref: TypeAlias = str | Answer
"""A thing: its id, or what was answered of it."""


def read(kind: Any, response: httpx.Response) -> Any:
    """The body as `kind`; bytes and texts as they are."""
    if kind is bytes:
        return response.content
    if kind is str:
        return response.text
    found = TypeAdapter(kind).validate_json(response.content)
    if isinstance(found, Answer):
        found._etag = response.headers.get("etag")
    return found


def name(thing: object) -> str:
    return str(getattr(thing, "id", thing))


def plain(value: Any) -> Any:
    """For `json.dumps`: exact numbers as the service writes them, and never a float."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Answer):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} has no form on the wire")
