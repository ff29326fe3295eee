"""Whether the next call may leave: stop rule, hours, how many at once, pauses. Decided in the transaction of sending.

All calls of a connection pass here one after the other, whatever job or worker they belong to: what is counted still
holds when the call is marked as sent.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings as project
from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.audit import recording
from apps.connections.models import Connection
from apps.jobs.events import tell
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JOB_ACTIVE, ItemState, JobState, Level
from apps.migrations.federated.outcomes import NOT_SENT_CODES, Outcome
from apps.migrations.federated.settings import WaveSettings
from apps.migrations.federated.waves import KIND, Wave
from apps.notifications.service import notify

# How long those wait that a doubt or another job holds back, before they look again.
DOUBT_SECONDS = 1.0
BUSY_SECONDS = 0.5
# How old the list may be that each datasource is looked up in before its call.
LIST_SECONDS = 5.0


@dataclass
class Verdict:
    """What the gate said: free to go, or to come back after so many seconds."""

    wait_seconds: float | None = None


def admit(item: JobItem, now: datetime, looked_at: datetime, verdict: Verdict) -> bool:
    """Say whether the item's call may leave now; in a transaction, whose other writes stand either way.

    looked_at: when the list was read in which the datasource could still move.
    """
    if item.job.connection_id is not None:
        Connection.objects.select_for_update().only("pk").get(pk=item.job.connection_id)
    job = Job.objects.select_for_update(of=("self",)).select_related("actor", "connection").get(pk=item.job_id)
    if job.state != JobState.RUNNING:
        # Paused or cancelled since the item was claimed.
        verdict.wait_seconds = 0.0
        return False
    wave = Wave(job)
    settings = wave.settings
    tally = tally_of(job)
    if why := tally.trips(settings):
        if tally.moving:
            # Nothing more leaves. It is held once all answers are there: a paused job reads no candidates.
            return _hold_back(job, item, now + timedelta(seconds=DOUBT_SECONDS), now, verdict)
        halt(job, why, now)
        verdict.wait_seconds = 0.0
        return False
    opening = settings.window.opening(now) if settings.window else None
    if opening is not None:
        return _hold_back(job, item, opening, now, verdict)
    if tally.doubts and (tally.with_doubts.trips(settings) or tally.moving >= settings.at_once):
        # Until the lists of candidates tell what became of it, it counts as what the stop rule fears.
        return _hold_back(job, item, now + timedelta(seconds=DOUBT_SECONDS), now, verdict)
    if tally.moving >= settings.at_once:
        return _hold_back(job, item, now + timedelta(seconds=BUSY_SECONDS), now, verdict)
    if _moves_elsewhere(item, looked_at):
        verdict.wait_seconds = BUSY_SECONDS
        return False
    ready = _end_of_pause(job, item, settings)
    if ready is not None and ready > now:
        return _hold_back(job, item, ready, now, verdict)
    return True


def _hold_back(job: Job, item: JobItem, until: datetime, now: datetime, verdict: Verdict) -> bool:
    """Let all that is still to do wait, not only this item: else each would be claimed to learn the same."""
    waiting = job.items.filter(state=ItemState.PENDING, verify_first=False, available_at__lt=until)
    waiting.exclude(pk=item.pk).update(available_at=until)
    verdict.wait_seconds = max(0.05, (until - now).total_seconds())
    return False


def _moves_elsewhere(item: JobItem, looked_at: datetime) -> bool:
    """Say whether another job has a call out, or a doubt, for the same datasource of this connection.

    Or had one since the list was read: it must be read anew first.
    """
    others = Job.objects.filter(
        Q(state__in=JOB_ACTIVE) | Q(finished_at__gt=looked_at), kind=KIND, connection=item.job.connection
    )
    same = JobItem.objects.filter(job__in=others.exclude(pk=item.job_id), key=item.key)
    return same.filter(_moving() | Q(intended_at__isnull=False, finished_at__gt=looked_at)).exists()


def _end_of_pause(job: Job, item: JobItem, settings: WaveSettings) -> datetime | None:
    """Return when the pause after the waves before this item's ends; None where there is none."""
    if not settings.pause_seconds or not item.stage:
        return None
    before = job.items.filter(stage__lt=item.stage, intended_at__isnull=False)
    ended: datetime | None = before.aggregate(at=Max("finished_at"))["at"]
    return ended + timedelta(seconds=settings.pause_seconds) if ended is not None else None


