"""The steps of an upload job: open, parts, commit, index, count. Each is one item; see jobs.py for the kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from apps.data.uploads.upload_plan import UploadPlan, action_on_the_wire, partition_of
from apps.data.uploads.upstream import Before, Effect, RowAccount, gather_evidence, list_versions, newest
from apps.jobs.kinds import ComeBack, Failed, ItemOutcome, NotDone, Succeeded, Unknown
from apps.staging.service import FileChanged, StagedSource
from domoadmin.services.errors import BadRequest, Conflict, Forbidden, NotFound, Unprocessable
from domoadmin.tabular.problems import RowCountMismatch

if TYPE_CHECKING:
    from apps.jobs.models import Job
    from apps.jobs.work import ItemWork

COMMIT_BYTES_PER_SECOND = 10e6
# Rows that differ may still be on their way; the difference has to last this long before it is called one.
DIFFERENCE_SECONDS = 60.0


def open_upload(work: ItemWork) -> ItemOutcome:
    """Note what stands in the dataset, then open the upload. Opening changes nothing: the commit does."""
    dataset_id, partition = work.params["dataset_id"], partition_of(work.params)
    adds_to_others = work.params["action"] == "APPEND" or bool(partition)
    counted = adds_to_others and work.params["index"]
    before = Before.read(work.client, dataset_id, counted=counted, partition=partition)
    work.about_to_send()
    upload = work.client.datasets.create_upload(dataset_id, restate_data_tag=partition or None)
    return Succeeded(
        {"upload_id": upload.upload_id, "before": before.as_json(), "at": timezone.now().isoformat()},
        request_id=upload.request_id,
    )


def send_part(work: ItemWork) -> ItemOutcome:
    """Send one part; the same bytes under the same number may be sent again at any time before the commit."""
    body = PartBody(work)
    work.about_to_send()
    try:
        answer = work.client.datasets.upload_part(
            work.params["dataset_id"], body.plan.upload_id, work.payload["number"], body, length=body.length
        )
    except (FileChanged, RowCountMismatch) as problem:
        return Failed(f"{problem} Nothing was committed: the dataset is as it was.", code="file-changed")
    return Succeeded(
        {"rows": body.rows, "bytes": body.sent, "at": timezone.now().isoformat()},
        request_id=answer.request_id,
    )


class PartBody:
    """The bytes of one part, made anew for each try; counts what it gave."""

    def __init__(self, work: ItemWork) -> None:
        self._work = work
        self.plan = UploadPlan.of(work.job)
        self._source = StagedSource(self.plan.plain)
        start, end = work.payload["start"], work.payload["end"]
        # Known beforehand only when the bytes go as they are; a rewritten part is sent chunked.
        self.length: int | None = end - start if self.plan.as_is else None
        self.rows = 0
        self.sent = 0

    def __call__(self) -> Iterator[bytes]:
        """Yield the part from its start. Raises RowCountMismatch when the staged bytes are not what was checked."""
        self._work.restart_progress()
        self.sent = 0
        payload = self._work.payload
        pieces: Iterator[bytes] = self._source.read_range(payload["start"], payload["end"])
        transform = None
        if not self.plan.as_is:
            transform = self.plan.transform(payload["number"], pieces)
            pieces = iter(transform)
        for piece in pieces:
            self._work.check()
            yield piece
            self.sent += len(piece)
            self._work.progress(bytes=len(piece))
        self.rows = payload["rows"] if transform is None else transform.rows_written
        self._work.progress(rows=self.rows)


def commit(work: ItemWork) -> ItemOutcome:
    """Commit once, after proving that every row of the file was sent."""
    sent = rows_sent(work.job)
    expected = work.job.preview["rows_to_send"]
    if sent != expected:
        return Failed(
            f"{sent:,} rows were sent but {expected:,} had to be: the upload was not committed and the dataset is as "
            "it was. The file on the staging storage may have changed; upload it again.",
            code="rows-differ",
        )
    if work.checkpoint.get("conflict"):
        return _look_for_commit(work)
    opened = result_of(work.job, "open")
    sent_before = bool(work.checkpoint.get("sent"))
    work.save_checkpoint({"sent": True})
    work.about_to_send()
    try:
        answer = work.client.datasets.commit_upload(
            work.params["dataset_id"],
            opened["upload_id"],
            action_on_the_wire(work.params),
            work.params["index"],
            restate_data_tag=partition_of(work.params) or None,
        )
    except Conflict as problem:
        if not sent_before:
            raise
        # The first commit was held to be lost, but the upstream knows it: from here on it is only looked for.
        work.save_checkpoint({"conflict": str(problem), "since": timezone.now().timestamp()}, answered=True)
        return _look_for_commit(work)
    return Succeeded({"at": timezone.now().isoformat()}, request_id=answer.request_id)


def verify_commit(work: ItemWork) -> ItemOutcome | NotDone:
    """Settle a commit whose answer was lost by the data versions; never by sending it again on a guess."""
    outcome = _read_commit_back(work)
    if outcome is not None:
        return outcome
    sent_at = work.item.sent_at
    waited = (timezone.now() - sent_at).total_seconds() if sent_at else _longest_commit(work.job)
    if waited < _longest_commit(work.job):
        raise ComeBack(min(5.0, max(0.5, waited / 4)))
    return NotDone()


def _longest_commit(job: Job) -> float:
    """Seconds after which a commit that shows no data version is held to have never arrived."""
    read_seconds: float = settings.UPSTREAM_READ_SECONDS
    grace_seconds: float = settings.UPLOAD_COMMIT_GRACE_SECONDS
    return read_seconds + grace_seconds + job.bytes_total / COMMIT_BYTES_PER_SECOND


def _read_commit_back(work: ItemWork) -> ItemOutcome | None:
    """Look for the data version of the commit; None when there is none yet."""
    opened = result_of(work.job, "open")
    before = Before.from_json(opened["before"])
    fresh = before.new_versions(list_versions(work.client, work.params["dataset_id"]))
    if fresh is None:
        return Unknown(
            "The answer to the commit was lost, and this upstream lists no data versions to read it back from. "
            "Look at the dataset in Domo, then decide."
        )
    # An upstream that says which upload made a version settles it beyond doubt; else any new version is ours.
    ours = [version for version in fresh if version.upload_id in ("", opened["upload_id"])]
    if not ours:
        return None
    version = newest(ours)
    if version.upload_status == "error":
        return Failed(
            f"Domo took the commit, but its data version {version.data_id} ended with an error: its rows are missing.",
            code="version-error",
            request_id=version.request_id,
        )
    return Succeeded(
        {"version": version.data_id, "settled": True, "at": timezone.now().isoformat()}, request_id=version.request_id
    )


def _look_for_commit(work: ItemWork) -> ItemOutcome:
    outcome = _read_commit_back(work)
    if outcome is not None:
        return outcome
    if timezone.now().timestamp() - work.checkpoint["since"] > settings.UPLOAD_INDEX_WAIT_SECONDS:
        return Unknown(
            f"Domo says of the commit: {work.checkpoint['conflict']} But no new data version appeared. Look at the "
            "dataset in Domo, then decide."
        )
    raise ComeBack(5.0)


def index(work: ItemWork) -> ItemOutcome:
    """Ask for the index and wait for it; an upstream that gives no index id is asked by counting instead."""
    dataset_id = work.params["dataset_id"]
    index_id = work.checkpoint.get("index_id")
    if index_id is None:
        work.about_to_send()
        try:
            request = work.client.datasets.index(dataset_id)
        except (BadRequest, Conflict, Forbidden, NotFound, Unprocessable) as problem:
            # The commit has asked for the index already; the count below tells whether it came.
            work.event(f"The index could not be asked for by itself: {problem}", level="warning")
            return Succeeded({"note": str(problem), "at": timezone.now().isoformat()})
        if request.index_id is None:
            return Succeeded({"at": timezone.now().isoformat()}, request_id=request.request_id)
        work.save_checkpoint(
            {"index_id": request.index_id, "since": timezone.now().timestamp(), "looks": 0}, answered=True
        )
    return _wait_for_index(work, dataset_id, work.checkpoint["index_id"])


def _wait_for_index(work: ItemWork, dataset_id: str, index_id: str) -> ItemOutcome:
    checkpoint = work.checkpoint
    try:
        status = work.client.datasets.index_progress(dataset_id, index_id)
    except (BadRequest, Forbidden, NotFound) as problem:
        work.event(f"The state of index {index_id} can't be read: {problem}", level="warning")
        return Succeeded({"note": str(problem), "at": timezone.now().isoformat()})
    if status.state == "failed":
        return Failed(
            f"The rows are in the dataset, but indexing them failed: {status.message or 'Domo gave no reason'}. "
            "Cards do not show them yet; ask Domo with the request id, or index the dataset again.",
            code="index-failed",
            request_id=status.request_id,
        )
    if status.state == "done" or (status.state == "unknown" and checkpoint["looks"] >= 3):
        return Succeeded({"index_id": index_id, "at": timezone.now().isoformat()}, request_id=status.request_id)
    waited = timezone.now().timestamp() - checkpoint["since"]
    if waited > settings.UPLOAD_INDEX_WAIT_SECONDS:
        return Failed(
            f"The rows are committed, but index {index_id} is not ready after {waited / 60:,.0f} minutes. "
            "Look at the dataset again later; do not upload the file a second time.",
            code="index-late",
            request_id=status.request_id,
        )
    raise ComeBack(min(5.0, 0.25 * 1.5 ** checkpoint["looks"]), {"looks": checkpoint["looks"] + 1})


def count(work: ItemWork) -> ItemOutcome:
    """Compare the rows of the file, the rows sent and the rows that the upstream reports; a difference fails."""
    params, origin = work.params, origin_of(work.job)
    before = Before.from_json(result_of(origin, "open")["before"])
    sent, partition = rows_sent(origin), partition_of(params)
    effect = Effect(sent, params["action"] == "REPLACE", partition)
    account = RowAccount(
        in_file=origin.preview["rows_in_file"],
        set_aside=origin.preview["rows_in_file"] - sent,
        sent=sent,
        before=before.counted_rows if before.counted_rows is not None else before.metadata_rows,
        evidence=gather_evidence(work.client, params["dataset_id"], before, effect, indexed=params["index"]),
        partition=partition,
        partition_before=before.partition_rows,
    )
    if account.agrees:
        return Succeeded({"account": account.as_json(), "at": timezone.now().isoformat()})
    since = work.checkpoint.get("since", timezone.now().timestamp())
    looks = work.checkpoint.get("looks", 0)
    if timezone.now().timestamp() - since < _patience(account):
        raise ComeBack(min(10.0, 0.5 * 1.5**looks), {"since": since, "looks": looks + 1, "account": account.as_json()})
    work.save_checkpoint({"account": account.as_json()})
    return _difference(account)


def _patience(account: RowAccount) -> float:
    # Visible rows normally follow a commit within a quarter of an hour; nothing said at all, or fewer rows than
    # expected, may still be that. More rows than expected never become fewer.
    if account.evidence and any(piece.found > piece.expected for piece in account.evidence):
        return min(DIFFERENCE_SECONDS, float(settings.UPLOAD_INDEX_WAIT_SECONDS))
    return float(settings.UPLOAD_INDEX_WAIT_SECONDS)


def _difference(account: RowAccount) -> ItemOutcome:
    if not account.evidence:
        return Unknown(
            f"{account.sent:,} rows were sent and committed, but the upstream reports no row count to compare with. "
            "Look at the dataset in Domo, then decide."
        )
    said = "; ".join(f"{piece.source}: {piece.found:,}, expected {piece.expected:,}" for piece in account.evidence)
    return Failed(
        f"The rows do not add up. In the file {account.in_file:,}, sent {account.sent:,}, but the upstream reports: "
        f"{said}. The upload is committed: compare the dataset with the file before anybody relies on it.",
        code="rows-differ",
    )


def origin_of(job: Job) -> Job:
    """Return the job that sent the rows: the job itself, or the one whose end after the commit it does again."""
    while job.retry_of is not None and job.items.exists() and not job.items.filter(key="open").exists():
        job = job.retry_of
    return job


def is_committed(job: Job) -> bool:
    """Whether the rows are in the dataset, by the upstream's answer, by reading back, or by a person's word."""
    return origin_of(job).items.filter(key="commit", state="succeeded").exists()


def result_of(job: Job, key: str) -> dict[str, Any]:
    """Return what a settled step of the job left behind."""
    result: dict[str, Any] = job.items.get(key=key).result
    return result


def rows_sent(job: Job) -> int:
    """Return the rows of all parts that the upstream accepted."""
    results = job.items.filter(key__startswith="part-", state="succeeded").values_list("result", flat=True)
    return sum(result["rows"] for result in results)
