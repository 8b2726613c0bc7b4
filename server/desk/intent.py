"""An intent from a JSON file: what is wanted of a proposal, in the user's words.

Everything may be left out; what is left out is as `solver.intent` has it. Each field is checked by itself and all
problems are found in one run.
"""

import json
from collections.abc import Collection, Iterator
from enum import StrEnum
from itertools import chain, islice
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from policy.book.amount import Refusal, kind, number_text
from policy.book.facts import Book
from policy.book.intake.fields import REFUSED, Id, NotNegative, Number, Proportion, Spread, Text, Turnover
from policy.book.intake.json_text import parse, with_lines
from policy.book.integrity import LEVELS
from policy.book.problem import SUGGESTED, Place, Problem, did_you_mean, is_problems, pointer
from policy.ir.bound import Outcome
from solver.intent import Drift, Intent, Pin, Tax


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class DriftPart(Part):
    """What a unit of money away from its target costs, in money a year."""

    inside: Spread | None = None
    """within the band: "0.5%" """
    outside: Spread | None = None
    """beyond it, at least as much"""
    band: Spread | None = None
    """half the band's width, as a share of net assets"""


class TaxPart(Part):
    """Tax rates on realised gains."""

    short: Proportion | None = None
    """of lots held up to a year"""
    long: Proportion | None = None
    """of lots held longer"""
    loss: Proportion | None = None
    """what a unit of tax saved by a loss is worth, 0 to 1"""


class PinPart(Part):
    """What is bought of an instrument in an account, less what is sold: within these."""

    account: Id
    instrument: Id
    least: Number | None = None
    """at least so many units; "-40" sells at most forty"""
    most: Number | None = None
    """at most so many units; "0" buys none"""
    reason: Text | None = None
    """for whoever reads it"""


class Usable(StrEnum):
    """Outcomes of rules that orders may end in: never `unknown`, never `block`."""

    PASS = "pass"
    WARN = "warn"
    WAIVED = "waived"
    CONSENT = "needs consent"


class IntentDocument(Part):
    """What is wanted of a proposal; what is left out keeps its default."""

    model_config = ConfigDict(title="Proofolio intent")

    level: Text | None = None
    """what the model's weights speak of: security, or a level such as asset class"""
    model: Text | None = None
    """one model for all accounts together; left out: each account's own"""
    drift: DriftPart = Field(default_factory=DriftPart)
    tax: TaxPart = Field(default_factory=TaxPart)
    raise_cash: dict[Id, NotNegative] = Field(default_factory=dict)
    """by account: money that must be spendable at the end"""
    never_trade: list[Id] = Field(default_factory=list)
    """instruments to leave alone"""
    leave_alone: list[Id] = Field(default_factory=list)
    """accounts in which nothing is traded"""
    pins: list[PinPart] = Field(default_factory=list, max_length=1_000)
    """what is to be traded of an instrument, whatever else would be better"""
    turnover: Turnover | None = None
    """purchases and sales together, as a share of an account's net assets"""
    accept: list[Usable] = Field(default_factory=list)
    """outcomes that the finder may use beside pass: warn, waived, needs consent"""


PARTS: dict[str, type[Part]] = {"drift": DriftPart, "tax": TaxPart, "pins": PinPart}


def read(text: str, file: str, book: Book) -> Intent | tuple[Problem, ...]:
    """The intent of a JSON text; or every problem, with its line."""
    raw = parse(text, file)
    if isinstance(raw, tuple) and is_problems(raw):
        return raw
    found = of(raw, file, book)
    return found if isinstance(found, Intent) else with_lines(found, text)


def of(raw: object, file: str, book: Book, most: int | None = None) -> Intent | tuple[Problem, ...]:
    """The intent of a value that `policy.book.intake.json_text` parsed; or every problem, or the first `most`, with its
    place in it."""
    document = _document(raw, file, most)
    if not isinstance(document, IntentDocument):
        return document
    said = chain(_unknown(file, document, book), _dearer_inside(file, document), _unpinned(file, document))
    wrong = tuple(islice(said, most))
    return wrong or _intent(document)


def misread(raw: object, file: str, most: int | None = None) -> tuple[Problem, ...]:
    """What is wrong with it, whatever the book; the first `most`."""
    found = _document(raw, file, most)
    return () if isinstance(found, IntentDocument) else found


def _document(raw: object, file: str, most: int | None = None) -> IntentDocument | tuple[Problem, ...]:
    if not isinstance(raw, dict):
        return (Problem(Place(file, 1, ""), f"{kind(raw)} stands where the intent is wanted", "write one object"),)
    try:
        return IntentDocument.model_validate(raw)
    except ValidationError as error:
        return tuple(_problem(file, detail) for detail in error.errors(include_url=False)[:most])


def written(intent: Intent) -> str:
    """The text that `read` gives the intent back for."""
    said = {
        "level": intent.level,
        "model": intent.model,
        "drift": {name: number_text(getattr(intent.drift, name)) for name in ("inside", "outside", "band")},
        "tax": {name: number_text(getattr(intent.tax, name)) for name in ("short", "long", "loss")},
        "raise_cash": {name: number_text(amount) for name, amount in intent.raise_cash.items()},
        "never_trade": sorted(intent.never_trade),
        "leave_alone": sorted(intent.leave_alone),
        "pins": list(map(_pin, intent.pins)),
        "turnover": None if intent.turnover is None else number_text(intent.turnover),
        "accept": [outcome.value for outcome in Outcome if outcome in intent.allowed],
    }
    return json.dumps({name: value for name, value in said.items() if value is not None}, indent=1, sort_keys=True)


