"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.shared import Signable
from server.client.types.waivers import WaiverAnswer, WaiversAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Waivers:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> WaiversAnswer:
        """List waivers. Those that the reader may see, newest first, with their states. For adviser, compliance,
        control room, trader, operations, regulator."""
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
        """Ask for a waiver. Its text is written and read at once, so that what cannot be granted is not asked for. For
        adviser, compliance, control room, trader."""
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
        """Read a waiver. Its terms, its file once it was granted, and its state. For adviser, compliance, control
        room, trader, operations, regulator."""
        found: WaiverAnswer = self.wire.call(WaiverAnswer, "GET", "/v1/waivers/{waiver}", {"waiver": waiver})
        return found

    def end(self, waiver: Ref, *, since: str | None = None, version: str | None = None) -> WaiverAnswer:
        """End a waiver. From `since` on (`now`, or an instant to come) it is no rule any more. Who asked may take it
        back until it is granted; compliance ends it. For adviser, compliance, control room, trader."""
        found: WaiverAnswer = self.wire.call(
            WaiverAnswer, "DELETE", "/v1/waivers/{waiver}", {"waiver": waiver}, query={"since": since}, version=version
        )
        return found

    def payload(self, waiver: Ref, *, as_: str | None = None) -> Signable:
        """Read what to sign to grant a waiver. What to sign with a key of one's own to grant it in person (`proofolio
        sign`): it names the SHA-256 of the file that it would have today (UTC). For compliance, control room."""
        found: Signable = self.wire.call(
            Signable, "GET", "/v1/waivers/{waiver}/grant-payload", {"waiver": waiver}, query={"as": as_}
        )
        return found

    def grant(
        self, waiver: Ref, *, envelope: Json | None = None, as_: str | None = None, version: str | None = None
    ) -> WaiverAnswer:
        """Grant a waiver. By somebody else than who asked; with an envelope over `grant-payload`, in person. From now
        on its file is among the rules in force. For compliance, control room."""
        found: WaiverAnswer = self.wire.call(
            WaiverAnswer,
            "POST",
            "/v1/waivers/{waiver}/grant",
            {"waiver": waiver},
            body={"envelope": envelope, "as": as_},
            match=waiver,
            version=version,
        )
        return found
