"""What has one owner: datasets, Beast Modes, alerts, report schedules, queues, FileSets, tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import (
    Badge,
    Missing,
    Owned,
    Parties,
    Party,
    State,
    Step,
    Thing,
    Way,
)
from apps.governance.leavers.holdings.finding import count_by_owner, found_by_owner, owners_of
from domoadmin.services.client import Client
from domoadmin.services.results.fields import wire_number
from domoadmin.services.results.filesets import Fileset
from domoadmin.services.results.reports import ReportSchedule

CO_OWNER = "CO_OWNER"
_PAGE = 100


class Datasets(Owned):
    """Datasets, with their streams and connectors, which go with them.

    Where the optional call is missing, the other one becomes a co-owner, by the documented share. States may hold
    "level" then: the access level of the other one, "" for none.
    """

    key = "dataset"
    noun = ("dataset", "datasets")
    title = "Datasets"
    icon = "database"
    object_kind = "dataset"
    way = Way.OPTIONAL
    operation = "datasets.change_owner"
    note = "Where this Domo lacks the call, the new person becomes a co-owner, and the record says so."

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the search."""
        for hit in found_by_owner(client, "dataset", leaver.id):
            yield Thing(hit.id, hit.name, {"owner": leaver.id} if owners_of(hit) else None)

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By one search."""
        return count_by_owner(client, "dataset", leaver.id, most)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read its metadata, and its access list where the level counts."""
        owner = client.datasets.get_metadata(thing.id).owner
        state: State = {"owner": owner.id if owner is not None else ""}
        return state | ({"level": self._level(client, thing, parties)} if like and "level" in like else {})

    def _level(self, client: Client, thing: Thing, parties: Parties) -> str:
        held = [each for each in client.datasets.list_permissions(thing.id) if each.type == "USER"]
        return next((each.access_level for each in held if each.id == parties.to.id), "")

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Change the owner, or the level of the other one."""
        steps = []
        if target["owner"] != now["owner"]:
            steps.append(Step(self.operation, lambda: client.datasets.change_owner([thing.id], target["owner"])))
        level = target.get("level", now.get("level"))
        if level != now.get("level"):
            steps.append(self._share(client, thing, parties, level) if level else self._revoke(client, thing, parties))
        return steps

    def _share(self, client: Client, thing: Thing, parties: Parties, level: str) -> Step:
        entry = {"id": parties.to.id, "type": "USER", "accessLevel": level}
        return Step("datasets.share", lambda: client.datasets.share(thing.id, [entry], send_email=False))

    def _revoke(self, client: Client, thing: Thing, parties: Parties) -> Step:
        return Step("datasets.revoke_access", lambda: client.datasets.revoke_access(thing.id, parties.to.id))

    def instead(self, client: Client, thing: Thing, parties: Parties) -> tuple[State, State, list[Step]]:
        """Make the other one a co-owner, which the documents know."""
        before = {"owner": parties.leaver.id, "level": self._level(client, thing, parties)}
        after = before | {"level": CO_OWNER}
        return before, after, self.steps(client, thing, before, after, parties)

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Name the owner, and the co-owner."""
        level = state.get("level")
        return super().shown(state, names) + ([(f"{names['to']}: {level}", "is-off", "users")] if level else [])


class BeastModes(Owned):
    """Beast Modes: the whole template is written, as it stands at that moment."""

    key = "beast_mode"
    noun = ("Beast Mode", "Beast Modes")
    title = "Beast Modes"
    icon = "code"
    object_kind = "beast_mode"
    way = Way.OPTIONAL
    operation = "beast_modes.bulk_update"
    reads = 3

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By walking all of them: their search filters by name alone."""
        for found in client.walk("beast_modes.search", limit=1000):
            if found.id and found.owner_id == leaver.id:
                yield Thing(found.id, found.name, {"owner": leaver.id})

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it alone."""
        return {"owner": client.beast_modes.get(thing.id).owner_id}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Write what is there now, with another owner."""

        def write() -> Any:
            present = dict(client.beast_modes.get(thing.id).raw)
            return client.beast_modes.bulk_update([present | {"owner": wire_number(target["owner"])}])

        return [Step(self.operation, write)] if target["owner"] != now["owner"] else []


class Alerts(Owned):
    """Alerts by their owner."""

    key = "alert"
    noun = ("alert", "alerts")
    title = "Alerts"
    icon = "bell"
    object_kind = "alert"
    way = Way.OPTIONAL
    operation = "alerts.change_owner"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list, which filters by owner."""
        for alert in client.walk("alerts.list", owner_id=leaver.id, fields="all"):
            if alert.id and alert.owner_id in ("", leaver.id):
                yield Thing(alert.id, alert.name, {"owner": leaver.id} if alert.owner_id else None)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it alone."""
        return {"owner": client.alerts.get(thing.id, fields="all").owner_id}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Change the owner."""
        if target["owner"] == now["owner"]:
            return []
        return [Step(self.operation, lambda: client.alerts.change_owner(thing.id, target["owner"]))]


