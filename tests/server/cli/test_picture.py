"""The picture: well-formed, true to its numbers, safe with any label."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from server.cli.show.picture import WIDTH, Row, Section, weights

SVG = "{http://www.w3.org/2000/svg}"
weight = st.fractions(0, 1)
maybe = st.none() | weight
printable = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\ufffe\uffff"), max_size=60)
rows = st.lists(st.builds(Row, printable, weight, weight, maybe, maybe, maybe), max_size=8)


@given(rows, printable)
def test_it_is_always_well_formed_and_within_its_frame(rows: list[Row], title: str) -> None:
    root = ElementTree.fromstring(weights([Section(title, rows[:3]), Section("b", rows[3:])], title, "as of a day"))
    assert root.tag == f"{SVG}svg"
    for disc in root.iter(f"{SVG}circle"):
        assert 0 <= float(disc.get("cx", "")) <= WIDTH


def test_a_weight_outside_its_band_is_marked_before_and_after() -> None:
    text = weights(
        [Section("a", [Row("a", Fraction(1, 10), Fraction(1, 20), high=Fraction(1, 20))])], "t", "s"
    ).partition("<rect")[2]
    drawing = text.partition("before</text>")[0]
    assert 'class="before ring-broken"' in drawing
    assert 'class="after broken"' not in drawing


def test_who_hears_it_gets_the_numbers() -> None:
    text = weights([Section("a", [Row("cash", Fraction(1, 100), Fraction(1, 50))])], "t", "s")
    assert "cash: 1.00% before, 2.00% after" in text


def test_it_loads_nothing_and_runs_nothing() -> None:
    text = weights([Section("a", [Row("<script>", Fraction(1, 2), Fraction(1, 2))])], "a & b", "s")
    assert "<script" not in text
    assert "href" not in text
    assert "url(" not in text
