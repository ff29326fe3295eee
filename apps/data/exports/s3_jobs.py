"""The kind of job that exports datasets to S3, one or many. Its keys are sealed and wiped at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.connections.sealing import seal
from apps.data.datasets.selection import DATASETS
from apps.data.exports import s3_running
from apps.data.exports.s3_target import TargetRefused, path_for
from apps.jobs import service as jobs
from apps.jobs.bulk import Selection, Target
from apps.jobs.drafts import plan_again
from apps.jobs.kinds import AuditTarget, ItemOutcome, JobKind, NewItem, NotDone
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ITEM_OPEN, JOB_ACTIVE, ItemState, JobState, Source
from domoadmin.services.errors import Forbidden, NotFound
from domoadmin.services.operations import RetrySafety
from domoadmin.services.results import Dataset
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

# So many exports of one job run in Domo at the same time: the next ones wait for the end of these.
AT_ONCE = 8
BATCH = 100
SHOWN = 50
_GONE = "It is not there: deleted, or not visible to this token."


class S3ExportKind(JobKind):
    """Export datasets to an S3 bucket."""

    name = "data.export-s3"
    title = "Export to S3"
    area = "data"
    role = Role.STEWARD
    concurrency = 4
    item_noun = "datasets"
    templates = {"summary": "data/exports/s3_summary.html"}
    # The keys of a plan that nobody starts don't lie about for a day.
    draft_keep_hours = 1.0

    def plan(self, planning: Planning) -> None:
        """Name the datasets and their paths; says which can't be exported now, and why. Changes nothing."""
        _Plan(planning).run()

    def safety(self, item: JobItem) -> RetrySafety:
        """What was started is listed by Domo."""
        return RetrySafety.VERIFIABLE

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Start the export of one dataset, or look how far it is."""
        return s3_running.run(work)

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Look whether an export was started whose answer was lost."""
        return s3_running.look_for(work)

    def audited(self, item: JobItem) -> AuditTarget | None:
        """Each dataset that leaves Domo has a record of its own."""
        return AuditTarget("s3_export.create", "dataset", item.key, item.label)

    def why_not_retry(self, job: Job) -> str:
        """The keys are gone."""
        return "The AWS keys of this job were wiped at its end: use “Export again”, which asks for them."

    def why_not_confirm(self, job: Job) -> str:
        """Nothing starts without keys."""
        return "" if job.sealed else "This export has no AWS keys yet: fill in where it goes first."

    def confirm_word(self, job: Job) -> str:
        """Many datasets leave production: the slug is typed."""
        connection = job.connection
        return connection.slug if connection is not None and connection.is_production and job.total > 1 else ""

    def describe(self, job: Job) -> dict[str, Any]:
        """Return where it goes, and what is there: exports, files, rows."""
        return describe(job)


