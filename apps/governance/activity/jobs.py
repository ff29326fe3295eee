"""The kind of job that reads any range of the log: into a file that can be downloaded, or only to count it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.activity.entries import EntryFilter
from apps.governance.activity.periods import Period, moment, windows
from apps.jobs import service as jobs
from apps.jobs.kinds import AuditTarget, ItemOutcome, JobKind, NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState, Source
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role
from domoadmin.services.times import epoch_milliseconds

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

WINDOW, FILE = range(2)
SUMMARY = "summary"
FILE_KEY = "file"


class ActivityExportKind(JobKind):
    """Read a range of the activity log, window by window side by side. Nothing is changed upstream."""

    name = "governance.activity-export"
    title = "Read the activity log"
    area = "governance"
    role = Role.STEWARD
    concurrency = 4
    # A file that lacks a part is none; what was read stays for the retry.
    stop_on_failure = True
    item_noun = "steps"
    stages = {WINDOW: "Reading the log", FILE: "Putting it together"}
    templates = {"summary": "governance/activity/job_summary.html"}

    def plan(self, planning: Planning) -> None:
        """Plan a retry: windows that an earlier job read and that are still there are not read again."""
        there = pieces_still_there(planning.params.get("pieces", {}))
        planning.preview({"pieces": there})
        planning.add_items(items_of(planning.params, there))

    def safety(self, item: JobItem) -> RetrySafety:
        """It only reads."""
        return RetrySafety.READ

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Read one window, or put all of them together."""
        from apps.governance.activity import job_steps  # drawn in only where one runs

        return job_steps.read_window(work) if work.item.stage == WINDOW else job_steps.put_together(work)

    def target(self, job: Job) -> AuditTarget:
        """The log as a whole."""
        return AuditTarget(f"jobs.{self.name}", "activity_log", "", job.title)

    def audited_params(self, job: Job) -> dict[str, Any]:
        """Name the range and the filters, not the pieces."""
        return {name: value for name, value in job.params.items() if name != "pieces"}

    def describe(self, job: Job) -> dict[str, Any]:
        """Return the range, the file, the counts."""
        from apps.governance.activity.job_facts import describe

        return describe(job)

    def retry_params(self, job: Job) -> dict[str, Any] | None:
        """Plan anew with the windows that are there."""
        return {**job.params, "pieces": pieces_of(job)}

    def finished(self, job: Job) -> None:
        """Drop the pieces once they are in a whole file; keep them for a retry otherwise."""
        for file in StagedFile.objects.filter(pk__in=[piece["file"] for piece in pieces_of(job).values()]):
            if job.state == JobState.SUCCEEDED:
                staging.remove(file)
            else:
                staging.keep(file)

    def keep_files(self, job: Job) -> None:
        """Keep the pieces of a job that waits or is paused."""
        for file in StagedFile.objects.filter(pk__in=[piece["file"] for piece in pieces_of(job).values()]):
            staging.keep_while_used(file)


def items_of(params: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[NewItem]:
    """Yield a step for each window that is not read yet, and the one that puts them together."""
    for key, first, last in windows_of(params):
        if key not in there:
            label = f"{moment(first):%d %b %Y %H:%M} to {moment(last):%d %b %Y %H:%M} UTC"
            yield NewItem(key, label, payload={"first": first, "last": last}, stage=WINDOW)
    yield NewItem(FILE_KEY, "Put it together", stage=FILE)


def windows_of(params: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yield (key, first, last) of the windows, the latest first: the order in which they stand in the file."""
    for first, last in windows(params["start"], params["end"], params["made_at"]):
        yield f"{first}-{last}", first, last


def create_export(
    connection: Connection,
    actor: User,
    period: Period,
    wanted: EntryFilter,
    *,
    form: str,
    exact: bool = False,
    source: str = Source.PAGE,
) -> Job:
    """Make the job, planned already. form: csv, jsonl, parquet, or SUMMARY to count only. Raises NotAllowed."""
    now = timezone.now()
    params = {
        "start": period.start,
        # What is still to come would move the pages under the reader.
        "end": min(period.end, epoch_milliseconds(now)),
        "made_at": epoch_milliseconds(now),
        "format": form,
        "exact": exact,
        "filter": wanted.params,
        "file_name": f"activity-{connection.slug}-{period.since:%Y%m%d}-{period.until:%Y%m%d}.{form}",
    }
    verb = "Count the activity" if form == SUMMARY else "Export the activity"
    return jobs.create_job(
        ActivityExportKind.name,
        title=f"{verb} from {_written(period.since)} to {_written(period.until)}",
        connection=connection,
        params=params,
        actor=actor,
        source=source,
        items=items_of(params, {}),
    )


def _written(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M}"


def pieces_of(job: Job) -> dict[str, Any]:
    """Return what was read of each window by its key: {"file", "entries", "length"}."""
    read = job.items.filter(stage=WINDOW, state=ItemState.SUCCEEDED).values_list("key", "result")
    return {**job.preview.get("pieces", {}), **dict(read)}


def pieces_still_there(pieces: Mapping[str, Any]) -> dict[str, Any]:
    """Return those whose staged file is kept."""
    files = [piece["file"] for piece in pieces.values()]
    kept = StagedFile.objects.filter(pk__in=files, expires_at__gt=timezone.now()).values_list("pk", flat=True)
    there = {str(key) for key in kept}
    return {key: piece for key, piece in pieces.items() if piece["file"] in there}


def export_file(job: Job) -> StagedFile | None:
    """Return the finished file; None where there is none (any more)."""
    item = job.items.filter(stage=FILE, state=ItemState.SUCCEEDED).first()
    return StagedFile.objects.filter(pk=item.result["file"]).first() if item and item.result.get("file") else None
