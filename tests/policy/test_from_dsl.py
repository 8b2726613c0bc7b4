"""Every kind of sentence, and the test that it becomes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policy.ir import core
from policy.ir.bound import Op
from tests.policy.lowering import NET, OWN, TOTAL, amount, asked, cap, each, is_, share

CASH = core.Term("cash")
TARGET = core.Term("target weight")
INDEX = core.Term("index weight")
VOLUME = core.Term("median daily volume", 20, True)
SECURITIES = core.Pick("security")
NOT_GOVERNMENT = core.Fact("government security", "is not", True)
BIG = core.Compare(OWN, Op.GT, share("5"), NET)


def number_at_most(count: int, pick: core.Pick) -> core.Compare:
    return core.Compare(core.Number(pick), Op.LE, amount(count, "count"))


SENTENCES = [
    ("limit each issuer to at most 5% of net assets", each("issuer", cap(OWN, "5"))),
    ("limit each industry to less than 25% of total assets", each("industry", cap(OWN, "25", TOTAL, Op.LT))),
    (
        "limit votes held of each issuer to at most 10% of votes outstanding",
        each("issuer", cap(core.Own("votes held"), "10", core.Term("votes outstanding"))),
    ),
    (
        "limit value of securities where liquidity class is illiquid to at most 15% of net assets",
        cap(core.Total(core.Pick("security", is_("liquidity class", "illiquid"))), "15"),
    ),
    ("limit value of us treasury to at least 5% of net assets",
     cap(core.Total(core.Pick("security", is_("asset class", "us treasury"))), "5", op=Op.GE)),
    ("limit value of cash to at least 2% of net assets", cap(CASH, "2", op=Op.GE)),
    ("limit sum of issuers where value > 5% of net assets to at most 40% of net assets",
     cap(core.Total(core.Pick("issuer", BIG)), "40")),
    ("limit the 10 largest ultimate issuers to at most 45% of net assets",
     cap(core.Largest(10, core.Pick("ultimate issuer")), "45")),
    ("limit average duration weighted by value to at most 7",
     core.Compare(core.Average("duration"), Op.LE, amount(7, "years"))),
    ("limit volatility to at most 12%", core.Compare(core.Risk("volatility"), Op.LE, amount(12, "percent"))),
    ("limit each sector to at most the greater of 15% of net assets and 200% of index weight",
     each("sector", core.Compare(OWN, Op.LE, core.Greatest((share("15"), share("200", INDEX))), NET))),
    ("limit each sector to at most index weight + 2 points",
     each("sector", core.Compare(OWN, Op.LE, core.Sum((INDEX, share("2"))), NET))),
    ("limit each issuer to at most the lesser of 5% of admitted assets and 20% of surplus",
     each("issuer", core.Compare(OWN, Op.LE, core.Least((
         share("5", core.Term("admitted assets")), share("20", core.Term("surplus"))))))),
    ("limit the lesser of purchases and sales over trailing 365 calendar days to at most USD 5",
     core.Compare(core.Least((core.Flow("purchases", 365), core.Flow("sales", 365))), Op.LE, amount(5, "USD"))),
    ("limit turnover over trailing 12 months to at most 30% of average net assets over trailing 12 months",
     cap(core.Flow("turnover", 366), "30", core.Term("average net assets", 366))),
    ("limit each order to at most 10% of median daily volume over trailing 20 business days",
     each("order", cap(core.Own("shares traded"), "10", VOLUME))),
    ("limit each order to at most USD 5",
     each("order", core.Compare(core.Own("value traded"), Op.LE, amount(5, "USD")))),
    ("require value of cash >= the greater of 2% of net assets and withdrawals due within 90 calendar days",
     core.Compare(CASH, Op.GE, core.Greatest((share("2"), core.Term("withdrawals due", 90))))),
    ("require net assets - borrowings >= USD -5",
     core.Compare(core.Sum((NET, core.Scale(Fraction(-1), core.Term("borrowings")))), Op.GE, amount(-5, "USD"))),
    ("require 5% of net assets <= value of cash", core.Compare(share("5"), Op.LE, CASH, NET)),
    ("hold at least 6 issuers", core.Compare(core.Number(core.Pick("issuer")), Op.GE, amount(6, "count"))),
    ("hold between 30 and 60 securities", core.All((
        core.Compare(core.Number(SECURITIES), Op.GE, amount(30, "count")), number_at_most(60, SECURITIES)))),
    ("hold each security at least 0.5% of net assets or not at all",
     each("security", core.Any((
         core.Compare(core.Own("shares"), Op.LE, amount(0, "shares")), cap(OWN, "0.5", op=Op.GE))))),
    ("keep value of cash between 1% and 5% of net assets", core.All((cap(CASH, "1", op=Op.GE), cap(CASH, "5")))),
    ("keep each sector between 1% and 5% of net assets",
     each("sector", core.All((cap(OWN, "1", op=Op.GE), cap(OWN, "5"))))),
    ("keep each asset class within 3 points of target weight", each("asset class", core.All((
        core.Compare(OWN, Op.GE, core.Sum((TARGET, share("-3"))), NET),
        core.Compare(OWN, Op.LE, core.Sum((TARGET, share("3"))), NET))))),
    ("keep each asset class within the wider of 3 points and 20% of target weight", each("asset class", core.All((
        core.Compare(OWN, Op.GE, core.Least((
            core.Sum((TARGET, share("-3"))), core.Sum((TARGET, share("-20", TARGET))))), NET),
        core.Compare(OWN, Op.LE, core.Greatest((
            core.Sum((TARGET, share("3"))), core.Sum((TARGET, share("20", TARGET))))), NET))))),
    ("keep each asset class within the narrower of 3 points and 20% of target weight", each("asset class", core.All((
        core.Compare(OWN, Op.GE, core.Greatest((
            core.Sum((TARGET, share("-3"))), core.Sum((TARGET, share("-20", TARGET))))), NET),
        core.Compare(OWN, Op.LE, core.Least((
            core.Sum((TARGET, share("3"))), core.Sum((TARGET, share("20", TARGET))))), NET))))),
    ("keep average duration weighted by value within 1 years of benchmark duration", core.All((
        core.Compare(core.Average("duration"), Op.GE,
                     core.Sum((core.Term("benchmark duration"), amount(-1, "years")))),
        core.Compare(core.Average("duration"), Op.LE,
                     core.Sum((core.Term("benchmark duration"), amount(1, "years"))))))),
    ("forbid buy, sell, buy of us treasury where rating is AA", core.Forbid(("buy", "sell"), core.Pick(
        "security", core.All((is_("asset class", "us treasury"), is_("rating", Fraction(20))))))),
    ("forbid trade", core.Forbid(("buy", "sell"), SECURITIES)),
    ("forbid holding where coal revenue share > 5%", core.Forbid(("hold",), core.Pick(
        "security", core.Fact("coal revenue share", ">", Fraction(1, 20))))),
    ("forbid buy where complexity > client complexity approval", core.Forbid(("buy",), core.Pick(
        "security", core.Fact("complexity", ">", core.Term("client complexity approval"))))),
    ("forbid buy where price < USD 5 or price is EUR 5", core.Forbid(("buy",), core.Pick("security", core.Any((
        core.Fact("price", "<", amount(5, "USD")), core.Fact("price", "is", amount(5, "EUR"))))))),
    ("require assets under management >= USD 5",
     core.Compare(core.Term("assets under management"), Op.GE, amount(5, "USD"))),
    ("forbid sell of lots where days held < 180", core.Forbid(("sell",), core.Pick(
        "lot", core.Fact("days held", "<", Fraction(180))))),
    ("forbid buy where substantially identical was sold at a loss within 30 calendar days before or after",
     core.WashSale(30)),
    ('forbid buy where issuer is "ACME Corp" or security is not in list "x" or country is not "US"',
     core.Forbid(("buy",), core.Pick("security", core.Any((
         core.Named("issuer", "ACME Corp"), core.Not(core.Listed("x")), core.Fact("country", "is not", "US")))))),
    ('forbid buy where not (issuer is "ACME Corp")',
     core.Forbid(("buy",), core.Pick("security", core.Not(core.Named("issuer", "ACME Corp"))))),
    ("if investor status is retail then forbid buy where accredited investors only is true",
     core.Forbid(("buy",), core.Pick("security", core.All((
         is_("investor status", "retail"), is_("accredited investors only", True)))))),
    ("if client age >= 60 then limit each issuer to at most 5% of net assets",
     each("issuer", core.Any((core.Not(core.Fact("client age", ">=", Fraction(60))), cap(OWN, "5"))))),
    ("if number of securities > 5 then require value of cash >= 2% of net assets",
     core.Any((core.Not(core.Compare(core.Number(SECURITIES), Op.GT, amount(5, "count"))), cap(CASH, "2", op=Op.GE)))),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "test"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_a_sentence_becomes_one_test(sentence: str, test: core.Test) -> None:
    assert asked(sentence) == [test]


EXCEPTIONS = [
    ("limit each issuer to at most 5% of net assets\n  except where government security is true",
     [each("issuer", cap(OWN, "5"), NOT_GOVERNMENT)]),
    ('limit each issuer where sector is "Energy" to at most 5% of net assets\n  except where country is "US"\n  '
     "except where government security is true",
     [each("issuer", cap(OWN, "5"), core.All((
         is_("sector", "Energy"), core.Fact("country", "is not", "US"), NOT_GOVERNMENT)))]),
    ("limit value of securities + value of cash to at most 5% of net assets\n  "
     "except where government security is true",
     [cap(core.Sum((core.Total(core.Pick("security", NOT_GOVERNMENT)), CASH)), "5")]),
    ("forbid buy where listed is false\n  except where government security is true",
     [core.Forbid(("buy",), core.Pick("security", core.All((is_("listed", False), NOT_GOVERNMENT))))]),
    ("hold at least 6 issuers\n  except where government security is true",
     [core.Compare(core.Number(core.Pick("issuer", NOT_GOVERNMENT)), Op.GE, amount(6, "count"))]),
    ("limit each issuer to at most 5% of net assets\n  "
     "except at most 1 issuer where covered bond is true, up to 25% of net assets",
     [each("issuer", cap(OWN, "5"), core.Fact("covered bond", "is not", True)),
      each("issuer", cap(OWN, "25"), is_("covered bond", True)),
      number_at_most(1, core.Pick("issuer", core.All((is_("covered bond", True), BIG))))]),
    ("limit each issuer to less than 5% of net assets\n  except at most 2 issuers, up to 25%",
     [each("issuer", cap(OWN, "25", op=Op.LT)),
      number_at_most(2, core.Pick("issuer", core.Compare(OWN, Op.GE, share("5"), NET)))]),
]  # fmt: skip


@pytest.mark.parametrize(("demand", "expected"), EXCEPTIONS, ids=[demand for demand, _ in EXCEPTIONS])
def test_exceptions_leave_the_sets_that_are_counted(demand: str, expected: list[core.Test]) -> None:
    assert asked(demand) == expected


NAMES = [
    ("let first = 5% of net assets\nlimit each issuer to at most first", each("issuer", cap(OWN, "5"))),
    ("let base = net assets + borrowings\nlimit each issuer to at most 5% of base",
     each("issuer", cap(OWN, "5", core.Sum((NET, core.Term("borrowings")))))),
    ("let wanted = target weight\nlimit each sector to at most 120% of wanted",
     each("sector", core.Compare(OWN, Op.LE, share("120", TARGET), NET))),
    ("let big = issuers where value > 5% of net assets\n"
     "limit value of (big where listed is true) to at most 40% of net assets",
     cap(core.Total(core.Pick("issuer", core.All((BIG, is_("listed", True))))), "40")),
    ("let risk = volatility\nlimit risk to at most 12%",
     core.Compare(core.Risk("volatility"), Op.LE, amount(12, "percent"))),
]  # fmt: skip


@pytest.mark.parametrize(("demand", "test"), NAMES, ids=[demand for demand, _ in NAMES])
def test_names_become_what_they_stand_for(demand: str, test: core.Test) -> None:
    assert asked(demand) == [test]
