"""The kind of job that exports a dataset's rows to a file which can be downloaded from the job's page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.datasets.panels import read_schemas
from apps.data.exports.file_statement import count_if_possible, statement
from apps.data.exports.file_writing import Written, write_csv, write_parquet_file
from apps.data.exports.s3_target import fit_name
from apps.data.optional_calls import if_told
from apps.data.queries.results import streamed
from apps.jobs import service as jobs
from apps.jobs.kinds import AuditTarget, Failed, ItemOutcome, JobKind, NewItem, StopRequested, Succeeded
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.client import Client
from domoadmin.services.operations import RetrySafety
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.work import ItemWork

FORMATS = {"csv": "CSV", "parquet": "Parquet"}
LOOK_SECONDS = 1.0
COUNTED_AT_ONCE = 1_000


class FileExportKind(JobKind):
    """Export a dataset to a CSV or Parquet file."""

    name = "data.export-file"
    title = "Export to a file"
    area = "data"
    role = Role.STEWARD
    concurrency = 1
    max_attempts = 3
    item_noun = "files"
    items_hidden = True
    templates = {"summary": "data/exports/file_summary.html"}
    draft_keep_hours = 1.0

    def safety(self, item: JobItem) -> RetrySafety:
        """It only reads."""
        return RetrySafety.READ

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Query, write, compare."""
        return _exported(work)

    def target(self, job: Job) -> AuditTarget:
        """The dataset whose rows leave Domo."""
        return AuditTarget(f"jobs.{self.name}", "dataset", job.params["dataset_id"], job.params["dataset_name"])

    def describe(self, job: Job) -> dict[str, Any]:
        """Return what was asked for, how far it is, the file and the row account."""
        return describe(job)

    def finished(self, job: Job) -> None:
        """Keep the file for a download from now on."""
        for file in _files_of(job):
            staging.keep(file)


def create_file_export(
    dataset: Dataset, connection: Connection, actor: User, params: dict[str, Any], source: str
) -> Job:
    """Make the planned draft of an export. params: format, columns, where, exact."""
    name = dataset.name or dataset.id
    file_name = f"{fit_name(name) or dataset.id}-{timezone.now():%Y-%m-%d}.{params['format']}"
    return jobs.create_job(
        FileExportKind.name,
        title=f"Export {name} to {FORMATS[params['format']]}",
        connection=connection,
        params={**params, "dataset_id": dataset.id, "dataset_name": name, "file_name": file_name},
        actor=actor,
        source=source,
        items=[NewItem(dataset.id, file_name, payload={"expected": dataset.row_count})],
    )


def _exported(work: ItemWork) -> ItemOutcome:
    params, client = work.params, work.client
    dataset_id, where = params["dataset_id"], params["where"]
    work.restart_progress()
    types = _types(client, dataset_id) if params["format"] == "parquet" else {}
    before = count_if_possible(client, dataset_id, where)
    if before is not None:
        work.save_checkpoint({"expected": before})
    lines = streamed(client, dataset_id, statement(dataset_id, params["columns"], where))
    names = [str(name) for name in next(lines)]
    rows = _Counted(work, lines)
    try:
        written = _written(work, names, types, rows)
    except staging.StagingRefused as problem:
        return Failed(str(problem), code="storage")
    staging.keep(written.file)
    work.save_checkpoint({"file": str(written.file.pk)})
    after = count_if_possible(client, dataset_id, where)
    result = {
        "file": str(written.file.pk),
        "size": written.file.size,
        "rows": rows.count,
        "columns": len(names),
        "before": before,
        "after": after,
        "as_text": written.as_text,
    }
    work.save_checkpoint({"result": result})
    if before is not None and rows.count not in (before, after):
        return Failed(_difference(rows.count, before, after), code="rows-differ")
    return Succeeded(result)


def _written(work: ItemWork, names: Sequence[str], types: dict[str, str], rows: Iterator[list[Any]]) -> Written:
    params, owner = work.params, work.job.actor
    if params["format"] == "parquet":
        return write_parquet_file(names, types, rows, params["file_name"], owner)
    return write_csv(names, rows, params["file_name"], owner, exact=params["exact"])


def _types(client: Client, dataset_id: str) -> dict[str, str]:
    schemas = if_told(lambda: read_schemas(client, dataset_id))
    if schemas is None:
        return {}
    latest, indexed = schemas
    return {column.name: column.type.upper() for column in (indexed or latest).columns}


def _difference(rows: int, before: int, after: int | None) -> str:
    counted = f"{before:,} before" + ("" if after is None else f" and {after:,} after")
    return (
        f"The rows do not add up: {rows:,} came, but Domo counts {counted}. Either the dataset changed meanwhile, or "
        "the answer was not whole. The file is kept; export again before anybody relies on it."
    )


class _Counted(Iterator[list[Any]]):
    """Passes rows on, counts them, and stops when the job is cancelled or the runner has to go."""

    def __init__(self, work: ItemWork, rows: Iterator[list[Any]]) -> None:
        self._work = work
        self._rows = rows
        self._looked = time.monotonic()
        self.count = 0

    def __next__(self) -> list[Any]:
        row = next(self._rows, None)
        if row is None:
            self._work.progress(rows=self.count % COUNTED_AT_ONCE)
            raise StopIteration
        self.count += 1
        if self.count % COUNTED_AT_ONCE == 0:
            self._work.progress(rows=COUNTED_AT_ONCE)
            self._look()
        return row

    def _look(self) -> None:
        self._work.check()
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        if Job.objects.filter(pk=self._work.job.pk, state=JobState.CANCELLING).exists():
            raise StopRequested


def file_of(job: Job) -> StagedFile | None:
    """Return the file of an export; None when there is none (any more)."""
    return next(iter(_files_of(job)), None)


def _files_of(job: Job) -> list[StagedFile]:
    names = [item.checkpoint.get("file") for item in job.items.all()]
    return list(StagedFile.objects.filter(pk__in=[name for name in names if name]))


def describe(job: Job) -> dict[str, Any]:
    """Return what the job's page and `jobs show --json` say of an export to a file."""
    params, slug = job.params, job.connection_slug
    item = job.items.first()
    checkpoint = item.checkpoint if item else {}
    result = checkpoint.get("result") or {}
    file = file_of(job) if result else None
    expected = checkpoint.get("expected", item.payload.get("expected") if item else None)
    dataset = [slug, params["dataset_id"]]
    return {
        "dataset_id": params["dataset_id"],
        "dataset_name": params["dataset_name"],
        "dataset_url": reverse("data:dataset_show", args=dataset),
        "file_name": params["file_name"],
        "format": FORMATS[params["format"]],
        "columns": params["columns"],
        "where": params["where"],
        "exact": params["exact"],
        "expected": expected,
        "rows": result.get("rows", item.rows_done if item else 0),
        "result": result,
        "agrees": result["rows"] in (result["before"], result["after"]) if result.get("before") is not None else None,
        "file_url": reverse("data:exports_file", args=[slug, job.pk]) if file else None,
        "kept_until": file.expires_at.isoformat() if file else None,
        "kept_hours": settings.UPLOAD_KEEP_HOURS,
        "is_gone": bool(result) and file is None,
        "again_url": f"{reverse('data:export_file', args=dataset)}?from={job.pk}",
    }
