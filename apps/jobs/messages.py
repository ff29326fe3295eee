"""Messages to the workers. Each says only "look" and holds an id; a lost one is made good by the sweeper."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WORK = "jobs.work"
PLAN = "jobs.plan"
SWEEP = "jobs.sweep"
CLEAN = "jobs.clean"
# A later look is left to the sweeper; Redis would hand long delays out twice.
LONGEST_DELAY_SECONDS = 60.0


def send_work(job_id: uuid.UUID, delay_seconds: float = 0.0) -> bool:
    """Ask a worker to look at the job. False when the broker can't be reached: the sweeper will ask later."""
    return _send(WORK, [str(job_id)], delay_seconds)


def send_plan(job_id: uuid.UUID) -> bool:
    """Ask a worker to plan the draft. False when the broker can't be reached."""
    return _send(PLAN, [str(job_id)], 0.0)


def send_sweep(delay_seconds: float = 0.0) -> bool:
    """Ask a worker to look at all jobs. False when the broker can't be reached."""
    return _send(SWEEP, [], delay_seconds)


def after_commit(send: Callable[[], bool]) -> bool:
    """Send once the transaction is committed; True when it was sent or its caller's transaction is still open."""
    sent: list[bool] = []
    transaction.on_commit(lambda: sent.append(send()))
    return all(sent)


def _send(task: str, arguments: list[str], delay_seconds: float) -> bool:
    countdown = min(delay_seconds, LONGEST_DELAY_SECONDS) or None
    try:
        current_app.send_task(task, arguments, countdown=countdown, retry=False, ignore_result=True)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("The broker can't be reached (%s): %s will be asked for later.", type(error).__name__, task)
        return False
    return True
