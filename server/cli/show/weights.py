"""Weights before and after as rows of a picture: asset classes against their targets, companies under their limits."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from policy.book.groups import key
from policy.book.models import target_weight
from policy.ir import meaning
from policy.ir.bound import Leaf, Lin, Obligation, Op
from policy.ir.meaning import Values
from server.cli.show.picture import Row, Section, weights
from server.desk.prepare import Task
from server.desk.propose import Answer, Proposed

COMPANIES = 8
"""Most companies that are shown: the largest of those under a limit, and those that moved most."""

LEVEL = "asset class"
ZERO = Fraction(0)


def charts(task: Task, answer: Answer) -> Mapping[str, str]:
    """SVG by name; none where nothing is traded."""
    if not isinstance(answer, Proposed) or not answer.orders:
        return {}
    found = sections(task, answer)
    title = f"{_whose(task)}: weights before and after"
    held = " · held-away accounts counted" if any(a.held_away for a in task.book.accounts.values()) else ""
    subtitle = f"{task.book.as_of:%-d %B %Y} · {len(answer.orders)} orders · all accounts together{held}"
    return {"weights": weights(found, title, subtitle)} if found else {}


def standing(task: Task) -> list[Row]:
    """Asset classes as they are, against their targets."""
    at = meaning.values(task.bound.forms, {})
    total = _sum(at, "net assets/", task)
    return list(_classes(task, at, at, [total, total])) if total > 0 else []


def sections(task: Task, answer: Proposed) -> list[Section]:
    """Nothing where net assets are not known."""
    before, after = meaning.values(task.bound.forms, {}), meaning.values(task.bound.forms, answer.point)
    totals = [_sum(at, "net assets/", task) for at in (before, after)]
    if not all(total > 0 for total in totals):
        return []
    found = [
        Section("asset classes", list(_classes(task, before, after, totals))),
        Section("companies", _companies(task, before, after, totals)),
    ]
    return [section for section in found if section.rows]


def _classes(task: Task, before: Values, after: Values, totals: list[Fraction]) -> Iterator[Row]:
    """Asset classes with the targets of the accounts' models together, and cash, which has what they leave."""
    groups = {_class(task, name) for name in _holdings(task)}
    targets = {group: _target(task, before, group, totals[0]) for group in sorted(groups)}
    for group, target in sorted(targets.items(), key=lambda pair: pair[1] or ZERO, reverse=True):
        here = [name for name in _holdings(task) if _class(task, name) == group]
        yield _row(group, [before, after], totals, here, target=target)
    known = [target for target in targets.values() if target is not None]
    cash = 1 - sum(known, ZERO) if len(known) == len(targets) else None
    yield _row("cash", [before, after], totals, [f"cash/{d.account}" for d in task.bound.domains], target=cash)


def _companies(task: Task, before: Values, after: Values, totals: list[Fraction]) -> list[Row]:
    """Companies with a limit over all accounts, largest first."""
    found = []
    for name, cap in _caps(task, after).items():
        here = [form for form in _holdings(task) if _issuer(task, form) == name]
        if here:
            found.append(_row(name, [before, after], totals, here, cap=cap))
    found.sort(key=lambda row: max(row.before, row.after) + 3 * abs(row.after - row.before), reverse=True)
    return sorted(found[:COMPANIES], key=lambda row: -row.before)


def _row(
    label: str,
    at: list[Values],
    totals: list[Fraction],
    names: list[str],
    target: Fraction | None = None,
    cap: Fraction | None = None,
) -> Row:
    shares = [sum((_known(v, n) for n in names), ZERO) / total for v, total in zip(at, totals, strict=True)]
    return Row(label, shares[0], shares[1], target, None, cap)


def _caps(task: Task, at: Values) -> dict[str, Fraction]:
    """The tightest hard limit of each group that is judged over all accounts, as a share of its base."""
    everyone = {domain.account for domain in task.bound.domains}
    caps: dict[str, Fraction] = {}
    for obligation in task.bound.obligations:
        cap = _cap(obligation, at)
        if cap is not None and obligation.group is not None and set(obligation.accounts) == everyone:
            name = obligation.group.removeprefix("ultimate issuer ").removeprefix("issuer ")
            caps[name] = min(cap, caps.get(name, cap))
    return caps


def _cap(obligation: Obligation, at: Values) -> Fraction | None:
    hard = [rung.formula for rung in obligation.ladder if not rung.tolerance][-1:]
    match hard:
        case [Leaf(measure=Lin(), op=Op.LE | Op.LT, bound=bound, shown_over=Lin() as base)]:
            limit, over = meaning.scalar(bound, at), meaning.scalar(base, at)
            return limit / over if isinstance(limit, Fraction) and isinstance(over, Fraction) and over > 0 else None
        case _:
            return None


def _target(task: Task, at: Values, group: str, total: Fraction) -> Fraction | None:
    shares = []
    for domain in task.bound.domains:
        weight = target_weight(task.index, domain.account, LEVEL, group)
        if weight is None:
            return None
        shares.append(weight * _known(at, f"net assets/{domain.account}") / total)
    return sum(shares, ZERO)


def _holdings(task: Task) -> list[str]:
    return [name for name in task.bound.forms if name.startswith("value/")]


def _class(task: Task, form: str) -> str:
    return key(task.index, form.split("/")[2], LEVEL) or "not classified"


def _issuer(task: Task, form: str) -> str:
    issuer = task.book.instruments[form.split("/")[2]].issuer
    return "" if issuer is None else task.book.issuers[issuer].name


def _sum(at: Values, prefix: str, task: Task) -> Fraction:
    return sum((_known(at, f"{prefix}{domain.account}") for domain in task.bound.domains), ZERO)


def _known(at: Values, name: str) -> Fraction:
    value = at.get(name, ZERO)
    return value if isinstance(value, Fraction) else ZERO


def _whose(task: Task) -> str:
    homes = {task.book.accounts[domain.account].household for domain in task.bound.domains}
    names = [task.book.households[home].name for home in sorted(home for home in homes if home is not None)]
    return ", ".join(names) or ", ".join(domain.account for domain in task.bound.domains)
