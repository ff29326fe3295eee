"""One dataset to S3: start its export, watch it to the end, and find out what became of a start without an answer."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from apps.data.optional_calls import if_told
from apps.jobs.kinds import ComeBack, Failed, ItemOutcome, NotDone, Succeeded, Unknown
from apps.jobs.work import ItemWork
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, Forbidden, NotFound, UnexpectedAnswer, UpstreamError
from domoadmin.services.masking import Masker
from domoadmin.services.results.s3_export import DatasetExport

FIRST_LOOK_SECONDS = 1.0
LONGEST_LOOK_SECONDS = 15.0
# After this long nobody waits any more: a person looks into Domo.
PATIENCE_SECONDS = 12 * 3600.0
# How often an export that nobody answered for is looked for before it counts as not started.
LOOKS_FOR_LOST = 3
FILES_KEPT = 200


def run(work: ItemWork) -> ItemOutcome:
    """Start the export, or look how far it is. Raises ComeBack until it has ended."""
    return _watched(work) if "export_id" in work.checkpoint else _started(work)


def look_for(work: ItemWork) -> ItemOutcome | NotDone:
    """Read back whether an export was started whose answer was lost; never starts one."""
    if "export_id" in work.checkpoint:
        return _watched(work)
    exports = read_exports(work.client, work.item.key)
    known = work.checkpoint.get("known")
    new = [each for each in exports or () if each.id not in (known or ()) and _goes_to(each, work.params["bucket"])]
    if exports is None or (known is None and not new):
        return Unknown("The answer was lost, and Domo does not list this dataset’s exports. Look into the bucket.")
    if len(new) > 1:
        return Unknown("The answer was lost, and more than one export was started meanwhile. Look into the bucket.")
    if new:
        work.event("The answer was lost, but the export is there: it was started once.")
        return _noted(work, new[0], unchanged=False)
    looks = work.checkpoint.get("looks", 0) + 1
    if looks < LOOKS_FOR_LOST:
        # A list may lag behind what was started.
        raise ComeBack(FIRST_LOOK_SECONDS, {"looks": looks})
    return NotDone()


def read_exports(client: Client, dataset_id: str) -> list[DatasetExport] | None:
    """Return the exports that Domo lists for a dataset; None where it lists none for a reason of its own."""
    return if_told(lambda: list(client.s3_export.status(dataset_id)))


def running_of(exports: list[DatasetExport] | None) -> DatasetExport | None:
    """Return the export that has not ended, if there is one."""
    open_ones = (each for each in exports or () if not (each.succeeded or each.failed) and each.finished is None)
    return next(open_ones, None)


def described(export: DatasetExport) -> str:
    """Name an export that is under way."""
    since = f" since {export.started:%Y-%m-%d %H:%M} UTC" if export.started else ""
    return f"export {export.id or 'without an id'}{since}"


def _started(work: ItemWork) -> ItemOutcome:
    dataset_id, params = work.item.key, work.params
    exports = read_exports(work.client, dataset_id)
    running = running_of(exports)
    if running is not None and _is_ours_after_a_doubt(work, running):
        return _noted(work, running, unchanged=False)
    if running is not None:
        return _refused(running)
    query = _query(work)
    known = None if exports is None else [each.id for each in exports]
    work.save_checkpoint({"known": known, "looks": 0})
    secrets = work.secrets
    work.about_to_send()
    try:
        export = work.client.s3_export.create(
            dataset_id,
            aws_access_key=secrets["access_key"],
            aws_access_secret=secrets["secret_key"],
            aws_session_token=secrets.get("session_token") or None,
            bucket=params["bucket"],
            path=work.payload["path"],
            region=params["region"],
            query_request=query,
        )
    except (BadRequest, Conflict) as refusal:
        running = running_of(read_exports(work.client, dataset_id))
        if running is None:
            raise
        return _refused(running, refusal)
    # Where nothing was listed before, one that has ended when it is asked for is an earlier one.
    return _noted(work, export, unchanged=export.succeeded if known is None else export.id in known)


def _is_ours_after_a_doubt(work: ItemWork, running: DatasetExport) -> bool:
    """Say whether an export is the one that was sent, not found at once, and shows up only now."""
    known = work.checkpoint.get("known")
    doubted = bool(work.checkpoint.get("looks"))
    return doubted and known is not None and running.id not in known and _goes_to(running, work.params["bucket"])


def _query(work: ItemWork) -> dict[str, Any] | None:
    """Return what is exported in the documented form: the chosen columns, else all of the schema."""
    names: list[str] = work.params["columns"] or _column_names(work.client, work.item.key)
    if not names:
        return None
    columns = [{"column": name, "exprType": "COLUMN"} for name in names]
    return {
        "includeBOM": work.params["include_bom"],
        "useCache": work.params["use_cache"],
        "query": {"columns": columns, "groupByColumns": [], "orderByColumns": []},
    }


def _column_names(client: Client, dataset_id: str) -> list[str]:
    for read in (client.datasets.get_schema, client.datasets.get_latest_schema):
        try:
            return [column.name for column in read(dataset_id).columns if column.visible]
        except (NotFound, BadRequest, Forbidden, UnexpectedAnswer):
            # Nothing is indexed yet, or the upstream lacks the call: then it exports what it has.
            continue
    return []


def _refused(running: DatasetExport, refusal: UpstreamError | None = None) -> Failed:
    words = f" Domo says: “{refusal.message}”." if refusal is not None and refusal.message else ""
    return Failed(
        f"An export of this dataset is under way already: {described(running)}. Only one can run at a time, so none "
        f"was started.{words} Try again when it has ended.",
        code="already-running",
        request_id=refusal.request_id if refusal is not None else running.request_id,
    )


def _noted(work: ItemWork, export: DatasetExport, *, unchanged: bool) -> ItemOutcome:
    """Keep which export it is, then watch it."""
    started = {
        "export_id": export.id,
        "unchanged": unchanged,
        "since": timezone.now().timestamp(),
        "wait": FIRST_LOOK_SECONDS,
        "request_id": export.request_id or "",
    }
    work.save_checkpoint(started, answered=True)
    if export.succeeded or export.failed:
        return _ended(work, export)
    work.event(f"Domo has started export {export.id or '(it gave no id)'}.")
    raise ComeBack(FIRST_LOOK_SECONDS)


def _watched(work: ItemWork) -> ItemOutcome:
    try:
        export = _found(work.client.s3_export.status(work.item.key), work.checkpoint)
    except UpstreamError as problem:
        # The export goes on, whether or not anybody can look at it.
        if not problem.retryable:
            return Unknown(f"Domo no longer says how the export stands. {problem}", problem.request_id)
        export = None
    if export is not None and (export.succeeded or export.failed):
        return _ended(work, export)
    if timezone.now().timestamp() - work.checkpoint["since"] > PATIENCE_SECONDS:
        return Unknown(
            "Domo has not said for 12 hours how the export ended. Look into the bucket, then decide.",
            work.checkpoint.get("request_id") or None,
        )
    wait = float(work.checkpoint["wait"])
    raise ComeBack(wait, {"wait": min(LONGEST_LOOK_SECONDS, wait * 1.5)})


def _found(exports: Any, checkpoint: dict[str, Any]) -> DatasetExport | None:
    listed = list(exports)
    if checkpoint["export_id"]:
        return next((each for each in listed if each.id == checkpoint["export_id"]), None)
    known = set(checkpoint.get("known") or ())
    return next((each for each in listed if each.id not in known), listed[0] if len(listed) == 1 else None)


def _ended(work: ItemWork, export: DatasetExport) -> ItemOutcome:
    # The upstream got the keys: what it says must not bring them into our store.
    mask = Masker(work.secrets.values())
    if export.failed:
        text = mask.one_line(export.message) or "Domo gives no reason"
        code = mask.one_line(export.error_code, 60)
        return Failed(f"The export failed: {text}{f' ({code})' if code else ''}.", code, export.request_id)
    files = [{"url": mask(url), "rows": rows} for url, rows in list(export.row_counts.items())[:FILES_KEPT]]
    rows = sum(export.row_counts.values())
    work.progress(rows=rows)
    result = {
        "export_id": export.id,
        "unchanged": work.checkpoint["unchanged"],
        "bucket": export.bucket,
        "files": files,
        "file_count": len(export.row_counts),
        "rows": rows,
        "format": export.export_format,
        "compression": export.compression,
        "started": export.started.isoformat() if export.started else None,
        "finished": export.finished.isoformat() if export.finished else None,
    }
    asked = {"bucket": work.params["bucket"], "region": work.params["region"], "path": work.payload["path"]}
    after = {**asked, "export": export.id, "rows": rows, "unchanged": work.checkpoint["unchanged"]}
    return Succeeded(result, after=after, request_id=export.request_id)


def _goes_to(export: DatasetExport, bucket: str) -> bool:
    return not export.bucket or export.bucket == bucket
