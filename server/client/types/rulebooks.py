"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from server.client.answer import Answer
from server.client.types.shared import Receipt


class CaseResult(Answer):
    """One expectation of one case."""

    rule: str
    title: str
    expected: str
    got: str
    passed: bool
    file: str
    line: int


class CasesAnswer(Answer):
    """`answer`: "pass" or "fail". `untested`: rules and lists beside which no case stands."""

    answer: str
    passed: int
    failed: int
    untested: tuple[str, ...]
    results: tuple[CaseResult, ...]


class Change(Answer):
    """`kind`: rule, list or waiver; `change`: added, removed, changed, or mode where only that is another."""

    id: str
    kind: str
    change: str
    before: Version | None
    after: Version | None


class ChangesAnswer(Answer):
    """From `against` to `rulebook`, of the rules that the reader may see."""

    rulebook: str
    against: str
    data: tuple[Change, ...]


class Counted(Answer):
    """Of one rule that is or was observed, over all states of a rule book. `since`, `until`: the first and the last
    day on which it was judged; `judged`: by how many checks and proposals, and how many of these it would have warned
    of (or let pass by a waiver), stopped (consent, unknown) and blocked."""

    rule: str
    since: str
    until: str
    judged: int
    warned: int
    stopped: int
    blocked: int


class Mistake(Answer):
    """`code` is explained in docs/diagnostics.md; `help` says what to write instead."""

    code: str
    severity: str
    message: str
    help: str | None
    at: Place
    related: tuple[Note, ...]


class Note(Answer):
    """Another place that belongs to a mistake."""

    message: str
    at: Place


class ObservationsAnswer(Answer):
    """Of a published rule book in all its states. Checks and proposals are counted within seconds; those of the last
    ones before a process was killed may be missing."""

    rulebook: str
    data: tuple[Counted, ...]


class Place(Answer):
    """`line` and `column` count from 1."""

    file: str
    line: int
    column: int


class Read(Answer):
    """How the finder reads one clause: `compile_class` A to F (docs/cli.md) and why. `searched` is false where answers
    are judged by the clause but not looked for with it."""

    clause: int
    compile_class: str
    reason: str
    searched: bool


class Revision(Answer):
    """A commit and the folder of the rules in it; its author and when, UTC, as it says itself, None where it does not
    say that readably."""

    commit: str
    path: str
    author: str | None
    time: str | None


class RuleSaid(Answer):
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


class RulebookAnswer(Answer):
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


class RulebooksAnswer(Answer):
    """Newest first. `in_force`: the id of the one by which everything is judged now; `next`: the cursor of the next
    page, null after the last."""

    in_force: str | None
    data: tuple[RulebookAnswer, ...]
    next: str | None


class RulesAnswer(Answer):
    """The rules and lists that the reader may see, as they stand in this rule book: in a published one as it was
    published. `in_force`: the one whose modes and waivers hold now."""

    rulebook: str
    in_force: str | None
    data: tuple[RuleSaid, ...]


class Version(Answer):
    """`mode`: observe or enforce; null of a waiver. `says`: what is judged, in sentences."""

    title: str
    mode: str | None
    says: tuple[str, ...]
