"""Rules that are observed make no obligation, whoever binds them; which they are has one spelling."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.ir.bind import bind, digest
from policy.ir.observed import FILE, ObservedError, observing, split, text, with_observed
from policy.judge.redact import readable
from tests.policy.ir.little import book, rule, security
from tests.policy.lowering import lowered

CAP = rule("limit each issuer to at most 50% of net assets")
BOOK = book({("A", "X"): 10}, security("X"))


def test_an_observed_rule_binds_nothing_and_what_observes_it_binds_it_alone() -> None:
    library = lowered(CAP)
    (name,) = (each.id for each in library.rules)
    watched = with_observed(library, text([name]))
    assert bind(library, BOOK).obligations
    assert bind(watched, BOOK).obligations == ()
    assert bind(observing(watched), BOOK).obligations == bind(library, BOOK).obligations
    assert bind(observing(library), BOOK).obligations == ()
    assert digest(watched) != digest(library)


@pytest.mark.parametrize("said", ["NONE-1\n", "{0}", "{0}\n{0}\n", "{0}\r\n", " {0}\n", "\n{0}\n", "{0}\u2028\n"])
def test_a_file_with_a_second_spelling_or_an_unknown_name_is_refused(said: str) -> None:
    library = lowered(CAP)
    with pytest.raises(ObservedError):
        with_observed(library, said.format(library.rules[0].id))


def test_whoever_may_not_read_a_rule_does_not_read_that_it_is_observed() -> None:
    library = lowered(CAP)
    hidden = replace(library, rules=tuple(replace(each, visible_to="control room") for each in library.rules))
    watched = with_observed(hidden, text([hidden.rules[0].id]))
    assert readable(watched, ["adviser"]).observed == ()
    assert readable(watched, ["control room"]).observed == watched.observed


def test_the_file_lies_beside_the_rules() -> None:
    assert split({"a.mandate": "x", FILE: "A\n"}) == ({"a.mandate": "x"}, "A\n")
    assert split({"a.mandate": "x"}) == ({"a.mandate": "x"}, "")
