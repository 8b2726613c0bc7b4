"""Large and strange files: a clear answer in seconds, however they are made; and no square of anything."""

from __future__ import annotations

import pytest

from dsl.diagnostic import MOST
from dsl.parse import LARGEST, parse
from dsl.source import Source

HEAD = 'rule R-1 "large"\n'
SIZE = 200_000


def codes(text: str) -> list[str]:
    return [mistake.code for mistake in parse(Source("x", text))[1]]


def test_a_file_of_ten_megabytes_is_refused_with_the_limit() -> None:
    file, (mistake,) = parse(Source("x", "x" * 10_000_000))
    assert not file.whole
    assert mistake.code == "M101"
    assert f"{LARGEST:,}" in str(mistake.help)


def test_the_largest_file_is_read() -> None:
    clause = "  tested at trade\n"
    text = HEAD + clause * ((LARGEST - len(HEAD) - 4) // len(clause)) + "end\n"
    _, mistakes = parse(Source("x", text))
    assert not mistakes
    assert len(text) > LARGEST - 100


def test_reading_stops_after_very_many_mistakes() -> None:
    found = codes(HEAD + "  testd at trade\n" * (MOST + 500))
    assert found.count("M106") <= MOST + 1
    assert found[-1] == "M119"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€", "M103"),
        ("\u200b", "M121"),
        ("\0", "M121"),
        ("a \xa0", "M121"),
        ("ж ", "M122"),
        ('"', "M109"),
        ("end\n", "M109"),
        ("frobnicate me\n", "M109"),
        (HEAD, "M108"),
        ("USD ", "M109"),
        ("1,", "M105"),
        ("a-", "M109"),
    ],
)
def test_nothing_but(text: str, code: str) -> None:
    assert code in codes(text * (SIZE // len(text)))


@pytest.mark.parametrize("text", ["(", "not ", "5% of ", "the greater of ", "value of issuers where "])
def test_nesting_is_limited(text: str) -> None:
    found = codes(f"{HEAD}  require {text * 10_000}\n  testd at trade\nend\n")
    assert found == ["M102", "M106"]


@pytest.mark.parametrize("text", [" ", "\n", "\r", "\t", "# x\n", " \n", "USD" + " " * 1000])
def test_nothing_at_all(text: str) -> None:
    assert set(codes(text * (SIZE // len(text)))) <= {"M109"}


def test_long_lists_are_read() -> None:
    """Of clauses, of alternatives, of names and of blocks: in one go, not in the square of it."""
    ors = " or ".join(['sector is "tech"'] * (SIZE // 20))
    lets = "".join(f"let n{number} = net assets\n" for number in range(SIZE // 20))
    assert not codes(f"{HEAD}forbid buy where {ors}\n{lets}end\n" + 'rule R "t"\nend\n' * (SIZE // 15))


def test_a_number_has_at_most_forty_digits() -> None:
    assert codes(f"{HEAD}  warn at {'1' * 100_000}%\nend\n") == ["M116", "M105"]


def test_digits_of_other_scripts_are_no_numbers() -> None:
    assert "M103" in codes(f"{HEAD}  hold at least ٣ issuers\nend\n")
