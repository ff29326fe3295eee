"""The job that deletes many documents: batches that fit into a URL, and a copy of all of them taken before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.appdb.collections import TARGET, job_url
from apps.data.appdb.question import Question
from apps.data.appdb.reading import find_documents
from apps.jobs import service as jobs
from apps.jobs.kinds import AuditTarget, Failed, ItemOutcome, JobKind, NewItem, NotUndoable, Succeeded, UndoPlan
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services import exact_json
from domoadmin.services.errors import NotFound
from domoadmin.services.operations import RetrySafety
from domoadmin.services.resources.appdb import batches
from domoadmin.services.results.appdb import Document
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

OPERATION = "appdb.bulk_delete_documents"
SHOWN = 20
# The copy outlives the job by so long: it is all there is to make the documents anew from.
COPY_HOURS = 24.0 * 7


class DeleteDocuments(JobKind):
    """Delete documents of one collection."""

    name = "appdb.delete-documents"
    title = "Delete documents"
    area = "data"
    role = Role.STEWARD
    concurrency = 2
    item_noun = "batches"
    templates = {"summary": "data/appdb/job_summary.html"}

    def plan(self, planning: Planning) -> None:
        """Find the documents, keep a copy of them, make the batches; changes nothing."""
        params = planning.params
        planning.progress(phase="Finding the documents", done=0, total=0, unit="documents")
        documents, missing, notes = _selected(planning)
        if not documents:
            planning.refuse("No document is left to delete: nothing matches any more. Nothing was sent.")
        planning.progress(phase="Keeping a copy", done=0, total=len(documents))
        file = staging.stage_pieces(
            (f"{exact_json.dumps(dict(each.raw))}\n".encode() for each in documents),
            f"deleted-{params['collection_id'][:8]}.jsonl",
            planning.job.actor,
        )
        staging.keep(file, COPY_HOURS)
        contents = [{"id": each.id, "content": each.content} for each in documents[:SHOWN]]
        planning.add_items(_batches_of(documents))
        planning.preview(
            {
                "documents": len(documents),
                "missing": missing,
                "notes": notes,
                "copy_file": str(file.pk),
                "shown": contents,
            }
        )
        Job.objects.filter(pk=planning.job.pk).update(
            title=f"Delete {len(documents):,} document{'' if len(documents) == 1 else 's'} of {params['name']}"[:300]
        )

    def safety(self, item: JobItem) -> RetrySafety:
        """What is deleted stays deleted, however often it is asked for."""
        return RetrySafety.IDEMPOTENT

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Delete one batch, and look whether the first of it is gone: how ids are joined is nowhere documented."""
        collection_id, ids = work.params["collection_id"], work.payload["ids"]
        work.about_to_send()
        answer = work.client.appdb.bulk_delete_documents(collection_id, ids)
        if answer.deleted is None or answer.deleted < len(ids):
            left = _first_left(work, collection_id, ids[0])
            if left:
                return Failed(
                    f"The upstream answered, and document {ids[0]} is still there. Nothing tells that the batch went.",
                    request_id=answer.request_id,
                )
        return Succeeded(
            result={"asked": len(ids), "deleted": answer.deleted},
            after={"deleted": len(ids)},
            request_id=answer.request_id,
        )

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The batch, in its collection."""
        params = item.job.params
        return AuditTarget(OPERATION, TARGET, params["collection_id"], f"{params['name']}, {item.label}")

    def target(self, job: Job) -> AuditTarget:
        """The collection."""
        return AuditTarget(self.name, TARGET, job.params["collection_id"], job.params["name"])

    def audited_params(self, job: Job) -> dict[str, Any]:
        """Of a list of ids only how many."""
        return {**job.params, "ids": len(job.params["ids"])}

    def describe(self, job: Job) -> dict[str, Any]:
        """Return what the page says: how many documents, what the upstream confirmed, where the copy is."""
        confirmed = told = 0
        for result in job.items.filter(state=ItemState.SUCCEEDED).values_list("result", flat=True):
            confirmed += result.get("asked", 0)
            told += result.get("deleted") or 0
        return {
            "sort": "delete",
            "collection_id": job.params["collection_id"],
            "name": job.params["name"],
            "documents": job.preview.get("documents", 0),
            "done": confirmed,
            "told": told,
            "copy_file": bool(copy_of(job)),
            "check_url": job_url(job) if job.state == JobState.DRAFT else "",
        }

    def finished(self, job: Job) -> None:
        """Drop the copy where nothing was deleted and nothing can be retried; keep it for its time otherwise."""
        file = copy_of(job)
        if file is not None and job.state == JobState.CANCELLED and job.started_at is None:
            staging.remove(file)

    def undo_plan(self, job: Job) -> UndoPlan:
        """Nothing brings documents back under their ids."""
        raise NotUndoable("Domo brings no deleted document back. Import the copy to make them anew, with other ids.")

    def confirm_word(self, job: Job) -> str:
        """On production always: a deletion is for good."""
        production = job.connection is not None and job.connection.is_production
        return job.connection_slug if production else ""

    def keep_files(self, job: Job) -> None:
        """Keep the copy while the job waits or works."""
        file = copy_of(job)
        if file is not None:
            staging.keep_while_used(file)


def create_delete_job(
    connection: Connection,
    collection_id: str,
    name: str,
    actor: User,
    *,
    ids: list[str] | None = None,
    question: Question | None = None,
) -> Job:
    """Make the draft for these ids, or for all that the question asks for."""
    asked = (question or Question()).as_params() if ids is None else None
    scope = f"{len(ids):,} selected" if ids is not None else (question or Question()).describe() or "all"
    return jobs.create_job(
        DeleteDocuments.name,
        title=f"Delete documents of {name} ({scope})",
        connection=connection,
        params={"collection_id": collection_id, "name": name, "ids": ids or [], "question": asked, "scope": scope},
        actor=actor,
        dedupe_key=f"appdb:{collection_id}",
    )


def copy_of(job: Job) -> StagedFile | None:
    """Return the copy of the documents, as long as it is kept."""
    kept = job.preview.get("copy_file") or (job.retry_of.preview.get("copy_file") if job.retry_of else None)
    return StagedFile.objects.filter(pk=kept).first() if kept else None


def _selected(planning: Planning) -> tuple[list[Document], int, list[str]]:
    """Return the documents, how many of the selected are gone, and what to know of how they were found."""
    params: Mapping[str, Any] = planning.params
    client, collection_id = planning.client, params["collection_id"]
    question = Question.from_params(params["question"] or {})
    found = find_documents(client, collection_id, question)
    if found.untold:
        planning.refuse(
            f"The query holds {found.untold}, which DomoAdmin can’t check. What is deleted has to be certain: "
            "select the rows instead, or use the operators of the list. Nothing was sent."
        )
    if params["question"] is not None:
        return [each for each in found.documents if each.id], 0, found.notes
    wanted = list(dict.fromkeys(params["ids"]))
    there = {each.id: each for each in found.documents}
    documents, missing = [], 0
    for key in wanted:
        document = there.get(key)
        if document is None and not found.complete:
            document = _document_or_none(planning, collection_id, key)
        if document is None:
            missing += 1
        else:
            documents.append(document)
    return documents, missing, []


def _document_or_none(planning: Planning, collection_id: str, key: str) -> Document | None:
    try:
        document = planning.client.appdb.get_document(collection_id, key)
    except NotFound:
        return None
    return document if document.id == key else None


def _batches_of(documents: list[Document]) -> Iterator[NewItem]:
    first = 1
    for number, ids in enumerate(batches([each.id for each in documents]), 1):
        last = first + len(ids) - 1
        label = f"documents {first:,} to {last:,}" if len(ids) > 1 else f"document {first:,}"
        yield NewItem(f"batch-{number}", label, {"ids": ids}, before={"ids": ids}, after={"deleted": len(ids)})
        first = last + 1


def _first_left(work: ItemWork, collection_id: str, document_id: str) -> bool:
    try:
        found = work.client.appdb.get_document(collection_id, document_id)
    except NotFound:
        return False
    return found.id == document_id
