"""`manage.py audit verify` tells whether the trail was tampered with; `manage.py audit export` writes it out."""

from __future__ import annotations

import json
import sys
from argparse import FileType
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from apps.audit import chain
from apps.audit.exporting import COLUMNS, csv_rows, json_lines
from apps.audit.filters import AuditFilters, matching
from apps.audit.verifying import Verification, verify
from apps.core.exports import csv_lines
from apps.core.filters import set_filters


class Command(BaseCommand):
    """Exit 0 fine, 1 tampered with (the first broken record is named), 2 wrong usage."""

    help = "Verify that nobody tampered with the audit trail, or export it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify|export")
        checking = verbs.add_parser("verify", help="go through the whole chain; exit 1 when it is broken")
        checking.add_argument("--json", action="store_true")
        exporting = verbs.add_parser("export", help="write all that match, oldest first")
        exporting.add_argument("--format", choices=("csv", "jsonl"), default="csv")
        exporting.add_argument("--output", type=FileType("w", encoding="utf-8"), metavar="FILE", help="default: print")
        for name, field in AuditFilters.base_fields.items():
            exporting.add_argument(f"--{name}", metavar=name.upper(), help=str(field.help_text or field.label or name))

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; end the process with the code that says how it went."""
        if options["verb"] == "export":
            self._export(options)
            return
        found = verify()
        self.stdout.write(json.dumps(found.facts()) if options["json"] else _sentence(found))
        if not found.ok:
            sys.exit(1)

    def _export(self, options: dict[str, Any]) -> None:
        given = {name: options[name] for name in AuditFilters.base_fields if options.get(name)}
        form = AuditFilters(given)
        if not form.is_valid():
            name, problems = next(iter(form.errors.items()))
            raise CommandError(f"--{name}: {problems[0]}", returncode=2)
        chain.seal_quietly()
        records = matching("", set_filters(form)).order_by("at", "pk")
        output: TextIO | OutputWrapper = options["output"] or self.stdout
        is_csv = options["format"] == "csv"
        for line in csv_lines(COLUMNS, csv_rows(records)) if is_csv else json_lines(records):
            output.write(line)
        output.flush()


def _sentence(found: Verification) -> str:
    if found.broken is None:
        end = f"{found.head_sequence}:{found.head_hash}"
        return f"The audit trail is in order: {found.records} records, and it ends with {end}."
    broken = found.broken
    which = "The audit trail was tampered with"
    if broken.sequence is not None:
        which += f", first at record {broken.sequence} of the chain"
    if broken.id is not None:
        which += f" (id {broken.id})"
    return f"{which}: {broken.problem}."
