"""The firm that the examples of docs/service.md speak of: its rules, its book, and the people who work there."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

PEOPLE = {
    "carl": ["compliance"],
    "cora": ["compliance"],
    "anna": ["adviser"],
    "olga": ["operations"],
    "rex": ["regulator"],
}

_RULE = """
rule {id} "{title}"
  source "Investment policy" section "{id}"
  layer mandate
  applies to each account
  counting market value
  limit {limit}
  missing data counts as unknown
  tested at trade
  passive breach may stand 30 calendar days, no trade may worsen it in weight
  on breach block{more}
end
"""
FIVE = "each issuer to at most 5% of net assets"
RULES = (
    'vocabulary "proofolio" version 1\n'
    + _RULE.format(id="CONC-01", title="One company", limit="each issuer to at most 60% of net assets", more="")
    + _RULE.format(
        id="CONC-02", title="One issuer", limit="each issuer to at most 5% of net assets", more=', waiver by "CCO"'
    )
    + _RULE.format(id="CAP-5", title="Shares", limit="each issuer to at most 80% of net assets", more="")
    + """
list LIST-1 "Restricted"
  kind restricted
  source "Control room" section "1"
  applies to each household
  covers issuer "Northwind Mining"
  effective from 2020-01-01 until lifted
  forbid buy, sell
  on breach block
end
"""
)
DAY = "2026-11-23"
NAMES = {"ACME": "Acme", "UNH": "UnitedHealth", "Z": "Zenith"}
NOBODYS = [{"id": "X7", "name": "X7"}, {"id": "X8", "name": "Northwind Mining"}]
PLAIN = {"currency": "USD", "facts": {"derivative": False}}
LOT = {"quantity": "1500", "basis": "10", "acquired": "2020-03-02"}
ACCOUNTS = {"acct_joint": "hh_smith", "trust": "smith", "ira": "jones", "joint": "H1", "smith-0": "brown"}


def book(accounts: dict[str, str] | None = None) -> dict[str, Any]:
    """Of these accounts and the households that they belong to."""
    chosen = ACCOUNTS if accounts is None else accounts
    return {
        "as_of": DAY,
        "currency": "USD",
        "issuers": [{"id": f"X{n}", "name": f"{name} Inc."} for n, name in NAMES.items()] + NOBODYS,
        "instruments": [{"id": n, "name": n, "issuer": f"X{n}", **PLAIN} for n in NAMES],
        "households": [{"id": house, "name": f"Household {house}"} for house in chosen.values()],
        "accounts": [
            {
                "id": name,
                "name": f"Account {name}",
                "household": house,
                "relief": "fifo",
                "model": "M",
                "cash": {"USD": {"settled": "3000.00", "unsettled": "0"}},
                "facts": {"borrowings": "0", "discretionary": True},
            }
            for name, house in chosen.items()
        ],
        "lots": [
            {"id": f"{name}-{n}", "account": name, "instrument": n, **LOT}
            for name in chosen
            for n in NAMES
        ],
        "prices": [{"instrument": n, "day": DAY, "price": "40.00"} for n in NAMES],
        "complete": [{"of": "list", "id": "LIST-1", "since": "2020-01-01"}],
        "weights": [{"model": "M", "kind": "security", "key": n, "weight": "30%"} for n in NAMES],
    }  # fmt: skip


def files(folder: Path, csv: Path) -> None:
    """What the examples send, below `folder`; `csv`: a folder with a book in rows."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for file in sorted(csv.glob("*.csv")):
            archive.writestr(file.name, file.read_bytes())
    (folder / "us").mkdir()
    (folder / "us" / "funds.mandate").write_text(RULES)
    (folder / "book.zip").write_bytes(zipped.getvalue())
    (folder / "lockup.pdf").write_bytes(b"%PDF-1.7 a lock-up agreement")
    half = dict(list(ACCOUNTS.items())[:2]), dict(list(ACCOUNTS.items())[2:])
    nobody = {**book({}), "households": [], "accounts": [], "lots": []}
    rows = [{name: book(part)[name] for name in ("households", "accounts", "lots")} for part in half]
    for name, what in {"book": book(), "shared": nobody, "households-1": rows[0], "households-2": rows[1]}.items():
        (folder / f"{name}.json").write_text(json.dumps(what))
