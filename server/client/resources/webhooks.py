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
        """List webhook endpoints. Those that hear no more than the reader may, newest first; without their secrets.
        For operations."""
        found: WebhooksAnswer = self.wire.call(
            WebhooksAnswer, "GET", "/v1/webhook-endpoints", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self, *, url: str, types: Sequence[str] | None = None, households: Sequence[str] | None = None
    ) -> WebhookAnswer:
        """Add a webhook endpoint. It hears of what happens from now on, as far as whoever adds it may. For
        operations."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "POST", "/v1/webhook-endpoints", body={"url": url, "types": types, "households": households}
        )
        return found

    def get(self, endpoint: Ref) -> WebhookAnswer:
        """Read a webhook endpoint. Its state, and what it allows; never its secret. For operations."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "GET", "/v1/webhook-endpoints/{endpoint}", {"endpoint": endpoint}
        )
        return found

    def end(self, endpoint: Ref) -> WebhookAnswer:
        """End a webhook endpoint. Nothing more is posted there; ending it again changes nothing. For operations."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "DELETE", "/v1/webhook-endpoints/{endpoint}", {"endpoint": endpoint}
        )
        return found

    def deliveries(self, endpoint: Ref, *, before: str | None = None, limit: int | None = None) -> DeliveriesAnswer:
        """List the deliveries to an endpoint. What was tried, and what came of it. For operations."""
        found: DeliveriesAnswer = self.wire.call(
            DeliveriesAnswer,
            "GET",
            "/v1/webhook-endpoints/{endpoint}/deliveries",
            {"endpoint": endpoint},
            query={"before": before, "limit": limit},
        )
        return found

    def rotate(self, endpoint: Ref) -> WebhookAnswer:
        """Change the secret of an endpoint. A new secret. For a day everything is signed by the old one, too. For
        operations."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "POST", "/v1/webhook-endpoints/{endpoint}/secret", {"endpoint": endpoint}, body={}
        )
        return found

    def resume(self, endpoint: Ref) -> WebhookAnswer:
        """Resume a stopped endpoint. One that was stopped goes on from the first event that it did not take. For
        operations."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer, "POST", "/v1/webhook-endpoints/{endpoint}/resumption", {"endpoint": endpoint}, body={}
        )
        return found

    def again(self, endpoint: Ref, *, from_: int, to: int) -> WebhookAnswer:
        """Redeliver events to an endpoint. The events of a range of numbers are posted once more; one that was stopped
        gets them when it goes on. For operations."""
        found: WebhookAnswer = self.wire.call(
            WebhookAnswer,
            "POST",
            "/v1/webhook-endpoints/{endpoint}/redelivery",
            {"endpoint": endpoint},
            body={"from": from_, "to": to},
        )
        return found
