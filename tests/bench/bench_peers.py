"""The same three rules over 500 positions in other engines, in one run: issuer cap, sector cap, 5/40 bucket.

Each engine is loaded and its rules compiled beforehand; what is timed is one answer to one changed order. The peers
are given the positions after the order, as they are used in practice; ours is given the order. The verdicts are
compared before anything is timed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial

import regopy
import zen

from policy.book.facts import Book
from policy.book.read import index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Op
from policy.judge import fast
from tests.bench.bar import Bar, best
from tests.bench.instances import book, rule

RUNS = 7
ISSUER, SECTOR, SMALL, BUCKET = 10, 13, 5, 40  # percent of net assets

REGO = f"""package mandate
nav := sum([p.value | p := input.positions[_]]) + input.cash
issuers := {{p.issuer | p := input.positions[_]}}
sectors := {{p.sector | p := input.positions[_]}}
by_issuer := {{i: v | i := issuers[_]; v := sum([p.value | p := input.positions[_]; p.issuer == i])}}
by_sector := {{s: v | s := sectors[_]; v := sum([p.value | p := input.positions[_]; p.sector == s])}}
over_issuer := {{i | v := by_issuer[i]; v * 100 > nav * {ISSUER}}}
over_sector := {{s | v := by_sector[s]; v * 100 > nav * {SECTOR}}}
bucket := sum([v | v := by_issuer[_]; v * 100 > nav * {SMALL}])
default over_bucket := false
over_bucket := bucket * 100 > nav * {BUCKET}
answer := [count(over_issuer), count(over_sector), over_bucket]
"""
GROUPED = "map({}s as k, sum(map(filter(positions as p, p.{} == k), #.value)))"
ZEN = (
    ("nav", "sum(map(positions, #.value)) + cash"),
    ("issuer_values", GROUPED.format("issuer", "issuer")),
    ("sector_values", GROUPED.format("sector", "sector")),
    ("over_issuer", f"count($.issuer_values, # * 100 > $.nav * {ISSUER})"),
    ("over_sector", f"count($.sector_values, # * 100 > $.nav * {SECTOR})"),
    ("bucket", f"sum(filter($.issuer_values, # * 100 > $.nav * {SMALL}))"),
    ("over_bucket", f"$.bucket * 100 > $.nav * {BUCKET}"),
)
"""In ZEN's own expression language, which has no grouping: the lists of issuers and sectors are given to it."""
SCRIPT = f"""export const handler = async (input) => {{
  const issuers = {{}}, sectors = {{}};
  let nav = input.cash;
  for (const p of input.positions) {{
    nav += p.value;
    issuers[p.issuer] = (issuers[p.issuer] || 0) + p.value;
    sectors[p.sector] = (sectors[p.sector] || 0) + p.value;
  }}
  const over = (values, limit) => Object.values(values).filter((v) => v * 100 > nav * limit);
  const bucket = over(issuers, {SMALL}).reduce((a, b) => a + b, 0);
  return {{
    over_issuer: over(issuers, {ISSUER}).length,
    over_sector: over(sectors, {SECTOR}).length,
    over_bucket: bucket * 100 > nav * {BUCKET},
  }};
}};"""
"""The same as a script inside of ZEN: no rules any more, but the fastest that it offers."""


def bars() -> Iterator[Bar]:
    held = book(7, securities=500, lots=500, heavy=6)
    bound = _bound(held)
    tables = fast.tables(bound)
    point = {next(name for name in bound.quantities if name.startswith("buy/")): Fraction(1)}
    after = _positions(held, bound)
    peers = {"Rego": _rego(), "ZEN expressions": _zen(_expressions()), "ZEN script": _zen(_script())}
    expected = _counts(bound, fast.judge_fast(tables, point))
    for name, ask in peers.items():
        assert ask(after) == expected, f"{name} answers otherwise"
    ours = best(lambda: fast.judge_fast(tables, point), 200)
    times = {name: best(partial(ask, after), RUNS) / ours for name, ask in peers.items()}
    note = f"500 positions, three rules; ours {ours * 1e3:.2f} ms"
    yield Bar("times faster than Rego (regopy)", times["Rego"], 50, "×", at_least=True, note=note)
    yield Bar("times faster than zen-engine", times["ZEN expressions"], 10, "×", at_least=True, note=note)
    script = f"{note}; a script is code, not rules: measured beside the bar, not promised"
    yield Bar("times faster than a script in zen-engine", times["ZEN script"], 1, "×", at_least=True, note=script)