def _pin(pin: Pin) -> dict[str, str]:
    limits = {"least": pin.least, "most": pin.most}
    said = {name: number_text(limit) for name, limit in limits.items() if limit is not None}
    return {"account": pin.account, "instrument": pin.instrument, **said, "reason": pin.reason}


def _intent(document: IntentDocument) -> Intent:
    whole = {name: value for name, value in _said(document).items() if name in ("level", "model", "turnover")}
    return Intent(
        **whole,
        drift=Drift(**_said(document.drift)),
        tax=Tax(**_said(document.tax)),
        raise_cash=document.raise_cash,
        never_trade=frozenset(document.never_trade),
        leave_alone=frozenset(document.leave_alone),
        pins=tuple(Pin(**_said(pin)) for pin in document.pins),
        allowed=frozenset({Outcome.PASS, *(Outcome(usable) for usable in document.accept)}),
    )


def _said(part: Part) -> dict[str, Any]:
    """What the file says; for the rest the default stands in one place."""
    return {name: value for name, value in vars(part).items() if value is not None}


def _unknown(path: str, document: IntentDocument, book: Book) -> Iterator[Problem]:
    """Accounts, instruments and models that the book has not, and a level that nobody has."""
    models = {weight.model for weight in book.weights}
    named: list[tuple[tuple[str | int, ...], str, Collection[str], str]] = [
        *((("raise_cash", name), name, book.accounts, "account") for name in document.raise_cash),
        *((("never_trade", n), name, book.instruments, "instrument") for n, name in enumerate(document.never_trade)),
        *((("leave_alone", n), name, book.accounts, "account") for n, name in enumerate(document.leave_alone)),
        *((("pins", n, "account"), pin.account, book.accounts, "account") for n, pin in enumerate(document.pins)),
        *(
            (("pins", n, "instrument"), p.instrument, book.instruments, "instrument")
            for n, p in enumerate(document.pins)
        ),
        *((("model",), name, models, "model") for name in (document.model,) if name is not None),
    ]
    unknown = (each for each in named if each[1] not in each[2])
    for at, (place, name, known, what) in enumerate(unknown):
        advice = f"name a{'n' * (what[0] in 'ai')} {what} of the book"
        do = did_you_mean(name, known if at < SUGGESTED else (), advice)
        yield Problem(Place(path, None, pointer(place)), f"the book has no {what} `{name}`", do)
    if document.level is not None and document.level not in LEVELS:
        advice = did_you_mean(document.level, LEVELS, "use security, or a level of the vocabulary")
        yield Problem(Place(path, None, "/level"), f"`{document.level}` is no level", advice)


def _dearer_inside(path: str, document: IntentDocument) -> list[Problem]:
    """Being further from a target must not cost less: there would be no best answer that can be proven."""
    drift = _intent(document).drift
    if drift.outside >= drift.inside:
        return []
    what = f"drift costs `{number_text(drift.inside)}` inside the band and `{number_text(drift.outside)}` beyond it"
    return [Problem(Place(path, None, "/drift"), what, "let `outside` be at least `inside`")]


def _unpinned(path: str, document: IntentDocument) -> Iterator[Problem]:
    """Pins that say nothing, or what another one says or contradicts."""
    first: dict[tuple[str, str], int] = {}
    for number, pin in enumerate(document.pins):
        place = Place(path, None, pointer(("pins", number)))
        twin = first.setdefault((pin.account, pin.instrument), number)
        if twin != number:
            what = f"`{pin.instrument}` in `{pin.account}` is pinned twice, at {twin} and at {number}"
            yield Problem(place, what, "say both limits in one pin")
        if pin.least is None and pin.most is None:
            yield Problem(place, "this pin says neither `least` nor `most`", 'write "0" for both to leave it as it is')
        if pin.least is not None and pin.most is not None and pin.least > pin.most:
            yield Problem(place, "`least` is more than `most`", "let it be at most as much")


def _problem(path: str, detail: ErrorDetails) -> Problem:
    place = Place(path, None, pointer(detail["loc"]))
    refusal = _refusal(detail)
    return Problem(place, refusal.what, refusal.do)


def _refusal(detail: ErrorDetails) -> Refusal:
    context, name = detail.get("ctx", {}), str(detail["loc"][-1])
    match detail["type"]:
        case found if found == REFUSED:
            return Refusal(context["what"], context["do"])
        case "extra_forbidden":
            known = PARTS.get(str(detail["loc"][0]), IntentDocument).model_fields
            advice = did_you_mean(name, known, f"there are {', '.join(known)}")
            return Refusal(f"`{name}` is no part of an intent", advice)
        case "enum":
            return Refusal(
                f"`{detail['input']}` is no outcome that orders may have", "use warn, waived or needs consent"
            )
        case _:
            return Refusal(f"{kind(detail['input'])} stands here", "docs/intent.schema.json says what is wanted")
