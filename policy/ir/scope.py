"""Which rules are in force on a day, and whose accounts each is judged over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policy.book.facts import Book, Elsewhere
from policy.book.groups import are_complete
from policy.book.problem import Place, Problem, did_you_mean, pointer
from policy.ir import core
from policy.ir.bound import Moment
from policy.ir.lists import as_rules


def in_force(effective: core.Effective, as_of: date, known_at: date) -> bool:
    """Valid on the day of judgement, as known on the day of knowledge."""
    return (
        (effective.start is None or effective.start <= as_of)
        and (effective.end is None or as_of <= effective.end)
        and (effective.known is None or effective.known <= known_at)
    )


def rules_in_force(library: core.Library, book: Book) -> Iterator[core.Rule]:
    """Rules, and lists as rules, on the day of the book, but for those that are only observed."""
    for rule in (*library.rules, *as_rules(library.lists, book)):
        if rule.id not in library.observed and in_force(rule.effective, book.as_of, book.known_at):
            yield rule


def due(moment: Moment, day: date) -> bool:
    """Quarter-end clauses are judged on the last day of a quarter."""
    return moment is not Moment.QUARTER_END or (day.month, day.day) in _QUARTER_ENDS


_QUARTER_ENDS = frozenset({(3, 31), (6, 30), (9, 30), (12, 31)})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is judged as one. `missing`: facts without which it is not known whether accounts belong to it as well, or
    at all; while there is one, nothing passes. `whole`: not where most of it may lie in other books, so that these
    accounts say nothing of it either way."""

    name: str
    accounts: tuple[str, ...]
    missing: tuple[str, ...] = ()
    whole: bool = True


def scopes(scope: core.Scope, book: Book, accounts: Collection[str]) -> list[Scope]:
    """Of the scope of a rule, over these accounts."""
    here = sorted(accounts)
    match scope.kind:
        case "firm":
            rest = ("accounts of the firm that are not in the book",) if book.elsewhere else ()
            return [Scope("firm", tuple(here), rest, not rest)] if here else []
        case "household":
            return [*_households(scope, book, here), *_homeless(scope, book, here)]
        case "tagged":
            return [_alone(a) for a in here if scope.name in book.accounts[a].tags]
        case _:
            return [_alone(a) for a in here if scope.name in (None, a, book.accounts[a].name)]


def _alone(account: str, *missing: str) -> Scope:
    return Scope(f"account {account}", (account,), missing)


def _household_of(account: str) -> str:
    return f"household of account {account}"


def _households(scope: core.Scope, book: Book, here: list[str]) -> Iterator[Scope]:
    """An account that states no household may belong to any, unless the book says that households are complete."""
    lost = [_household_of(name) for name, account in book.accounts.items() if account.household is None]
    lost += ["household of accounts that are not in the book"] if book.elsewhere is Elsewhere.PERHAPS else []
    missing = () if are_complete(book, "household") else tuple(sorted(lost))
    members: dict[str, list[str]] = {}
    for account in here:
        home = book.accounts[account].household
        if home is not None and scope.name in (None, home, book.households[home].name):
            members.setdefault(home, []).append(account)
    for home in sorted(members):
        yield Scope(f"household {home}", tuple(members[home]), missing)


def _homeless(scope: core.Scope, book: Book, here: list[str]) -> Iterator[Scope]:
    """An account that states no household is one of its own, surely where the book says that households are complete,
    or has no other account. It may be the one that a rule names, and is surely not where they are complete."""
    complete = are_complete(book, "household")
    if complete and scope.name is not None:
        return
    sure = complete or (scope.name is None and len(book.accounts) == 1 and book.elsewhere is None)
    for account in here:
        if book.accounts[account].household is None:
            yield _alone(account) if sure else _alone(account, _household_of(account))


def not_asked(library: core.Library, book: Book) -> Iterator[Problem]:
    """Rules in force of which no verdict says a word: no account falls under them, which someone may not have meant, or
    they are tested on other days."""
    for rule in rules_in_force(library, book):
        place = Place(pointer=pointer(("rules", rule.id)), field=rule.id)
        if not scopes(rule.scope, book, book.accounts):
            yield Problem(place, f"rule `{rule.id}` binds no account", _correct(rule.scope, book))
        elif not any(due(moment, book.as_of) for moment in rule.moments):
            yield Problem(place, f"rule `{rule.id}` is tested at the end of a quarter only", f"{book.as_of} is none")


def uncovering(library: core.Library, book: Book) -> Iterator[Problem]:
    """Waivers in force that cover nothing of a book that leaves no account out. Whom a waiver is for is not everybody's
    business: this is for who may read all of them."""
    for waiver in library.waivers if book.elsewhere is None else ():
        if in_force(waiver.effective, book.as_of, book.known_at):
            place = Place(pointer=pointer(("waivers", waiver.id)), field=waiver.id)
            if not _there(waiver.scope, book):
                yield Problem(place, f"waiver `{waiver.id}` covers no account", _do(waiver.scope, book))
            if waiver.level is not None and (ids := called(waiver.level, str(waiver.group), book)):
                yield Problem(place, f"waiver `{waiver.id}` covers no {waiver.level}", by_id(str(waiver.group), ids))


def _there(whose: core.Scope, book: Book) -> bool:
    """Whether some account is this one, or of this household, by its id."""
    accounts = book.accounts.values()
    own = (account.id if whose.kind == "account" else account.household for account in accounts)
    return bool(accounts) if whose.name is None else whose.name in own


def _do(whose: core.Scope, book: Book) -> str:
    ids = [] if whose.name is None else called(whose.kind, whose.name, book)
    return by_id(str(whose.name), ids) if ids else _correct(whose, book)


def called(kind: str, name: str, book: Book) -> list[str]:
    """Ids of those accounts, households or groups of a level that have this name; none where it is an id itself."""
    named = _named(kind, book)
    return [] if name in named else sorted(id_ for id_, its in named.items() if its == name)


def by_id(name: str, ids: Sequence[str]) -> str:
    some = " or ".join(f"`{id_}`" for id_ in ids[:3])
    return f"`{name}` is a name, and waivers go by ids: write {some}"


def _named(kind: str, book: Book) -> Mapping[str, str]:
    """Names by id, of what has both."""
    match kind:
        case "account":
            return {account.id: account.name for account in book.accounts.values()}
        case "household":
            return {home.id: home.name for home in book.households.values()}
        case "issuer" | "ultimate issuer" | "investment":
            return {issuer.id: issuer.name for issuer in book.issuers.values()}
        case "security" | "underlying" | "voting class":
            return {each.id: each.name for each in book.instruments.values()}
        case _:
            return {}


def _correct(scope: core.Scope, book: Book) -> str:
    if not book.accounts or scope.name is None:
        return "the book has none"
    known: Iterable[str]
    match scope.kind:
        case "household":
            known = (said for home in book.households.values() for said in (home.id, home.name))
        case "tagged":
            known = (tag for account in book.accounts.values() for tag in account.tags)
        case _:
            known = (said for account in book.accounts.values() for said in (account.id, account.name))
    return did_you_mean(scope.name, known, _DO[scope.kind].format(scope.name))


_DO = {
    "household": "no account states household `{}`; correct its name, or give the accounts their household",
    "tagged": "none is tagged `{}`; correct the tag, or tag the accounts",
    "account": "none is called `{}`; correct the name, or add the account",
}
