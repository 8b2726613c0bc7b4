"""Claims about the decision itself: recomputed in exact numbers from the obligations, whoever made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policy.canonical import digest
from policy.proof import certificate as cert
from policy.proof.bundle import README_TEXT, report
from policy.proof.certificate import Certificate
from policy.proof.check.case import Outcome
from policy.proof.check.evaluate import worst
from policy.proof.check.fills import Shown, fills
from policy.proof.check.findings import differences
from policy.proof.check.orders import admissible, point_of
from policy.proof.check.program import program
from policy.proof.claims.claim import KEPT_FROM_YOU, Claim, not_proven, proven, refuted
from policy.proof.duality import CertificateError, check
from policy.proof.figures import count, decimal
from policy.proof.layout import CHECKS_CSV, OBLIGATIONS, ORDERS_CSV, README, REPORT
from policy.proof.opened import Opened
from policy.proof.proposal import Kind
from policy.proof.reading import ShapeError
from policy.proof.sheets import checks_csv, orders_csv

LIVABLE = (Outcome.PASS, Outcome.WARN, Outcome.WAIVED)
"""What keeps a rule with nothing further to be shown. A waiver is signed among the rules; a consent is still to be
given, so that `needs consent` is not proven."""
NEVER_ALLOWED = frozenset({Outcome.UNKNOWN, Outcome.BLOCK})
MANY = 3  # names in a sentence


def orders(found: Opened, files: Mapping[str, bytes]) -> Claim:
    proposal = found.proposal
    if proposal.obligations != digest(files[OBLIGATIONS]):
        return refuted("orders", "the proposal speaks of other obligations")
    if proposal.kind is Kind.REFUSAL and proposal.orders:
        return refuted("orders", "a refusal has no orders")
    try:
        made = point_of(found.case, proposal.orders)
    except ShapeError as error:
        return refuted("orders", str(error))
    residues = {name: q.account for name, q in found.case.quantities.items() if q.kind == "residue"}
    judged = {name: amount for name, amount in proposal.point if name not in residues}
    if made != judged:
        odd = sorted(name for name in made.keys() | judged.keys() if made.get(name) != judged.get(name))
        return refuted("orders", f"the orders are not the point that was judged: {_few(odd)}")
    trading = {order.account for order in proposal.orders}
    idle = [name for name, _ in proposal.point if name in residues and residues[name] not in trading]
    if idle:
        return refuted("orders", f"no order is booked there, and yet something remains of booking: {_few(idle)}")
    faults = admissible(found.case, dict(proposal.point), found.at) if proposal.orders else []
    if faults:
        return refuted("orders", _few(faults))
    counts = ((proposal.orders, "order"), (found.case.domains, "account"))
    return proven("orders", ", ".join(count(len(things), noun) for things, noun in counts))


def rules(found: Opened) -> Claim:
    wrong = list(differences(found.case, found.checks, found.at, found.ended))
    if wrong:
        return refuted("rules", _few(wrong))
    stated, counted = found.checks.outcome, f"{count(len(found.checks.findings), 'check')} recomputed"
    if found.proposal.kind is Kind.REFUSAL:
        return not_proven("rules", f"there are no orders; {counted} for the book as it stands: {stated}")
    if stated in LIVABLE:
        return proven("rules", f"{counted}: {stated}")
    failing = _few([f.obligation for f in found.checks.findings if f.outcome is stated])
    answer = refuted if stated is Outcome.BLOCK else not_proven
    return answer("rules", f"{counted}: {stated} for {failing}")


def on_the_way(found: Opened) -> Claim:
    """Partial fills."""
    promised = [finding for finding in found.checks.findings if finding.fills in tuple(Shown)]
    tested = [o for o in found.case.obligations.values() if "trade" in o.moments]
    if not found.proposal.orders or not tested:
        return proven("fills", "no order, or no rule that is tested at trade")
    stated = {finding.obligation: Shown(finding.fills) for finding in promised if finding.fills is not None}
    try:
        shown = fills(found.case, found.proposal, found.at, stated)
    except ShapeError:
        return not_proven("fills", "the orders cannot be placed")
    if shown.broken:
        return refuted("fills", f"fails on the way although the checks say otherwise: {_few(shown.broken)}")
    silent = [o.id for o in tested if o.id not in stated]
    if shown.open or silent:
        open_count = len(shown.open) + len(silent)
        said = f"{open_count} of {count(len(tested), 'check')} at trade may fail while orders are partly filled"
        return not_proven("fills", f"{said}, or cannot be shown here: {_few([*silent, *shown.open])}")
    return proven("fills", f"{count(len(tested), 'check')} at trade, whatever part of the orders is filled")


def better(found: Opened, *, in_part: bool = False) -> Claim:
    """`in_part`: some rules are kept from the reader, and so is the certificate."""
    certificate, refusal = found.certificate, found.proposal.kind is Kind.REFUSAL
    name = "impossible" if refusal else "better"
    if certificate is None and in_part:
        return not_proven(name, f"the certificate leans on rows of all rules; {KEPT_FROM_YOU}")
    if certificate is None:
        return not_proven(name, "there is no certificate")
    if refusal is not (certificate.claim is cert.Claim.IMPOSSIBLE):
        return refuted(name, f"a {found.proposal.kind} with a certificate of `{certificate.claim}`")
    allowed = set(certificate.allowed)
    if odd := allowed - (set(Outcome) - NEVER_ALLOWED):
        return refuted(name, f"orders are compliant in no outcome such as {_few(sorted(odd))}")
    if Outcome.PASS not in allowed:
        return refuted(name, "the certificate does not count orders that pass as compliant")
    try:
        sum_of_rows = check(program(found.case, certificate, found.objective), certificate)
    except (CertificateError, ShapeError) as error:
        return refuted(name, str(error))
    ended = worst(found.ended.values())
    leaves, compliant = count(len(certificate.leaves), "case"), ended in allowed
    if refusal and compliant:
        return refuted(name, f"doing nothing ends in {ended}, which the certificate counts as compliant")
    if refusal:
        said = f"rules and domains, weighted, ask for {sum_of_rows} more than there is; {leaves}"
        return proven(name, said, f"no orders end in {' or '.join(certificate.allowed)}")
    said = f"at least {decimal(certificate.bound)} whatever is done; {leaves}"
    return _gap(found, certificate, name, said, compliant=compliant)


def _gap(found: Opened, certificate: Certificate, name: str, said: str, *, compliant: bool) -> Claim:
    if found.reached is None:
        return not_proven(name, f"{said}; what these orders cost hangs on a missing fact")
    gap = found.reached - certificate.bound
    if gap < 0 and compliant:
        return refuted(name, f"{said}, but these orders cost {decimal(found.reached)}")
    currency = found.case.currency
    if not compliant:
        allowed = ", ".join(certificate.allowed)
        return not_proven(name, f"{said} among outcomes of {allowed}, which these orders' own is not")
    return proven(name, f"{said}; these orders {decimal(found.reached)}; gap {decimal(gap)} {currency}")


def copies(found: Opened, files: Mapping[str, bytes]) -> str | None:
    """Which file for people says something else than the JSON, or than how to check it."""
    expected = {
        ORDERS_CSV: orders_csv(found.proposal),
        CHECKS_CSV: checks_csv(found.case, found.checks.findings),
        REPORT: report(found, files),
        README: README_TEXT,
    }
    return next((path for path, content in expected.items() if files.get(path) != content), None)


def _few(names: Sequence[str]) -> str:
    more = len(names) - MANY
    return "; ".join(names[:MANY]) + (f"; and {more} more" if more > 0 else "")
