"""A proposal for people: the orders, what they come to, how good they are; or the conflict that stands in the way."""

from fractions import Fraction
from math import ceil

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from policy.ir.bound import Outcome
from policy.judge.redact import NOT_PERMITTED
from server.answer.proposal import UNSAID, Conflict, Costs, Gives, Money, Ordered, ProposeAnswer
from server.answer.verdict import JudgeAnswer
from server.cli.show import verdict
from server.cli.show.amounts import either, in_unit, money, percent, plain, several, units
from server.cli.show.terminal import answer as marked

SIDES = {"buy": "buy", "cover": "buy", "sell": "sell", "short": "sell"}
DEAREST = 3
MOST_MISSING = 5
OPTIONAL = {Outcome.WARN.value: "warnings", Outcome.CONSENT.value: "orders that need a consent"}


def show(answer: ProposeAnswer, console: Console) -> None:
    if answer.answer == "proposed":
        _proposed(answer, console)
    else:
        refused(answer, console)
    if answer.reproducible is False:
        console.print("[warn]not reproducible[/warn]: the search met its emergency clock; a rerun may find otherwise")
    verdict.notices(answer.before, console)
    if answer.bundle is not None:
        console.print(f"\nproof: {answer.bundle}", markup=False, soft_wrap=True)


def _proposed(answer: ProposeAnswer, console: Console) -> None:
    if not answer.orders:
        console.print(f"[pass]✓ nothing to do[/pass]: {_nothing(answer)}", soft_wrap=True)
    else:
        console.print(orders(answer))
        console.print()
    worth(answer, console)
    if answer.after is not None:
        console.print()
        verdict.show(answer.after, console)
    for name in answer.not_searched[:5]:
        console.print(f"[warn]judged, not searched[/warn]: {escape(name)}")


def _nothing(answer: ProposeAnswer) -> str:
    said = "no orders were found that are better than the book as it stands"
    if answer.gap is None or answer.gap.certified is None:
        return said
    return f"{said}; others could be better by at most {money(answer.gap.certified, answer.currency)}"


