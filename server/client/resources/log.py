"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Log:
    wire: Wire

    def checkpoint(self) -> str:
        """Read the log's checkpoint. The log as it stands, signed (C2SP tlog-checkpoint). For anybody, without a
        key."""
        found: str = self.wire.call(str, "GET", "/v1/log/checkpoint")
        return found

    def trust_card(self) -> str:
        """Read the log's trust card. The log's key and its state, for whoever will check bundles; compare it with one
        that came another way. It names no people, as anybody may read it: `/v1/people/trust-card` does. For anybody,
        without a key."""
        found: str = self.wire.call(str, "GET", "/v1/log/trust-card")
        return found

    def tile(self, level: Ref, place: Ref) -> bytes:
        """Read a tile of the log's hashes. Hashes of the tree (C2SP tlog-tiles), such as `/tile/0/x001/067` or
        `/tile/1/000.p/17`. For anybody, without a key."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/log/tile/{level}/{place}", {"level": level, "place": place})
        return found

    def bundle(self, place: Ref) -> bytes:
        """Read a tile of the log's entries. Entries (C2SP tlog-tiles): each with its length before it, two bytes, the
        high one first. For regulator."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/log/tile/entries/{place}", {"place": place})
        return found

    def entry(self, leaf: Ref) -> bytes:
        """Read an entry of the log. The entry of this leaf hash: canonical JSON, byte for byte as it was hashed. For
        every role."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/log/entries/{leaf}", {"leaf": leaf})
        return found

    def proof(self, leaf: Ref) -> str:
        """Prove that an entry is in the log. That this leaf is in the log as it stands (C2SP tlog-proof). For anybody,
        without a key."""
        found: str = self.wire.call(str, "GET", "/v1/log/entries/{leaf}/proof", {"leaf": leaf})
        return found

    def consistency(self, *, from_: int, to: int | None = None) -> str:
        """Prove that the log only grew. That the log only grew from one size to another, as a witness is asked (C2SP
        tlog-witness): `old SIZE`, hashes, the checkpoint. `to` is a size that was signed. For anybody, without a
        key."""
        found: str = self.wire.call(str, "GET", "/v1/log/proofs/consistency", query={"from": from_, "to": to})
        return found
