"""Orders looked at again twice: the reference judges what changed, and the quick judge all rules that are in force now.

Both say whether the orders stand, whatever pair of rule books they were found by and are approved under.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

from policy.ir.bound import Outcome
from server.desk import again, check
from server.desk.check import Checked
from server.desk.loaded import loaded
from server.flow import worker
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Proposal
from tests.server import stocked
from tests.server.api.test_again import LISTED, SECOND
from tests.server.api.texts import PUBLIC
from tests.server.cli.test_visibility import BOOK, hidden
from tests.server.flow.test_headroom import FIRM

PAIRS = 40
DAY = date.fromisoformat(BOOK["as_of"])
WAIVER = """
waiver W-1 for P-1
  every account
  raises limit to 35% of net assets
  effective from 2026-01-01 until 2099-12-31
  reason "known" evidence "file.pdf"
  approved by "CCO" on 2025-12-31
end
"""
FIRST = tuple(
    PUBLIC.replace("on breach block", 'on breach block, waiver by "CCO"').format(share=share) for share in (25, 31, 50)
)
MORE = (
    SECOND,
    SECOND.replace("20%", "32%"),
    SECOND.replace("on breach block", "on breach warn"),
    *(LISTED.format(issuer=issuer) for issuer in "BQ"),
    *(FIRM.format(share=share) for share in (20, 45)),
    *(hidden(f"require cash >= {share}% of net assets") for share in (5, 20)),
)


def files(rng: Random) -> dict[str, str]:
    """Some of these, no two of one name."""
    chosen: dict[str, str] = {"P-1": rng.choice(FIRST)}
    for text in rng.sample(MORE, rng.randrange(4)):
        chosen.setdefault(text.split()[1], text)
    chosen |= {"W-1": WAIVER} if rng.random() < 0.5 else {}
    return {f"{name}.mandate": text for name, text in chosen.items()}


def test_what_changed_decides_as_all_rules_do(tmp_path: Path) -> None:
    service = opened(Settings(tmp_path / "data", f"sqlite:///{tmp_path / 'x.sqlite'}", workers=0))
    snapshot, rng, met = stocked.sealed(service), Random(7), Counter[object]()
    for _ in range(PAIRS):
        before, after = files(rng), files(rng)
        some = {**before, **dict([rng.choice(list(after.items()))])}
        found = stocked.ruled(service, before)
        name = stocked.asked(service, found, snapshot, '{"accept": ["waived"]}')
        while worker.one(service):
            pass
        with service.store.reading() as session:
            row = session.get_one(Proposal, name)
        now = stocked.ruled(service, rng.choice((some, after))) if row.state == "proposed" else None
        if now is not None:
            looked, outcome = again.looked(service, [row]), judged(service, row, now)
            met[outcome, name in looked.stood] += 1
    service.store.engine.dispose()
    assert met[Outcome.PASS, True] >= 5
    assert met[Outcome.BLOCK, False] >= 5
    assert min(met[Outcome.WARN, False], met[Outcome.WAIVED, False], met[Outcome.WAIVED, True]) >= 1
    assert (
        not {(Outcome.PASS, False), (Outcome.BLOCK, True), (Outcome.WARN, True), (Outcome.UNKNOWN, True)} & met.keys()
    )


def judged(service: Service, row: Proposal, rulebook: str) -> Outcome:
    """By all rules, as a check judges them."""
    with service.store.reading() as session:
        orders = again.orders_of(session, row)
    assert orders is not None
    found = check.checked(service.memory, loaded(service, rulebook, row.snapshot), orders, DAY, DAY)
    assert isinstance(found, Checked), found
    return max(found.outcomes, key=lambda outcome: outcome.rank)
