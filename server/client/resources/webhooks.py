"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.webhooks import DeliveriesAnswer, WebhookAnswer, WebhooksAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Webhooks:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> WebhooksAnswer:
        """`GET /v1/webhook-endpoints`."""
        found: WebhooksAnswer = self.wire.call(
            WebhooksAnswer, "GET", "/v1/webhook-endpoints", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self, *, url: str, types: Sequence[str] | None = None, households: Sequence[str] | None = None
    ) -> WebhookAnswer:
        """`POST /v1/webhook-endpoints`."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "POST", "/v1/webhook-endpoints", body={"url": url, "types": types, "households": households}
        )
        return found

    def get(self, endpoint: Ref) -> WebhookAnswer:
        """`GET /v1/webhook-endpoints/{endpoint}`."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "GET", "/v1/webhook-endpoints/{endpoint}", {"endpoint": endpoint}
        )
        return found

    def end(self, endpoint: Ref) -> WebhookAnswer:
        """`DELETE /v1/webhook-endpoints/{endpoint}`."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "DELETE", "/v1/webhook-endpoints/{endpoint}", {"endpoint": endpoint}
        )
        return found

    def deliveries(self, endpoint: Ref, *, before: str | None = None, limit: int | None = None) -> DeliveriesAnswer:
        """`GET /v1/webhook-endpoints/{endpoint}/deliveries`."""
        found: DeliveriesAnswer = self.wire.call(
            DeliveriesAnswer,
            "GET",
            "/v1/webhook-endpoints/{endpoint}/deliveries",
            {"endpoint": endpoint},
            query={"before": before, "limit": limit},
        )
        return found

    def rotate(self, endpoint: Ref) -> WebhookAnswer:
        """`POST /v1/webhook-endpoints/{endpoint}/secret`."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "POST", "/v1/webhook-endpoints/{endpoint}/secret", {"endpoint": endpoint}, body={}
        )
        return found

    def resume(self, endpoint: Ref) -> WebhookAnswer:
        """`POST /v1/webhook-endpoints/{endpoint}/resumption`."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "POST", "/v1/webhook-endpoints/{endpoint}/resumption", {"endpoint": endpoint}, body={}
        )
        return found

    def again(self, endpoint: Ref, *, from_: int, to: int) -> WebhookAnswer:
        """`POST /v1/webhook-endpoints/{endpoint}/redelivery`."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer,
            "POST",
            "/v1/webhook-endpoints/{endpoint}/redelivery",
            {"endpoint": endpoint},
            body={"from": from_, "to": to},
        )
        return found
