"""Names that a rule writes otherwise than the book does, though a reader takes them for the same.

A list that covers “O’Neil” with a curly apostrophe covers nothing where the book says "O'Neil", and a limit on the
sector "energy" limits nothing where the book says "Energy". Nothing is guessed: such a rule is not judged before one of
the two is corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from dsl.confusable import skeleton
from policy.book.facts import Book
from policy.book.problem import Place, Problem
from policy.ir import core


def disguised(library: core.Library, book: Book) -> tuple[Problem, ...]:
    """One problem for each name of a block that only looks like one of the book, or only sounds like it."""
    blocks: list[core.Rule | core.ListRule | core.Waiver] = [*library.rules, *library.lists, *library.waivers]
    said = [(block, name) for block in blocks for name in dict.fromkeys(_names(block))]
    known = set(_known(book, {term for block in blocks for term in _compared(block)}))
    strange = {looks: name for name in known if (looks := skeleton(name)) != name}
    sounds = {name.casefold(): name for name in sorted(known)}
    found = []
    for block, name in said:
        if name in known:
            continue
        looks = skeleton(name)
        meant = looks if looks in known else strange.get(looks, sounds.get(name.casefold()))
        if meant is not None:
            what = f"`{name}` looks like `{meant}` in the book and is not the same"
            found.append(Problem(Place(block.file, block.span.line), f"in {block.id}, {what}", "write both alike"))
    return tuple(found)


def _names(node: object) -> Iterator[str]:
    """What a block calls by name: accounts, groups, lists and free texts that facts are compared with."""
    match node:
        case core.Named(name=name) | core.Listed(name):
            yield name
        case core.Fact(_, _, str() as name):
            yield name
        case core.Scope(name=str() as name):
            yield name
        case core.Waiver(scope=scope, group=group):
            yield from (name for name in (scope.name, group) if name is not None)
        case _:
            yield from (name for part in _parts(node) for name in _names(part))


def _compared(node: object) -> Iterator[str]:
    match node:
        case core.Fact(term, _, str()):
            yield term
        case _:
            yield from (term for part in _parts(node) for term in _compared(part))


def _parts(node: object) -> Iterable[object]:
    if isinstance(node, tuple):
        return node
    return [getattr(node, field.name) for field in fields(node)] if is_dataclass(node) else ()


def _known(book: Book, terms: Iterable[str]) -> Iterator[str]:
    """Every name of the book that a rule could mean, and the texts of these facts."""
    for table in (book.issuers, book.instruments, book.households, book.accounts):
        for record in table.values():
            yield record.id
            yield record.name
            yield from (text for term in terms if isinstance(text := record.facts.get(term), str))
    yield from (tag for account in book.accounts.values() for tag in account.tags)
    yield from (entry.list for entry in book.entries)
    yield from (text for term in terms if isinstance(text := book.facts.get(term), str))
