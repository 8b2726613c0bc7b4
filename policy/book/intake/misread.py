"""What pydantic finds wrong with a row, in the words of the people who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from policy.book.amount import Refusal, kind, short
from policy.book.intake.fields import REFUSED
from policy.book.intake.shape import model_at
from policy.book.intake.terms import HOLDERS, allowed
from policy.book.problem import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KINDS = {
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def explained(table: str, detail: ErrorDetails) -> Refusal:
    """The refusal of one field of one row."""
    context, path = detail.get("ctx", {}), detail["loc"]
    match detail["type"]:
        case found if found == REFUSED:
            return Refusal(context["what"], context["do"])
        case "missing":
            return Refusal(f"`{path[-1]}` is missing", _meaning(model_at(table, path[1:-1]), str(path[-1])))
        case "extra_forbidden":
            return _unknown(table, path)
        case found if found in _KINDS:
            return Refusal(f"{kind(detail['input'])} stands where {_KINDS[found]} is wanted", f"write {_KINDS[found]}")
        case _:
            raise AssertionError(f"no words for {detail['type']} of {table}")


def _meaning(model: type[BaseModel], name: str) -> str:
    meaning = model.model_fields[name].description
    return f"give {meaning}" if meaning else "every row has one"


def _unknown(table: str, path: tuple[int | str, ...]) -> Refusal:
    name = str(path[-1])
    if table in HOLDERS and len(path) == 2 and name in allowed(table):
        return Refusal(f"`{short(name)}` is a fact", "state it under `facts`")
    known = model_at(table, path[1:-1]).model_fields
    return Refusal(f"`{short(name)}` is no field here", did_you_mean(name, known, f"the fields are {', '.join(known)}"))
