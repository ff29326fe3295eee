"""The job that undoes a bulk job: the reverse action on what succeeded, with the state that stood there before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Q

from apps.jobs.bulk.actions import BulkAction, Skip, get_bulk_action
from apps.jobs.bulk.selection import Selection, Target
from apps.jobs.kinds import NotUndoable, UndoPlan
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState

CHUNK = 500


def undo_plan(action: BulkAction, job: Job) -> UndoPlan:
    """Return the job of the reverse action. Raises NotUndoable."""
    settings = job.params["settings"]
    if not action.reverse:
        reasons = action.irreversible(settings)
        raise NotUndoable(" ".join(reasons) or f"{action.title} has no reverse.")
    reverse = get_bulk_action(action.reverse)
    kept = {name: value for name, value in settings.items() if name in reverse.form.base_fields}
    params = {"selection": Selection(undo_of=str(job.pk)).as_params(), "settings": kept}
    return UndoPlan(reverse.name, f"Undo: {job.title}", params)


def targets(action_of: Callable[[str], BulkAction], job_id: str) -> Iterator[Target]:
    """Yield what succeeded in a job, each with the settings that take it back."""
    kind = Job.objects.values_list("kind", flat=True).get(pk=job_id)
    for item in _done(job_id, Q(state=ItemState.SUCCEEDED) | action_of(kind).half_done()):
        settings = {**item.job.params["settings"], **item.payload.get("settings", {})}
        own = action_of(item.job.kind).undo_settings(item, settings)
        if isinstance(own, Skip):
            yield Target(item.key, item.label, skip=own.reason, origin=item)
        else:
            yield Target(item.key, item.label, own, origin=item)


def _done(job_id: str, done: Q) -> Iterator[JobItem]:
    """Yield the items chunk by chunk, none of which stays open: SQLite refuses to write behind an open read."""
    items = JobItem.objects.filter(done, job_id=job_id).select_related("job")
    in_order, last = items.order_by("stage", "position", "pk"), (-1, -1)
    while chunk := list(in_order.filter(Q(stage=last[0], position__gt=last[1]) | Q(stage__gt=last[0]))[:CHUNK]):
        yield from chunk
        last = (chunk[-1].stage, chunk[-1].position)
