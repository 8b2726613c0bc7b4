"""A rule book with a rule that everybody reads and one that is the control room's, and a book that it can judge."""

from __future__ import annotations

import json
from typing import Any

PUBLIC = """vocabulary "proofolio" version 1

rule P-1 "One company"
  source "Policy" section "1"
  layer mandate
  applies to each account
  counting market value
  limit each issuer to at most {share}% of net assets
  missing data counts as unknown
  tested at trade
  passive breach may stand 30 calendar days, no trade may worsen it in weight
  on breach block
end
"""

CASE = """
test P-1 "half is enough"
  given hold {units} "A" at USD 1.00
  given net assets USD 100
  expect pass
end
"""

SECRET = """vocabulary "proofolio" version 1

rule H-7 "The secret rule"
  source "Secret memorandum" section "9"
  layer mandate
  applies to each account
  counting market value
  limit sum of securities where security is "C" to at most {most}% of net assets
  missing data counts as unknown
  tested at trade
  visible to "control room"
  on breach block
end
"""


def rules(share: int = 50, most: int = 40, units: int = 40) -> dict[str, str]:
    return {
        "open/company.mandate": (PUBLIC + CASE).format(share=share, units=units),
        "secret.mandate": SECRET.format(most=most),
    }


def book(**different: Any) -> dict[str, Any]:
    """3,000 of cash, 300 A, 200 B and 200 C at 10."""
    return {
        "as_of": "2026-01-30",
        "currency": "USD",
        "issuers": [{"id": f"X{n}", "name": f"Issuer {n}"} for n in "ABCD"],
        "instruments": [{"id": n, "name": f"Share {n}", "issuer": f"X{n}", "currency": "USD"} for n in "ABCD"],
        "accounts": [
            {"id": "trust", "name": "Trust", "relief": "fifo",
             "cash": {"USD": {"settled": "3000.00", "unsettled": "0"}}, "facts": {"borrowings": "0"}}
        ],
        "lots": [
            {"id": f"L{n}", "account": "trust", "instrument": n, "quantity": units, "basis": "10",
             "acquired": "2020-03-02"}
            for n, units in (("A", "300"), ("B", "200"), ("C", "200"))
        ],
        "prices": [{"instrument": n, "day": "2026-01-30", "price": "10.00"} for n in "ABCD"],
        **different,
    }  # fmt: skip


def order(side: str, instrument: str, quantity: object) -> dict[str, Any]:
    return {"account": "trust", "instrument": instrument, "side": side, "quantity": quantity}


def text(document: object) -> bytes:
    return json.dumps(document).encode()
