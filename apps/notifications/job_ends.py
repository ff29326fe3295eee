"""A person is told when a job of theirs ends."""

from __future__ import annotations

from typing import Any

from apps.jobs.models import Job
from apps.jobs.states import ItemState, JobState
from apps.notifications.models import Level
from apps.notifications.service import notify

_LEVELS = {JobState.SUCCEEDED: Level.OK, JobState.FAILED: Level.BAD}
_WORDS = {
    JobState.SUCCEEDED: "succeeded",
    JobState.PARTIAL: "ended in part",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "was cancelled",
}


def tell_of_end(sender: Any, *, job: Job, state: JobState, **details: Any) -> None:
    """Tell who started the job; in the transaction of its end, so that neither is there without the other."""
    if job.actor is None or (job.queued_at is None and state != JobState.FAILED):
        return  # a preview that nobody ran
    ended = Job.objects.defer("preview", "params", "sealed").get(pk=job.pk)
    notify(
        job.actor,
        key=f"job {job.pk} ended",
        level=_LEVELS.get(state, Level.WARN),
        title=f"{job.title} {_WORDS[state]}",
        text=sentence(ended),
        url=job.get_absolute_url(),
    )


def sentence(job: Job) -> str:
    """Say in a line how many items came to what, and why not all did."""
    counted = [(job.count_of(state), state.label.lower()) for state in ItemState if job.count_of(state)]
    counts = ", ".join(f"{count:,} {word}" for count, word in counted)
    return ". ".join(part.rstrip(".") for part in (counts, job.message) if part) + (
        "." if counts or job.message else ""
    )
