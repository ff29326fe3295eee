"""The job that makes people and changes roles from a CSV: each row checked before anything is sent.

A new person whose call lost its answer is looked for by mail address before it is sent again: addresses are unique,
and the check found nobody with it.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.users import import_plan
from apps.governance.users.csv_checks import CREATE, FAULTY, UPDATE
from apps.governance.users.lookup import person_with_email
from apps.jobs import service as jobs
from apps.jobs.kinds import (
    AuditTarget,
    Failed,
    ItemOutcome,
    JobKind,
    NotDone,
    NotUndoable,
    Skipped,
    Succeeded,
    UndoPlan,
)
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState, Source
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

UNDO_KIND = "governance.users-import-undo"


class ImportPeople(JobKind):
    """Make people and change roles as the rows of a CSV say."""

    name = "governance.users-import"
    title = "Import people"
    area = "governance"
    role = Role.ADMIN
    concurrency = 4
    item_noun = "rows"
    templates = {"summary": "governance/users/import_summary.html", "item": "governance/users/import_item.html"}

    def plan(self, planning: Planning) -> None:
        """Check every row; changes nothing."""
        import_plan.plan(planning)

    def safety(self, item: JobItem) -> RetrySafety:
        """A role may be sent again; a new person is looked for first."""
        return RetrySafety.VERIFIABLE if item.payload["action"] == CREATE else RetrySafety.IDEMPOTENT

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Make one person, or change one role."""
        return _create(work) if work.payload["action"] == CREATE else _update(work)

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Look for a person who was perhaps made."""
        found = person_with_email(work.client, work.payload["email"])
        if found is None:
            return NotDone()
        return Succeeded(result={"id": found.id, "found_done": True}, after={**(work.item.after or {}), "id": found.id})

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The person, by the operation that is sent."""
        operation = "users.create" if item.payload["action"] == CREATE else "users.update"
        return AuditTarget(operation, "user", str(item.payload.get("id", "")), item.payload["name"])

    def target(self, job: Job) -> AuditTarget:
        """The file."""
        return AuditTarget(self.name, "user", "", job.params["file_name"])

    def describe(self, job: Job) -> dict[str, Any]:
        """Return what the pages say."""
        slug, counts = job.connection_slug, job.preview.get("counts", {})
        done = job.items.filter(state=ItemState.SUCCEEDED)
        made = sum(1 for payload in done.values_list("payload", flat=True) if payload["action"] == CREATE)
        return {
            "file_name": job.params["file_name"],
            "counts": counts,
            "made": made,
            "changed": done.count() - made,
            "set_aside": counts.get(FAULTY, 0),
            "set_aside_url": reverse("governance:users_import_set_aside", args=[slug, job.pk])
            if counts.get(FAULTY)
            else "",
            "plan_url": plan_url(job) if job.state == JobState.DRAFT else "",
        }

    def finished(self, job: Job) -> None:
        """Drop the file: what is left to do stands in the items."""
        file = import_plan.file_of(job.params)
        if file is not None:
            staging.remove(file)

    def keep_files(self, job: Job) -> None:
        """Keep the file while it is checked."""
        file = import_plan.file_of(job.params)
        if file is not None:
            staging.keep_while_used(file)

    def why_not_confirm(self, job: Job) -> str:
        """Nothing is sent while a fault waits for a decision."""
        preview, params = job.preview, job.params
        if preview.get("header_problems"):
            return f"The columns are not clear: {preview['header_problems'][0]} Mend the file."
        unknown = [name for name, _ in preview.get("unknown_columns", ())]
        if unknown and not params.get("ignore_columns"):
            names = ", ".join(f"“{name}”" for name in unknown)
            return f"Unknown columns: {names}. Mend the file, or decide to leave them out."
        faulty = preview.get("counts", {}).get(FAULTY, 0)
        if faulty and not params.get("set_aside"):
            rows = "1 row is faulty" if faulty == 1 else f"{faulty:,} rows are faulty"
            return f"{rows}. Mend the file, or decide to set them aside."
        if not job.count_of(ItemState.PENDING):
            return "There is nothing to send: no row is left that changes anything."
        return ""

    def confirm_word(self, job: Job) -> str:
        """On production, where more than one person changes."""
        production = job.connection is not None and job.connection.is_production
        return job.connection_slug if production and job.count_of(ItemState.PENDING) > 1 else ""

    def undo_plan(self, job: Job) -> UndoPlan:
        """Give back the roles; who was made is deleted only where a person decides so on the undo's page."""
        if not job.items.filter(state=ItemState.SUCCEEDED).exists():
            raise NotUndoable("Nothing of this job succeeded, so there is nothing to undo.")
        params = {"job": str(job.pk), "file_name": job.params["file_name"], "delete_made": False}
        return UndoPlan(UNDO_KIND, f"Undo: {job.title}", params)

    def command_line(self, job: Job) -> str:
        """The `manage.py users_import` line."""
        parts = ["manage.py", "users_import", job.params["file_name"], "--connection", job.connection_slug, "--run"]
        return shlex.join([*parts, *(["--set-aside"] if job.params.get("set_aside") else [])])


def plan_url(job: Job) -> str:
    """Return the address where a draft is looked at before it starts."""
    return reverse("governance:users_plan", args=[job.connection_slug, job.pk])


def create_import_job(
    connection: Connection,
    actor: User,
    file: StagedFile,
    *,
    source: str = Source.PAGE,
    set_aside: bool = False,
    ignore_columns: bool = False,
) -> Job:
    """Make the draft of an import."""
    return jobs.create_job(
        ImportPeople.name,
        title=f"Import people from {file.name}",
        connection=connection,
        params={
            "staged_file": str(file.pk),
            "file_name": file.name,
            "file_size": file.size,
            "set_aside": set_aside,
            "ignore_columns": ignore_columns,
        },
        actor=actor,
        source=source,
    )


def decide(job: Job, *, set_aside: bool, ignore_columns: bool) -> None:
    """Note what is to be done with faulty rows and unknown columns."""
    job.params = {**job.params, "set_aside": set_aside, "ignore_columns": ignore_columns}
    Job.objects.filter(pk=job.pk, state=JobState.DRAFT).update(params=job.params)


def _create(work: ItemWork) -> ItemOutcome:
    wanted = work.item.after or {}
    work.about_to_send()
    made = work.client.users.create(wanted["name"], wanted["email"], wanted["role"]["id"])
    return Succeeded(result={"id": made.id}, after={**wanted, "id": made.id}, request_id=made.request_id)


def _update(work: ItemWork) -> ItemOutcome:
    wanted, planned = (work.item.after or {})["role"]["id"], (work.item.before or {})["role"]["id"]
    now = work.client.users.get(work.payload["id"]).role_id
    if now == wanted:
        if work.item.intended_at is not None:
            # A runner before this one sent it and died, or lost the answer.
            return Succeeded(result={"found_done": True})
        return Skipped("They have this role meanwhile.")
    if now != planned:
        return Failed("Somebody gave them another role since the check. It stays: check the file anew.", code="changed")
    work.about_to_send()
    answer = work.client.users.update(work.payload["id"], wanted)
    return Succeeded(request_id=answer.request_id)


__all__ = ["CREATE", "UPDATE", "ImportPeople", "create_import_job", "decide", "plan_url"]
