"""What a test expects of a verdict, compared with what was found.

A number that is written with so many decimals is met by a number that rounds to it, at two decimals or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from dsl import tree
from dsl.format.expression import amount as written
from dsl.vocabulary import Term, term
from policy.book.amount import number_text
from policy.interval import Interval, Number
from policy.ir.bound import Outcome
from policy.judge.eval import worst
from policy.judge.verdict import Finding, Measured

FEWEST = 2


def met(expect: tree.Expect, findings: Sequence[Finding]) -> tuple[bool, str]:
    """Whether the findings are as expected, and what they are, in words. A plain `expect pass` is met by a rule that
    finds nothing to say: that some account or holding is outside of it is worth a test."""
    here = [finding for finding in findings if _of_group(expect, finding)]
    if not here:
        plain = not any((expect.group, expect.measured, expect.headroom, expect.by))
        return plain and not findings and expect.outcome == Outcome.PASS.value, _nothing(expect, findings)
    outcome = worst(finding.outcome for finding in here)
    deciding = [finding for finding in here if finding.outcome is outcome]
    got = found(deciding[0])
    if outcome.value != expect.outcome:
        return False, got
    if expect.measured is None and expect.headroom is None and expect.by is None:
        return True, got
    for finding in deciding:
        if finding.deciding is not None and _numbers(expect, finding.deciding):
            return True, found(finding)
    return False, got


def _nothing(expect: tree.Expect, findings: Sequence[Finding]) -> str:
    groups = sorted({finding.obligation.group for finding in findings if finding.obligation.group})
    if expect.group is None or not groups:
        return "nothing judged: the rule finds nothing to measure"
    return f"nothing judged of {_group(expect)}; there are {', '.join(groups)}"


def _of_group(expect: tree.Expect, finding: Finding) -> bool:
    return expect.group is None or finding.obligation.group == _group(expect)


def _group(expect: tree.Expect) -> str:
    assert expect.level is not None
    assert expect.group is not None
    return f"{expect.level.words} {expect.group.value}"


def _numbers(expect: tree.Expect, measured: Measured) -> bool:
    beyond = None if isinstance(measured.headroom, Interval) else -measured.headroom
    return (
        _as_written(expect.measured, measured.value, measured)
        and _as_written(expect.headroom, measured.headroom, measured)
        and _as_written(expect.by, beyond, measured)
    )


def _as_written(expected: tree.Amount | None, number: Number | None, measured: Measured) -> bool:
    if expected is None:
        return True
    shown = _in_unit(number, expected.unit, measured)
    places = max(FEWEST, _decimals(expected.value))
    return shown is not None and round(shown, places) == expected.value


def _in_unit(number: Number | None, unit: str, measured: Measured) -> Fraction | None:
    """The number as the test writes it: what is a share of a base may also be said in the base's own unit."""
    if not isinstance(number, Fraction):
        return None
    read, said = _read(number, measured)
    if unit in PERCENT or _fact(measured) is not None:
        return read if (unit in PERCENT) is (said == "percent") else None
    return number


PERCENT = ("percent", "points", "weight")


def _read(number: Fraction, measured: Measured) -> tuple[Fraction, str]:
    """The number as people say it, and its unit: a share in percent of its base, an average in the unit of its fact; by
    the sum itself where the base is zero or not known."""
    fact = _fact(measured)
    unit = "percent" if measured.over is not None else measured.unit
    if fact is not None:
        unit = fact.unit
    if measured.over is not None:
        if not isinstance(measured.over, Fraction) or not measured.over:
            return number, measured.unit
        number /= measured.over
    return (number * 100, "percent") if unit in PERCENT else (number, unit)


def _fact(measured: Measured) -> Term | None:
    """What an average is of: its unit is that of its sum, `duration · USD`."""
    name, average, _ = measured.unit.partition(" · ")
    return term(name) if average else None


def _decimals(value: Fraction) -> int:
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return places


# --- words -------------------------------------------------------------------------------------


def said(expect: tree.Expect) -> str:
    """The expectation as a sentence."""
    parts = [expect.outcome]
    if expect.group is not None:
        parts.append(f"of {_group(expect)}")
    for words, amount in (("measured", expect.measured), ("with headroom", expect.headroom), ("by", expect.by)):
        if amount is not None:
            parts.append(f"{words} {written(amount)}")
    return " ".join(parts)


def found(finding: Finding) -> str:
    """What was found, with the numbers that decided."""
    group = f" of {finding.obligation.group}" if finding.obligation.group else ""
    text = f"{finding.outcome.value}{group}: {finding.reason}"
    measured = finding.deciding
    if measured is None:
        return text
    value, bound = _shown(measured.value, measured), _shown(measured.bound, measured)
    return f"{text}; {measured.label} {value} {measured.op} {bound}"


def _shown(number: Number, measured: Measured) -> str:
    if isinstance(number, Interval):
        return "unknown"
    read, unit = _read(number, measured)
    return f"{_rounded(read)}%" if unit == "percent" else f"{_rounded(read)} {unit}"


def _rounded(number: Fraction) -> str:
    """Four decimals, for people."""
    return number_text(round(number, 4))