def orders(answer: ProposeAnswer) -> Table:
    """Batch by batch, in the order of release."""
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    for name in ("batch", "account", "side"):
        shown.add_column(name, no_wrap=True)
    shown.add_column("quantity", justify="right", no_wrap=True)
    shown.add_column("", style="title", no_wrap=True)
    shown.add_column("security", overflow="ellipsis", no_wrap=True, max_width=20)
    for name in ("worth", "gain"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("lots", style="faint", overflow="fold")
    for number, order in enumerate(answer.orders):
        new = number == 0 or order.batch != answer.orders[number - 1].batch
        shown.add_row(*_cells(order, answer.currency, new=new))
    return shown


def _cells(order: Ordered, currency: str, *, new: bool) -> tuple[str, ...]:
    style = SIDES[order.side]
    lots = [f"{units(used.quantity)} of {used.lot}" for used in order.lots]
    return (
        f"[faint]{order.batch + 1 if new else ''}[/faint]",
        escape(order.account),
        f"[{style}]{order.side}[/{style}]",
        units(order.quantity),
        escape(order.instrument),
        escape(order.name),
        money(order.worth, currency),
        _gain(order, currency),
        escape("\n".join(lots)),
    )


def _gain(order: Ordered, currency: str) -> str:
    if order.short_gain is None or order.long_gain is None:
        return "unknown"
    gain = order.short_gain + order.long_gain
    return money(gain, currency) if gain else ""


def worth(answer: ProposeAnswer, console: Console) -> None:
    """What the orders come to, and how much better they could be."""
    if answer.money is not None and answer.orders:
        console.print(_sums(answer.money, len(answer.orders), answer.currency))
    gap = answer.gap
    if gap is not None and gap.certified is not None:
        share = "" if gap.certified_bp is None else f" ({plain(gap.certified_bp)} bp of net assets)"
        said = f"{money(gap.certified, answer.currency)}{share}"
        console.print(f"no compliant orders are better by more than {said} by the intent: [pass]proven[/pass]")
    elif gap is not None:
        claimed = "" if gap.claimed is None else f"; the search claims {money(gap.claimed, answer.currency)}"
        console.print(f"how much better other orders could be is [unknown]not proven[/unknown]{claimed}")
    for cost in answer.costs[:DEAREST]:
        console.print(f"  {_dear(cost, answer.currency)}", soft_wrap=True)
    if answer.price_box:
        console.print(f"every verdict holds while prices stay within ±{percent(answer.price_box)}")


def _dear(cost: Costs, currency: str) -> str:
    """In steps that people think in: a thousand of money, one of anything else."""
    step, each = (Fraction(1000), cost.each * 1000) if cost.unit == currency else (Fraction(1), cost.each)
    place = " ".join(part for part in (cost.scope, cost.group) if part)
    looser = money(step, currency) if cost.unit == currency else f"1 {cost.unit.removesuffix('s') or 'unit'}"
    return f"[title]{escape(cost.rule)}[/title] {escape(place)}: {looser} looser saves at most {money(each, currency)}"


def _sums(sums: Money, orders: int, currency: str) -> str:
    gain = sums.short_gain + sums.long_gain
    realised = f"a {'gain' if gain >= 0 else 'loss'} of {money(abs(gain), currency)} in taxable accounts"
    unknown = f", and {sums.unknown_gains} orders with unknown gains" if sums.unknown_gains else ""
    tax = f"about {money(sums.tax, currency)} of tax" if sums.tax else "no tax"
    return (
        f"{several(orders, 'order')}: sells {money(sums.sold, currency)}, buys {money(sums.bought, currency)}, costs "
        f"{money(sums.cost, currency)}; realises {realised}{unknown}, {tax}"
    )


# --- refusals ------------------------------------------------------------------------------------


def refused(answer: ProposeAnswer, console: Console) -> None:
    console.print(f"[block]✗ {answer.answer}[/block]: {head(answer)}", soft_wrap=True)
    if answer.answer == UNSAID:
        return
    if answer.conflict is not None:
        console.print()
        conflict(answer.conflict, console)
        _open(answer.conflict, answer.before, console)
        return
    for name in answer.stands_in_the_way:
        console.print(f"  still broken at the nearest point: {escape(name)}")
    console.print()
    for step in answer.tried:
        console.print(f"  [faint]{escape(step.what)} ({escape(step.by)}): {escape(step.said)}[/faint]")
    console.print(f"\n{marked(answer.before.answer)}  the book as it stands")


def head(answer: ProposeAnswer) -> str:
    """What is refused, and by which measure: the outcomes in which the intent lets orders end."""
    end = f"{either(answer.allowed)} under every rule"
    match answer.answer:
        case "impossible":
            more = [said for outcome, said in OPTIONAL.items() if outcome not in answer.allowed]
            hint = f"; {' or '.join(more)} may: accept them in the intent" if more else ""
            return f"no orders end in {end}{hint}"
        case "not found":
            return f"no orders were found that end in {end}; there may be some"
        case "not searched":
            return f"a rule that is judged but not searched stands in the way of orders that end in {end}"
        case _:
            return NOT_PERMITTED


def conflict(found: Conflict, console: Console) -> None:
    """Which rules, what each would have to give alone, and the sum that shows it."""
    word = (
        "these rules cannot hold together; leaving out any one of them ends this proof"
        if found.minimal
        else "among these are rules that cannot hold together"
    )
    console.print(f"{word}:")
    console.print()
    shown = Table(box=None, pad_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    shown.add_column("rule", style="title", no_wrap=True)
    shown.add_column("says", overflow="fold")
    shown.add_column("for", overflow="fold")
    shown.add_column("would have to give, alone", justify="right", no_wrap=True)
    for rule in found.rules:
        place = rule.group or rule.scope
        shown.add_row(escape(rule.rule), escape(rule.title), escape(place), gives(rule))
    console.print(shown)
    console.print()
    for case in found.proof:
        parts = " + ".join(f"{_times(part.times)} × {escape(part.rule)}" for part in case.asked)
        amount = in_unit(case.short, case.unit)
        console.print(f"proof: {parts} ask for {amount} more than all orders together could bring", soft_wrap=True)


def _open(found: Conflict, before: JudgeAnswer, console: Console) -> None:
    """Which of these rules are unknown for the book as it stands: they ask for a fact, and not for other orders."""
    named = {rule.obligation for rule in found.rules}
    for finding in before.findings:
        if finding.id in named and finding.outcome == Outcome.UNKNOWN:
            missing = ", ".join(finding.missing[:MOST_MISSING]) or "see below"
            said = f"{finding.rule} is unknown while a fact is missing: {missing}"
            console.print(f"[unknown]{escape(said)}[/unknown]", soft_wrap=True)


def gives(rule: Gives) -> str:
    """What is proven, and what was found to be enough; shares are whole."""
    if rule.at_least is None:
        return rule.alone or ""
    low = _given(rule.at_least, rule.unit)
    if rule.enough is None:
        return f"at least {low}"
    high = _given(rule.enough, rule.unit)
    return high if high == low else f"{low} to {high}"


def _given(number: Fraction, unit: str) -> str:
    return f"{units(Fraction(ceil(number)))} shares" if unit == "shares" else in_unit(number, unit)


def _times(multiplier: Fraction) -> str:
    return plain(multiplier, 4).rstrip("0").rstrip(".")
