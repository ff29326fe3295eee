"""Every mailing of a report: what the schedules ran by the clock, and what clients sent by hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.reports.generated import Schedule
from domoadmin.sandbox.reports.mailing import Mailing
from domoadmin.sandbox.reports.resources import Resources
from domoadmin.sandbox.reports.rules import iso, moments
from domoadmin.sandbox.reports.schedules import Schedules
from domoadmin.sandbox.store import Document

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

STORED = "report-run"
KEPT_DAYS = 90
MINUTE_MS = 60_000
FIRST_SENT = 7_000_001
# an id is made of schedule, day and how often the schedule was changed before
DAYS_PER_SCHEDULE, CHANGES_PER_DAY = 100_000, 100
QUEUED_MS, RUNNING_MS = 1_500, 3_000
FAILURE_SHARE = 23
GOLDEN = 2_654_435_761


@dataclass(frozen=True)
class Run:
    """A mailing. Times in epoch milliseconds; it stands in the queue up to `start`, and is over at `end`.

    `recipients` is None where those of the schedule get it; `rerun_of` is the run that failed before.
    """

    id: int
    schedule_id: int
    queued: int
    start: int
    end: int
    automated: bool
    failed: bool
    recipients: list[Document] | None = None
    attachments: bool = False
    rerun_of: int | None = None

    def status(self, now: int) -> str:
        """The state at a time."""
        if now < self.end:
            return "queued" if now < self.start else "running"
        return "failure" if self.failed else "success"


class Runs:
    """Made by `world.part(Runs)`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._schedules, self._mailing = world.part(Schedules), world.part(Mailing)
        self._sent = {int(key): Run(**{**values, "id": int(key)}) for key, values in world.store.all(STORED).items()}
        self._automatic: tuple[Any, list[Run]] = (None, [])

    def of(self, filter_name: str, days: int = KEPT_DAYS) -> list[tuple[Run, Schedule]]:
        """The runs of the last days of the schedules that a filter keeps, in no order; ApiError 400."""
        now = now_ms()
        since = now - min(days, KEPT_DAYS) * DAY_MS
        schedules = {each.id: each for each in self._schedules.ever() if self._schedules.passes(filter_name, each)}
        runs = [*self._ran_by_clock(now), *self._sent.values()]
        return [
            (run, schedules[run.schedule_id]) for run in runs if run.schedule_id in schedules and run.queued >= since
        ]

    def of_schedule(self, schedule: Schedule) -> list[tuple[Run, Schedule]]:
        """The runs of one schedule, the newest first."""
        found = [pair for pair in self.of("ALL") if pair[1].id == schedule.id]
        return sorted(found, key=lambda pair: -pair[0].start)

    def find(self, run_id: str) -> tuple[Run, Schedule]:
        """One run; ApiError 404."""
        found = next((pair for pair in self.of("ALL") if str(pair[0].id) == run_id), None)
        if found is None:
            raise not_found("Report history", run_id)
        return found

    def send(self, schedule: Schedule, recipients: list[Document], attachments: bool, queued: bool) -> None:
        """Mails a report now; ApiError 409 while the mails of scheduled reports are switched off."""
        self._mailing.check()
        self._start(schedule, recipients, attachments, queued=queued)

    def rerun_failed(self, start: int, end: int) -> int:
        """Runs again what failed in a period and was not run again since; gives how many. ApiError 409."""
        self._mailing.check()
        with self._world.store.lock:
            pairs, now = self.of("ALL"), now_ms()
            again = {run.rerun_of for run, _ in pairs}
            failed = [
                (run, schedule)
                for run, schedule in pairs
                if run.status(now) == "failure" and start <= run.start <= end and run.id not in again
            ]
            for run, schedule in failed:
                self._start(schedule, None, schedule.attachment_include, queued=True, rerun_of=run.id)
        return len(failed)

    def _start(
        self,
        schedule: Schedule,
        recipients: list[Document] | None,
        attachments: bool,
        *,
        queued: bool,
        rerun_of: int | None = None,
    ) -> None:
        now = now_ms()
        start = now + QUEUED_MS * queued
        number = self._world.store.next_number(STORED, FIRST_SENT)
        automated = rerun_of is not None
        run = Run(
            number, schedule.id, now, start, start + RUNNING_MS, automated, False, recipients, attachments, rerun_of
        )
        document = asdict(run)
        del document["id"]
        self._world.store.put(STORED, str(run.id), document)
        self._sent[run.id] = run

    def _ran_by_clock(self, now: int) -> list[Run]:
        """What the schedules have run of themselves; counted anew each minute and after each change."""
        key = (now // MINUTE_MS, self._schedules.revision, self._mailing.revision)
        if self._automatic[0] != key:
            runs = [run for schedule in self._schedules.ever() for run in self._automatic_of(schedule, now)]
            self._automatic = (key, runs)
        return self._automatic[1]

    def _automatic_of(self, schedule: Schedule, now: int) -> list[Run]:
        oldest, newest = now - KEPT_DAYS * DAY_MS, min(now, schedule.deleted or now)
        periods = [*schedule.earlier, {"since": schedule.since, "until": newest, "rule": schedule.rule}]
        return [
            self._run_of(schedule, moment, change, period.get("failed", False))
            for change, period in enumerate(periods)
            for moment in moments(period["rule"], max(period["since"], oldest), min(period["until"], newest))
            if self._mailing.was_on(moment)
        ]

    def _run_of(self, schedule: Schedule, moment: int, change: int, broken: bool) -> Run:
        number = (schedule.id * DAYS_PER_SCHEDULE + moment // DAY_MS) * CHANGES_PER_DAY + change % CHANGES_PER_DAY
        draw = number * GOLDEN % 4_294_967_296
        failed = draw // 3 % FAILURE_SHARE == 0 or broken
        end = moment + 20_000 + draw // 7 % 240 * 1_000
        attachments = schedule.attachment_include
        return Run(number, schedule.id, moment, moment, end, True, failed, None, attachments)

    def record(self, run: Run, schedule: Schedule) -> Document:
        """A run as the extended history shows it."""
        resources, now = self._world.part(Resources), now_ms()
        cards = resources.card_count(schedule.resource_type, schedule.resource_id)
        files = max(1, cards // 2) if run.attachments else 0
        draw = run.id * GOLDEN % 4_294_967_296
        size = files * (180_000 + draw // 11 % 160_000)
        return {
            "id": run.id,
            "reportId": schedule.id,
            "reportTitle": schedule.title,
            "reportSubject": f"{schedule.subject}, {(iso(run.start) or '')[:10]}",
            "startTime": iso(run.start),
            "endTime": iso(run.end) if now >= run.end else None,
            "automated": run.automated,
            "cardCount": cards,
            "attachmentCount": files,
            "attachmentSize": size,
            "emailSize": size + 40_000 + cards * 31_000,
            "status": run.status(now),
            "ownerId": int(schedule.owner_id),
            "recipientCount": len(self.recipients(run, schedule)),
            "resourceType": schedule.resource_type,
            "resourceId": schedule.resource_id,
            "resourceName": resources.name(schedule.resource_type, schedule.resource_id) or schedule.subject,
        }

    def recipients(self, run: Run, schedule: Schedule) -> list[Document]:
        """Who got the mail."""
        return self._schedules.recipients(schedule) if run.recipients is None else run.recipients


def read_moment(text: str, name: str) -> int:
    """A time of the query as epoch milliseconds; seconds are taken as well. ApiError 400."""
    if not text.isdecimal():
        raise ApiError(400, f"Parameter {name} is required: a time in epoch milliseconds")
    # The document names no unit. Milliseconds of this century have 12 digits or more.
    return int(text) if len(text) > 11 else int(text) * 1000
