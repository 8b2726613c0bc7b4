"""The first page of an export: what it is about, how to check it with nothing installed, and what is not in it."""

from collections.abc import Mapping

from policy.book.amount import number_text
from policy.proof.note import Checkpoint
from server.desk.demand import LENIENT
from server.desk.exam.case import MEANS
from server.desk.exam.scope import Scope

PAGE = """\
RECORDS OF {about}
from {first} to {last}, both days included (UTC); made for the eyes of: {roles}

Begin with 00-totals.csv: how many proposals, orders, accounts and how much money there are in the period, of how many
the proof is here as a whole, of how many it is open, and how many have none and why. DICTIONARY.csv says what every
column of every file means.

HOW TO CHECK IT WITH NOTHING INSTALLED

1. No file was changed after the export was made, and none is missing: unpack it, open a terminal in the folder, and
   Linux:    sha256sum -c MANIFEST.sha256
   macOS:    shasum -a 256 -c MANIFEST.sha256
   Windows:  certutil -hashfile FILE SHA256      and compare with FILE's line in MANIFEST.sha256
   Each computes the SHA-256 of files anew. It shows that the files belong together, and not who made them.
2. The totals are those of the tables: csv/orders.csv has {orders} rows and csv/proposals.csv {proposals}. Add up their
   columns in a spreadsheet and compare with 00-totals.csv.
3. A single decision: unpack bundles/ID.proof.zip. Its README.txt says the same of its own MANIFEST.sha256; report.html
   is the decision for people, decision/checks.csv the arithmetic of every rule, decision/orders.csv its orders.
4. What an approval was held to: csv/decisions.csv names the approval policy and its clause (from 1, read from the top),
   policies/ has the clauses and csv/policies.csv their SHA-256, which the log's entry of the policy commits to. Where
   no policy is named the default held: four eyes, but for orders of up to {lenient} in the base currency that need
   neither consent nor a waiver, in accounts that are all discretionary: these their proposer may approve.
5. What waivers, overrides and clients' approvals rest on: evidence/ has each file, its SHA-256 is its name. envelopes/
   has what was signed to grant waivers and overrides (DSSE): with the granter's own key (person-key; compare it with
   the one on your card), or with the log's, for a session that said yes (attested).

A proof that is `open` in csv/proposals.csv shows what is for everybody and commits to the rest, which is kept from the
roles named above: orders, approvals and log are proven, and rules, data and optimality are not. Who examines the firm
gets it as a whole by a key that has, beside `regulator`, the roles that rules are visible to: ask the firm for one, and
for this export again (docs/exports.md, "For an examiner").

HOW TO CHECK IT WITH A VERIFIER

The verifier is a program that runs offline; it answers proven, not proven or refuted, claim by claim. Take it from the
public source of proofolio, or from whom you trust, and not from who gave you this export:
   proofolio verify bundles/ID.proof.zip --trust CARD
   python -m policy.proof.verify bundles/ID.proof.zip --trust CARD       (the part of it that stands alone)
A bundle with data/firm.json rests on what the firm stated of its other households. Who has the whole book of the
snapshot (csv/snapshots.csv names it) adds that up again; bundles of others belong to it, which beside.ndjson tells:
   proofolio verify bundles/ID.proof.zip --trust CARD --book BOOK --beside bundles/*.proof.zip --roll beside.ndjson
A trust card is a page of text with the key of the log, the keys of the people who approve, the witnesses, and a state
of the log that was seen. Use the card that you got by another way: at the first contact, with a filing, on paper.
log/trust-card.txt is what the service says today, for comparison: what is proven by it alone is proven by the service's
own word.

THE LOG

log/checkpoint is the signed state of the log, {size} entries, root {root}.
Keep it: it is what you say you have seen last when you ask again.
{grown}
log/inclusion.ndjson has, a line each, the entries of csv/events.csv with the proof (C2SP tlog-proof) that they are in
it. Every bundle is proven by the same checkpoint. The numbers of a stream (`seq` in csv/events.csv) have no gaps; those
of the log itself count what others did, too, and what is not for these eyes.

WHAT IS WITHOUT PROOF, AND WHY

{whys}

WHAT IS NOT IN IT

- Checks of orders (/v1/checks) are answered and not kept: there is no record of them but that somebody asked.
- What brokers and custodians did (routing, fills, allocations, confirmations): this service proposes and approves.
  Whether an account is discretionary is in the tables as the firm's data said it; the client's contract is not here.
- Trades that were made outside of the service. Compare the totals with the custodian's statement.
- A proposal belongs to the day on which it was asked for, whenever it was decided. Decisions and overrides are those of
  the proposals that are here. Periods that meet without a gap have each of them once.
- Rules, waivers and events that are not for the eyes named above. Nothing stands for them but, in csv/rulebooks.csv,
  that a rule book's files are kept, and the number of proposals whose proof is kept.
{scope}
"""

_ACCOUNT = """\
- Of the account's household: orders in other accounts, holds and waivers of these, proposals for one of these alone.
  The household is that which the newest snapshot names that was sealed by the last day; its events are here.

PROPOSALS FOR THE ACCOUNT, AND FOR ITS HOUSEHOLD

csv/proposals.csv names in `account` the account of what was asked for this account alone. All others are about every
account of the household: `trades` says which of them have orders in this one (yes), and which leave it as it is (no).
00-totals.csv counts each kind. Decision and bundle of such a proposal are about the whole household."""
_HOUSEHOLD = """\
- Other households. A proposal about several is here with the orders of this one; its bundle has all."""
_ALL = """\
- Nothing else was asked to be left out."""


def page(of: Scope, state: Checkpoint, seen: int | None, counts: Mapping[str, int]) -> bytes:
    """`seen`: the size of the log from which consistency is proven; `counts`: rows of the tables."""
    said = PAGE.format(
        about=_about(of),
        first=of.first,
        last=of.last,
        roles=_eyes(of),
        orders=counts["orders"],
        proposals=counts["proposals"],
        size=state.size,
        root=state.root.hex(),
        grown=_grown(seen),
        lenient=number_text(LENIENT),
        whys="\n".join(f"- {why.value}: {text}." for why, text in MEANS.items()),
        scope=_ACCOUNT if of.account is not None else _HOUSEHOLD if of.household is not None else _ALL,
    )
    return said.encode()


def _about(of: Scope) -> str:
    if of.account is not None:
        return f"ACCOUNT {_plain(of.account)}, HOUSEHOLD {_plain(of.household or 'none')}"
    return "ALL HOUSEHOLDS" if of.household is None else f"HOUSEHOLD {_plain(of.household)}"


def _eyes(of: Scope) -> str:
    roles = ", ".join(sorted(role.value for role in of.who.roles))
    if of.who.households is None:
        return roles
    return f"{roles}; of the households {', '.join(map(_plain, sorted(of.who.households))) or 'none'} alone"


def _grown(seen: int | None) -> str:
    if seen is None:
        return "Nobody said which state was seen before: ask with --seen SIZE (`seen=SIZE`) for a proof of growth."
    return (
        f"log/consistency-{seen}.txt proves that its first {seen} entries are still those that were seen before\n"
        "(C2SP tlog-witness: `old SIZE`, hashes, the checkpoint), together with the root that was kept of them."
    )


def _plain(text: str) -> str:
    """On one line."""
    return text if text.isprintable() else ascii(text)
