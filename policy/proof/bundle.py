"""A decision and its proof as a set of files: the layout of docs/proofs.md.

In two steps, since a log lies between: `committed` makes the files that the decision consists of, `statement` is what
the log and the approvals are about, and `completed` adds what came of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.canonical import Json, encode
from policy.proof import gitobjects
from policy.proof.archive import MANIFEST, manifest
from policy.proof.certificate import Certificate, certificate_json
from policy.proof.check.findings import checks
from policy.proof.check.from_json import case
from policy.proof.gitobjects import Git
from policy.proof.layout import (
    CARD,
    CERTIFICATE,
    CHARTS,
    CHECKPOINT,
    CHECKS,
    CHECKS_CSV,
    COMMITTED,
    LOG,
    OBLIGATIONS,
    OPEN,
    ORDERS_CSV,
    PROPOSAL,
    README,
    REPORT,
    RULES,
    RULES_MANIFEST,
    SALT,
    SNAPSHOT,
)
from policy.proof.opened import Opened, opened
from policy.proof.proposal import Proposal, proposal_json
from policy.proof.report import report_html
from policy.proof.sheets import checks_csv, orders_csv


@dataclass(frozen=True, slots=True)
class Decision:
    """`obligations`: `policy.ir.show.to_json` of the bound rules. `checks`: `verdict_json` at the point. `rules`: the
    sources by path. `snapshot`: the canonical document whose SHA-256 the obligations name. `charts`: SVG by name."""

    obligations: Json
    proposal: Proposal
    checks: Json
    certificate: Certificate | None
    rules: Mapping[str, bytes]
    snapshot: bytes
    git: Git | None = None
    charts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log gave: `entries` and `proofs` by name (`entry` for the decision itself, `rules`, `snapshot`, `run`),
    the salt of the decision's commitment, the signed checkpoint, and proofs of growth from older sizes."""

    entries: Mapping[str, bytes]
    proofs: Mapping[str, bytes]
    salt: bytes
    checkpoint: bytes
    growths: Mapping[int, bytes] = field(default_factory=dict)


def committed(decision: Decision) -> dict[str, bytes]:
    """The files that the decision consists of."""
    bound = case(decision.obligations)
    stated = checks(decision.checks, bound)
    files = {
        OBLIGATIONS: encode(decision.obligations),
        PROPOSAL: encode(proposal_json(decision.proposal)),
        CHECKS: encode(decision.checks),
        ORDERS_CSV: orders_csv(decision.proposal),
        CHECKS_CSV: checks_csv(bound, stated.findings),
        SNAPSHOT: decision.snapshot,
        **{f"{RULES}{path}": content for path, content in decision.rules.items()},
        **{f"{CHARTS}{name}.svg": svg for name, svg in decision.charts.items()},
    }
    files[RULES_MANIFEST] = rules_manifest(decision.rules)
    if decision.certificate is not None:
        files[CERTIFICATE] = encode(certificate_json(decision.certificate))
    if decision.git is not None:
        files |= {f"{RULES}{path}": content for path, content in gitobjects.files(decision.git).items()}
    return files


def rules_manifest(rules: Mapping[str, bytes]) -> bytes:
    """What a `rules-activate` entry names by its SHA-256: `sha256␠␠path` for every rule file, paths below `rules/`."""
    return manifest(rules)


def statement(files: Mapping[str, bytes]) -> bytes:
    """The lines of the manifest that the log's entry commits to, and that approvals name: of what everybody may read,
    where a bundle holds more (`policy.proof.kept` has what that is)."""
    return files.get(OPEN) or manifest(files, COMMITTED)


def completed(
    files: Mapping[str, bytes], logged: Logged, card: bytes, approvals: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """The whole bundle. `card`: a trust card, for convenience only; `approvals`: their files
    (`policy.proof.approval.filed`)."""
    whole = {
        **files,
        **{f"{LOG}{name}.json": entry for name, entry in logged.entries.items()},
        **{f"{LOG}{name}.tlog-proof": proof for name, proof in logged.proofs.items()},
        **{f"{LOG}consistency-{old}.txt": proof for old, proof in logged.growths.items()},
        **(approvals or {}),
        SALT: f"{logged.salt.hex()}\n".encode(),
        CHECKPOINT: logged.checkpoint,
        CARD: card,
        README: README_TEXT,
        REPORT: report(opened(files), files),
    }
    return {**whole, MANIFEST: manifest(whole)}


def report(found: Opened, files: Mapping[str, bytes]) -> bytes:
    """report.html, from what the other files say."""
    charts = {path: content for path, content in files.items() if path.startswith(CHARTS)}
    return report_html(found.case, found.proposal, found.checks, found.certificate, found.reached, charts)


README_TEXT = b"""\
This folder, or zip, is a decision about trades and its proof.

    report.html               the decision for people; it says what the files say
    decision/                 orders, checks, obligations and certificate; CSV copies of orders and checks
    rules/  data/             the rules in force and the facts they were applied to
    approvals/  log/  trust/  who signed, where it was written down, and keys for convenience
    MANIFEST.sha256           SHA-256 of every file

How to check it without trusting us or this file:

    sha256sum -c MANIFEST.sha256
    python -m policy.proof.verify FILE --trust CARD

The second command needs Python and the package `cryptography`. Get the verifier and the trust card (our key, and the
last checkpoint that you kept) from somewhere else than this bundle: what came inside confirms nothing about itself.
The formats are public: RFC 6962 trees, C2SP signed notes and tlog-proofs, DSSE envelopes, RFC 8785 JSON.
"""
