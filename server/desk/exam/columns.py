"""The data dictionary: every table of an export, and every column of it."""

from dataclasses import dataclass

from server.desk.exam.case import Why


@dataclass(frozen=True, slots=True)
class Column:
    """`means`: in words; `unit`: of numbers, or the form of what is written; `source`: where it comes from."""

    name: str
    means: str
    unit: str
    source: str


ID, INSTANT, DAY, COUNT, HEX = "id", "instant, UTC", "day, UTC", "count", "SHA-256, hex"
MONEY, WORD, TEXT, NUMBER = "money, in `currency`", "word", "text", "number in the log"
AMOUNT = "count, or money in `currency`"

TOTALS = (
    Column("measure", "what is counted or summed", WORD, "this export"),
    Column("currency", "of what is summed; empty where things are counted", "ISO 4217", "data"),
    Column("total", "all of them; accounts and households count once", AMOUNT, "this export"),
    Column("whole_proof", "those that a bundle proves, with all that it rests on", AMOUNT, "this export"),
    Column("open_proof", "those whose bundle keeps rules or data back, and proves less", AMOUNT, "this export"),
    Column("without_proof", "those of which there is no bundle", AMOUNT, "this export"),
    *(
        Column(f"without_{each.name.lower()}", f"of these: those that are `{each.value}`", AMOUNT, "README.txt")
        for each in Why
    ),
)  # fmt: skip

_PROPOSALS = (
    Column("proposal", "the proposal", ID, "service"),
    Column("asked", "when it was asked for; by this it is in the period", INSTANT, "service"),
    Column("state", "its state now (docs/service.md)", WORD, "service, and the clock"),
    Column("household", "whose accounts it is about; empty where about all of the snapshot", ID, "request"),
    Column(
        "account", "the only account in which it may trade; empty where that is no matter of the request", ID, "request"
    ),
    Column("households", "all whose accounts it is about, by commas; empty where an account is nobody's", ID, "data"),
    Column("proposer", "who recommended it", "person", "credentials"),
    Column("run", "the run that asked for it", ID, "service"),
    Column("revises", "the proposal whose place it takes", ID, "request"),
    Column("rulebook", "the rules that were in force; see rulebooks", ID, "service"),
    Column("snapshot", "the data; see snapshots", ID, "service"),
    Column("expires", "nobody may approve it from then on", INSTANT, "request"),
    Column("answer", "what came of it: proposed, impossible, not found, not searched, not permitted", WORD, "decision"),
    Column("verdict_before", "the worst outcome of the rules before the orders", WORD, "judge"),
    Column("verdict_after", "the worst outcome after them", WORD, "judge"),
    Column("orders", "how many of its orders are in this export", COUNT, "decision"),
    Column("trades", "whether there are any: yes, no; empty where these eyes see no answer", WORD, "decision"),
    Column("discretionary", "whether the firm decides for all accounts that it trades, by which approval "
           "policies go: yes, no, unknown; empty without orders", WORD, "data"),
    Column("currency", "the base currency of the book", "ISO 4217", "data"),
    Column("bought", "worth of its orders here that buy or cover", MONEY, "decision"),
    Column("sold", "worth of its orders here that sell or go short", MONEY, "decision"),
    Column("cost", "spread, tickets and rounding of its orders here", MONEY, "decision"),
    Column("reason", "why it failed or was rejected", TEXT, "service, or who rejected it"),
    Column("proof", "`whole`; `open`: of what is for everybody, the rest being kept; or `no`", WORD, "this export"),
    Column("why", "where there is no proof, why (README.txt)", WORD, "this export"),
    Column("bundle", "the file with the proof", "path", "this export"),
)  # fmt: skip

_ORDERS = (
    Column("proposal", "the proposal that the order is of", ID, "service"),
    Column("number", "its place there, from 0", COUNT, "decision"),
    Column("asked", "when the proposal was asked for", INSTANT, "service"),
    Column("state", "the proposal's state now", WORD, "service, and the clock"),
    Column("proposer", "who recommended it", "person", "credentials"),
    Column("approver", "who, or which policy, approved it; empty where nobody did", "person", "approval"),
    Column("approved", "when", INSTANT, "approval"),
    Column("batch", "it is released when the batch before is filled", COUNT, "decision"),
    Column("account", "in which account", ID, "data"),
    Column("discretionary", "whether the firm decides for the account without asking: yes, no; unknown where the data "
           "does not say, or was erased", WORD, "data"),
    Column("side", "buy, sell, short or cover", WORD, "decision"),
    Column("instrument", "what", ID, "data"),
    Column("name", "what that is called", TEXT, "data"),
    Column("quantity", "how many units", "units", "decision"),
    Column("currency", "of price and worth", "ISO 4217", "data"),
    Column("price", "of one unit, as the data has it", MONEY, "data"),
    Column("worth", "quantity times price", MONEY, "decision"),
    Column("cost", "spread, tickets and rounding", MONEY, "decision"),
    Column("short_gain", "realised on lots held up to a year; empty where a basis is unknown", MONEY, "decision"),
    Column("long_gain", "realised on lots held longer; empty where a basis is unknown", MONEY, "decision"),
    Column("lots", "the tax lots that it uses, with their quantities", "LOT: units; …", "decision"),
    Column("proof", "as of its proposal", WORD, "this export"),
)  # fmt: skip

