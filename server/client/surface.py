"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.resources.accounts import Accounts
from server.client.resources.approval_policies import ApprovalPolicies
from server.client.resources.erasures import Erasures
from server.client.resources.evidence import Evidence
from server.client.resources.exports import Exports
from server.client.resources.facts import Facts
from server.client.resources.headroom import Headroom
from server.client.resources.holds import Holds
from server.client.resources.households import Households
from server.client.resources.keys import Keys
from server.client.resources.lists import Lists
from server.client.resources.log import Log
from server.client.resources.modes import Modes
from server.client.resources.operations import Operations
from server.client.resources.overrides import Overrides
from server.client.resources.people import People
from server.client.resources.reads import Reads
from server.client.resources.rulebooks import Rulebooks
from server.client.resources.snapshots import Snapshots
from server.client.resources.verdicts import Verdicts
from server.client.resources.waivers import Waivers
from server.client.resources.webhooks import Webhooks
from server.client.streams import Checks, Events, Proposals, Runs
from server.client.wire import Wire


class Surface:
    def __init__(self, wire: Wire) -> None:
        self.accounts = Accounts(wire)
        self.approval_policies = ApprovalPolicies(wire)
        self.checks = Checks(wire)
        self.erasures = Erasures(wire)
        self.events = Events(wire)
        self.evidence = Evidence(wire)
        self.exports = Exports(wire)
        self.facts = Facts(wire)
        self.headroom = Headroom(wire)
        self.holds = Holds(wire)
        self.households = Households(wire)
        self.keys = Keys(wire)
        self.lists = Lists(wire)
        self.log = Log(wire)
        self.modes = Modes(wire)
        self.operations = Operations(wire)
        self.overrides = Overrides(wire)
        self.people = People(wire)
        self.proposals = Proposals(wire)
        self.reads = Reads(wire)
        self.rulebooks = Rulebooks(wire)
        self.runs = Runs(wire)
        self.snapshots = Snapshots(wire)
        self.verdicts = Verdicts(wire)
        self.waivers = Waivers(wire)
        self.webhooks = Webhooks(wire)
