"""Why something can't be done to a job; the messages are fit to show to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.jobs.models import Job


class AlreadyActive(Exception):
    """Another job holds the dedupe key: `job`."""

    def __init__(self, job: Job | None) -> None:
        self.job = job
        which = f"“{job.title}” ({job.short_id})" if job is not None else "Another job"
        super().__init__(f"{which} is still at work on this. Wait until it has ended, or cancel it.")


class NotReady(Exception):
    """The job's state does not allow this; the message says why."""


class NothingToRetry(Exception):
    """No item of the job failed."""
