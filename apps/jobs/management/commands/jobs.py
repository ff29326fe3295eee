"""`manage.py jobs`: look at jobs, run, steer, retry and undo them from scripts and cron."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import User
from apps.core.formats import format_bytes, format_exact
from apps.jobs import service
from apps.jobs.access import NotAllowed
from apps.jobs.finding import NoSuchJob, find_job
from apps.jobs.kinds import NotUndoable, kind_of
from apps.jobs.models import Job
from apps.jobs.reporting import count_anew, facts_of, summary_of
from apps.jobs.states import JobState, Source

REFUSALS = (
    service.NotReady,
    service.AlreadyActive,
    service.NothingToRetry,
    service.Stopped,
    NotAllowed,
    NotUndoable,
)
# verb -> what it does to one job
VERBS = {
    "show": "one job",
    "run": "work on a job in this process until it has ended, as a worker would",
    "pause": "start no further item of a job",
    "resume": "go on with a paused job",
    "cancel": "cancel the rest of a job",
    "retry": "do again what failed, by a new job",
    "undo": "undo what succeeded, by a new job",
}


class Command(BaseCommand):
    """Exit 0 done, 1 failed with the reason, 2 wrong usage, 3 an outcome is unknown (run, --wait, --inline)."""

    help = "List, show, run, pause, resume, cancel, retry and undo jobs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(["list", *VERBS]))
        listing = verbs.add_parser("list", help="the newest jobs")
        listing.add_argument("--state", choices=JobState.values)
        listing.add_argument("--kind", metavar="KIND")
        listing.add_argument("--connection", metavar="SLUG")
        listing.add_argument("--limit", type=int, default=20, metavar="N")
        listing.add_argument("--json", action="store_true")
        for verb, meaning in VERBS.items():
            one = verbs.add_parser(verb, help=meaning)
            one.add_argument("job", metavar="JOB_ID", help="a job's id, or the beginning of it")
            one.add_argument("--json", action="store_true")
            if verb != "show":
                one.add_argument(
                    "--as", dest="person", metavar="NAME", help="act as this person; default: the job's own"
                )
            if verb in ("retry", "undo"):
                how = one.add_mutually_exclusive_group()
                how.add_argument("--wait", action="store_true", help="wait until a worker has ended it")
                how.add_argument("--inline", action="store_true", help="run it in this process, without a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; end the process with the code that says how it went."""
        steering: dict[str, Callable[[Job, User, str], object]] = {
            "pause": service.request_pause,
            "resume": service.request_resume,
            "cancel": service.request_cancel,
        }
        verb = options["verb"]
        try:
            if verb == "list":
                code = self._list(options)
            elif verb in steering:
                code = self._steer(steering[verb], options)
            else:
                code = {"show": self._show, "run": self._run, "retry": self._retry, "undo": self._undo}[verb](options)
        except NoSuchJob as unknown:
            raise CommandError(str(unknown), returncode=2) from None
        except REFUSALS as refusal:
            raise CommandError(str(refusal), returncode=1) from None
        if code:
            sys.exit(code)

    def _list(self, options: dict[str, Any]) -> int:
        if options["limit"] < 1:
            raise CommandError("--limit is 1 or more.", returncode=2)
        names = {"state": "state", "kind": "kind", "connection": "connection_slug"}
        asked = {field: options[name] for name, field in names.items() if options[name]}
        shown = list(Job.objects.filter(**asked).defer("preview", "sealed").order_by("-created_at")[: options["limit"]])
        count_anew(shown)
        if options["json"]:
            self._print_json([summary_of(job) for job in shown])
            return 0
        for job in shown:
            done = format_bytes(job.bytes_done) if job.bytes_total else f"{job.total} items"
            self.stdout.write(
                f"{job.short_id}  {job.state:<10}  {format_exact(job.created_at)}  {job.connection_slug:<16}  "
                f"{job.actor_name:<20}  {done:<10}  {job.title}"
            )
        if not shown:
            self.stdout.write("No job matches." if asked else "No job.")
        return 0

    def _show(self, options: dict[str, Any]) -> int:
        self._print_job(find_job(options["job"]), options["json"])
        return 0

    def _run(self, options: dict[str, Any]) -> int:
        job = find_job(options["job"])
        return self._print_ended(service.work_on(job, self._person(job, options["person"])), options)

    def _steer(self, steer: Callable[[Job, User, str], object], options: dict[str, Any]) -> int:
        job = find_job(options["job"])
        steer(job, self._person(job, options["person"]), Source.COMMAND)
        self._print_job(job, options["json"])
        return 0

    def _retry(self, options: dict[str, Any]) -> int:
        job = find_job(options["job"])
        person = self._person(job, options["person"])
        again = service.retry(job, person, source=Source.COMMAND, send=not options["inline"])
        return self._follow(again, person, options)

    def _undo(self, options: dict[str, Any]) -> int:
        job = find_job(options["job"])
        person = self._person(job, options["person"])
        undoing = service.undo(job, person)
        if not options["inline"]:
            service.start_planning(undoing, confirm=True)
        return self._follow(undoing, person, options)

    def _follow(self, job: Job, person: User, options: dict[str, Any]) -> int:
        """Print the new job at once, or when it has ended here or in a worker."""
        if options["inline"]:
            return self._print_ended(service.work_on(job, person), options)
        if options["wait"]:
            return self._print_ended(service.wait_for(job), options)
        self._print_job(job, options["json"])
        return 0

    def _print_ended(self, job: Job, options: dict[str, Any]) -> int:
        self._print_job(job, options["json"])
        code = service.exit_code(job)
        if code:
            self.stderr.write(job.message or f"The job is {job.get_state_display().lower()}.")
        return code

    def _person(self, job: Job, name: str | None) -> User:
        if name is None:
            if job.actor is None:
                raise CommandError(f"{job.actor_name} no longer exists. Say with --as who acts.", returncode=2)
            return job.actor
        person = User.objects.filter(username=name, is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {name!r}.", returncode=2)
        return person

    def _print_job(self, job: Job, as_json: bool) -> None:
        count_anew([job])
        if as_json:
            self._print_json(facts_of(job))
            return
        self.stdout.write(f"{job.title}\n  id          {job.pk}\n  state       {job.state}")
        lines = {
            "kind": kind_of(job).title,
            "connection": job.connection_slug,
            "person": f"{job.actor_name} ({job.source})",
            "created": format_exact(job.created_at),
            "finished": format_exact(job.finished_at) if job.finished_at else "",
            "items": ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(job.counts.items())),
            "bytes": f"{job.bytes_done:,} of {job.bytes_total:,}" if job.bytes_total else "",
            "message": job.message,
        }
        for name, value in lines.items():
            if value:
                self.stdout.write(f"  {name:<11} {value}")

    def _print_json(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False))
