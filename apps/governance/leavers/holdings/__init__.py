"""All that a person can own or receive, kind by kind, in the order in which it is handed over."""

from __future__ import annotations

from apps.governance.leavers.holdings.accounts import Accounts, Dataflows
from apps.governance.leavers.holdings.base import Holding, Missing, Parties, Party, State, Step, Thing, Way
from apps.governance.leavers.holdings.given import NOT_UNDONE, Given, QueuePermissions, WorkflowPermissions
from apps.governance.leavers.holdings.lists import FileGrants, Files, ReportRecipients
from apps.governance.leavers.holdings.named import NOT_LOOKED_AT, Apps, DataApps, Packages
from apps.governance.leavers.holdings.owned import Alerts, BeastModes, Datasets, Filesets, Queues, Reports, Tasks
from apps.governance.leavers.holdings.shared import AlertSubscriptions, Cards, GroupMembers, GroupOwners, Pages

# Rights to change a thing may come from owning another: what hangs on a thing goes before it.
HOLDINGS: tuple[Holding, ...] = (
    BeastModes(),
    AlertSubscriptions(),
    Alerts(),
    ReportRecipients(),
    Reports(),
    Cards(),
    Pages(),
    Dataflows(),
    Datasets(),
    Tasks(),
    QueuePermissions(),
    Queues(),
    WorkflowPermissions(),
    Files(),
    FileGrants(),
    Filesets(),
    Accounts(),
    GroupMembers(),
    GroupOwners(),
    Apps(),
    DataApps(),
    Packages(),
)
BY_KEY = {holding.key: holding for holding in HOLDINGS}
_FIRST = ("dataset", "card", "page", "beast_mode", "alert", "alert_subscription", "report", "report_recipient", "task")
# As people look at them: what they ask for first, what stays at the end.
SHOWN = sorted(
    HOLDINGS, key=lambda each: (not each.moves, _FIRST.index(each.key) if each.key in _FIRST else len(_FIRST))
)

__all__ = [
    "BY_KEY",
    "HOLDINGS",
    "NOT_LOOKED_AT",
    "NOT_UNDONE",
    "SHOWN",
    "Given",
    "Holding",
    "Missing",
    "Parties",
    "Party",
    "State",
    "Step",
    "Thing",
    "Way",
]
