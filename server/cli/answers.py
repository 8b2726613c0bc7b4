"""Which answer each verb gives: what docs/output.schema.json is made from."""

from dataclasses import dataclass

from policy.book.problem import Problem
from server.answer.cases import CasesAnswer
from server.answer.check import CheckAnswer
from server.answer.examination import VerifyAnswer
from server.answer.explanation import ExplainAnswer
from server.answer.proposal import ProposeAnswer
from server.answer.verdict import JudgeAnswer
from server.cli.demo import DemoAnswer
from server.cli.doctor import DoctorAnswer
from server.cli.export import CarriedAnswer
from server.cli.fmt import FmtAnswer
from server.cli.migrate import MigrateAnswer
from server.cli.publish import PublishAnswer
from server.cli.rotate_key import RotateKeyAnswer
from server.cli.serve import ServeAnswer
from server.cli.sign import SignAnswer
from server.cli.trust_card import TrustCardAnswer
from server.cli.witness import WitnessAnswer
from server.cli.worker import WorkerAnswer


@dataclass(frozen=True, slots=True)
class BadInputAnswer:
    """The answer of every verb with exit code 3. `answer` is "bad input"."""

    answer: str
    problems: tuple[Problem, ...]


ANSWERS = {
    "demo": DemoAnswer,
    "check": CheckAnswer,
    "judge": JudgeAnswer,
    "explain": ExplainAnswer,
    "propose": ProposeAnswer,
    "verify": VerifyAnswer,
    "test": CasesAnswer,
    "fmt": FmtAnswer,
    "serve": ServeAnswer,
    "worker": WorkerAnswer,
    "doctor": DoctorAnswer,
    "export": CarriedAnswer,
    "import": CarriedAnswer,
    "migrate": MigrateAnswer,
    "rotate-key": RotateKeyAnswer,
    "witness": WitnessAnswer,
    "publish": PublishAnswer,
    "sign": SignAnswer,
    "trust-card": TrustCardAnswer,
    "bad-input": BadInputAnswer,
}