class Reports(Owned):
    """Report schedules by their owner."""

    key = "report"
    noun = ("report schedule", "report schedules")
    title = "Report schedules"
    icon = "report"
    way = Way.OPTIONAL
    operation = "reports.change_owner"
    waits_for = ("report_recipient",)
    reads = 3
    note = "Domo's documents show the owner of a schedule in answers only: whether it was taken is read back."

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list of everybody's schedules."""
        for schedule in everybodys_schedules(client):
            if schedule.id and schedule.owner_id == leaver.id:
                yield Thing(schedule.id, schedule.title or schedule.view_name, {"owner": leaver.id})

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it alone; where that doesn't tell the owner, find it in the list."""
        owner = client.reports.get(thing.id).owner_id
        if not owner:
            listed = client.walk("reports.list", filter="ALL", title=thing.name or None, limit=_PAGE)
            owner = next((each.owner_id for each in listed if each.id == thing.id), "")
        return {"owner": owner}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Send all of the schedule, with another owner."""

        def write() -> ReportSchedule:
            present = client.reports.get(thing.id).as_arguments()
            return client.reports.change_owner(thing.id, target["owner"], **present)

        return [Step(self.operation, write)] if target["owner"] != now["owner"] else []


def everybodys_schedules(client: Client) -> Iterator[ReportSchedule]:
    """Yield the report schedules of everybody, each once."""
    yield from client.walk("reports.list", filter="ALL", limit=_PAGE)


class Queues(Owned):
    """Queues of tasks by their owner."""

    key = "queue"
    noun = ("queue", "queues")
    title = "Task queues"
    icon = "stack-2"
    object_kind = "queue"
    way = Way.OPTIONAL
    operation = "taskcenter.change_owner"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By both lists, with what is archived."""
        for archived in (False, True):
            for queue in client.taskcenter.list_queues(archived=archived):
                if queue.id and queue.owner_id == leaver.id:
                    yield Thing(queue.id, queue.name, {"owner": leaver.id})

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it alone."""
        return {"owner": client.taskcenter.get_queue(thing.id).owner_id}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Change the owner."""
        if target["owner"] == now["owner"]:
            return []
        return [Step(self.operation, lambda: client.taskcenter.change_owner(thing.id, target["owner"]))]


class Filesets(Owned):
    """FileSets by their owner. Only their owner may give them away."""

    key = "fileset"
    noun = ("FileSet", "FileSets")
    title = "FileSets"
    icon = "folder"
    object_kind = "fileset"
    way = Way.OPTIONAL
    operation = "filesets.transfer_ownership"
    note = "The owner before may keep access."

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By walking all that this token sees; FileSets are in beta, and an upstream may lack them."""
        if if_told(lambda: client.filesets.search(limit=1)) is None:
            yield self.not_told()
            return
        for found in client.walk("filesets.search", limit=_PAGE):
            if found.id and found.owner_id == leaver.id:
                yield Thing(found.id, found.name, {"owner": leaver.id})

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it alone; where that doesn't tell the owner, find it in the list."""
        found: Fileset | None = client.filesets.get(thing.id)
        if found is not None and not found.owner_id:
            listed = client.walk("filesets.search", limit=_PAGE)
            found = next((each for each in listed if each.id == thing.id), None)
        return {"owner": found.owner_id if found is not None else ""}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Change the owner."""
        if target["owner"] == now["owner"]:
            return []
        return [Step(self.operation, lambda: client.filesets.transfer_ownership(thing.id, target["owner"]))]


class Tasks(Owned):
    """Open tasks that are assigned to the person; those that are done or voided stay as they are."""

    key = "task"
    noun = ("open task", "open tasks")
    title = "Open tasks"
    relation = "has to do"
    icon = "checklist"
    way = Way.DOCUMENTED
    operation = "taskcenter.assign_task"

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By one list."""
        names = {queue.id: queue.name for queue in client.taskcenter.list_queues()}
        for task in client.taskcenter.list_tasks(assigned_to=[leaver.id], status=["OPEN"]):
            if task.id and task.assigned_to == leaver.id and task.status in ("", "OPEN"):
                queue = names.get(task.queue_id, task.queue_id)
                yield Thing(task.id, f"{task.id} in {queue}", {"owner": leaver.id}, {"queue": task.queue_id})

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read it alone."""
        return {"owner": client.taskcenter.get_task(thing.extra["queue"], thing.id).assigned_to}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Assign it."""
        if target["owner"] == now["owner"]:
            return []
        queue = thing.extra["queue"]
        return [Step(self.operation, lambda: client.taskcenter.assign_task(queue, thing.id, target["owner"]))]
