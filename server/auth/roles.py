"""Who may do what: one table. A route names the act that it is; what the table does not allow is refused."""

from enum import StrEnum


class Role(StrEnum):
    """The names are those that rules and lists use in `visible to`."""

    ADVISER = "adviser"
    COMPLIANCE = "compliance"
    CONTROL_ROOM = "control room"
    TRADER = "trader"
    OPERATIONS = "operations"
    REGULATOR = "regulator"
    ADMIN = "admin"


class Act(StrEnum):
    MANAGE_KEYS = "manage keys"
    READ_SELF = "read who one is"
    PUBLISH_RULES = "publish rules"
    ACTIVATE_RULES = "activate rules"
    ASK_MODE = "ask that a rule be observed or enforced"
    GRANT_MODE = "agree that a rule be observed or enforced"
    ASK_WAIVER = "ask for a waiver or an override"
    GRANT_WAIVER = "grant a waiver, or end it"
    GRANT_OVERRIDE = "grant an override, or end it"
    READ_WAIVERS = "read waivers, overrides and evidence"
    FILE_EVIDENCE = "file evidence"
    READ_RULES = "read rules"
    SEAL_SNAPSHOT = "seal a snapshot"
    READ_SNAPSHOT = "read a snapshot"
    CHANGE_FACTS = "say what changed in the newest snapshot"
    EDIT_LIST = "put something on a list, or take it off"
    READ_VERDICTS = "read standing verdicts"
    CHECK = "check orders"
    PROPOSE = "ask for a proposal"
    RUN = "ask for proposals of many households"
    READ_RUN = "read a run"
    READ_PROPOSAL = "read a proposal"
    DECIDE = "approve or reject a proposal"
    RELEASE = "say that nothing more will come of approved orders"
    HOLD = "hold a household or an account, or end that"
    SET_APPROVALS = "say who has to approve what"
    READ_APPROVALS = "read who has to approve what, and whose keys there are"
    HOLD_KEY = "register or end a signing key of one's own"
    READ_EVENTS = "read events"
    MANAGE_WEBHOOKS = "let events be posted to an endpoint"
    READ_READS = "read who read what"
    READ_LOG = "read the log"
    ERASE = "erase what entries commit to"
    HOLD_LEGALLY = "place and end a legal hold"
    AUDIT_LOG = "read every entry of the log"
    EXPORT = "export the records of a period"
    READ_METRICS = "read what is measured"


_DESK = frozenset({Role.ADVISER, Role.COMPLIANCE, Role.CONTROL_ROOM, Role.TRADER, Role.OPERATIONS})
_RULERS = frozenset({Role.COMPLIANCE, Role.CONTROL_ROOM})
"""Of rules and lists: compliance of all that it sees, the control room of its own (`Principal.rules`)."""

ALLOWED: dict[Act, frozenset[Role]] = {
    Act.MANAGE_KEYS: frozenset({Role.ADMIN}),
    Act.READ_SELF: frozenset(Role),
    Act.PUBLISH_RULES: frozenset({Role.COMPLIANCE}),
    Act.ACTIVATE_RULES: frozenset({Role.COMPLIANCE}),
    Act.ASK_MODE: _RULERS,
    Act.GRANT_MODE: _RULERS,
    Act.ASK_WAIVER: _RULERS | {Role.ADVISER, Role.TRADER},
    Act.GRANT_WAIVER: _RULERS,
    Act.GRANT_OVERRIDE: frozenset({Role.COMPLIANCE}),
    Act.READ_WAIVERS: _DESK | {Role.REGULATOR},
    Act.FILE_EVIDENCE: _DESK,
    Act.READ_RULES: _DESK | {Role.REGULATOR},
    Act.SEAL_SNAPSHOT: frozenset({Role.OPERATIONS}),
    Act.READ_SNAPSHOT: _DESK | {Role.REGULATOR},
    Act.CHANGE_FACTS: frozenset({Role.OPERATIONS}),
    Act.EDIT_LIST: _RULERS,
    Act.READ_VERDICTS: _DESK | {Role.REGULATOR},
    Act.CHECK: _DESK,
    Act.PROPOSE: frozenset({Role.ADVISER}),
    Act.RUN: frozenset({Role.ADVISER, Role.OPERATIONS}),
    Act.READ_RUN: _DESK | {Role.REGULATOR},
    Act.READ_PROPOSAL: _DESK | {Role.REGULATOR},
    Act.DECIDE: frozenset({Role.ADVISER, Role.COMPLIANCE}),
    Act.RELEASE: frozenset({Role.COMPLIANCE, Role.TRADER, Role.OPERATIONS}),
    Act.HOLD: frozenset({Role.ADVISER, Role.COMPLIANCE, Role.OPERATIONS}),
    Act.SET_APPROVALS: frozenset({Role.COMPLIANCE}),
    Act.READ_APPROVALS: _DESK | {Role.REGULATOR},
    Act.HOLD_KEY: _DESK | {Role.ADMIN},
    Act.READ_EVENTS: frozenset(Role),
    Act.MANAGE_WEBHOOKS: frozenset({Role.OPERATIONS}),
    Act.READ_READS: frozenset({Role.COMPLIANCE, Role.REGULATOR}),
    Act.READ_LOG: frozenset(Role),
    Act.ERASE: frozenset({Role.COMPLIANCE, Role.ADMIN}),
    Act.HOLD_LEGALLY: frozenset({Role.COMPLIANCE}),
    Act.AUDIT_LOG: frozenset({Role.REGULATOR}),
    Act.EXPORT: frozenset({Role.COMPLIANCE, Role.REGULATOR}),
    Act.READ_METRICS: frozenset({Role.OPERATIONS, Role.ADMIN}),
}
