"""The deep look at a bundle: its rules compiled and bound to its data again, and compared byte for byte.

The stand-alone verifier answers every claim but one; this answers that one, and says the rest again.
"""

from collections.abc import Mapping

from dsl.check import check
from dsl.diagnostic import Severity
from dsl.parse import parse
from dsl.source import Source
from policy.book import wire
from policy.book.facts import Book
from policy.canonical import CanonicalError, decode, digest, encode
from policy.ir import show
from policy.ir.alike import StatementError
from policy.ir.observed import ObservedError, split
from policy.ir.point import point_of
from policy.ir.stated import Statement, statement_from_json
from policy.proof.certificate import Claim as Certified
from policy.proof.claims.claim import KEPT_FROM_YOU, Claim, not_proven, proven, refuted
from policy.proof.examine import Examination, with_claim
from policy.proof.figures import count
from policy.proof.layout import FIRM, GIT, KEPT, OBLIGATIONS, PROPOSAL, RULES, RULES_MANIFEST, SNAPSHOT
from policy.proof.reading import ShapeError
from server.desk import intent
from server.desk.added_up import Firm, added_up
from server.desk.decision import INTENT, order_of
from server.desk.prepare import Task, prepared
from solver.intent import Intent


def deep(found: Examination, firm: Firm | None = None) -> Examination:
    """What the stand-alone verifier said, with the claim about rules and data answered; and where a reader has the
    firm's whole book, what it stated of others."""
    if found.decision is None:
        return found
    task = _task(found)
    if isinstance(task, Claim):
        return with_claim(found, task)
    known = with_claim(found, _compared(found, task))
    if firm is None or task.beyond is None:
        return known
    return with_claim(known, added_up(task.beyond, task, firm))


def _task(found: Examination) -> Task | Claim:
    """The rules, the data and the intent in the bundle, compiled and bound again; or what that says of the model."""
    if KEPT in found.files:
        return not_proven("model", f"not all rules and no data are shown; {KEPT_FROM_YOU}")
    try:
        rules = {
            path.removeprefix(RULES): content.decode()
            for path, content in found.files.items()
            if path.startswith(RULES) and not path.startswith(GIT) and path != RULES_MANIFEST
        }
        snapshot, wish = found.files[SNAPSHOT].decode(), found.files.get(INTENT, b"{}").decode()
    except (KeyError, UnicodeDecodeError):
        return refuted("model", f"{SNAPSHOT}, {INTENT} or a rule file is missing or is not text")
    book = wire.from_json(snapshot)
    if not isinstance(book, Book):
        return refuted("model", f"{SNAPSHOT} is not a book: {book[0].what}")
    wanted = intent.read(wish, INTENT, book)
    if not isinstance(wanted, Intent):
        return refuted("model", f"{INTENT} is not an intent: {wanted[0].what}")
    try:
        beyond = statement_from_json(decode(found.files[FIRM])) if FIRM in found.files else None
    except (CanonicalError, ShapeError) as error:
        return refuted("model", f"{FIRM}: {error}")
    mistakes = _mistakes(split(rules)[0])
    if mistakes:
        return refuted("model", f"a rule has a mistake: {mistakes}")
    try:
        return prepared(rules, book, wanted, beyond)
    except ObservedError as error:
        return refuted("model", str(error))
    except StatementError as error:
        return refuted("model", f"{FIRM}: {error}")
    except CanonicalError as error:
        return not_proven("model", f"the rules cannot be bound to the data again: {error}")


def _mistakes(rules: Mapping[str, str]) -> str | None:
    read = [parse(Source(path, rules[path])) for path in sorted(rules)]
    found = [mistake for _, mistakes in read for mistake in mistakes] + list(check([file for file, _ in read]))
    errors = [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]
    return f"{errors[0].span.file}:{errors[0].span.line} {errors[0].message}" if errors else None


def _compared(found: Examination, task: Task) -> Claim:
    """Whether obligations and objective follow from these."""
    try:
        again = encode(show.to_json(task.bound))
    except CanonicalError as error:
        return not_proven("model", f"the rules cannot be bound to the data again: {error}")
    if digest(task.snapshot) != digest(found.files[SNAPSHOT]):
        return refuted("model", f"{SNAPSHOT} is not the canonical form of its book")
    if again != found.files[OBLIGATIONS]:
        return refuted("model", f"these rules and this data make other obligations than {OBLIGATIONS}")
    assert found.decision is not None, "there is nothing to compare with"
    certificate = found.decision.certificate
    bounded = certificate is not None and certificate.claim is Certified.BOUND
    if certificate is not None and bounded and encode(certificate.objective) != encode(show.to_json(task.goal)):
        return refuted("model", f"the certificate's objective is not that of {INTENT}")
    made = found.decision.proposal
    if point_of(task.index, tuple(map(order_of, made.orders))) != dict(made.point):
        return refuted("model", f"booked to the cent, these orders make another point than that of {PROPOSAL}")
    files = count(len(split(task.rules)[0]), "rule file")
    said = f"{files} compiled and bound again: {len(task.bound.obligations)} obligations"
    watched = f"; {len(task.library.observed)} observed and not enforced" if task.library.observed else ""
    taken = "" if task.beyond is None else _taken(task.beyond)
    return proven("model", f"{said}, byte for byte{taken}{watched}; orders booked to the cent")


def _taken(beyond: Statement) -> str:
    which = f"all but {len(beyond.taken)}" if beyond.taken else "each"
    said = f"; {len(beyond.obligations)} of them about the firm: the household's side of {which} bound again"
    return f"{said}, what others come to taken from {FIRM}"