def _bound(held: Book) -> Bound:
    assets = core.Term("net assets")

    def cap(level: str, percent: int) -> core.Test:
        limit = core.Scale(Fraction(percent, 100), assets)
        return core.Every(core.Pick(level), core.Compare(core.Own(), Op.LE, limit, assets))

    large = core.Compare(core.Own(), Op.GT, core.Scale(Fraction(SMALL, 100), assets), assets)
    bucket = core.Compare(
        core.Total(core.Pick("issuer", large)), Op.LE, core.Scale(Fraction(BUCKET, 100), assets), assets
    )
    rules = (rule("ISSUER", cap("issuer", ISSUER)), rule("SECTOR", cap("sector", SECTOR)), rule("BUCKET", bucket))
    return bind_to(core.Library(rules, (), ()), index(held))


def _positions(held: Book, bound: Bound) -> dict[str, object]:
    """As another engine is given them: floats, one row per position, after one unit of the first is bought."""
    prices = {price.instrument: price.price for price in held.prices}
    bought = next(q.instrument for q in bound.quantities.values() if q.name.startswith("buy/"))
    rows = []
    for lot in held.lots.values():
        instrument = held.instruments[lot.instrument]
        units = lot.quantity + (1 if lot.instrument == bought else 0)
        value = float(units * prices[lot.instrument])
        rows.append({"issuer": instrument.issuer, "sector": instrument.facts["sector"], "value": value})
    assert bought is not None
    cash = sum(float(settled) for a in held.accounts.values() for settled, _ in a.cash.values())
    lists = {f"{key}s": sorted({str(row[key]) for row in rows}) for key in ("issuer", "sector")}
    return {"positions": rows, "cash": cash - float(prices[bought]), **lists}


def _counts(bound: Bound, answers: fast.Answers) -> list[object]:
    """Issuers over, sectors over, whether the bucket is."""
    over = [o.origin.rule for o, outcome in zip(bound.obligations, answers.within, strict=True) if outcome is False]
    return [over.count("ISSUER"), over.count("SECTOR"), "BUCKET" in over]


def _rego() -> Callable[[dict[str, object]], list[object]]:
    engine = regopy.Interpreter()
    engine.add_module("mandate", REGO)

    def ask(after: dict[str, object]) -> list[object]:
        engine.set_input(after)
        found = json.loads(str(engine.query("data.mandate.answer")))
        answer: list[object] = found["expressions"][0]
        return answer

    return ask


def _zen(nodes: list[dict[str, object]]) -> Callable[[dict[str, object]], list[object]]:
    ends = [{"id": "in", "type": "inputNode", "name": "in"}, {"id": "out", "type": "outputNode", "name": "out"}]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
        {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
    ]
    placed = [{**node, "position": {"x": 0, "y": 0}} for node in (*ends, *nodes)]
    graph = {"contentType": "application/vnd.gorules.decision", "nodes": placed, "edges": edges}
    decision = zen.ZenEngine().create_decision(json.dumps(graph))

    def ask(after: dict[str, object]) -> list[object]:
        found = decision.evaluate(after)["result"]
        return [found["over_issuer"], found["over_sector"], found["over_bucket"]]

    return ask


def _expressions() -> list[dict[str, object]]:
    rows = [{"id": name, "key": name, "value": value} for name, value in ZEN]
    return [{"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": rows}}]


def _script() -> list[dict[str, object]]:
    return [{"id": "rules", "type": "functionNode", "name": "rules", "content": {"source": SCRIPT}}]
