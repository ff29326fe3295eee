"""Runner processes for the chaos tests, forked off a server that has Django loaded: real processes, quickly started.

Importing this module sets Django up, so that multiprocessing's fork server can load it once for all of them.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import uuid
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import django
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "domoadmin.settings")

django.setup()
# The addresses of all pages, which mails and notices name: a third of what a short run takes.
_ = get_resolver().reverse_dict

# What a runner process uses beside the apps: loaded once as well.
NEEDED = (
    "apps.jobs.celery_tasks",
    "tests.apps.jobs.effects",
    "tests.chaos.calls",
    "tests.chaos.crash_points",
    "tests.waiting",
)


def work_on(
    job_id: str, database: str, lease_seconds: float, shot: str, overrides: dict[str, Any], dies: tuple[str, str] | None
) -> None:
    """Plan a draft, work on the job to its end, as a worker would; may be killed, or kill itself, at any point.

    With `shot`, wait for this file first, so that several start at once. `overrides` are settings of the test.
    `dies`: a crash point, and the marker of the process that died there.
    """
    from django.conf import settings

    from apps.jobs.celery_tasks import plan
    from apps.jobs.inline import stop_on_signals
    from apps.jobs.kinds import register_kind
    from apps.jobs.models import Job
    from apps.jobs.runner import Runner
    from tests.apps.jobs.effects import AllOrNothingKind, EffectKind
    from tests.chaos.calls import CallKind
    from tests.chaos.crash_points import die_at
    from tests.waiting import wait_until

    settings.DATABASES["default"]["NAME"] = database
    settings.JOB_LEASE_SECONDS = lease_seconds
    for name, value in overrides.items():
        setattr(settings, name, value)
    register_kind(EffectKind)
    register_kind(AllOrNothingKind)
    register_kind(CallKind)
    if dies is not None:
        die_at(dies[0], Path(dies[1]))
    if shot:
        Path(f"{shot}.{os.getpid()}").touch()
        wait_until(Path(shot).exists, "the starting shot")
    if Job.objects.filter(pk=job_id, state="draft").exists():
        plan(job_id)
    with stop_on_signals() as stop:
        Runner(uuid.UUID(job_id), stop=stop, patient=True).run()
    sys.exit(0)


class Processes:
    """Starts runner processes and ends those that are left."""

    def __init__(self, database: str, lease_seconds: float, **overrides: Any) -> None:
        self.database, self.lease_seconds, self.overrides = database, lease_seconds, overrides
        self.context: ForkServerContext = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload([__name__, *NEEDED])
        self.started: list[ForkServerProcess] = []

    def start(
        self, job_id: uuid.UUID, shot: Path | None = None, dies: tuple[str, Path] | None = None
    ) -> ForkServerProcess:
        """Start a runner on the job; with `shot`, it waits for this file, with `dies` it kills itself at a point."""
        death = None if dies is None else (dies[0], str(dies[1]))
        arguments = (str(job_id), self.database, self.lease_seconds, str(shot or ""), self.overrides, death)
        process = self.context.Process(target=work_on, args=arguments)
        process.start()
        self.started.append(process)
        return process

    def end_of(self, process: ForkServerProcess) -> int:
        """Wait for the process and return its exit code; a negative one is the signal that killed it."""
        process.join(timeout=60)
        assert process.exitcode is not None, "The runner process did not end"
        return process.exitcode

    def end_all(self) -> None:
        """Kill what still lives."""
        for process in self.started:
            process.kill()
            process.join(timeout=10)
