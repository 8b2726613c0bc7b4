"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.accounts import AccountAnswer, AccountsAnswer, LotsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Accounts:
    wire: Wire

    def list(
        self,
        *,
        snapshot: str | None = None,
        as_of: str | None = None,
        known_at: str | None = None,
        cursor: str | None = None,
        household: str | None = None,
        external: str | None = None,
        limit: int | None = None,
    ) -> AccountsAnswer:
        """List accounts. Those that the reader may see, or those of a household; accounts that state none are for who
        sees all. For adviser, compliance, control room, trader, operations, regulator."""
        found: AccountsAnswer = self.wire.call(
            AccountsAnswer,
            "GET",
            "/v1/accounts",
            query={
                "snapshot": snapshot,
                "as_of": as_of,
                "known_at": known_at,
                "cursor": cursor,
                "household": household,
                "external": external,
                "limit": limit,
            },
        )
        return found

    def get(
        self, account: Ref, *, snapshot: str | None = None, as_of: str | None = None, known_at: str | None = None
    ) -> AccountAnswer:
        """Read an account. For adviser, compliance, control room, trader, operations, regulator."""
        found: AccountAnswer = self.wire.call(
            AccountAnswer,
            "GET",
            "/v1/accounts/{account}",
            {"account": account},
            query={"snapshot": snapshot, "as_of": as_of, "known_at": known_at},
        )
        return found

    def lots(
        self,
        account: Ref,
        *,
        snapshot: str | None = None,
        as_of: str | None = None,
        known_at: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> LotsAnswer:
        """List what an account holds: lots and cash. For adviser, compliance, control room, trader, operations,
        regulator."""
        found: LotsAnswer = self.wire.call(
            LotsAnswer,
            "GET",
            "/v1/accounts/{account}/lots",
            {"account": account},
            query={"snapshot": snapshot, "as_of": as_of, "known_at": known_at, "cursor": cursor, "limit": limit},
        )
        return found
