"""Which group of a level an instrument belongs to, and what is known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsl.vocabulary import Kind, Source, term
from policy.book.facts import Book, Facts, Instrument, Value

if TYPE_CHECKING:
    from policy.book.read import Index


def key(index: Index, instrument: str, level: str) -> str | None:
    """The instrument's group at a level of instruments; None where it is not known.

    A voting class is the security, and an 817(h) investment the issuer, where the facts do not say otherwise."""
    subject = index.subjects[instrument]
    match level:
        case "security":
            return None if instrument in index.undisclosed else instrument
        case "issuer":
            return subject.issuer
        case "ultimate issuer":
            return None if subject.issuer is None else index.ultimate.get(subject.issuer)
        case "underlying":
            return subject.underlying or key(index, instrument, "security")
        case "identical group":
            return None if instrument in index.undisclosed else identical_group(index.book, subject)
        case "currency":
            return subject.currency or None
        case "lot" | "order" | "account":
            raise KeyError(f"`{level}` is no group of instruments")
        case "voting class" | "investment":
            stated = subject.facts.get(level)
            return str(stated) if stated is not None else key(index, instrument, _UNLESS_SAID[level])
        case _:
            found = fact(index, instrument, level)
            return found if isinstance(found, str) else None


def identical_group(book: Book, subject: Instrument) -> str | None:
    """As stated; where the book says that these groups are complete, what states none is identical to itself alone."""
    return subject.identical or (subject.id if are_complete(book, "identical group") else None)


def are_complete(book: Book, level: str) -> bool:
    """Whether every group of the level (`identical group`; of accounts, `household`) with several members is stated,
    so that what states none is alone."""
    first = book.complete.get(f"groups {level}")
    return first is not None and first <= book.as_of


_UNLESS_SAID = {"voting class": "security", "investment": "issuer"}


def is_derivative(subject: Instrument) -> bool | None:
    """As the facts say; None where they say nothing."""
    derivative, legal_form = subject.facts.get("derivative"), subject.facts.get("security type")
    if isinstance(derivative, bool):
        return derivative
    return None if legal_form is None else legal_form in DERIVATIVES


DERIVATIVES = frozenset({"option", "future", "forward", "swap", "warrant", "right"})


def name(index: Index, level: str, group: str) -> str:
    """What people call the group."""
    if level in ("issuer", "ultimate issuer", "investment") and group in index.book.issuers:
        return index.book.issuers[group].name
    if level in ("security", "underlying", "voting class") and group in index.subjects:
        return index.subjects[group].name
    return group


def is_named(index: Index, instrument: str, level: str, wanted: str) -> bool | None:
    """Whether the instrument's group at the level has this id or this name; None where the group is not known."""
    group = key(index, instrument, level)
    return None if group is None else wanted in (group, name(index, level, group))


def fact(index: Index, instrument: str, words: str, account: str | None = None) -> Value | None:
    """What is known of an instrument under a term of the vocabulary; None where nothing is.

    A fact of the issuer is looked up on the instrument, then on its issuer, and not on the issuer's parent: a
    group's figure says nothing about one company in it. A fact of an account, a household or the firm is read
    from there."""
    known = term(words)
    if known is None:
        raise KeyError(f"`{words}` is no term of the vocabulary")
    subject = index.subjects[instrument]
    match known.of:
        case "issuer":
            return _first(known.name, subject.facts, _issuer_facts(index, subject))
        case "account" | "household" | "firm" | "scope":
            return None if account is None else account_fact(index, account, known.name)
        case "instrument" if known.kind is Kind.LEVEL and known.source is not Source.FACT:
            return key(index, instrument, known.name)
        case _ if known.name == "price":
            return index.unit_values.get(instrument)
        case _ if known.name == "index constituent" and known.name not in subject.facts:
            return None if account is None else _in_benchmark(index, instrument, account)
        case _:
            return subject.facts.get(known.name)


def account_fact(index: Index, account: str, words: str) -> Value | None:
    """Stated for the account, for its household or for the firm, wherever the term stands."""
    known = term(words)
    holder = index.book.accounts[account]
    household = index.book.households.get(holder.household or "")
    match known.of if known else None:
        case "household":
            return household.facts.get(words) if household else None
        case "firm":
            return index.book.facts.get(words)
        case _:
            return holder.facts.get(words)


def fact_age(index: Index, instrument: str, words: str) -> int | None:
    """Calendar days from the day on which the fact was true to the day of the book; None where no day is stated."""
    subject = index.subjects[instrument]
    day = subject.dated.get(words)
    if day is None and words not in subject.facts and (issuer := index.book.issuers.get(subject.issuer or "")):
        day = issuer.dated.get(words)
    return None if day is None else (index.book.as_of - day).days


def _in_benchmark(index: Index, instrument: str, account: str) -> bool | None:
    benchmark = index.book.accounts[account].benchmark
    weights = index.weights.get((benchmark or "", "security"))
    return None if weights is None else weights.get(instrument, 0) != 0


def _issuer_facts(index: Index, subject: Instrument) -> Facts:
    issuer = index.book.issuers.get(subject.issuer or "")
    return issuer.facts if issuer else {}


def _first(words: str, *places: Facts) -> Value | None:
    return next((place[words] for place in places if words in place), None)
