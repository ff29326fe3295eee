"""Planning a bulk job: finds the objects, reads their states, decides for each; changes nothing.

Memory holds the ids that were seen and one batch. States are read many at once where the upstream can, the others
side by side.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.jobs.bulk import undoing
from apps.jobs.bulk.actions import UNTOLD, BulkAction, Skip, get_bulk_action
from apps.jobs.bulk.selection import MOST_RECORDS, Selection, Target
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job
from apps.jobs.states import ItemState
from domoadmin.services.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidArguments,
    NotFound,
    Unprocessable,
    UpstreamError,
)

if TYPE_CHECKING:
    from apps.jobs.planning import Planning

BATCH = 500
# Reads that fail one after the other, each tried again by the client: then it is the upstream, not the object.
MOST_FAILURES = 20
_GONE = "It is not there: deleted, or not visible to this token."
# What says something about this object alone.
_OF_THE_OBJECT = (BadRequest, Conflict, Forbidden, InvalidArguments, NotFound, Unprocessable)


@dataclass
class Tally:
    """What the plan has counted so far."""

    selected: int = 0
    to_do: int = 0
    unread: int = 0
    failures: int = 0
    calls: int = 0
    seconds: float = 0.0
    seen: set[str] = field(default_factory=set)
    cautions: Counter[str] = field(default_factory=Counter)

    def facts(self) -> dict[str, Any]:
        """Return what the preview keeps."""
        return {
            "selected": self.selected,
            "duplicates": self.selected - len(self.seen),
            "unread": self.unread,
            "cautions": dict(self.cautions.most_common()),
            "call_seconds": round(self.seconds / self.calls, 4) if self.calls else None,
        }


@dataclass(frozen=True)
class Reading:
    """What one object answered: its name and state, or the error."""

    label: str = ""
    state: Any = None
    cautions: Sequence[str] = ()
    error: UpstreamError | None = None
    seconds: float = 0.0


def plan(action: BulkAction, planning: Planning) -> None:
    """Add an item for each selected object. Raises UpstreamError where nothing can be planned at all."""
    selection = Selection.from_params(planning.params["selection"])
    tally = Tally()
    planning.progress(phase="Finding", done=0, total=len(selection.ids), unit=action.source.noun[1])
    targets = _once(_targets(action, planning, selection), tally)
    readers = ThreadPoolExecutor(action.concurrency, thread_name_prefix="bulk-plan")
    try:
        while batch := list(islice(targets, BATCH)):
            planning.progress(phase="Reading", done=len(tally.seen) - len(batch))
            planning.add_items(list(_planned(action, planning, batch, tally, readers)))
    finally:
        readers.shutdown(wait=False, cancel_futures=True)
    _set_apart(action, planning, tally)
    words, warning = action.introduced(planning.client, planning.params["settings"])
    planning.preview(tally.facts() | {"warning": warning, "words": words})
    if not selection.undo_of:
        Job.objects.filter(pk=planning.job.pk).update(title=action.job_title(tally.to_do, words))


def _set_apart(action: BulkAction, planning: Planning, tally: Tally) -> None:
    """Skip what can't go together with the rest of the plan; most actions know no such thing."""
    planned = planning.job.items.filter(state=ItemState.PENDING).order_by("stage", "position")
    rows = planned.values_list("pk", "key", "after").iterator(chunk_size=BATCH)
    apart = action.clashing(rows, planning.params["settings"])
    for pk, reason in apart.items():
        planned.filter(pk=pk).update(
            state=ItemState.SKIPPED, error_text=reason, error_code="conflict", finished_at=timezone.now()
        )
    tally.to_do -= len(apart)


def _targets(action: BulkAction, planning: Planning, selection: Selection) -> Iterator[Target]:
    if selection.undo_of:
        return undoing.targets(get_bulk_action, selection.undo_of)
    if selection.query is not None:
        return action.source.walk(planning.client, selection.query)
    return (Target(key) for key in selection.ids)


def _once(targets: Iterator[Target], tally: Tally) -> Iterator[Target]:
    for target in targets:
        tally.selected += 1
        if target.key not in tally.seen:
            tally.seen.add(target.key)
            yield target


