"""What of a rule book its reader sees: its state, its files, and what its rules say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmodel import select

from policy.ir import core
from policy.ir.core import Library
from policy.judge.redact import readable
from server.answer.cases import CasesAnswer
from server.answer.check import Mistake, Read, checked
from server.answer.explanation import explained
from server.auth.credentials import Principal
from server.desk import publish, ruling, waivers
from server.desk.loaded import Rules
from server.desk.revision import Revision
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Rulebook, Waiver


@dataclass(frozen=True, slots=True)
class RulebookAnswer:
    """`state`: draft, scheduled, active or superseded; `active`: since when or from when it holds. `in_force`: the one
    by which everything is judged now, this or another one. `manifest`: the SHA-256 that the log and proofs name.
    `base`: the published one of which this is a later state. `files`: by path, those of which the reader may see
    everything; `observed`, `waivers`, `cases`: of the rules that the reader may see. `git`: the revision that it was
    published as, for who may see all of it. `warnings`: what is doubtful in the text, said to whoever published it."""

    id: str
    title: str
    state: str
    manifest: str
    author: str
    made: str
    active: str | None
    activator: str | None
    in_force: str | None
    base: str | None = None
    files: Mapping[str, str] | None = None
    observed: tuple[str, ...] | None = None
    waivers: tuple[str, ...] | None = None
    cases: CasesAnswer | None = None
    git: Revision | None = None
    warnings: tuple[Mistake, ...] = ()
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class RulebooksAnswer:
    """Newest first. `in_force`: the id of the one by which everything is judged now; `next`: the cursor of the next
    page, null after the last."""

    in_force: str | None
    data: tuple[RulebookAnswer, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """A rule or a list. `mode`: enforce, or observe, which is judged and counted and blocks nothing. `says`: what is
    judged, in sentences; `clauses`: how each is read (none of a list); `needs`: terms whose values the book must
    hold."""

    id: str
    mode: str
    title: str
    layer: str
    authority: tuple[str, ...]
    says: tuple[str, ...]
    clauses: tuple[Read, ...]
    needs: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """The rules and lists that the reader may see, as they stand in this rule book: in a published one as it was
    published. `in_force`: the one whose modes and waivers hold now."""

    rulebook: str
    in_force: str | None
    data: tuple[RuleSaid, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of a rule book, beside its row."""

    files: Mapping[str, str]
    observed: tuple[str, ...]
    waivers: tuple[str, ...]
    cases: CasesAnswer
    git: Revision | None


def shown(
    row: Rulebook,
    now: str,
    last: Rulebook | None,
    seen: Seen | None = None,
    warnings: tuple[Mistake, ...] = (),
    log: Receipt | None = None,
) -> RulebookAnswer:
    """`last`: the one in force, as far as the reader may know."""
    found = RulebookAnswer(
        id=row.id,
        title=row.title,
        state=publish.state(row, now, last).value,
        manifest=row.manifest,
        author=row.author,
        made=row.made,
        active=row.active,
        activator=row.activator,
        in_force=None if last is None else last.id,
        base=row.base,
        warnings=warnings,
        log=log,
    )
    if seen is None:
        return found
    said = replace(found, files=seen.files, observed=seen.observed, waivers=seen.waivers, cases=seen.cases)
    return replace(said, git=seen.git)


def readable_to(service: Service, known: Rules, who: Principal) -> Library:
    """The rules that they may see, without waivers that were granted for other households."""
    mine = readable(known.library, who.roles)
    if who.households is None:
        return mine
    with service.store.reading() as session:
        others = {waivers.name(row.id) for row in session.exec(select(Waiver)) if not waivers.seen_by(row, who)}
    return replace(mine, waivers=tuple(each for each in mine.waivers if each.id not in others))


def rules_said(library: Library) -> tuple[RuleSaid, ...]:
    read = {rule.rule: rule for rule in checked((), (), library).rules}
    subjects: tuple[core.Rule | core.ListRule, ...] = (*library.rules, *library.lists)
    told = [explained(each, library.waivers) for each in subjects]
    return tuple(
        RuleSaid(
            each.rule,
            ruling.OBSERVE if each.rule in library.observed else ruling.ENFORCE,
            each.title,
            each.layer,
            each.authority,
            each.says,
            read[each.rule].clauses if each.rule in read else (),
            read[each.rule].needs if each.rule in read else (),
            each.file,
            each.line,
        )
        for each in told
    )
