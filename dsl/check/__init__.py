"""Everything that is wrong with a set of rule files, at once: values, nothing raised.

Law: files without an error here are lowered by `policy.ir.from_dsl` and bound by `policy.ir.bind` without raising.
A block of which a clause was not understood is checked as far as it goes; what the missing clause would have said
is not complained of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dsl import tree, vocabulary
from dsl.check import cases, layers, lists, rules, waivers
from dsl.check.find import every, one
from dsl.check.place import Problems
from dsl.diagnostic import Diagnostic, Related, Severity, in_order
from dsl.source import Span

__all__ = ["check"]


def check(files: Sequence[tree.File]) -> tuple[Diagnostic, ...]:
    """All mistakes of the files together, from top to bottom of each."""
    return in_order(tuple(_problems(files)))


def _problems(files: Sequence[tree.File]) -> Problems:
    blocks = [block for file in files for block in file.blocks]
    found = list(every(blocks, tree.Rule))
    listed = tuple(every(blocks, tree.ListBlock))
    known = {rule.id.value: rule for rule in reversed(found)}
    listed_ids = frozenset(block.id.value for block in listed)
    waivable: dict[str, waivers.Waivable] = {**{block.id.value: block for block in listed}, **known}
    for file in files:
        yield from _vocabulary(file.vocabulary)
    yield from _ids(block for block in blocks if not isinstance(block, tree.Case))
    for block in blocks:
        match block:
            case tree.Rule():
                yield from rules.problems(block, listed_ids)
                yield from waivers.promised(block)
            case tree.ListBlock():
                yield from lists.problems(block)
                yield from waivers.promised(block)
            case tree.Waiver():
                yield from waivers.problems(block, waivable)
            case tree.Case():
                yield from cases.problems(block, known.keys() | listed_ids)
    yield from _unasked(found, listed)
    yield from lists.together(listed)
    yield from layers.problems(found)


def _vocabulary(written: tree.Vocabulary | None) -> Problems:
    if written is None:
        return
    ours = f'`vocabulary "{vocabulary.NAME}" version {vocabulary.VERSION}`'
    if written.name.value != vocabulary.NAME:
        yield Diagnostic("M236", f'there is no vocabulary "{written.name.value}"', written.name.span, f"write {ours}")
    elif not 1 <= written.version <= vocabulary.VERSION:
        yield Diagnostic(
            "M236", f"the vocabulary has no version {written.version}", written.span, f"the newest is {ours}"
        )  # fmt: skip


def _ids(blocks: Iterable[tree.Block]) -> Problems:
    first: dict[str, Span] = {}
    for block in blocks:
        id_ = block.id if not isinstance(block, tree.Case) else block.rule
        earlier = first.setdefault(id_.value, id_.span)
        if earlier is not id_.span:
            yield Diagnostic("M235", f"{id_.value} is the id of another block", id_.span, "give each block its own id",
                             related=(Related("first used here", earlier),))  # fmt: skip


def _unasked(found: Iterable[tree.Rule], listed: Iterable[tree.ListBlock]) -> Problems:
    """Lists that forbid nothing and that no rule speaks of."""
    silent = [block for block in listed if _silent(block)]
    if not silent:
        return
    asked = {node.list.value for rule in found for node in every(rules.spoken(rule), tree.InList)}
    for block in silent:
        if block.id.value not in asked:
            yield Diagnostic(
                "M349", f"list {block.id.value} forbids nothing and no rule speaks of it", block.id.span,
                f'write a rule with `security is in list "{block.id.value}"`', Severity.WARNING,
            )  # fmt: skip


def _silent(block: tree.ListBlock) -> bool:
    kind = one(block.clauses, tree.ListKind)
    return kind is not None and kind.name in lists.SILENT and one(block.clauses, tree.Forbid) is None
