"""The job that imports JSON lines: each line checked before anything is sent, a document for each line.

A document that was to be added and whose answer was lost is looked for by its content before it is sent again. Where
the content alone can't tell (the file has it twice, or the list is cut off at its limit) the outcome is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.appdb import import_plan
from apps.data.appdb.collections import TARGET, job_url
from apps.data.appdb.conditions import EQUAL
from apps.data.appdb.import_plan import ADD, UPDATE
from apps.data.appdb.question import Question
from apps.data.appdb.reading import find_documents
from apps.jobs import service as jobs
from apps.jobs.kinds import AuditTarget, Failed, ItemOutcome, JobKind, NotDone, Skipped, Succeeded, Unknown
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

# So many fields of a document are asked for to find it again.
_ASKED_FIELDS = 3


class ImportDocuments(JobKind):
    """Add or update documents of one collection from JSON lines."""

    name = "appdb.import-documents"
    title = "Import documents"
    area = "data"
    role = Role.STEWARD
    concurrency = 4
    item_noun = "lines"
    templates = {"summary": "data/appdb/job_summary.html"}

    def plan(self, planning: Planning) -> None:
        """Check every line; changes nothing."""
        import_plan.plan(planning)

    def safety(self, item: JobItem) -> RetrySafety:
        """An update may be sent again; a document that was added is looked for first."""
        return RetrySafety.IDEMPOTENT if item.payload.get("id") else RetrySafety.VERIFIABLE

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Add or update one document."""
        return _update(work) if work.payload.get("id") else _add(work)

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Look for a document that was perhaps added."""
        return _look_for(work)

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The document where its id is known, else the collection's new one."""
        params, identifier = item.job.params, str(item.payload.get("id") or "")
        operation = "appdb.update_document" if identifier else "appdb.create_document"
        return AuditTarget(operation, "appdb-document", identifier, f"{params['name']}, {item.label.lower()}")

    def target(self, job: Job) -> AuditTarget:
        """The collection."""
        return AuditTarget(self.name, TARGET, job.params["collection_id"], job.params["name"])

    def describe(self, job: Job) -> dict[str, Any]:
        """Return what the page says."""
        done = job.items.filter(state=ItemState.SUCCEEDED)
        updated = sum(1 for payload in done.values_list("payload", flat=True) if payload.get("id"))
        return {
            "sort": "import",
            "collection_id": job.params["collection_id"],
            "name": job.params["name"],
            "file_name": job.params["file_name"],
            "mode": job.params["mode"],
            "added": done.count() - updated,
            "updated": updated,
            "problems": job.preview.get("problems", 0),
            "check_url": job_url(job) if job.state == JobState.DRAFT else "",
        }

    def finished(self, job: Job) -> None:
        """Drop the file: what is left to do stands in the items."""
        file = _file_of(job)
        if file is not None:
            staging.remove(file)

    def why_not_confirm(self, job: Job) -> str:
        """Nothing is sent while lines with problems wait for a decision."""
        if not job.count_of(ItemState.PENDING):
            return "There is nothing to send: every line is left out."
        problems = job.preview.get("problems", 0)
        if problems and not job.params.get("leave_out"):
            lines = "1 line has" if problems == 1 else f"{problems:,} lines have"
            return f"{lines} a problem. Mend the file, or decide to leave them out."
        return ""

    def confirm_word(self, job: Job) -> str:
        """On production, where more than one document changes."""
        production = job.connection is not None and job.connection.is_production
        return job.connection_slug if production and job.count_of(ItemState.PENDING) > 1 else ""

    def keep_files(self, job: Job) -> None:
        """Keep the file while it is checked."""
        file = _file_of(job)
        if file is not None:
            staging.keep_while_used(file)


def create_import_job(
    connection: Connection, collection_id: str, name: str, actor: User, *, file: StagedFile, mode: str
) -> Job:
    """Make the draft of an import."""
    return jobs.create_job(
        ImportDocuments.name,
        title=f"Import {file.name} into {name}",
        connection=connection,
        params={
            "collection_id": collection_id,
            "name": name,
            "mode": mode if mode in (ADD, UPDATE) else ADD,
            "staged_file": str(file.pk),
            "file_name": file.name,
            "file_size": file.size,
            "leave_out": False,
        },
        actor=actor,
        dedupe_key=f"appdb:{collection_id}",
    )


def leave_out_problems(job: Job) -> None:
    """Note the decision to send the good lines without those that have a problem."""
    job.params = {**job.params, "leave_out": True}
    Job.objects.filter(pk=job.pk, state=JobState.DRAFT).update(params=job.params)


def _file_of(job: Job) -> StagedFile | None:
    return StagedFile.objects.filter(pk=job.params["staged_file"]).first()


def _content(work: ItemWork) -> dict[str, Any]:
    """Return what the line says; for an item, `after` is the state that is wanted."""
    wanted: dict[str, Any] = (work.item.after or {}).get("content", {})
    return wanted


def _add(work: ItemWork) -> ItemOutcome:
    content = _content(work)
    work.about_to_send()
    answer = work.client.appdb.create_document(work.params["collection_id"], content)
    return Succeeded(
        result={"id": answer.id}, after={"id": answer.id, "content": content}, request_id=answer.request_id
    )


def _update(work: ItemWork) -> ItemOutcome:
    collection_id, identifier = work.params["collection_id"], work.payload["id"]
    wanted, planned = _content(work), (work.item.before or {}).get("content")
    now = work.client.appdb.get_document(collection_id, identifier)
    if now.raw and now.content == wanted:
        if work.item.intended_at is not None:
            # A runner before this one sent it and died, or lost the answer.
            return Succeeded(result={"found_done": True})
        return Skipped("The document has this content already.")
    if now.raw and now.content != planned:
        return Failed("Somebody changed it since the check. It stays as it is: check the file anew.", code="changed")
    work.about_to_send()
    answer = work.client.appdb.update_document(collection_id, identifier, wanted)
    return Succeeded(request_id=answer.request_id)


def _look_for(work: ItemWork) -> ItemOutcome | NotDone:
    item, content = work.item, _content(work)
    if work.payload.get("twins"):
        return Unknown(f"The file has this content {work.payload['twins']} times, so looking for it tells nothing.")
    asked = {
        f"content.{name}": {EQUAL: value}
        for name, value in content.items()
        if isinstance(value, str | bool | int) and name and "." not in name and not name.startswith("$")
    }
    question = Question(dict(list(asked.items())[:_ASKED_FIELDS]))
    found = find_documents(work.client, work.params["collection_id"], question)
    known = set(work.payload.get("equal", ()))
    same = [each for each in found.documents if each.content == content and each.id not in known]
    others = JobItem.objects.filter(job_id=item.job_id, result__id__in=[each.id for each in same]).exclude(pk=item.pk)
    taken = {str(result.get("id")) for result in others.values_list("result", flat=True)}
    same = [each for each in same if each.id not in taken]
    if len(same) > 1 or (same and not work.payload.get("complete", True)):
        return Unknown("More than one document has this content; nothing tells which of them this line made.")
    if same:
        return Succeeded(result={"id": same[0].id, "found_done": True}, after={"id": same[0].id, "content": content})
    if not found.complete:
        return Unknown("The upstream’s list ends at its limit, so that it can’t tell whether the document is there.")
    return NotDone()