_DECISIONS = (
    Column("proposal", "what was decided upon", ID, "service"),
    Column("decision", "approval or rejection", WORD, "service"),
    Column("kind", "person-key: signed by them; attested: the service says so; standing: by policy", WORD, "approval"),
    Column("person", "who decided, or the policy that did", "person", "credentials"),
    Column("role", "as what", WORD, "credentials"),
    Column("policy", "the approval policy that asked for it, see policies; empty for the default", ID, "approval"),
    Column("clause", "which clause of that", COUNT, "approval"),
    Column("rulebook", "the rules in force then, by which the orders pass; see rulebooks", ID, "approval"),
    Column("snapshot", "the newest data then; see snapshots", ID, "approval"),
    Column("time", "when", INSTANT, "service"),
    Column("evidence", "of what the client said; see evidence/", HEX, "approval"),
    Column("envelope", "of the signed envelope, which is in the bundle", HEX, "approval"),
    Column("reason", "what was said of a rejection", TEXT, "who rejected it"),
    Column("entry", "the entry that says so", NUMBER, "log"),
)

_OVERRIDES = (
    Column("override", "the override", ID, "service"),
    Column("proposal", "of which proposal, whose orders need consent", ID, "service"),
    Column("state", "asked, granted or ended", WORD, "service"),
    Column("reason", "why", TEXT, "who asked"),
    Column("evidence", "of what was filed; see evidence/", HEX, "who asked"),
    Column("asker", "who asked for it", "person", "credentials"),
    Column("asked", "when", INSTANT, "service"),
    Column("granter", "who granted it", "person", "credentials"),
    Column("granted", "when", INSTANT, "service"),
    Column("kind", "person-key: signed by the granter; attested: the service says so", WORD, "who granted it"),
    Column("envelope", "of the signed envelope; see envelopes/", HEX, "who granted it"),
    Column("ended", "when it ended", INSTANT, "service"),
)

_WAIVERS = (
    Column("waiver", "the waiver", ID, "service"),
    Column("rule", "of which rule", ID, "rule book"),
    Column("state", "asked, granted, expired or ended", WORD, "service, and the clock"),
    Column("terms", "what it covers and allows", "JSON", "who asked"),
    Column("first", "the first day of it", DAY, "who asked"),
    Column("last", "the last day of it", DAY, "who asked"),
    Column("reason", "why", TEXT, "who asked"),
    Column("evidence", "of what was filed; see evidence/", HEX, "who asked"),
    Column("asker", "who asked for it", "person", "credentials"),
    Column("asked", "when", INSTANT, "service"),
    Column("granter", "who granted it", "person", "credentials"),
    Column("granted", "when", INSTANT, "service"),
    Column("kind", "person-key: signed by the granter; attested: the service says so", WORD, "who granted it"),
    Column("envelope", "of the signed envelope; see envelopes/", HEX, "who granted it"),
    Column("signed", "in whose name", TEXT, "who granted it"),
    Column("file", "of its rule file, which is in the rule books in force", HEX, "service"),
    Column("ender", "who ended it", "person", "credentials"),
    Column("ended", "when it ended", INSTANT, "service"),
)

_HOLDS = (
    Column("hold", "the hold", ID, "service"),
    Column("household", "whose accounts are held", ID, "request"),
    Column("account", "the account that is held; empty for all of the household", ID, "request"),
    Column("state", "scheduled, standing or ended", WORD, "service, and the clock"),
    Column("reason", "why", TEXT, "who placed it"),
    Column("since", "from when", INSTANT, "request"),
    Column("until", "until when; empty while nobody has said", INSTANT, "request"),
    Column("author", "who placed it", "person", "credentials"),
    Column("placed", "when", INSTANT, "service"),
    Column("ender", "who ended it", "person", "credentials"),
)

_RUNS = (
    Column("run", "the run: proposals for many households, asked for as one", ID, "service"),
    Column("kind", "what it is for", WORD, "request"),
    Column("state", "its state", WORD, "service"),
    Column("proposer", "who asked for it", "person", "credentials"),
    Column("asked", "when; by this it is in the period", INSTANT, "service"),
    Column("ended", "when its last result was there", INSTANT, "service"),
    Column("households", "how many", COUNT, "request"),
    Column("passed", "of these: how many were passed over", COUNT, "service"),
    Column("rulebook", "the rules", ID, "service"),
    Column("snapshot", "the data", ID, "service"),
    Column("reason", "why it failed, or what was said when it was led", TEXT, "service"),
)

