"""`manage.py federation`: migrations of federated datasources from scripts, with the page's checks."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.jobs import service as jobs
from apps.jobs.command_line import FAILED, Refusal, guarded
from apps.migrations.federated.command_line import COMMAND, Federation
from apps.migrations.federated.settings import MOST_AT_ONCE
from apps.migrations.federated.ways import FAMILIES

VERBS = {
    "candidates": "list what can move, what collides, what has moved",
    "preview": "plan it, check the mapping, show it; nothing is sent",
    "run": "migrate",
    "reverse": "take migrations back",
    "report": "what was attempted on this target, over all waves",
}


class Command(BaseCommand):
    """Exit 0 all COMPLETE, 1 something was not, or the stop rule held it, 2 wrong usage (nothing sent), 3 unknown."""

    help = (
        "Migrate federated datasources: Federated V1 to V2, or V2 to Cloud Amplifier, and back. Exit codes: 0 all "
        "well, 1 something did not complete or Domo said no, 2 wrong usage (nothing was sent), 3 an outcome is "
        "unknown: look before doing anything again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument(
            "verb", metavar="|".join(VERBS), choices=list(VERBS), help="; ".join(map(": ".join, VERBS.items()))
        )
        parser.add_argument("--family", required=True, choices=list(FAMILIES))
        parser.add_argument(
            "--target",
            required=True,
            metavar="ACCOUNT_OR_INTEGRATION_ID",
            help="a V2 account or a Cloud Amplifier integration",
        )
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a connection")
        parser.add_argument(
            "--ids", metavar="FILE", help="a file with a datasource id on each line (-: standard input)"
        )
        parser.add_argument(
            "--mapping", metavar="FILE.csv", help="columns datasource_id,catalog,schema,table; for V1 to V2"
        )
        parser.add_argument(
            "--stop-after",
            type=int,
            metavar="N",
            help="halt after N INCOMPLETE, ABORTED or refused ones (default: after 1 INCOMPLETE; 0: never)",
        )
        parser.add_argument(
            "--at-once", type=int, default=1, choices=range(1, MOST_AT_ONCE + 1), metavar="N", help="default 1"
        )
        parser.add_argument("--wave-size", type=int, default=0, metavar="N", help="in waves of so many (default: one)")
        parser.add_argument("--pause", type=int, default=0, metavar="SECONDS", help="between two waves")
        parser.add_argument(
            "--rehearse", action="store_true", help="run everything up to the first call; nothing is sent"
        )
        parser.add_argument("--as-mapped", action="store_true", help="the same table twice and other cases are meant")
        parser.add_argument("--back", action="store_true", help="candidates and preview: of the way back")
        parser.add_argument("--job", metavar="JOB_ID", help="report: of this wave alone")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--wait", action="store_true", help="let a worker do it, and wait for the end")
        place.add_argument("--inline", action="store_true", help="do it in this process, without a worker")
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; ends the process with the documented exit code."""
        try:
            code = guarded(COMMAND, self.stderr, lambda: self._run(options))
        except BrokenPipeError:
            # Whoever read has gone; the interpreter would stumble over it once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = FAILED
        sys.exit(code)

    def _run(self, options: dict[str, Any]) -> int:
        try:
            return Federation(options, self.stdout, self.stderr).run()
        except (jobs.NotAllowed, jobs.AlreadyActive, jobs.NotReady, jobs.Stopped) as refusal:
            raise Refusal(str(refusal), FAILED) from None
