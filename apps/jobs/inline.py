"""Jobs without a worker: the same runner in this process, for commands and tests; and waiting for a worker's end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.planning import run_plan
from apps.jobs.runner import Runner
from apps.jobs.settling import run_read_back
from apps.jobs.states import JobState

if TYPE_CHECKING:
    from apps.accounts.models import User

POLL_SECONDS = 0.5


class Stopped(Exception):
    """SIGINT or SIGTERM came: the items in flight were given back, the job can go on later."""

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__(f"Stopped. The job {job.short_id} keeps what is done and can go on.")


def plan_inline(job: Job, on_progress: Callable[[Job], None] | None = None) -> Job:
    """Plan the draft in this process and return it anew; failed when its plan was refused. Raises Stopped."""
    Job.objects.filter(pk=job.pk, state=JobState.DRAFT, planned_at__isnull=True).update(
        planning_requested_at=timezone.now()
    )
    with stop_on_signals() as stop:
        run_plan(job.pk, stop=stop, on_progress=on_progress)
    return _reloaded(job, stop)


def run_inline(job: Job, on_progress: Callable[[Job], None] | None = None) -> Job:
    """Plan, confirm and run the job to its end in this process; return it anew. Raises Stopped.

    The person who owns the job confirms it. May also raise AlreadyActive, NotAllowed.
    """
    from apps.jobs.service import confirm  # it offers this function too

    if job.state == JobState.DRAFT and job.planned_at is None:
        job = plan_inline(job, on_progress)
    if job.state == JobState.DRAFT and job.planned_at is not None and job.actor is not None:
        confirm(job, job.actor, send=False)
    with stop_on_signals() as stop:
        Runner(job.pk, stop=stop, patient=True, on_progress=on_progress).run()
    job = _reloaded(job, stop)
    if on_progress is not None:
        on_progress(job)
    return job


def work_on(job: Job, person: User, on_progress: Callable[[Job], None] | None = None) -> Job:
    """Work on the job in this process as a worker would, until it has ended or was paused; return it anew.

    A draft is planned and confirmed by `person` first. Others may work on the same job. What was asked to be read back
    after its end is read back. Raises Stopped, AlreadyActive, NotAllowed, NotReady.
    """
    from apps.jobs.service import NotReady, confirm

    over = threading.Event()
    job = Job.objects.select_related("actor", "connection").get(pk=job.pk)
    while not job.has_ended and job.state != JobState.PAUSED:
        if job.state == JobState.DRAFT and job.planned_at is None:
            job = plan_inline(job, on_progress)
        if job.state == JobState.DRAFT and job.planned_at is not None:
            try:
                confirm(job, person, send=False)
            except NotReady:
                # Someone else was faster, or the preview is too old.
                job.refresh_from_db()
                if job.state == JobState.DRAFT:
                    raise
        job = run_inline(job, on_progress)
        if not job.has_ended:
            # Another process plans it, or holds what is left of it.
            over.wait(POLL_SECONDS)
    if job.has_ended and job.read_back_requested_at is not None:
        with stop_on_signals() as stop:
            run_read_back(job.pk, stop=stop)
        job = _reloaded(job, stop)
    return job


def wait_for(job: Job, on_progress: Callable[[Job], None] | None = None, seconds: float | None = None) -> Job:
    """Wait until a worker has ended the job, or planned a draft that waits for a person; return it anew.

    At most `seconds`. Raises Stopped on SIGINT or SIGTERM: the job itself goes on.
    """
    deadline = float("inf") if seconds is None else time.monotonic() + seconds
    over = threading.Event()
    with stop_on_signals() as stop:
        while True:
            job = Job.objects.get(pk=job.pk)
            if on_progress is not None:
                on_progress(job)
            waits_for_person = job.state == JobState.DRAFT and not job.is_planning and not job.confirm_when_planned
            if job.has_ended or waits_for_person or time.monotonic() >= deadline:
                return job
            if stop():
                raise Stopped(job)
            over.wait(POLL_SECONDS)


def exit_code(job: Job) -> int:
    """Return how a command that waited for the job ends: 0 succeeded, 3 something is unknown, 1 all else."""
    if job.state == JobState.SUCCEEDED:
        return 0
    return 3 if job.has_unknown else 1


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether SIGINT or SIGTERM came since; the second signal does what it usually does."""
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before: dict[int, Any] = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in before:
        signal.signal(number, note)
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _reloaded(job: Job, stop: Callable[[], bool]) -> Job:
    job = Job.objects.select_related("actor", "connection").get(pk=job.pk)
    if stop() and not job.has_ended:
        raise Stopped(job)
    return job
