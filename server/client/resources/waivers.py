"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.waivers import WaiverAnswer, WaiversAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Waivers:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> WaiversAnswer:
        """`GET /v1/waivers`."""
        found: WaiversAnswer = self.wire.call(
            WaiversAnswer, "GET", "/v1/waivers", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self,
        *,
        rule: str,
        first: str,
        last: str,
        reason: str,
        household: str | None = None,
        account: str | None = None,
        level: str | None = None,
        group: str | None = None,
        raises_to: str | None = None,
        lowers_to: str | None = None,
        no_purchases: bool | None = None,
        evidence: str | None = None,
    ) -> WaiverAnswer:
        """`POST /v1/waivers`."""
        found: WaiverAnswer = self.wire.call(
            WaiverAnswer,
            "POST",
            "/v1/waivers",
            body={
                "rule": rule,
                "household": household,
                "account": account,
                "level": level,
                "group": group,
                "raises_to": raises_to,
                "lowers_to": lowers_to,
                "no_purchases": no_purchases,
                "first": first,
                "last": last,
                "reason": reason,
                "evidence": evidence,
            },
        )
        return found

    def get(self, waiver: Ref) -> WaiverAnswer:
        """`GET /v1/waivers/{waiver}`."""
        found: WaiverAnswer = self.wire.call(WaiverAnswer, "GET", "/v1/waivers/{waiver}", {"waiver": waiver})
        return found

    def end(self, waiver: Ref, *, since: str | None = None) -> WaiverAnswer:
        """`DELETE /v1/waivers/{waiver}`."""
        found: WaiverAnswer = self.wire.call(
            WaiverAnswer, "DELETE", "/v1/waivers/{waiver}", {"waiver": waiver}, query={"since": since}
        )
        return found

    def grant(self, waiver: Ref, *, as_: str | None = None, version: str | None = None) -> WaiverAnswer:
        """`POST /v1/waivers/{waiver}/grant`."""
        found: WaiverAnswer = self.wire.call(
            WaiverAnswer,
            "POST",
            "/v1/waivers/{waiver}/grant",
            {"waiver": waiver},
            body={"as": as_},
            match=waiver,
            version=version,
        )
        return found