_RULEBOOKS = (
    Column("rulebook", "the set of rules", ID, "service"),
    Column("base", "the published one of which it is a state, with others observed or with waivers", ID, "service"),
    Column("manifest", "of the list of its files, which log entries name", HEX, "service"),
    Column("commit", "the git revision as which it was published; empty where it was not, or its files are kept",
           ID, "author"),
    Column("title", "what it is called", TEXT, "author"),
    Column("author", "who published it", "person", "credentials"),
    Column("activator", "who put it in force", "person", "credentials"),
    Column("from", "in force from", INSTANT, "service"),
    Column("until", "until the next one; empty where that had not come by the last day", INSTANT, "service"),
    Column("files", "`yes` where its files are below rules/; `no` where some are kept from these eyes", WORD,
           "this export"),
)  # fmt: skip

_POLICIES = (
    Column("policy", "the approval policy: who has to approve what", ID, "service"),
    Column("document", "of its clauses, which log entries name", HEX, "service"),
    Column("title", "what it is called", TEXT, "author"),
    Column("author", "who wrote it", "person", "credentials"),
    Column("approver", "who agreed to it", "person", "credentials"),
    Column("from", "in force from, until the next one", INSTANT, "service"),
    Column("ends", "from when it approves nothing by itself, nor by the proposer", INSTANT, "who wrote or ended it"),
    Column("file", "the file with its clauses", "path", "this export"),
)

_SNAPSHOTS = (
    Column("snapshot", "the data that proposals of the period were worked out from", ID, "service"),
    Column("manifest", "of what it consists of, which the log names", HEX, "service"),
    Column("source", "where it came from", TEXT, "who sealed it"),
    Column("as_of", "the day that it is about", "day", "data"),
    Column("known_at", "the day by which it was known", "day", "data"),
    Column("sealed", "when", INSTANT, "service"),
)

_EVENTS = (
    Column("number", "its number in the log, from 0", NUMBER, "log"),
    Column("time", "when", INSTANT, "log"),
    Column("type", "what happened", WORD, "log"),
    Column("stream", "to what, in the order of `seq`, without gaps", ID, "log"),
    Column("seq", "its number in the stream, from 0", COUNT, "log"),
    Column("actor", "who did it", "person", "log"),
    Column("subject", "what the entry says of it", TEXT, "log"),
    Column("household", "whose it is; empty where of no household, or of several", ID, "log"),
    Column("leaf", "the hash of its entry, by which log/inclusion.ndjson proves it", HEX, "log"),
    Column("erased", "`yes` where what the entry commits to was erased", WORD, "service"),
    Column("data", "what the feed of events says of it", "JSON", "log"),
)

TABLES = {
    "proposals": _PROPOSALS,
    "orders": _ORDERS,
    "decisions": _DECISIONS,
    "overrides": _OVERRIDES,
    "waivers": _WAIVERS,
    "holds": _HOLDS,
    "runs": _RUNS,
    "rulebooks": _RULEBOOKS,
    "policies": _POLICIES,
    "snapshots": _SNAPSHOTS,
    "events": _EVENTS,
}

DICTIONARY = (
    Column("file", "the file", "path", "this export"),
    Column("column", "a column of it", WORD, "this export"),
    Column("means", "what that says", TEXT, "this export"),
    Column("unit", "the unit of its numbers, or the form of what is written", TEXT, "this export"),
    Column("source", "where it comes from", TEXT, "this export"),
)

INCLUSION = "log/inclusion.ndjson"
ROLLS = "beside.ndjson"

CSV = (
    "UTF-8, commas, CRLF, RFC 4180. A text that a spreadsheet could take for a formula (it begins with = + - @, a tab, "
    "a line end, or a sign that looks like one) is led by an apostrophe, and so is one that begins with an "
    "apostrophe: leave out one leading apostrophe to have the text. Numbers are decimal texts; where the decimals do "
    "not end there are six, rounded, and the JSON has the exact fraction"
)

FORMS = (
    ("*.csv", CSV),
    ("*.json", "the same rows as the CSV, texts as they are, numbers of money and units as exact texts"),
    ("bundles/*.proof.zip", "the proof of a proposal: see the README.txt in it"),
    (
        "rules/*",
        "the files of the rule books in force, with the manifest that log entries name by its SHA-256, and below "
        "git/ the commit and trees that show them to be those of the revision",
    ),
    ("policies/*.json", "the clauses of an approval policy, byte for byte as `document` names them"),
    ("evidence/*", "what waivers, overrides and approvals name as `evidence`, byte for byte; its SHA-256 is its name"),
    (
        "envelopes/*.dsse.json",
        "what was signed to grant a waiver or an override (DSSE): its SHA-256 is its name, and in the entry's subject; "
        "it names that of the waiver's file, or of the canonical JSON of what an override says",
    ),
    ("log/checkpoint", "the signed state of the log (C2SP tlog-checkpoint)"),
    ("log/trust-card.txt", "what the service says of its keys (C2SP tlog-policy), for comparison"),
    ("log/consistency-N.txt", "that the log grew out of its first N entries (C2SP tlog-witness)"),
    (
        ROLLS,
        "the proposals of others beside which something was stated for these (data/firm.json): the parts of rolls, a "
        "line each; for who sees all households",
    ),
    (INCLUSION, "a JSON object a line: `index`, `leaf`, `entry` (the text that it hashes), `proof` (C2SP tlog-proof)"),
)
"""What has no columns."""
