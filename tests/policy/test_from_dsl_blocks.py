"""Rungs, ways to comply, and all that a rule, a list and a waiver say besides their tests."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from policy.ir import core
from policy.ir.bound import Moment, Op, Outcome
from tests.policy.lowering import NET, OWN, asked, cap, clauses, each, lowered, share, whole

WITHIN = "within the limit"
REACHED = "the warning level is reached"
ISSUER = "limit each issuer to at most 5% of net assets"


def step(percent: str, outcome: Outcome, reason: str, op: Op = Op.LE) -> core.Step:
    return core.Step(each("issuer", cap(OWN, percent, op=op)), outcome, reason)


# --- rungs -------------------------------------------------------------------------------------


def test_a_limit_is_one_rung() -> None:
    (clause,) = clauses(ISSUER)
    assert clause.ladder == (step("5", Outcome.PASS, WITHIN),)
    assert clause.otherwise is Outcome.BLOCK
    assert (clause.span.line, clause.span.column) == (5, 3)


def test_a_warning_is_there_once_its_number_is_reached() -> None:
    (clause,) = clauses(f"{ISSUER}\n  warn at 4.5%")
    assert clause.ladder == (step("4.5", Outcome.PASS, WITHIN, Op.LT), step("5", Outcome.WARN, REACHED))


def test_a_warning_of_a_floor_lies_above() -> None:
    (clause,) = clauses("limit value of cash to at least 2% of net assets\n  warn at 3%")
    early, late = clause.ladder
    assert early.test == cap(core.Term("cash"), "3", op=Op.GT)
    assert late == core.Step(cap(core.Term("cash"), "2", op=Op.GE), Outcome.WARN, REACHED)


def test_a_ladder_keeps_its_own_end() -> None:
    (clause,) = clauses(f'{ISSUER}\n  needs consent of "Board" and "CIO" up to 8%, else warn')
    assert clause.ladder == (
        step("5", Outcome.PASS, WITHIN),
        step("8", Outcome.CONSENT, "consent of Board and CIO"),
    )
    assert clause.otherwise is Outcome.WARN


def test_a_ladder_with_a_pass_rung_replaces_the_limit() -> None:
    (clause,) = clauses("limit each issuer to at most 8% of net assets\n  pass up to 5%, warn up to 8%, else block")
    assert clause.ladder == (step("5", Outcome.PASS, WITHIN), step("8", Outcome.WARN, REACHED))


def test_one_way_to_comply_that_holds_whole_is_enough() -> None:
    (test,) = asked(
        f'either "small"\n  {ISSUER}\n  require value of cash >= 2% of net assets\nor "many"\n  hold at least 6 issuers'
    )
    assert isinstance(test, core.Any)
    small, many = test.parts
    assert small == core.All((each("issuer", cap(OWN, "5")), cap(core.Term("cash"), "2", op=Op.GE)))
    assert many == core.Compare(core.Number(core.Pick("issuer")), Op.GE, core.Amount(Fraction(6), "count"))


# --- rules -------------------------------------------------------------------------------------

RULE = """rule R-1 "a rule"
  layer regulation
  source "15 USC 80a-5(b)(1)" section "(b)" quote "not more than 5%"
  source "letter"
  applies to household "Smith"
  counting cost, through funds above 10%
  limit each issuer to at most 5% of net assets
  limit votes held of each issuer to at most 10% of votes outstanding
  not calculable: derogation "article 56(3)"
  tested at purchase, quarter end projected, close
  passive breach may stand 10 business days, no trade may worsen it in money, notify "Board" within 1 business day
  data votes outstanding no older than 100 calendar days
  on breach warn, waiver by "CCO" and "Client"
  effective from 2026-01-01 until 2026-12-31
  known from 2025-12-15
  visible to "control room"
