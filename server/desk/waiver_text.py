"""The rule file of a waiver that is asked for over HTTP.

Whoever asks gives words for a few places of that text; so it is read again, and has to say what was meant and no more.
"""

from datetime import date

from dsl import tree
from dsl.check.find import every, one
from dsl.parse import parse
from dsl.source import Source
from policy.book.problem import Place, Problem
from policy.ir.core import Effective, Library
from policy.ir.observed import split
from server.desk.loaded import Rules
from server.desk.rules import find, problem_of, problems, read
from server.desk.ruling import path_of
from server.desk.waivers import Terms, Wanted, name


def written(waiver: str, wanted: Wanted, signed: str, on: date, role: str | None) -> str:
    """The rule file of a waiver that is granted on a day, from which on it can hold at the earliest."""
    terms = wanted.terms
    kind, whose = _scope(terms)
    where = "every account" if whose is None else f'{kind} "{whose}"'
    group = "" if terms.level is None else f' {terms.level} "{terms.group}"'
    evidence = "" if wanted.evidence is None else f' evidence "sha256:{wanted.evidence}"'
    lines = [
        f"waiver {name(waiver)} for {wanted.rule}",
        f"  {where}{group}",
        f"  {_allowed(terms)}{', no purchases' if terms.no_purchases else ''}",
        f"  effective from {max(wanted.first, on)} until {wanted.last}",
        f'  reason "{wanted.reason}"{evidence}',
        f'  approved by "{signed}" on {on}',
        *([] if role is None else [f'  visible to "{role}"']),
        "end",
    ]
    return "".join(f"{line}\n" for line in lines)


def _allowed(terms: Terms) -> str:
    if terms.raises_to is not None:
        return f"raises limit to {terms.raises_to}"
    return "lifts the rule" if terms.lowers_to is None else f"lowers limit to {terms.lowers_to}"


def _scope(terms: Terms) -> tuple[str, str | None]:
    """As `core.Scope` has it."""
    return ("account", terms.account) if terms.household is None else ("household", terms.household)


def drafted(
    known: Rules, waiver: str, wanted: Wanted, signed: str | None, on: date, role: str | None
) -> str | tuple[Problem, ...]:
    """The file, if these rules and it go together and it says what is wanted and nothing else. `signed`: in whose name;
    the only one who may be, without it."""
    may = entitled(known, wanted.rule)
    if signed is None and len(may) != 1:
        do = f"say which of {', '.join(may)}" if may else "such a rule says `on breach block, waiver by …`"
        who = f"{len(may)} people" if may else "nobody"
        return (Problem(Place(pointer="/as"), f"{who} may waive {wanted.rule}", do),)
    text = written(waiver, wanted, signed or may[0], on, role)
    path = path_of(waiver)
    files, _ = split(known.sources)
    found = read([Source(each, files[each]) for each in sorted(files)] + [Source(path, text)])
    doubts = tuple(problem_of(each) for each in found.diagnostics if each.span.file == path)
    if doubts or found.library is None:  # a waiver that is a warning (it allows no more than the rule) is a mistake
        return doubts or tuple(problems(found))
    own, _ = parse(Source(path, text))
    if len(own.blocks) == 1 and _meant(found.library, waiver) == _wanted(waiver, wanted, signed or may[0], on, role):
        return text
    return (Problem(Place(), "its words say something else beside", "give plain names, and a limit that is one sum"),)


def entitled(known: Rules, rule: str) -> tuple[str, ...]:
    """Who may waive it, as the rule says."""
    subject = find(known.library, rule)
    if subject is None:
        return ()
    file, _ = parse(Source(subject.file, known.sources[subject.file]))
    blocks: tuple[tree.Rule | tree.ListBlock, ...]
    blocks = (*every(file.blocks, tree.Rule), *every(file.blocks, tree.ListBlock))
    breach = next((one(block.clauses, tree.OnBreach) for block in blocks if block.id.value == rule), None)
    return () if breach is None else tuple(text.value for text in breach.waiver_by)


def _meant(library: Library, waiver: str) -> tuple[object, ...] | None:
    found = next((each for each in library.waivers if each.id == name(waiver)), None)
    if found is None:
        return None
    where = (found.scope.kind, found.scope.name), found.level, found.group, found.no_purchases, found.raises_to is None
    why = found.reason, found.evidence, found.approved_by, found.approved_on, found.visible_to
    return (found.rule, *where, found.effective, *why)


def _wanted(waiver: str, wanted: Wanted, signed: str, on: date, role: str | None) -> tuple[object, ...]:
    terms = wanted.terms
    whole = terms.raises_to is None and terms.lowers_to is None
    evidence = None if wanted.evidence is None else f"sha256:{wanted.evidence}"
    where = _scope(terms), terms.level, terms.group, terms.no_purchases, whole
    days = Effective(max(wanted.first, on), wanted.last)
    return (wanted.rule, *where, days, wanted.reason, evidence, signed, on, role)
