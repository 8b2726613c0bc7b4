"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.proposals import ComparisonAnswer, ObservedAnswer, ProposalsAnswer
from server.client.types.shared import ProposalAnswer, Signable
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Proposals:
    wire: Wire

    def observed(self, proposal: Ref) -> ObservedAnswer:
        """Read what observed rules say of a proposal. They block nothing: this is what they would have said of its
        orders. For adviser, compliance, control room, trader, operations, regulator."""
        found: ObservedAnswer = self.wire.call(
            ObservedAnswer, "GET", "/v1/proposals/{proposal}/observed", {"proposal": proposal}
        )
        return found

    def list(
        self,
        *,
        state: str | None = None,
        household: str | None = None,
        account: str | None = None,
        run: str | None = None,
        waiting: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ProposalsAnswer:
        """List proposals. `account`: those that may trade in it. What is not the reader's to see is passed over: a
        page may be shorter than its limit. For adviser, compliance, control room, trader, operations, regulator."""
        found: ProposalsAnswer = self.wire.call(
            ProposalsAnswer,
            "GET",
            "/v1/proposals",
            query={
                "state": state,
                "household": household,
                "account": account,
                "run": run,
                "waiting": waiting,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return found

    def create(
        self,
        *,
        intent: Json | None = None,
        snapshot: str | None = None,
        household: str | None = None,
        account: str | None = None,
        rulebook: str | None = None,
        max_age: str | None = None,
        expires: str | None = None,
        wait: int | None = None,
    ) -> ProposalAnswer:
        """Ask for a proposal. 202 at once; with `Prefer: wait=SECONDS`, 201 where the result comes within them (60 at
        most). For adviser."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals",
            body={
                "intent": intent,
                "snapshot": snapshot,
                "household": household,
                "account": account,
                "rulebook": rulebook,
                "max_age": max_age,
                "expires": expires,
            },
            wait=wait,
        )
        return found

    def get(self, proposal: Ref, *, wait: int | None = None) -> ProposalAnswer:
        """Read a proposal. With what was wanted, what came of it, and what its approval takes. With `Prefer:
        wait=SECONDS` the answer waits for a result so long (60 at most). For adviser, compliance, control room,
        trader, operations, regulator."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer, "GET", "/v1/proposals/{proposal}", {"proposal": proposal}, wait=wait
        )
        return found

    def bundle(self, proposal: Ref, *, seen: int | None = None) -> bytes:
        """Read the proof of a proposal. Whole for whoever may see every rule; for others one in which what is kept
        from them is committed to, by the same log entry, and none of a refusal. `seen`: the size of a state of the log
        that the reader kept. For adviser, compliance, control room, trader, operations, regulator."""
        found: bytes = self.wire.call(
            bytes, "GET", "/v1/proposals/{proposal}/bundle", {"proposal": proposal}, query={"seen": seen}
        )
        return found

    def beside(self, proposal: Ref) -> bytes:
        """Read beside which proposals it was proven. Those that held something when the firm stated of others what it
        rests on: the parts of a roll, a line each (docs/proofs.md). For who may see all households, and all of its
        bundle. For adviser, compliance, control room, trader, operations, regulator."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/proposals/{proposal}/beside", {"proposal": proposal})
        return found

    def approval_payload(self, proposal: Ref) -> Signable:
        """Read what to sign to approve a proposal. What to sign with a key of one's own, within a day, to approve it
        in person (`proofolio sign`). For adviser, compliance."""
        found: Signable = self.wire.call(
            Signable, "GET", "/v1/proposals/{proposal}/approval-payload", {"proposal": proposal}
        )
        return found

    def approve(
        self,
        proposal: Ref,
        *,
        remark: str | None = None,
        envelope: Json | None = None,
        evidence: str | None = None,
        version: str | None = None,
    ) -> ProposalAnswer:
        """Approve a proposal. As `approval_needed` says, where the orders pass by the rules in force now, on the data
        known now. Without an envelope the service attests it: then nobody signed in person. For adviser,
        compliance."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/approval",
            {"proposal": proposal},
            body={"remark": remark, "envelope": envelope, "evidence": evidence},
            match=proposal,
            version=version,
        )
        return found

    def reject(self, proposal: Ref, *, reason: str, version: str | None = None) -> ProposalAnswer:
        """Reject a proposal. It is not approved any more, and holds no headroom. Its proposer may take it back so. For
        adviser, compliance."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/rejection",
            {"proposal": proposal},
            body={"reason": reason},
            match=proposal,
            version=version,
        )
        return found

    def hold(
        self, proposal: Ref, *, reason: str, until: str | None = None, version: str | None = None
    ) -> ProposalAnswer:
        """Hold a proposal. Nobody approves it until then, or until somebody resumes it. It keeps its headroom, and may
        expire, be rejected or be superseded meanwhile. For adviser, compliance."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/hold",
            {"proposal": proposal},
            body={"reason": reason, "until": until},
            match=proposal,
            version=version,
        )
        return found

    def resume(self, proposal: Ref, *, version: str | None = None) -> ProposalAnswer:
        """Resume a proposal that was held. It waits for its decision again. For adviser, compliance."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/resumption",
            {"proposal": proposal},
            body={},
            match=proposal,
            version=version,
        )
        return found

    def revise(
        self,
        proposal: Ref,
        *,
        intent: Json | None = None,
        snapshot: str | None = None,
        max_age: str | None = None,
        expires: str | None = None,
        wait: int | None = None,
    ) -> ProposalAnswer:
        """Revise a proposal. A new proposal by the rules in force, which takes the place of the earlier one when there
        are orders. As with any, `Prefer: wait=SECONDS` waits for it. For adviser."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/revisions",
            {"proposal": proposal},
            body={"intent": intent, "snapshot": snapshot, "max_age": max_age, "expires": expires},
            wait=wait,
        )
        return found

    def compare(self, proposal: Ref, *, against: str) -> ComparisonAnswer:
        """Compare two proposals. What this one trades, costs and leaves otherwise than another one, as far as its
        reader may see both. For adviser, compliance, control room, trader, operations, regulator."""
        found: ComparisonAnswer = self.wire.call(
            ComparisonAnswer,
            "GET",
            "/v1/proposals/{proposal}/comparison",
            {"proposal": proposal},
            query={"against": against},
        )
        return found
