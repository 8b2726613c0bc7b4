"""The decision as a page for people: static, without scripts, asking nothing of any network.

It is made from the JSON alone, so that the verifier can make it again and see that it says the same. Pictures are
images inside the page, where an SVG can neither run nor load anything.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from fractions import Fraction
from html import escape

from policy.proof.certificate import Certificate, Claim
from policy.proof.check.case import RANK, Case, Outcome
from policy.proof.check.findings import Checks, Finding
from policy.proof.figures import amount, count, decimal, plain
from policy.proof.layout import CHARTS
from policy.proof.proposal import Kind, Proposal

_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1c2430;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}p.facts{color:#5a6472;margin-top:0}
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:#5a6472}
th,td{padding:.25rem .6rem .25rem 0;border-bottom:1px solid #e3e7ec;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}summary{cursor:pointer;padding:.3rem 0}
.pass{color:#1b7f4d}.warn,.waived{color:#8a6100}.consent,.unknown{color:#9a4a00}.block{color:#b3261e;font-weight:600}
img{max-width:100%}.wide{overflow-x:auto}.wide table{min-width:46rem}
@media print{body{margin:0;max-width:none}.wide table{min-width:0}tr,img{break-inside:avoid}
thead{display:table-header-group}}
@media (prefers-color-scheme:dark){:root{color-scheme:dark}body{background:#14181d;color:#dfe4ea}
p.facts,th{color:#9aa5b1}th,td{border-color:#2c343d}.pass{color:#5ec98c}.warn,.waived{color:#dcb14a}
.consent,.unknown{color:#f0975a}.block{color:#ff7b72}}
"""
_SIGNS = {"<=": "≤", "<": "<", ">=": "≥", ">": ">"}


def report_html(
    case: Case,
    proposal: Proposal,
    checks: Checks,
    certificate: Certificate | None,
    cost: Fraction | None,
    charts: Mapping[str, bytes],
) -> bytes:
    """`cost`: the objective at the proposed point. `charts`: SVG by path."""
    parts = [
        _head(case, proposal, checks),
        *(_chart(path, charts[path]) for path in sorted(charts)),
        _orders(case, proposal) if proposal.orders else "",
        _certificate(case, certificate, cost),
        _checks(case, checks),
    ]
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">'
        f"<title>{_title(proposal)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )
    return page.encode()


def _title(proposal: Proposal) -> str:
    return "Proposed orders" if proposal.kind is Kind.PROPOSAL else "No compliant trade exists"


def _head(case: Case, proposal: Proposal, checks: Checks) -> str:
    made = f"proposed by {proposal.proposer} at {proposal.time}; run {proposal.run}"
    facts = f"as of {case.as_of}, in {case.currency}; {made}"
    return (
        f"<h1>{_title(proposal)}{_stated(proposal, checks)}</h1>"
        f'<p class="facts">{escape(facts)}</p>'
        "<p>This page says what the files beside it say. README.txt tells how to check them without us.</p>"
    )


def _stated(proposal: Proposal, checks: Checks) -> str:
    """A refusal proposes nothing that could pass or be blocked."""
    return f": {_outcome(checks.outcome)}" if proposal.kind is Kind.PROPOSAL else ""


def _chart(path: str, svg: bytes) -> str:
    name = path.removeprefix(CHARTS).removesuffix(".svg").replace("-", " ")
    return f'<img alt="{escape(name)}" src="data:image/svg+xml;base64,{b64encode(svg).decode()}">'


def _orders(case: Case, proposal: Proposal) -> str:
    prices = {(domain.account, name): price for domain in case.domains for name, price in domain.prices.items()}
    rows = []
    for order in proposal.orders:
        price = prices.get((order.account, order.instrument))
        money = "" if price is None else decimal(price * order.quantity)
        lots = ", ".join(f"{lot}: {plain(quantity)}" for lot, quantity in order.lots)
        cells = (str(order.batch + 1), order.account, order.side.value, order.instrument, lots)
        texts = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr>{texts}<td class="n">{plain(order.quantity)}</td><td class="n">{money}</td></tr>')
    head = "<th>batch<th>account<th>side<th>instrument<th>lots"
    return (
        f"<h2>{count(len(rows), 'order')}</h2>"
        f'<div class="wide"><table><thead><tr>{head}<th class="n">quantity<th class="n">{escape(case.currency)}</tr>'
        f"</thead>{''.join(rows)}</table></div>"
    )


def _certificate(case: Case, certificate: Certificate | None, cost: Fraction | None) -> str:
    if certificate is None:
        return "<h2>Is there anything better?</h2><p>Nothing is claimed.</p>"
    allowed = ", ".join(certificate.allowed)
    if certificate.claim is Claim.IMPOSSIBLE:
        return (
            f"<h2>Why nothing is possible</h2><p>No orders lead to outcomes of {escape(allowed)} alone: rules and "
            "domains, weighted as in decision/certificate.json, contradict each other.</p>"
        )
    gap = "" if cost is None else f" These orders cost {decimal(cost)}: the gap is {decimal(cost - certificate.bound)}."
    return (
        f"<h2>Is there anything better?</h2><p>Whatever is compliant (outcomes {escape(allowed)}) costs at least "
        f"{decimal(certificate.bound)} {escape(case.currency)} by the stated objective, proven in exact numbers over "
        f"{count(len(certificate.leaves), 'case')}.{gap}</p>"
    )


def _checks(case: Case, checks: Checks) -> str:
    by_rule: dict[str, list[Finding]] = {}
    for finding in checks.findings:
        by_rule.setdefault(case.obligations[finding.obligation].rule, []).append(finding)
    ordered = sorted(by_rule.items(), key=lambda item: (-max(map(_rank, item[1])), item[0]))
    details = "".join(_rule(case, rule, findings) for rule, findings in ordered)
    counts = f"{count(len(checks.findings), 'check')} of {count(len(by_rule), 'rule')}"
    return f"<h2>{counts}</h2>{details}"


def _rule(case: Case, rule: str, findings: Iterable[Finding]) -> str:
    ordered = sorted(findings, key=lambda finding: -_rank(finding))
    worst = ordered[0].outcome
    rows = "".join(_check(case, finding) for finding in ordered)
    title = case.obligations[ordered[0].obligation].title
    head = '<th>for<th>outcome<th>measured<th class="n">value<th><th class="n">bound<th class="n">headroom'
    shown = " open" if worst is not Outcome.PASS else ""
    return (
        f"<details{shown}><summary><b>{escape(rule)}</b> {escape(title)}: {_outcome(worst)} ({len(ordered)})</summary>"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>{rows}</table></div></details>'
    )


def _check(case: Case, finding: Finding) -> str:
    obligation = case.obligations[finding.obligation]
    place = escape(", ".join(filter(None, (obligation.group, obligation.scope))))
    said = f"<td>{place}</td><td>{_outcome(finding.outcome)}<br>{escape(finding.reason)}</td>"
    measured = finding.deciding
    if measured is None:
        return f"<tr>{said}<td colspan=5></td></tr>"
    numbers = (
        amount(measured.value),
        escape(_SIGNS[measured.op.value]),
        amount(measured.bound),
        amount(measured.headroom),
    )
    cells = "".join(f'<td class="n">{number}</td>' for number in numbers)
    return f"<tr>{said}<td>{escape(measured.label)} ({escape(measured.unit)})</td>{cells}</tr>"


def _outcome(outcome: Outcome) -> str:
    return f'<span class="{outcome.value.split()[-1]}">{outcome.value}</span>'


def _rank(finding: Finding) -> int:
    return RANK[finding.outcome]
