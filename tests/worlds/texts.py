"""Random rule texts: mostly sense, with here and there a word that does not belong. One seed, one text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from dsl.vocabulary import TERMS, Kind, Type

LEVELS = [t.name for t in TERMS.values() if t.kind is Kind.LEVEL]
PLURALS = [t.plural for t in TERMS.values() if t.kind is Kind.LEVEL]
MEASURES = [t.name for t in TERMS.values() if t.kind is Kind.MEASURE]
BASES = [t.name for t in TERMS.values() if t.kind is Kind.BASE]
FACTS = [t.name for t in TERMS.values() if t.kind is Kind.FACT]
SCOPES = ("firm", "each account", "each household", 'accounts tagged "retail"', 'account "A1"')
MONEY = ("net assets", "total assets", "invested assets", "cash", "plan assets", "surplus")
SETS = ("securities", "issuers", "ultimate issuers", "us treasury", "voting classes", "first set")
OPS = ("at most", "at least", "less than", "more than")


def rule(rng: Random, number: int) -> str:
    """One rule; about half of them are sound."""
    demands = [demand(rng) for _ in range(rng.choice((1, 1, 2)))]
    text = "\n".join(demands)
    lets = ["let first set = " + _set(rng, 1)] if "first set" in text else []
    if "first number" in text:
        lets.append("let first number = " + _number(rng, 1))
    clauses = [
        'source "policy"',
        f"applies to {rng.choice(SCOPES)}",
        f"counting {rng.choice(('market value', 'market value', 'market value', 'cost', 'shares', 'votes held'))}"
        + rng.choice(("", "", ", through funds", ", through funds above 10%")),
        *lets,
        *demands,
        rng.choice(("missing data counts as unknown", "missing data counts as breach")),
        f"tested at {rng.choice(('proposal', 'trade', 'purchase, close', 'quarter end projected', 'trigger'))}",
        rng.choice(("", "passive breach must be cured by this proposal", "passive breach may stand 9 calendar days")),
        f"on breach {rng.choice(('block', 'warn'))}",
    ]
    return f'rule R-{number} "a rule"\n' + "\n".join(c for c in clauses if c) + "\nend\n"


def demand(rng: Random) -> str:
    kinds: Sequence[Callable[[Random], str]] = (_limit, _limit, _each, _each, _band, _between, _forbid, _hold, _either)
    text = rng.choice(kinds)(rng)
    given = f"if {_condition(rng, 1)} then " if rng.random() < 0.1 and not text.startswith("either") else ""
    return given + text


def _limit(rng: Random) -> str:
    subject = _number(rng, 2)
    bound = _bound(rng)
    if rng.random() < 0.3:
        subject = rng.choice(("average duration weighted by value", "volatility", "average rating weighted by value"))
        bound = rng.choice(("7", "12%", "client risk tolerance", "80% of benchmark duration", "benchmark rating + 1"))
    return f"limit {subject} to {rng.choice(OPS)} {bound}" + _below(rng)


def _each(rng: Random) -> str:
    measure = rng.choice(("", "", "", f"{rng.choice(MEASURES)} of "))
    level = rng.choice(("issuer", "ultimate issuer", "security", rng.choice(LEVELS)))
    bound = _bound(rng, group=True)
    return f"limit {measure}each {level}{_where(rng, 1)} to {rng.choice(OPS)} {bound}" + _below(rng)


def _below(rng: Random) -> str:
    return rng.choice(
        ("",) * 6
        + (
            "\nexcept where government security is true",
            "\nwarn at 3%",
            '\nneeds consent of "Board" up to 60%, else block',
            "\nexcept at most 1 issuer where listed is true, up to 80% of net assets",
        )
    )


def _band(rng: Random) -> str:
    level = rng.choice(("asset class", "sector", "security"))
    width = rng.choice(("3 points", "the wider of 3 points and 20%", "the narrower of 3 points and USD 100"))
    return f"keep each {level} within {width} of {rng.choice(('target weight', 'index weight', '20% of net assets'))}"


def _between(rng: Random) -> str:
    return f"keep {_number(rng, 1)} between 1% and {_bound(rng)}"


def _forbid(rng: Random) -> str:
    verb = rng.choice(("buy", "sell", "holding", "short", "trade", "buy, short"))
    of = rng.choice(("", "", " of securities", " of lots", " of us treasury", " of first set"))
    if rng.random() < 0.1:
        return "forbid buy where substantially identical was sold at a loss within 30 calendar days before or after"
    return f"forbid {verb}{of}{_where(rng, 2)}" + rng.choice(("", "", "\nexcept where listed is true"))


def _hold(rng: Random) -> str:
    if rng.random() < 0.5:
        return f"hold between 1 and {rng.randint(1, 9)} {rng.choice(SETS)}{_where(rng, 1)}"
    return f"hold each {rng.choice(('security', 'issuer'))} at least {_bound(rng)} or not at all"


def _either(rng: Random) -> str:
    ways = [rng.choice(kinds)(rng).replace("\n", "\n    ") for kinds in ((_limit, _each, _band), (_each, _hold))]
    return f'either "a"\n  {ways[0]}\nor "b"\n  {ways[1]}'


# --- numbers and conditions --------------------------------------------------------------------


def _bound(rng: Random, *, group: bool = False) -> str:
    share = f"{rng.choice(('5', '10', '25', '0.5', '100'))}% of {rng.choice(MONEY)}"
    either = f"the {rng.choice(('greater', 'lesser'))} of {share} and USD 5,000"
    found = [share] * 6 + [either, "USD 1,000", "first number", f"{share} + USD 1", "5", "5%"]
    found += [f"5% of {rng.choice(BASES)}", "30% of average net assets over trailing 12 months"]
    if group:
        found += [f"200% of {rng.choice(('index weight', 'target weight'))}"] * 2
        found += [f"9% of {rng.choice(('shares outstanding', 'votes outstanding'))}"]
        found += ["10% of median daily volume over trailing 20 business days"]
    return rng.choice(found)


def _number(rng: Random, depth: int) -> str:
    simple = [f"{measure} of {_set(rng, depth)}" for measure in ("value", "number", "sum", rng.choice(MEASURES))]
    simple += [
        "value of cash",
        "net assets",
        f"the 3 largest {rng.choice(PLURALS)}",
        "turnover over trailing 12 months",
    ]
    simple += ["purchases", "first number", rng.choice(BASES)]
    if depth and rng.random() < 0.25:
        return f"{_number(rng, 0)} {rng.choice('+-')} {_number(rng, depth - 1)}"
    return rng.choice(simple)


def _set(rng: Random, depth: int) -> str:
    base = rng.choice((*SETS, rng.choice(PLURALS)))
    where = _where(rng, depth - 1)
    return f"({base}{where})" if where else base


def _where(rng: Random, depth: int) -> str:
    return f" where {_condition(rng, depth)}" if depth > 0 and rng.random() < 0.5 else ""


def _condition(rng: Random, depth: int) -> str:
    if depth > 0 and rng.random() < 0.4:
        return f"{_condition(rng, depth - 1)} {rng.choice(('and', 'or'))} {_condition(rng, depth - 1)}"
    atom = rng.choice((_about_fact, _about_fact, _about_quantity, _about_name))(rng)
    return f"not ({atom})" if rng.random() < 0.1 else atom


def _about_fact(rng: Random) -> str:
    found = TERMS[rng.choice(FACTS)]
    op = rng.choice(("<=", "<", ">=", ">"))
    if found.type is Type.BOOL:
        return f"{found.name} is {rng.choice(('true', 'false'))}"
    if found.type is Type.TEXT:
        return f'{found.name} is "{rng.choice(found.values or ("x",))}"'
    if found.type is Type.DATE:
        return f"{found.name} is 2026-01-31"
    other = rng.choice(("3", "3", "3%", "USD 3", "client risk tolerance", "moon phase", rng.choice(FACTS)))
    return f"{found.name} {op} {'50%' if found.type is Type.PERCENT else other}"


def _about_quantity(rng: Random) -> str:
    left = rng.choice(("value", "value", "votes held", "target weight", "number of issuers", "net assets", "shares"))
    return f"{left} {rng.choice(('<=', '<', '>=', '>'))} {_bound(rng, group=True)}"


def _about_name(rng: Random) -> str:
    return rng.choice(
        (
            'issuer is "i1"',
            'sector is "tech"',
            "asset class is us treasury",
            "asset class is us tresury",
            'security is in list "l1"',
            'currency is "EUR"',
            "investor status is retail",
            "rating is AA",
            "discretionary is true",
        )
    )
