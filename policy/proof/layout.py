"""Where things are in a bundle."""

from __future__ import annotations

import re

COMMITTED = ("charts/", "data/", "decision/", "rules/")
"""What the log's entry and the approvals are about; the rest explains it, or came afterwards."""

OBLIGATIONS = "decision/obligations.json"
PROPOSAL = "decision/proposal.json"
CHECKS = "decision/checks.json"
CERTIFICATE = "decision/certificate.json"
ORDERS_CSV = "decision/orders.csv"
CHECKS_CSV = "decision/checks.csv"
INTENT = "decision/intent.json"
KEPT = "decision/kept.commitment"
SNAPSHOT = "data/snapshot.json"
FIRM = "data/firm.json"
RULES = "rules/"
RULES_MANIFEST = "rules/MANIFEST.sha256"
GIT = "rules/git/"
ENDING, WAIVERS = ".mandate", "waivers/"
"""Of rule files below `rules/`: what their names end with, and where those of waivers lie."""
CHARTS = "charts/"
LOG = "log/"
SALT = "log/entry.salt"
KEPT_SALT = "log/kept.salt"
OPEN = "log/open.sha256"
CHECKPOINT = "log/checkpoint"
APPROVALS = "approvals/"
ENVELOPE, INCLUSION = ".dsse.json", ".inclusion.json"
CARD = "trust/policy.txt"
REPORT = "report.html"
README = "README.txt"

_KNOWN = re.compile(
    r"(charts|data|decision|rules)/.+|approvals/[^/]+\.(dsse|inclusion)\.json|trust/policy\.txt|report\.html|README\.txt|"
    r"MANIFEST\.sha256|log/(checkpoint|(entry|kept)\.salt|open\.sha256|consistency-[0-9]+\.txt|[^/]+\.(json|tlog-proof))"
)


def is_known(path: str) -> bool:
    """Whether a bundle may hold the file. What nothing commits to and no check reads, such as a verifier of the
    forger's own, has no place in one."""
    return _KNOWN.fullmatch(path) is not None