def _moving() -> Q:
    """What is or may be on its way: sent and not answered, or in doubt."""
    return Q(state=ItemState.IN_FLIGHT, sent_at__isnull=False) | Q(
        state__in=(ItemState.IN_FLIGHT, ItemState.PENDING), verify_first=True
    )


@dataclass(frozen=True)
class Tally:
    """Outcomes that the stop rule counts, since it last held the wave; and what is on its way."""

    incomplete: int
    failures: int
    doubts: int
    moving: int

    @property
    def with_doubts(self) -> Tally:
        """Return the tally as if each doubt were INCOMPLETE."""
        return Tally(self.incomplete + self.doubts, self.failures + self.doubts, 0, self.moving)

    def trips(self, settings: WaveSettings) -> str:
        """Return why the stop rule holds, or ""."""
        if settings.stop_incomplete and self.incomplete >= settings.stop_incomplete:
            return f"{self.incomplete:,} ended INCOMPLETE or unknown."
        if settings.stop_failures and self.failures >= settings.stop_failures:
            return f"{self.failures:,} ended INCOMPLETE, ABORTED, refused or unknown."
        return ""


def tally_of(job: Job) -> Tally:
    """Count what the stop rule looks at."""
    # It is held once no answer is out: if it runs after that, a person has looked and let it go on.
    since = parse_datetime(str(job.params.get("halted_at") or ""))
    ended = counted_failures(job)
    if since is not None:
        ended = ended.filter(finished_at__gt=since)
    incomplete = ended.filter(Q(error_code=Outcome.INCOMPLETE) | Q(state=ItemState.UNKNOWN)).count()
    doubts = job.items.filter(state__in=(ItemState.IN_FLIGHT, ItemState.PENDING), verify_first=True).count()
    return Tally(incomplete, ended.count(), doubts, job.items.filter(_moving()).count())


def counted_failures(job: Job) -> QuerySet[JobItem]:
    """Return the items whose call did not lead to COMPLETE."""
    return job.items.filter(state__in=(ItemState.FAILED, ItemState.UNKNOWN)).exclude(error_code__in=NOT_SENT_CODES)


def halt(job: Job, why: str, now: datetime) -> None:
    """Pause the job by its stop rule and tell its person; once."""
    text = f"Halted by the stop rule: {why} Nothing more is started."
    params = {**job.params, "halted": text, "halted_at": now.isoformat()}
    if not Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
        state=JobState.PAUSED, message=text, params=params
    ):
        return
    tell(job.pk, text, Level.BAD)
    recording.record(
        "migrations.halt",
        actor=job.actor,
        connection=job.connection_slug,
        source="stop rule",
        target_kind="job",
        target_id=str(job.pk),
        target_name=job.title,
        message=text,
        job_id=job.pk,
    )
    if job.actor is not None:
        notify(
            job.actor,
            key=f"wave {job.pk} halted {uuid.uuid4()}",
            level="bad",
            title=f"{job.title} was halted by its stop rule",
            text=why,
            url=reverse("migrations:wave", args=[job.connection_slug, job.pk]),
        )


def settle_deadline(item: JobItem) -> datetime:
    """Return until when the lists of candidates are looked through for a migration whose answer was lost."""
    begun = item.sent_at or item.intended_at or timezone.now()
    return begun + timedelta(seconds=project.MIGRATION_SETTLE_SECONDS)