end
"""


def test_a_rule_keeps_all_that_it_says() -> None:
    (rule,) = lowered(RULE).rules
    assert (rule.id, rule.title, rule.layer, rule.file) == ("R-1", "a rule", "regulation", "rules.mandate")
    assert rule.citations == (
        core.Citation("15 USC 80a-5(b)(1)", "(b)", "not more than 5%"),
        core.Citation("letter"),
    )
    assert rule.scope == core.Scope("household", "Smith")
    assert (rule.measure, rule.look_through, rule.de_minimis) == ("cost", True, Fraction(1, 10))
    assert len(rule.clauses) == 2
    assert rule.moments == (Moment.PURCHASE, Moment.QUARTER_END, Moment.PROPOSAL, Moment.CLOSE)
    assert (rule.missing, rule.derogation) == ("unknown", "article 56(3)")
    assert rule.passive == core.Passive("worsen", "money", 10, True, (("Board", 1),))
    assert rule.freshness == (("votes outstanding", 100),)
    assert rule.waivable_by == ("CCO", "Client")
    assert rule.effective == core.Effective(date(2026, 1, 1), date(2026, 12, 31), date(2025, 12, 15))
    assert rule.visible_to == "control room"
    assert {clause.otherwise for clause in rule.clauses} == {Outcome.WARN}


def test_what_a_rule_leaves_to_the_reader() -> None:
    rule = whole(ISSUER)
    assert rule.layer == "mandate"
    assert rule.passive == core.Passive("worsen", "weight")
    assert rule.effective == core.Effective()
    assert (rule.look_through, rule.de_minimis, rule.visible_to) == (False, None, None)


def test_a_breach_that_must_be_cured() -> None:
    assert whole(f"{ISSUER}\npassive breach must be cured by this proposal").passive.mode == "cure"


def test_where_a_rule_stands_does_not_change_what_it_means() -> None:
    here, there = lowered(RULE), lowered("\n\n# a comment\n" + RULE)
    assert here == there
    assert here.rules[0].span != there.rules[0].span


# --- lists -------------------------------------------------------------------------------------

LISTS = """list MNPI-1 "Project Falcon"
  kind restricted
  covers issuer "ACME Corp", all instruments, derivatives
  covers security "BETA"
  effective from 2026-03-02 09:30 "America/New_York" until lifted
  forbid trade, short
  substitute "ACME" with "XLI" up to 60% of target, then "VTI", else cash
  visible to "control room"
end

list OFAC-1 "Sanctions"
  kind sanctions
  source "E.O. 13959"
  applies to firm
  covers issuer "GAMMA"
  effective from 2026-01-01 until 2026-12-31
  known from 2026-01-02
  divest within 365 calendar days, then frozen
  on breach warn
end

list WATCH-1 "Watch"
  kind watch
  covers security "DELTA"
  effective from 2026-01-01
  forbid buy
end
"""


def test_a_list_keeps_all_that_it_says() -> None:
    falcon, sanctions, watch = lowered(LISTS).lists
    assert falcon.covers == (core.Named("issuer", "ACME Corp", True), core.Named("security", "BETA", False))
    assert falcon.forbid == ("buy", "sell", "short")
    assert falcon.window is None
    assert falcon.substitutes == (("ACME", (("XLI", Fraction(3, 5)), ("VTI", None)), True),)
    assert falcon.effective == core.Effective(date(2026, 3, 2))
    assert (falcon.scope, falcon.outcome, falcon.visible_to) == (core.Scope("account"), Outcome.BLOCK, "control room")
    assert (sanctions.forbid, sanctions.window) == (("buy",), (365, ("buy", "sell")))
    assert (sanctions.scope, sanctions.outcome, sanctions.kind) == (core.Scope("firm"), Outcome.WARN, "sanctions")
    assert sanctions.effective == core.Effective(date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 2))
    assert watch.outcome is Outcome.WARN


# --- waivers -----------------------------------------------------------------------------------

WAIVED = """rule R-1 "a rule"
  source "policy"
  applies to each account
  counting market value
  limit each ultimate issuer to at most 5% of net assets
  tested at trade
  on breach block, waiver by "CCO"
end

waiver W-1 for R-1
  account "Smith Trust" ultimate issuer "ACME Corp"
  raises limit to 8% of net assets, no purchases
  effective from 2026-04-01 until 2026-09-30
  reason "founder stock" evidence "lockup.pdf"
  approved by "CCO" on 2026-03-28
end

waiver W-2 for R-1
  every account
  lifts the rule
  effective from 2026-04-01 until 2026-09-30
  reason "transition"
  approved by "CCO" on 2026-03-28
end
"""


def test_a_waiver_keeps_all_that_it_says() -> None:
    moved, lifted = lowered(WAIVED).waivers
    assert (moved.id, moved.rule, moved.scope) == ("W-1", "R-1", core.Scope("account", "Smith Trust"))
    assert (moved.level, moved.group) == ("ultimate issuer", "ACME Corp")
    assert (moved.raises_to, moved.no_purchases) == (share("8", NET), True)
    assert moved.effective == core.Effective(date(2026, 4, 1), date(2026, 9, 30))
    assert (moved.reason, moved.evidence, moved.approved_by) == ("founder stock", "lockup.pdf", "CCO")
    assert moved.approved_on == date(2026, 3, 28)
    assert (lifted.scope, lifted.group) == (core.Scope("account"), None)
    assert (lifted.raises_to, lifted.no_purchases) == (None, False)


def test_a_waiver_of_a_household_names_it() -> None:
    (found, _) = lowered(WAIVED.replace('account "Smith Trust"', 'household "Smith"')).waivers
    assert found.scope == core.Scope("household", "Smith")
