"""The kind of job that writes all rows of a statement to a file: one item, which a killed worker begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core.exports import csv_lines
from apps.core.formats import format_exact
from apps.data.queries.results import streamed
from apps.jobs import service as jobs
from apps.jobs.kinds import AuditTarget, Failed, ItemOutcome, JobKind, NewItem, Succeeded
from apps.jobs.models import Job, JobItem
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.work import ItemWork

ROWS_AT_ONCE = 1_000
# More than this no link carries.
LONGEST_LINKED_SQL = 4_000


class QueryDownloadKind(JobKind):
    """Write all rows of a query to a CSV file."""

    name = "data.query_download"
    title = "Download a query"
    area = "data"
    role = Role.STEWARD
    concurrency = 1
    plans = False
    item_noun = "files"
    items_hidden = True
    templates = {"summary": "data/queries/download_summary.html"}

    def safety(self, item: JobItem) -> RetrySafety:
        """It only reads: the file is written anew."""
        return RetrySafety.READ

    def target(self, job: Job) -> AuditTarget:
        """The dataset."""
        return AuditTarget(self.name, "dataset", job.params["dataset_id"], job.params["dataset_name"])

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Read the answer row by row into the staging storage."""
        _remove_halves(work.job)
        work.restart_progress()
        writing = _Writing(work)
        try:
            file = staging.stage_pieces(writing.pieces(), _staged_name(work.job), work.job.actor)
        except staging.StagingRefused as refusal:
            return Failed(str(refusal), code="staging")
        staging.keep(file)
        return Succeeded({"file": str(file.pk), "rows": writing.rows, "columns": writing.columns, "bytes": file.size})

    def describe(self, job: Job) -> dict[str, Any]:
        """Return how far it is, and where the file is and until when."""
        item = job.items.first()
        result = item.result or {} if item is not None else {}
        file = file_of(job)
        return {
            "dataset_name": job.params["dataset_name"] or job.params["dataset_id"],
            "dataset_url": reverse("data:dataset_show", args=[job.connection_slug, job.params["dataset_id"]]),
            "sql": job.params["sql"],
            "console_url": _console_url(job),
            "rows": result.get("rows", item.rows_done if item is not None else 0),
            "columns": result.get("columns"),
            "bytes": result.get("bytes", item.bytes_done if item is not None else 0),
            "file_url": reverse("data:query_job_file", args=[job.connection_slug, job.pk]) if file else None,
            "kept_until": format_exact(file.expires_at) if file else None,
            "removed": bool(result) and file is None,
        }


class _Writing:
    """The bytes of the file while the answer comes; counts them and the rows."""

    def __init__(self, work: ItemWork) -> None:
        self._work = work
        self.rows = 0
        self.columns = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the file. Raises UpstreamError, LeaseLost, StopRequested."""
        params = self._work.params
        lines = streamed(self._work.client, params["dataset_id"], params["sql"])
        header = [str(name) for name in next(lines)]
        self.columns = len(header)
        for text in csv_lines(header, self._counted(lines)):
            piece = text.encode()
            self._work.progress(bytes=len(piece))
            yield piece

    def _counted(self, lines: Iterator[list[Any]]) -> Iterator[list[Any]]:
        told = 0
        for line in lines:
            yield line
            self.rows += 1
            if self.rows - told == ROWS_AT_ONCE:
                self._work.check()
                self._work.progress(rows=ROWS_AT_ONCE)
                told = self.rows
        self._work.progress(rows=self.rows - told)


def start_download(
    actor: User, connection: Connection, dataset_id: str, dataset_name: str, sql: str, file_name: str
) -> Job:
    """Make and start the job. Raises jobs.NotAllowed."""
    job = jobs.create_job(
        QueryDownloadKind.name,
        title=f"Download a query of {dataset_name or dataset_id}",
        connection=connection,
        params={"dataset_id": dataset_id, "dataset_name": dataset_name, "sql": sql, "file_name": file_name},
        actor=actor,
        items=[NewItem("file", f"{file_name}.csv")],
    )
    jobs.confirm(job, actor)
    return job


def file_of(job: Job) -> StagedFile | None:
    """Return the file that the job wrote, as long as it is kept."""
    item = job.items.filter(state="succeeded").first()
    name = (item.result or {}).get("file") if item is not None else None
    return StagedFile.objects.filter(pk=name).first() if name else None


def _console_url(job: Job) -> str:
    """Return the console with the statement in it, as long as a link can carry that."""
    sql = job.params["sql"]
    url = reverse("data:dataset_query", args=[job.connection_slug, job.params["dataset_id"]])
    return f"{url}?{urlencode({'sql': sql})}" if len(sql) <= LONGEST_LINKED_SQL else url


def _staged_name(job: Job) -> str:
    return f"query-{job.pk}.csv"


def _remove_halves(job: Job) -> None:
    """Remove what a worker that was killed has left of the file."""
    for file in StagedFile.objects.filter(name=_staged_name(job), completed_at__isnull=True):
        staging.remove(file)
