"""The job that undoes an import: the earlier roles back; who was made is deleted only if a person decides so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from apps.governance.users.csv_checks import CREATE
from apps.governance.users.importing import UNDO_KIND, plan_url
from apps.jobs.kinds import AuditTarget, Failed, ItemOutcome, JobKind, NewItem, Skipped, Succeeded
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState
from domoadmin.services.errors import NotFound
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

ROLE, DELETE = "role", "delete"
KEPT = "The import made them. They stay, unless you decide to delete who was made."
SIGNED_IN = "They have signed in since. Use “When somebody leaves”, which moves what they own first."


class UndoImport(JobKind):
    """Give back the roles that an import changed; delete who it made only where that was decided."""

    name = UNDO_KIND
    title = "Undo an import of people"
    area = "governance"
    role = Role.ADMIN
    concurrency = 4
    item_noun = "people"
    retry_confirms = False
    templates = {"summary": "governance/users/import_undo_summary.html", "item": "governance/users/import_item.html"}

    def plan(self, planning: Planning) -> None:
        """Look at each row that succeeded and at the person now; changes nothing."""
        planning.progress(phase="Looking at the people", done=0, total=0, unit="people")
        made = {"count": 0, "deletable": 0}
        planning.add_items(_items(planning, made))
        planning.preview({"made": made["count"], "deletable": made["deletable"]})

    def safety(self, item: JobItem) -> RetrySafety:
        """Both may be sent again: who is gone is gone."""
        return RetrySafety.IDEMPOTENT

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Give one role back, or delete one person."""
        return _delete(work) if work.payload["action"] == DELETE else _give_back(work)

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The person."""
        operation = "users.delete" if item.payload["action"] == DELETE else "users.update"
        return AuditTarget(operation, "user", item.payload["id"], item.payload["name"])

    def target(self, job: Job) -> AuditTarget:
        """The file that was imported."""
        return AuditTarget(self.name, "user", "", job.params["file_name"])

    def describe(self, job: Job) -> dict[str, Any]:
        """Return what the pages say."""
        plan = plan_url(job) if job.state == JobState.DRAFT else ""
        return {"file_name": job.params["file_name"], "deletes": job.params["delete_made"], "plan_url": plan}

    def why_not_confirm(self, job: Job) -> str:
        """Nothing to do is no job."""
        return "" if job.count_of(ItemState.PENDING) else "There is nothing to take back."

    def confirm_word(self, job: Job) -> str:
        """On production, where people are deleted or more than one changes."""
        production = job.connection is not None and job.connection.is_production
        many = job.count_of(ItemState.PENDING) > 1 or job.params["delete_made"]
        return job.connection_slug if production and many else ""


def _items(planning: Planning, made: dict[str, int]) -> Iterator[NewItem]:
    done = JobItem.objects.filter(job_id=planning.params["job"], state=ItemState.SUCCEEDED).order_by("position")
    planning.progress(total=done.count())
    # Not by an iterator: SQLite refuses to write behind a read that is still open.
    for number, item in enumerate(done, 1):
        planning.progress(done=number)
        if item.payload["action"] == CREATE:
            made["count"] += 1
            yield _undo_of_made(planning, item, made)
        else:
            yield _undo_of_role(item)


def _undo_of_role(item: JobItem) -> NewItem:
    payload = {"action": ROLE, "id": item.payload["id"], "name": item.payload["name"]}
    # What stood there before is wanted again, and what the import wrote is what should be there now.
    return NewItem(item.key, item.payload["name"], payload, before=item.after, after=item.before)


def _undo_of_made(planning: Planning, item: JobItem, made: dict[str, int]) -> NewItem:
    identifier = str(item.result.get("id") or (item.after or {}).get("id") or "")
    payload = {"action": DELETE, "id": identifier, "name": item.payload["name"]}
    label, before = item.payload["name"], {"made": item.payload["email"]}
    if not identifier:
        return NewItem(item.key, label, payload, skip="Domo did not tell the id of who was made.")
    try:
        person = planning.client.users.get(identifier, "DETAILED")
    except NotFound:
        return NewItem(item.key, label, payload, skip="They are gone already.")
    if person.last_activity is not None:
        return NewItem(item.key, label, payload, skip=SIGNED_IN)
    made["deletable"] += 1
    if not planning.params["delete_made"]:
        return NewItem(item.key, label, payload, skip=KEPT)
    return NewItem(item.key, label, payload, before=before, after={"deleted": True})


def _give_back(work: ItemWork) -> ItemOutcome:
    wanted, expected = (work.item.after or {})["role"]["id"], (work.item.before or {})["role"]["id"]
    now = work.client.users.get(work.payload["id"]).role_id
    if now == wanted:
        return Succeeded(result={"found_done": True}) if work.item.intended_at else Skipped("They have it already.")
    if now != expected:
        return Failed("Somebody gave them another role after the import. It stays as it is.", code="changed")
    work.about_to_send()
    answer = work.client.users.update(work.payload["id"], wanted)
    return Succeeded(request_id=answer.request_id)


def _delete(work: ItemWork) -> ItemOutcome:
    try:
        person = work.client.users.get(work.payload["id"], "DETAILED")
    except NotFound:
        return Succeeded(result={"found_done": True}) if work.item.intended_at else Skipped("They are gone already.")
    if person.last_activity is not None:
        return Failed(SIGNED_IN, code="signed_in")
    work.about_to_send()
    answer = work.client.users.delete(work.payload["id"])
    return Succeeded(request_id=answer.request_id)
