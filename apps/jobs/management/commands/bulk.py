"""`manage.py bulk`: a bulk action from scripts and cron, with the page's preview."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.models import User
from apps.connections.models import Connection, Kind
from apps.jobs import service
from apps.jobs.bulk import (
    BulkAction,
    Selection,
    SelectionRefused,
    SettingsRefused,
    all_bulk_actions,
    create_bulk_job,
    get_bulk_action,
    settings_from_text,
)
from apps.jobs.models import Job
from apps.jobs.reporting import summary_of
from apps.jobs.states import ItemState, Source
from domoadmin.services.roles import Role

DONE, FAILED, WRONG_USAGE = 0, 1, 2
SHOWN = 20
_REFUSALS = (service.NotAllowed, service.AlreadyActive, service.NotReady, service.Stopped)


class WrongUsage(Exception):
    """The command line makes no sense; nothing was sent. The message names what is wrong."""


class Command(BaseCommand):
    """Preview or run a bulk action; see `manage.py bulk --help`."""

    help = (
        "Do one thing to many objects. --preview shows what would change and sends nothing; --run does it: a worker "
        "does (its id is printed at once), or with --wait waits for it, or with --inline this process does it. Exit "
        "codes: 0 done, 1 something failed, 2 wrong usage (nothing sent), 3 an outcome is unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        names = [action.name for action in all_bulk_actions()]
        parser.add_argument("action", metavar="ACTION", choices=names, help=", ".join(names))
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a connection")
        selection = parser.add_mutually_exclusive_group(required=True)
        selection.add_argument("--ids", metavar="FILE", help="a file with an id on each line (-: standard input)")
        selection.add_argument(
            "--query",
            metavar="Q",
            help="all that match: words as in the list's search (* for all), or filters as in its address (q=…&tag=…)",
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="pairs", help="a setting; repeatable"
        )
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--preview", action="store_true", help="plan it and show the plan; nothing is sent")
        way.add_argument("--run", action="store_true", help="plan it and do it")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--wait", action="store_true", help="let a worker do it, and wait for the end")
        place.add_argument("--inline", action="store_true", help="do it in this process, without a worker")
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print the job as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; ends the process with the documented exit code."""
        try:
            code = self._bulk(options)
        except WrongUsage as problem:
            self.stderr.write(f"bulk: {problem}")
            code = WRONG_USAGE
        except _REFUSALS as refusal:
            self.stderr.write(f"bulk: {refusal}")
            code = FAILED
        sys.exit(code)

    def _bulk(self, options: dict[str, Any]) -> int:
        action = get_bulk_action(options["action"])
        connection, person = _connection(options["connection"], action), _person(options["user"])
        settings, selection = _settings(action, options["pairs"]), _selection(action, options)
        job = create_bulk_job(action.name, connection, selection, settings, person, Source.COMMAND)
        if options["preview"]:
            return self._preview(job, action, options)
        return self._run(job, options)

    def _preview(self, job: Job, action: BulkAction, options: dict[str, Any]) -> int:
        """Plan it here, since a preview that nobody sees is none; with --wait in a worker."""
        if options["wait"]:
            service.start_planning(job)
            job = service.wait_for(job)
        else:
            job = service.plan_inline(job)
        if options["json"]:
            self._print_json(job)
        if job.has_ended:
            self.stderr.write(f"bulk: {job.message}")
            return FAILED
        if not options["json"]:
            self._print_plan(job, action)
        return DONE

    def _run(self, job: Job, options: dict[str, Any]) -> int:
        if options["inline"]:
            job = service.run_inline(job)
        else:
            service.start_planning(job, confirm=True)
            if not options["wait"]:
                if options["json"]:
                    self._print_json(job)
                else:
                    self.stdout.write(str(job.pk))
                return DONE
            job = service.wait_for(job)
        code = service.exit_code(job)
        if options["json"]:
            self._print_json(job)
        else:
            self.stdout.write(f"{job.title}: {job.state}. {_counted(job)}. Job {job.pk}")
        if code != DONE:
            self.stderr.write(f"bulk: {job.message or f'the job ended as {job.state}'} Job {job.pk}")
        return code

    def _print_plan(self, job: Job, action: BulkAction) -> None:
        self.stdout.write(f"{job.title}: preview, nothing sent. Job {job.pk}")
        self.stdout.write(f"  {job.preview['selected']:,} selected, {job.preview['duplicates']:,} of them twice")
        self.stdout.write(f"  {_counted(job)}")
        settings = job.params["settings"]
        for sentence in [*action.notes(settings), *action.irreversible(settings), action.undo_note(settings)]:
            if sentence:
                self.stdout.write(f"  {sentence}")
        for item in job.items.filter(state=ItemState.PENDING).order_by("position")[:SHOWN]:
            self.stdout.write(f"  {item}: {_in_words(action, item.before)} -> {_in_words(action, item.after)}")
        for item in job.items.filter(state=ItemState.SKIPPED).order_by("position")[:SHOWN]:
            self.stdout.write(f"  {item}: skipped. {item.error_text}")
        shown = min(SHOWN, job.count_of(ItemState.PENDING)) + min(SHOWN, job.count_of(ItemState.SKIPPED))
        if job.total > shown:
            self.stdout.write(f"  and {job.total - shown:,} more")

    def _print_json(self, job: Job) -> None:
        self.stdout.write(json.dumps(summary_of(job), indent=2, ensure_ascii=False))


def _connection(name: str, action: BulkAction) -> Connection:
    found = Connection.objects.filter(slug=name).first() or Connection.objects.filter(name=name).first()
    kind = action.declared().kind
    if found is None:
        known = ", ".join(Connection.objects.filter(kind=kind).values_list("slug", flat=True)) or "none yet"
        raise WrongUsage(f"--connection: there is no connection {name!r}. Known: {known}.")
    if found.kind != kind:
        raise WrongUsage(
            f"--connection: {found.name} is a {found.kind_label} connection; this needs {Kind(kind).label}."
        )
    return found


def _person(username: str | None) -> User:
    if username is not None:
        found = User.objects.filter(username=username, is_active=True).first()
        if found is None:
            raise WrongUsage(f"--user: nobody active is called {username!r}.")
        return found
    admin = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").first()
    if admin is None:
        raise service.NotAllowed("There is no active admin to act as: make one first, or name a person with --user.")
    return admin


def _settings(action: BulkAction, pairs: list[str]) -> dict[str, Any]:
    try:
        return settings_from_text(action.form, pairs)
    except SettingsRefused as refusal:
        raise WrongUsage(f"--set {refusal}") from None


def _selection(action: BulkAction, options: dict[str, Any]) -> Selection:
    if options["query"] is not None:
        try:
            return Selection.of_query(options["query"], action.source)
        except SelectionRefused as refusal:
            raise WrongUsage(f"--query: {refusal}") from None
    try:
        return Selection.of_ids(_lines(options["ids"]))
    except SelectionRefused as refusal:
        raise WrongUsage(f"--ids: {refusal}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongUsage(f"--ids: {problem}") from None


def _lines(name: str) -> list[str]:
    # A file saved by a spreadsheet begins with a byte order mark.
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    return text.splitlines()


def _counted(job: Job) -> str:
    return (
        ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in sorted(job.counts.items())) or "no items"
    )


def _in_words(action: BulkAction, state: Any) -> str:
    return "not read" if state is None else ", ".join(word for word, _, _ in action.shown(state))
