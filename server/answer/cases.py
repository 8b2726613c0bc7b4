"""What the cases beside rules answer: every expectation, and what was found."""

from collections.abc import Iterable
from dataclasses import dataclass

from dsl import tree
from policy import cases
from policy.ir.core import Library


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One expectation of one case."""

    rule: str
    title: str
    expected: str
    got: str
    passed: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class CasesAnswer:
    """`answer`: "pass" or "fail". `untested`: rules and lists beside which no case stands."""

    answer: str
    passed: int
    failed: int
    untested: tuple[str, ...]
    results: tuple[CaseResult, ...]


def tested(files: Iterable[tree.File], library: Library) -> CasesAnswer:
    """Every case of the files, of which the library is made."""
    return answered(
        library,
        tuple(
            CaseResult(r.rule, r.title, r.expected, r.got, r.passed, r.where.file, r.where.line)
            for r in cases.run(files, library)
        ),
    )


def answered(library: Library, results: tuple[CaseResult, ...]) -> CasesAnswer:
    """The results that are of the library's rules and lists."""
    known = {subject.id for subject in library.lists} | {rule.id for rule in library.rules}
    own = tuple(result for result in results if result.rule in known)
    failed = sum(not result.passed for result in own)
    untested = tuple(sorted(known - {result.rule for result in own}))
    return CasesAnswer("fail" if failed else "pass", len(own) - failed, failed, untested, own)