def _planned(
    action: BulkAction, planning: Planning, batch: Sequence[Target], tally: Tally, readers: ThreadPoolExecutor
) -> Iterator[NewItem]:
    readings = _read(action, planning, [target for target in batch if not target.skip], tally, readers)
    for target in batch:
        if target.skip:
            yield NewItem(target.key, target.label, skip=target.skip)
            continue
        reading = next(readings)
        item = _item(action, planning, target, reading, tally)
        if not item.skip:
            tally.to_do += 1
            tally.cautions.update(reading.cautions)
            if reading.cautions:
                # By these a person may leave it out of the preview.
                item = replace(item, payload={**item.payload, "cautions": list(reading.cautions)})
        yield item


def _read(
    action: BulkAction, planning: Planning, targets: Sequence[Target], tally: Tally, readers: ThreadPoolExecutor
) -> Iterator[Reading]:
    client, settings = planning.client, planning.params["settings"]
    records = _records(action, planning, targets, tally, readers)

    def read(target: Target) -> Reading:
        record = records.get(target.key)
        label = target.label or (action.source.name_in(record) if record is not None else "")
        own = {**settings, **target.settings}
        state = action.known(record, own) if record is not None else UNTOLD
        cautions = action.source.cautions(record) if record is not None else ()
        if label and state is not UNTOLD:
            return Reading(label, state, cautions)
        begun = time.monotonic()
        try:
            label = label or action.source.name(client, target.key)
            state = action.state(client, target.key, own) if state is UNTOLD else state
        except UpstreamError as error:
            return Reading(label, error=error)
        return Reading(label, state, cautions, seconds=time.monotonic() - begun)

    done = len(tally.seen) - len(targets)
    for count, reading in enumerate(readers.map(read, targets), 1):
        planning.progress(done=done + count)
        if reading.seconds:
            tally.calls, tally.seconds = tally.calls + max(1, action.reads), tally.seconds + reading.seconds
        yield reading


def _records(
    action: BulkAction, planning: Planning, targets: Sequence[Target], tally: Tally, readers: ThreadPoolExecutor
) -> Mapping[str, Any]:
    if action.reads_records:
        wanted = [target.key for target in targets]
    else:
        wanted = [target.key for target in targets if not target.label]
    if not wanted:
        return {}
    client = planning.client

    def read(keys: Sequence[str]) -> Mapping[str, Any]:
        begun = time.monotonic()
        found = action.records(client, keys, planning.params["settings"])
        if found and not tally.calls:
            tally.calls, tally.seconds = 1, time.monotonic() - begun
        return found

    chunks = [wanted[first : first + MOST_RECORDS] for first in range(0, len(wanted), MOST_RECORDS)]
    return {key: record for found in readers.map(read, chunks) for key, record in found.items()}


def _item(action: BulkAction, planning: Planning, target: Target, reading: Reading, tally: Tally) -> NewItem:
    settings = {**planning.params["settings"], **target.settings}
    payload: dict[str, Any] = {"settings": dict(target.settings)} if target.settings else {}
    item = NewItem(target.key, reading.label or target.label, payload)
    if reading.error is not None:
        return _unread(item, reading.error, tally)
    tally.failures = 0
    after = action.wanted(reading.state, settings)
    if isinstance(after, Skip):
        return replace(item, before=reading.state, skip=after.reason)
    origin = target.origin
    if origin is not None and get_bulk_action(origin.job.kind).changed_since(reading.state, origin):
        return replace(item, before=reading.state, skip="Somebody changed it since. It stays as it is.")
    return replace(item, before=reading.state, after=after)


def _unread(item: NewItem, error: UpstreamError, tally: Tally) -> NewItem:
    """Skip what the upstream refuses; what it could not tell just now is read again right before it is changed."""
    if isinstance(error, NotFound):
        return replace(item, skip=_GONE, skip_code="not_found")
    if isinstance(error, _OF_THE_OBJECT):
        code = "forbidden" if isinstance(error, Forbidden) else str(error.status or "invalid")
        return replace(item, skip=str(error), skip_code=code)
    tally.failures += 1
    if tally.failures >= MOST_FAILURES or not error.retryable:
        raise error
    tally.unread += 1
    return replace(item, payload={**item.payload, "unread": str(error)})