class _Plan:
    def __init__(self, planning: Planning) -> None:
        self._planning = planning
        self._params = planning.params
        self._day = timezone.now().date()
        self._paths: dict[str, str] = {}
        self._seen: set[str] = set()
        self._position = 0
        self._rows = 0

    def run(self) -> None:
        if "bucket" not in self._params:
            self._planning.refuse("Nobody has said yet where these exports go: fill in the form first.")
        selection = Selection.from_params(self._params["selection"])
        self._planning.progress(phase="Finding", done=0, total=len(selection.ids), unit="datasets")
        targets = self._targets(selection)
        while batch := list(islice(targets, BATCH)):
            self._planning.add_items(self._items(batch))
            self._planning.progress(phase="Reading", done=len(self._seen))
        self._planning.preview({"rows": self._rows, "selected": len(self._seen)})
        count = self._planning.job.items.filter(state=ItemState.PENDING).count()
        title = f"Export {count:,} dataset{'' if count == 1 else 's'} to s3://{self._params['bucket']}"
        Job.objects.filter(pk=self._planning.job.pk).update(title=title[:300])

    def _targets(self, selection: Selection) -> Iterator[Target]:
        if selection.query is not None:
            return DATASETS.walk(self._planning.client, selection.query)
        return (Target(key) for key in selection.ids)

    def _items(self, batch: Sequence[Target]) -> Iterator[NewItem]:
        fresh = {target.key: target for target in batch if target.key not in self._seen}
        self._seen.update(fresh)
        records = DATASETS.records(self._planning.client, list(fresh))
        busy = busy_datasets(self._planning.job.connection, list(fresh), self._planning.job)
        for key, target in fresh.items():
            record = records.get(key)
            yield self._item(target, record.dataset if record else None, busy.get(key))

    def _item(self, target: Target, dataset: Dataset | None, busy: Job | None) -> NewItem:
        key, label = target.key, target.label
        try:
            if dataset is None:
                self._planning.check()
                dataset = self._planning.client.datasets.get_metadata(key)
        except NotFound:
            return NewItem(key, label or key, skip=_GONE, skip_code="gone")
        except Forbidden as refusal:
            return NewItem(key, label or key, skip=str(refusal), skip_code="forbidden")
        label = dataset.name or label or key
        if busy is not None:
            return NewItem(key, label, skip=f"“{busy.title}” ({busy.short_id}) exports it just now.", skip_code="busy")
        try:
            path = path_for(self._params["pattern"], key, label, self._day)
        except TargetRefused as refusal:
            return NewItem(key, label, skip=str(refusal))
        if path in self._paths:
            return NewItem(
                key, label, skip=f"“{self._paths[path]}” goes to the same path. Put {{id}} into it.", skip_code="path"
            )
        self._paths[path] = label
        self._position += 1
        self._rows += dataset.row_count or 0
        return new_item(self._params, dataset, path, stage=(self._position - 1) // AT_ONCE)


def new_item(params: dict[str, Any], dataset: Dataset, path: str, stage: int = 0) -> NewItem:
    """Return the item of one dataset."""
    after = {"bucket": params["bucket"], "path": path, "region": params["region"]}
    payload = {"path": path, "rows": dataset.row_count}
    return NewItem(dataset.id, dataset.name or dataset.id, payload=payload, stage=stage, after=after)


def busy_datasets(connection: Connection | None, keys: Sequence[str], but: Job | None = None) -> dict[str, Job]:
    """Return, of these datasets, those that an active job of ours exports to S3, with the job."""
    items = JobItem.objects.filter(
        job__kind=S3ExportKind.name,
        job__connection=connection,
        job__state__in=JOB_ACTIVE,
        state__in=ITEM_OPEN,
        key__in=keys,
    ).select_related("job")
    return {item.key: item.job for item in items if but is None or item.job_id != but.pk}


def create_s3_export(
    dataset: Dataset, connection: Connection, actor: User, params: dict[str, Any], keys: dict[str, str], source: str
) -> Job:
    """Make the planned draft of one dataset's export. Raises jobs.AlreadyActive when one of ours runs."""
    busy = busy_datasets(connection, [dataset.id]).get(dataset.id)
    if busy is not None:
        raise jobs.AlreadyActive(busy)
    path = path_for(params["pattern"], dataset.id, dataset.name, timezone.now().date())
    return jobs.create_job(
        S3ExportKind.name,
        title=f"Export {dataset.name or dataset.id} to s3://{params['bucket']}",
        connection=connection,
        # The dataset's page looks for its jobs by this name.
        params={**params, "selection": {"ids": [dataset.id]}, "dataset_id": dataset.id},
        actor=actor,
        source=source,
        secrets=keys,
        dedupe_key=f"export-s3:{dataset.id}",
        items=[new_item(params, dataset, path)],
    )


def create_selection_draft(
    connection: Connection, selection: Selection, actor: User, params: dict[str, Any], source: str = Source.PAGE
) -> Job:
    """Make the draft of an export of what is selected; where it goes is asked for next."""
    return jobs.create_job(
        S3ExportKind.name,
        title="Export datasets to S3",
        connection=connection,
        params={**params, "selection": selection.as_params()},
        actor=actor,
        source=source,
    )


def seal_keys(job: Job, keys: dict[str, str]) -> None:
    """Put the keys into a draft, encrypted; they are wiped when it ends."""
    Job.objects.filter(pk=job.pk, state=JobState.DRAFT).update(sealed=seal(keys))


def plan_selection(job: Job, params: dict[str, Any], keys: dict[str, str]) -> bool:
    """Seal the keys into the draft and let a worker plan it. False: the broker is down, it happens later."""
    seal_keys(job, keys)
    return plan_again(job, {**job.params, **params})


def describe(job: Job) -> dict[str, Any]:
    """Return what the job's page and `jobs show --json` say of an export to S3."""
    params, slug = job.params, job.connection_slug
    items = [_told(item, slug) for item in job.items.order_by("position")[:SHOWN]]
    done = job.items.filter(state=ItemState.SUCCEEDED).values_list("result", flat=True)
    again = "data:exports_s3_again"
    return {
        "bucket": params.get("bucket", ""),
        "region": params.get("region", ""),
        "pattern": params.get("pattern", ""),
        "columns": params.get("columns", []),
        "datasets": items,
        "more": max(0, job.total - len(items)),
        "rows": sum(result.get("rows", 0) for result in done),
        "files": sum(result.get("file_count", 0) for result in done),
        "unchanged": sum(1 for result in done if result.get("unchanged")),
        "left_running": [each for each in items if each["left_running"]],
        "again_url": reverse(again, args=[slug, job.pk]) if job.has_ended and job.connection_id else None,
        "check_url": reverse("data:exports_s3_plan", args=[slug, job.pk]) if job.state == JobState.DRAFT else None,
    }


def _told(item: JobItem, slug: str) -> dict[str, Any]:
    result, checkpoint = item.result, item.checkpoint
    left = item.state == ItemState.CANCELLED and bool(checkpoint.get("export_id"))
    return {
        "id": item.key,
        "name": item.label,
        "url": reverse("data:dataset_show", args=[slug, item.key]) if slug else "",
        "path": item.payload.get("path", ""),
        "expected_rows": item.payload.get("rows"),
        "state": item.state,
        "export_id": result.get("export_id") or checkpoint.get("export_id") or "",
        "unchanged": bool(result.get("unchanged")),
        "bucket": result.get("bucket", ""),
        "elsewhere": bool(result.get("bucket")) and result.get("bucket") != (item.after or {}).get("bucket"),
        "files": result.get("files", []),
        "file_count": result.get("file_count"),
        "rows": result.get("rows"),
        "started": result.get("started"),
        "finished": result.get("finished"),
        "finished_words": _in_words(result.get("finished")),
        "left_running": left,
        "problem": item.error_text,
    }


def _in_words(moment: str | None) -> str:
    """Write a moment on the clock of the person who looks."""
    return "" if moment is None else f"{timezone.localtime(datetime.fromisoformat(moment)):%Y-%m-%d %H:%M}"
