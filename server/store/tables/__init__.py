"""The tables, as SQLModel classes; `migrations/` makes them.

Three kinds. The *journal* (`journal`, `node`, `head`, `checkpoint`) is the log and the event feed in one:
rows are only ever added, but for the one that says where it ends, and what is erased. *Content* (`blob`) is kept once
under its SHA-256. Everything else says how things stand now, and every change of it is written in the transaction that
adds the journal entry which says what was and what is.

Instants are UTC texts with microseconds, which compare as they lie on the clock; hashes are hexadecimal texts.
"""

from server.store.tables.data import Entered, Reached, Salt, Snapshot, Stated, Survey, Verdict
from server.store.tables.desk import Approval, ApprovalPolicy, Choice, Hold, Proposal, Run
from server.store.tables.flow import Delivery, Executor, Told, Webhook
from server.store.tables.log import Blob, Checkpoint, Erasure, Head, Journal, LegalHold
from server.store.tables.people import Challenge, Credential, PersonKey, Probe, Read, Reply
from server.store.tables.rules import Evidence, Mode, Observation, Override, Rulebook, Waiver

__all__ = [
    "Approval",
    "ApprovalPolicy",
    "Blob",
    "Challenge",
    "Checkpoint",
    "Choice",
    "Credential",
    "Delivery",
    "Entered",
    "Erasure",
    "Evidence",
    "Executor",
    "Head",
    "Hold",
    "Journal",
    "LegalHold",
    "Mode",
    "Observation",
    "Override",
    "PersonKey",
    "Probe",
    "Proposal",
    "Reached",
    "Read",
    "Reply",
    "Rulebook",
    "Run",
    "Salt",
    "Snapshot",
    "Stated",
    "Survey",
    "Told",
    "Verdict",
    "Waiver",
    "Webhook",
]
