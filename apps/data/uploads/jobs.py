"""The kind of job that an upload is: open, parts, commit, index, count; see sending.py for the steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.uploads import planning, sending
from apps.data.uploads.known_partitions import limit_warning
from apps.data.uploads.phases import phases_of, seconds_of
from apps.data.uploads.upload_plan import partition_of, parts_to_send
from apps.jobs import service as jobs
from apps.jobs.drafts import decide_draft
from apps.jobs.kinds import AuditTarget, ItemOutcome, JobKind, NewItem, NotDone
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.operations import RetrySafety
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

OPEN, PARTS, COMMIT, INDEX, COUNT = range(5)


class UploadKind(JobKind):
    """Upload a staged CSV file to a dataset."""

    name = "data.upload"
    title = "Upload a CSV"
    area = "data"
    role = Role.STEWARD
    concurrency = settings.UPLOAD_PARALLEL_PARTS
    stop_on_failure = True
    max_attempts = 8
    # A commit is looked for in the data versions by verify_commit itself, which waits as long as it has to.
    request_seconds = 1.0
    item_noun = "steps"
    stages = {OPEN: "Opening", PARTS: "Sending", COMMIT: "Committing", INDEX: "Indexing", COUNT: "Counting rows"}
    templates = {"summary": "data/uploads/summary.html"}
    draft_keep_hours = float(settings.UPLOAD_KEEP_HOURS)

    def plan(self, planning_run: Planning) -> None:
        """Read the whole file and match it with the dataset; changes nothing."""
        planning_run.add_items(items_of(planning_run.params, planning.plan(planning_run)))

    def safety(self, item: JobItem) -> RetrySafety:
        """Parts, the opening and the index may be sent again; the commit is read back first; counting only reads."""
        return {COMMIT: RetrySafety.VERIFIABLE, COUNT: RetrySafety.READ}.get(item.stage, RetrySafety.IDEMPOTENT)

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Do one step."""
        steps = {
            OPEN: sending.open_upload,
            PARTS: sending.send_part,
            COMMIT: sending.commit,
            INDEX: sending.index,
            COUNT: sending.count,
        }
        return steps[work.item.stage](work)

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Settle a commit whose answer was lost."""
        return sending.verify_commit(work)

    def audited(self, item: JobItem) -> AuditTarget | None:
        """Only the commit changes the dataset."""
        if item.stage != COMMIT:
            return None
        params = item.job.params
        return AuditTarget("datasets.commit_upload", "dataset", params["dataset_id"], where_of(params))

    def target(self, job: Job) -> AuditTarget:
        """The dataset."""
        return AuditTarget(self.name, "dataset", job.params["dataset_id"], job.params["dataset_name"])

    def describe(self, job: Job) -> dict[str, Any]:
        """Return the phases, their seconds, and the row account."""
        return describe(job)

    def finished(self, job: Job) -> None:
        """Drop the file after a success; keep it for a retry otherwise."""
        for file in _files_of(job):
            if job.state == JobState.SUCCEEDED and str(file.pk) != sending.origin_of(job).preview.get("problems_file"):
                staging.remove(file)
            else:
                staging.keep(file)

    def retry_params(self, job: Job) -> dict[str, Any] | None:
        """A retry reads the file again, as the dataset may have changed; never once the rows are committed.

        Then only what is left after the commit is done, or an append would add every row a second time.
        """
        return None if sending.is_committed(job) else dict(job.params)

    def keep_files(self, job: Job) -> None:
        """Keep the file of an upload that waits or is paused for longer than a file is kept."""
        for file in _files_of(job):
            staging.keep_while_used(file)


def items_of(params: dict[str, Any], preview: dict[str, Any]) -> Iterator[NewItem]:
    """Yield the steps for what was planned and decided."""
    yield NewItem("open", "Open the upload", stage=OPEN)
    for part in parts_to_send(params, preview):
        first, last = part["first_row"], part["first_row"] + part["file_rows"] - 1
        yield NewItem(
            f"part-{part['number']}",
            f"Part {part['number']}: rows {first:,} to {last:,}",
            payload=part,
            stage=PARTS,
            size=part["end"] - part["start"],
        )
    partition = partition_of(params)
    label = f"Commit (replaces partition {partition})" if partition else f"Commit ({params['action']})"
    yield NewItem("commit", label, stage=COMMIT)
    if params["index"]:
        yield NewItem("index", "Index and wait for it", stage=INDEX)
    yield NewItem("count", "Compare the row counts", stage=COUNT)


def where_of(params: dict[str, Any]) -> str:
    """Return the dataset by name, and the partition whose data is replaced."""
    partition = partition_of(params)
    name = str(params["dataset_name"])
    return f"{name[:90]}, partition {partition}" if partition else name


def create_upload_job(
    *,
    file: StagedFile,
    dataset: Dataset,
    connection: Connection,
    actor: User,
    source: str,
    params: dict[str, Any] | None = None,
) -> Job:
    """Make the draft of an upload; params may hold action, partition, index, decision, dialect and mapping.

    With a partition the action is REPLACE: the rows become the data of that partition, the others stay.
    """
    staging.keep(file)
    usual = {"action": "APPEND", "partition": "", "index": True, "decision": "stop", "dialect": {}, "mapping": {}}
    chosen = {**usual, **(params or {})}
    name = dataset.name or dataset.id
    return jobs.create_job(
        UploadKind.name,
        title=f"Upload {file.name} to {where_of({**chosen, 'dataset_name': name})}"[:300],
        connection=connection,
        params={
            **chosen,
            "dataset_id": dataset.id,
            "dataset_name": name,
            "staged_file": str(file.pk),
            "file_name": file.name,
            "file_size": file.size,
        },
        actor=actor,
        source=source,
        dedupe_key=f"upload:{dataset.id}",
    )


def set_decision(job: Job, *, action: str, index: bool, decision: str, partition: str = "") -> None:
    """Store what a person chose on a planned draft, with the steps that follow from it. Raises jobs.NotReady."""
    params = {**job.params, "action": action, "partition": partition, "index": index, "decision": decision}
    preview = planning.with_decision(params, job.preview)
    if not decide_draft(job, params=params, preview=preview, items=items_of(params, preview)):
        raise jobs.NotReady("This upload has been sent or checked anew meanwhile. Look at it again.")
    title = f"Upload {params['file_name']} to {where_of(params)}"
    Job.objects.filter(pk=job.pk).update(title=title[:300])


def _files_of(job: Job) -> list[StagedFile]:
    preview = sending.origin_of(job).preview
    names = {
        job.params.get("staged_file"),
        *(preview.get(name) for name in ("plain_file", "problems_file", "bad_rows_file")),
    }
    return list(StagedFile.objects.filter(pk__in=[name for name in names if name]))


def describe(job: Job) -> dict[str, Any]:
    """Return what the job's page and `jobs show --json` say of an upload."""
    items = {item.key: item for item in job.items.filter(stage__in=(OPEN, COMMIT, INDEX, COUNT))}
    count = items.get("count")
    account = (count.result.get("account") or count.checkpoint.get("account")) if count else None
    failed = job.items.filter(state__in=("failed", "unknown")).order_by("stage", "position").first()
    slug, origin = job.connection_slug, sending.origin_of(job)
    preview = origin.preview
    return {
        "dataset_id": job.params["dataset_id"],
        "dataset_name": job.params["dataset_name"],
        "dataset_url": reverse("data:dataset_show", args=[slug, job.params["dataset_id"]]),
        "file_name": job.params["file_name"],
        "action": job.params["action"],
        "partition": partition_of(job.params),
        "warning": limit_warning(job.params, preview),
        "rows_in_file": preview.get("rows_in_file"),
        "rows_set_aside": preview.get("rows_in_file", 0) - preview.get("rows_to_send", 0),
        "rows_sent": sending.rows_sent(origin),
        "account": account,
        "phases": seconds_of(job),
        "phase_list": [phase.as_json() for phase in phases_of(job)],
        "problems_url": reverse("data:upload_problems", args=[slug, origin.pk])
        if preview.get("problems_file") and job.params["decision"] == "set_aside"
        else None,
        "problem": failed.error_text if failed else job.message,
        "request_id": (failed.request_id if failed else "") or (job.preview.get("problem") or {}).get("request_id"),
        "check_url": reverse("data:upload_check", args=[slug, job.pk]) if job.state == JobState.DRAFT else None,
    }


__all__ = ["UploadKind", "create_upload_job", "describe", "set_decision"]
