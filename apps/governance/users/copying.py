"""The job that gives a person the groups and shares of another one, and the job that takes back what it added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.users import copy_plan
from apps.governance.users.copy_plan import DATASET, GROUP, rank
from apps.governance.users.importing import plan_url
from apps.jobs import service as jobs
from apps.jobs.kinds import (
    AuditTarget,
    ItemOutcome,
    JobKind,
    LeaseLost,
    NewItem,
    NotDone,
    NotUndoable,
    Skipped,
    Succeeded,
    UndoPlan,
)
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState, Source
from domoadmin.services.client import Client
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

NOTHING = "There is nothing to send."
COPY, UNDO = "governance.users-copy", "governance.users-copy-undo"


class CopyKind(JobKind):
    """What both have in common: an item is a group or a dataset, its state whether, and how, the target has it."""

    area = "governance"
    role = Role.ADMIN
    concurrency = 4
    item_noun = "groups and shares"

    def safety(self, item: JobItem) -> RetrySafety:
        """Members may be sent again; a share is read back first."""
        shares = item.payload["kind"] == DATASET and bool((item.after or {}).get("level"))
        return RetrySafety.VERIFIABLE if shares else RetrySafety.IDEMPOTENT

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Read the access list: it tells whether the share is there. Nobody is mailed, so it may be sent again."""
        now = _state(work.client, work.payload, work.params["target"]["id"])
        return Succeeded(result={"found_done": True}, after=now) if now == work.item.after else NotDone()

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The group or dataset."""
        return AuditTarget(
            _operation(item.payload, item.after or {}), item.payload["kind"], item.payload["id"], item.payload["name"]
        )

    def target(self, job: Job) -> AuditTarget:
        """The person who gets it."""
        target = job.params["target"]
        return AuditTarget(self.name, "user", target["id"], target["name"])

    def why_not_confirm(self, job: Job) -> str:
        """Nothing to do is no job."""
        return "" if job.count_of(ItemState.PENDING) else NOTHING

    def confirm_word(self, job: Job) -> str:
        """On production, where more than one changes."""
        production = job.connection is not None and job.connection.is_production
        return job.connection_slug if production and job.count_of(ItemState.PENDING) > 1 else ""

    def describe(self, job: Job) -> dict[str, Any]:
        """Return what the pages say."""
        plan = plan_url(job) if job.state == JobState.DRAFT else ""
        return {"source": job.params["source"], "target": job.params["target"], "plan_url": plan}


class CopyAccess(CopyKind):
    """Give a person the groups and shares of another one."""

    name = COPY
    title = "Copy groups and shares"
    templates = {"summary": "governance/users/copy_summary.html"}

    def plan(self, planning: Planning) -> None:
        """Find what the one has and the other lacks."""
        copy_plan.plan(planning)

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Add the person to one group, or share one dataset."""
        now = _state(work.client, work.payload, work.params["target"]["id"])
        wanted = work.item.after or {}
        if _has(now, wanted):
            return _found(work, now)
        return _send(work, now, wanted)

    def undo_plan(self, job: Job) -> UndoPlan:
        """Take back what was added, and nothing that was there before."""
        if not job.items.filter(state=ItemState.SUCCEEDED).exists():
            raise NotUndoable("Nothing of this job succeeded, so there is nothing to undo.")
        kept = {name: job.params[name] for name in ("source", "target")}
        return UndoPlan(UNDO, f"Undo: {job.title}", {**kept, "job": str(job.pk)})


class UndoCopy(CopyKind):
    """Take back the groups and shares that a copy added."""

    name = UNDO
    title = "Undo a copy of groups and shares"
    retry_confirms = False
    templates = {"summary": "governance/users/copy_summary.html"}

    def plan(self, planning: Planning) -> None:
        """Mirror each item that succeeded."""
        planning.add_items(_mirrored(planning.params["job"]))
        planning.preview({"undo": True})

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Take one back, unless somebody has changed it since."""
        now = _state(work.client, work.payload, work.params["target"]["id"])
        wanted, expected = work.item.after or {}, work.item.before or {}
        if now == wanted:
            return _found(work, now)
        if now != expected:
            return Skipped(f"Somebody changed it after the copy: it is {_words(now)} now and stays so.")
        return _send(work, now, wanted)


def _mirrored(job_id: str) -> Iterator[NewItem]:
    done = JobItem.objects.filter(job_id=job_id, state=ItemState.SUCCEEDED).order_by("stage", "position")
    # Not by an iterator: SQLite refuses to write behind a read that is still open.
    for item in done:
        payload = {name: item.payload[name] for name in ("kind", "id", "name")}
        yield NewItem(item.key, item.label, payload, before=item.after, after=item.before)


def _state(client: Client, payload: Mapping[str, Any], user_id: str) -> dict[str, Any]:
    """Return what the person has of a group or dataset now, by the documented calls."""
    if payload["kind"] == GROUP:
        return {"member": user_id in client.groups.get(payload["id"]).member_ids}
    listed = client.datasets.list_permissions(payload["id"])
    held = (each.access_level for each in listed if each.type in ("USER", "") and each.id == user_id)
    return {"level": next(held, "")}


def _has(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if "member" in wanted:
        return bool(now["member"])
    return bool(now["level"]) and rank(now["level"]) >= rank(wanted["level"])


def _found(work: ItemWork, now: Mapping[str, Any]) -> ItemOutcome:
    if work.item.intended_at is not None:
        # A runner before this one sent it and died, or lost the answer.
        return Succeeded(result={"found_done": True}, after=dict(now))
    return Skipped(f"It is {_words(now)} meanwhile.")


def _send(work: ItemWork, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> ItemOutcome:
    client, identifier, user_id = work.client, work.payload["id"], work.params["target"]["id"]
    if now != work.item.before:
        _keep_found(work, now)
    work.about_to_send()
    if "member" in wanted:
        call = client.groups.add_member if wanted["member"] else client.groups.remove_member
        answer = call(identifier, user_id)
    elif wanted["level"]:
        entry = {"id": user_id, "type": "USER", "accessLevel": wanted["level"]}
        answer = client.datasets.share(identifier, [entry], send_email=False)
    else:
        answer = client.datasets.revoke_access(identifier, user_id)
    return Succeeded(after=dict(wanted), request_id=answer.request_id)


def _keep_found(work: ItemWork, now: Mapping[str, Any]) -> None:
    """Keep what stands there now, which differs from the preview: it is what the undo gives back."""
    item = work.item
    held = JobItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=ItemState.IN_FLIGHT)
    if not held.update(before=dict(now)):
        raise LeaseLost
    item.before = dict(now)


def _operation(payload: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    if payload["kind"] == GROUP:
        return "groups.add_member" if wanted.get("member") else "groups.remove_member"
    return "datasets.share" if wanted.get("level") else "datasets.revoke_access"


def _words(state: Mapping[str, Any]) -> str:
    if "member" in state:
        return "a member" if state["member"] else "no member"
    return str(state["level"]) or "no access"


def create_copy_job(
    connection: Connection,
    actor: User,
    source: Mapping[str, str],
    target: Mapping[str, str],
    *,
    groups: bool,
    datasets: bool,
    origin: str = Source.PAGE,
) -> Job:
    """Make the draft. source, target: id and name of the two people."""
    return jobs.create_job(
        COPY,
        title=f"Copy groups and shares of {source['name']} to {target['name']}",
        connection=connection,
        params={"source": dict(source), "target": dict(target), "groups": groups, "datasets": datasets},
        actor=actor,
        source=origin,
    )
