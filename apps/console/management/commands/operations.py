"""`manage.py operations`: every operation that DomoAdmin can perform."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.console.catalogue import Listed, every_operation
from apps.console.outcomes import ExitCode


class Command(BaseCommand):
    """List the operations; see `manage.py operations --help`."""

    help = "List the operations that `manage.py call` performs, with their aliases, as a table or as JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("--area", metavar="AREA", help="only this area, such as datasets")
        parser.add_argument("--json", action="store_true", help="a JSON array with all that is declared")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the list; an area that doesn't exist is wrong usage."""
        listed = every_operation()
        area = options["area"]
        if area is not None:
            known = sorted({each.operation.area for each in listed})
            if area not in known:
                self.stderr.write(f"operations: --area: there is no area {area!r}; known: {', '.join(known)}")
                sys.exit(ExitCode.WRONG_USAGE)
            listed = tuple(each for each in listed if each.operation.area == area)
        if options["json"]:
            self.stdout.write(json.dumps([each.described() for each in listed], indent=1))
        else:
            self.stdout.write(_table(listed))


def _table(listed: tuple[Listed, ...]) -> str:
    rows = [("ID", "METHOD", "ROLE", "EFFECT", "PATH"), *map(_row, listed)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join([*(row[n].ljust(widths[n]) for n in range(4)), row[4]]) for row in rows]
    return "\n".join([*lines, "", f"{len(listed)} operations. manage.py operations --json tells their parameters."])


def _row(listed: Listed) -> tuple[str, str, str, str, str]:
    operation = listed.operation
    effect = "destroys" if operation.destructive else "changes" if operation.mutates else "reads"
    told = f"{operation.path}  (= {listed.alias_of})" if listed.alias_of else operation.path
    return listed.id, operation.method, operation.role.value, effect, told
