"""Orders and checks as CSV, since examiners open spreadsheets. Derived from the JSON: the verifier writes them again.

Numbers are decimals of at most six places; the exact ones are in the JSON. A text that a spreadsheet would take for a
formula is led by an apostrophe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policy.proof.check.case import Case
from policy.proof.check.findings import Finding
from policy.proof.check.ranges import Number
from policy.proof.figures import plain
from policy.proof.proposal import Proposal

_SPECIAL = re.compile('[,"\r\n]')

ORDERS = ("number", "batch", "account", "side", "instrument", "quantity", "lots")
CHECKS = (
    *("obligation", "rule", "group", "outcome", "reason", "measure", "unit"),
    *("value low", "value high", "op", "bound low", "bound high", "headroom low", "headroom high"),
)


def orders_csv(proposal: Proposal) -> bytes:
    rows = (
        [
            str(number),
            str(order.batch),
            order.account,
            order.side.value,
            order.instrument,
            plain(order.quantity),
            "; ".join(f"{lot}: {plain(quantity)}" for lot, quantity in order.lots),
        ]
        for number, order in enumerate(proposal.orders)
    )
    return _csv(ORDERS, rows)


def checks_csv(case: Case, findings: Iterable[Finding]) -> bytes:
    return _csv(CHECKS, (_check(case, finding) for finding in findings))


def _check(case: Case, finding: Finding) -> list[str]:
    obligation, measured = case.obligations[finding.obligation], finding.deciding
    head = [obligation.id, obligation.rule, obligation.group or "", finding.outcome.value, finding.reason]
    if measured is None:
        return head + [""] * (len(CHECKS) - len(head))
    return [
        *(*head, measured.label, measured.unit),
        *(*_ends(measured.value), measured.op.value, *_ends(measured.bound), *_ends(measured.headroom)),
    ]


def _ends(number: Number) -> list[str]:
    if not isinstance(number, tuple):
        return [plain(number)] * 2
    return ["" if end is None else plain(end) for end in number]


def _csv(header: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    lines = [",".join(header), *(",".join(map(_cell, row)) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _cell(text: str) -> str:
    if text[:1] in ("=", "+", "@", "\t", "\r") or (text[:1] == "-" and not _is_number(text)):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
