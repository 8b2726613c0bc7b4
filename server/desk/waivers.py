"""Waivers as the service keeps them: asked for by one, granted by another, read as rules like all others.

| state   | when                                                                     | may become     |
| ------- | ------------------------------------------------------------------------ | -------------- |
| asked   | somebody asked for it                                                    | granted, ended |
| granted | somebody else, of compliance, granted it: its file joins the rules       | ended          |
| expired | its last day (UTC) has passed                                            | ended          |
| ended   | who asked took it back, or compliance ended it: its file leaves the rules |               |

What a waiver does is said by its file in the mandate language and by nothing else. Whoever asks gives words for a few
places of that text; so it is read again, and has to say what was meant and no more.
"""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from dsl import tree
from dsl.check.find import every, one
from dsl.parse import parse
from dsl.source import Source
from policy import canonical
from policy.book.facts import Book
from policy.book.problem import Place, Problem
from policy.canonical import Json
from policy.ir import core
from policy.ir.core import Effective, Library
from policy.ir.observed import split
from server.auth.credentials import Principal
from server.desk.loaded import Rules
from server.desk.rules import problem_of, problems, read
from server.desk.ruling import path_of
from server.log.events import Event
from server.store import blobs
from server.store.tables import Waiver


class State(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is waived, where. `account`: an account's id, None for every one; `level`, `group`: such as `issuer` and
    `ACME Corp`, None for every group; `raises_to`, `lowers_to`: the other limit, in the language; with neither the rule
    is lifted."""

    account: str | None
    level: str | None
    group: str | None
    raises_to: str | None
    lowers_to: str | None
    no_purchases: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """`first`, `last`: the days of it; `evidence`: SHA-256 of what was filed."""

    rule: str
    terms: Terms
    first: date
    last: date
    reason: str
    evidence: str | None


def state(row: Waiver, now: str) -> State:
    if row.ended is not None and row.ended <= now:
        return State.ENDED
    if row.last < now[:10]:
        return State.EXPIRED
    return State.ASKED if row.granted is None else State.GRANTED


def seen_by(row: Waiver, who: Principal) -> bool:
    """As the journal's entries of it."""
    mine = who.households is None or row.household is None or row.household in who.households
    return mine and (row.role is None or row.role in who.roles)


def name(waiver: str) -> str:
    """What it is called in the language and in verdicts."""
    return "W-" + waiver.removeprefix("wvr_")


# --- its text ----------------------------------------------------------------------------------


def written(waiver: str, wanted: Wanted, signed: str, on: date, role: str | None) -> str:
    """The rule file of a waiver that is granted on a day, from which on it can hold at the earliest."""
    terms = wanted.terms
    where = "every account" if terms.account is None else f'account "{terms.account}"'
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


def find(library: Library, rule: str) -> core.Rule | core.ListRule | None:
    subjects: tuple[core.Rule | core.ListRule, ...] = (*library.rules, *library.lists)
    return next((each for each in subjects if each.id == rule), None)


def _meant(library: Library, waiver: str) -> tuple[object, ...] | None:
    found = next((each for each in library.waivers if each.id == name(waiver)), None)
    if found is None:
        return None
    where = found.account, found.level, found.group, found.no_purchases, found.raises_to is None
    why = found.reason, found.evidence, found.approved_by, found.approved_on, found.visible_to
    return (found.rule, *where, found.effective, *why)


def _wanted(waiver: str, wanted: Wanted, signed: str, on: date, role: str | None) -> tuple[object, ...]:
    terms = wanted.terms
    whole = terms.raises_to is None and terms.lowers_to is None
    evidence = None if wanted.evidence is None else f"sha256:{wanted.evidence}"
    where = terms.account, terms.level, terms.group, terms.no_purchases, whole
    days = Effective(max(wanted.first, on), wanted.last)
    return (wanted.rule, *where, days, wanted.reason, evidence, signed, on, role)


# --- its row -----------------------------------------------------------------------------------


def asked(
    session: Session, waiver: str, wanted: Wanted, eyes: tuple[str | None, str | None], by: str, now: str
) -> tuple[Waiver, Event]:
    """`eyes`: the role and the household that it is for, as in the journal."""
    row = Waiver(
        id=waiver,
        rule=wanted.rule,
        terms=canonical.encode(asdict(wanted.terms)).decode(),
        first=str(wanted.first),
        last=str(wanted.last),
        reason=wanted.reason,
        evidence=wanted.evidence,
        role=eyes[0],
        household=eyes[1],
        asker=by,
        made=now,
    )
    session.add(row)
    return row, _told(row, "waiver.asked", by)


def wanted_by(row: Waiver) -> Wanted:
    terms = canonical.decode(row.terms.encode())
    assert isinstance(terms, dict), "it is written by `asked`"
    days = date.fromisoformat(row.first), date.fromisoformat(row.last)
    return Wanted(row.rule, Terms(**terms), *days, row.reason, row.evidence)  # type: ignore[arg-type]  # as written


def granted(session: Session, row: Waiver, text: str, signed: str, by: str, now: str) -> Event:
    (row.file,) = blobs.put(session, [text.encode()])
    row.granter, row.granted, row.signed, row.version = by, now, signed, row.version + 1
    session.add(row)
    return _told(row, "waiver.granted", by)


def ended(session: Session, row: Waiver, at: str, by: str) -> Event:
    row.ended, row.ender, row.version = at, by, row.version + 1
    session.add(row)
    return _told(row, "waiver.ended", by)


def _told(row: Waiver, type: str, by: str) -> Event:
    """The entry commits to all that the row says, with the hashes of evidence and file."""
    body: dict[str, Json] = {"v": 1, **row.model_dump(exclude={"terms"}), "terms": canonical.decode(row.terms.encode())}
    data: dict[str, Json] = {"id": row.id, "rule": row.rule, "first": row.first, "last": row.last}
    data |= {} if row.ended is None else {"from": row.ended}
    said = canonical.encode(body)
    return Event(type, row.id, "waiver", by, data, said, household=row.household, role=row.role)


def household_of(book: Book, account: str) -> str:
    """Whose eyes what is about the account is for: those who see all, where it is nobody's."""
    return book.accounts[account].household or ""
