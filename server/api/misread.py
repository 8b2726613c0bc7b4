"""What pydantic finds wrong with a request, in our words: one table."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from policy.book.amount import kind, short
from policy.book.problem import did_you_mean, pointer
from server.api.problem import Flaw

SCHEMA = "see /schema/openapi.json for what is wanted"
WORDS: dict[str, tuple[str, str]] = {
    "missing": ("missing", "`{name}` is missing"),
    "extra_forbidden": ("unknown-member", "there is no member `{name}` here"),
    "string_pattern_mismatch": ("wrong-form", "`{said}` is not written as is wanted"),
    "string_too_short": ("wrong-length", "it has to have {min_length} or more characters"),
    "string_too_long": ("wrong-length", "it has to have {max_length} or fewer characters"),
    "too_short": ("wrong-length", "there have to be {min_length} or more"),
    "too_long": ("wrong-length", "there have to be {max_length} or fewer"),
    "greater_than": ("out-of-range", "it has to be more than {gt}"),
    "greater_than_equal": ("out-of-range", "it has to be {ge} or more"),
    "less_than": ("out-of-range", "it has to be less than {lt}"),
    "less_than_equal": ("out-of-range", "it has to be {le} or less"),
    "literal_error": ("unknown-word", "`{said}` is none of {expected}"),
    "enum": ("unknown-word", "`{said}` is none of {expected}"),
    "refused": ("wrong-form", "{what}"),
    "value_error": ("wrong-form", "{error}"),
    "string_type": ("wrong-type", "{kind} stands where a text is wanted"),
    "string_unicode": ("wrong-form", "there is half a character in the text"),
    "int_type": ("wrong-type", "{kind} stands where a whole number is wanted"),
    "int_parsing": ("wrong-type", "{kind} stands where a whole number is wanted"),
    "int_from_float": ("wrong-type", "it has to be a whole number"),
    "int_parsing_size": ("out-of-range", "it is larger than any number here"),
    "bool_type": ("wrong-type", "{kind} stands where true or false is wanted"),
    "bool_parsing": ("wrong-type", "{kind} stands where true or false is wanted"),
    "list_type": ("wrong-type", "{kind} stands where a list is wanted"),
    "tuple_type": ("wrong-type", "{kind} stands where a list is wanted"),
    "dict_type": ("wrong-type", "{kind} stands where an object is wanted"),
    "model_type": ("wrong-type", "{kind} stands where an object is wanted"),
}
"""By pydantic's type: `code` of the flaw, and its words."""
OTHER = ("wrong", "{kind} of this value cannot stand here")


def flaw(model: type[BaseModel], found: ErrorDetails) -> Flaw:
    """One mistake, with where it is and what to do."""
    path = found["loc"]
    name, said = str(path[-1]) if path else "", found["input"]
    code, words = WORDS.get(found["type"], OTHER)
    shown = short(said) if isinstance(said, str) else kind(said)
    detail = words.format(**found.get("ctx", {}) | {"name": short(name), "said": shown, "kind": kind(said)})
    return Flaw(pointer(path), detail, _help(model, found, name), code)


def _help(model: type[BaseModel], found: ErrorDetails, name: str) -> str:
    if found["type"] == "refused":
        return str(found.get("ctx", {})["do"])
    home = _model(model, found["loc"][:-1])
    if home is None:
        return SCHEMA
    members = {field.alias or each: field.description for each, field in home.model_fields.items()}
    if found["type"] == "extra_forbidden":
        return did_you_mean(name, members, f"there are {', '.join(members)}" if members else "leave it out")
    return members.get(name) or SCHEMA


def _model(model: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The one that stands there; None where the way is through something else."""
    found: type[BaseModel] | None = model
    for part in path:
        if found is not None and isinstance(part, str):
            fields = {field.alias or each: field for each, field in found.model_fields.items()}
            found = next(_within(fields[part].annotation), None) if part in fields else None
    return found


def _within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _within(part)
