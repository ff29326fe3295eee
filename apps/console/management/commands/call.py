"""`manage.py call`: any documented operation from a script, one at a time or as a batch."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from apps.console.batch import run_batch
from apps.console.choosing import acting_user
from apps.console.command_line import SOURCE, CommandLine, read_args, read_body, result_text
from apps.console.kept_files import KeptFile
from apps.console.outcomes import ExitCode, Outcome, worst
from apps.console.performing import Acting, PreparedCall, check_permission, prepare
from apps.console.previews import preview
from domoadmin.services.bodies import FileContent
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.operations import registry

_STOPPED_BY_KEY = 130


class Command(BaseCommand):
    """Call an operation; see `manage.py call --help`."""

    help = (
        "Call one operation and print its answer as JSON, or a batch of them (one line of JSON for each). "
        "`manage.py operations` lists the ids. Exit codes: 0 all well, 1 the upstream said no, 2 wrong usage "
        "(nothing sent), 3 outcome unknown."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("id", nargs="?", metavar="ID", help="id of the operation, such as datasets.get_metadata")
        parser.add_argument(
            "--arg", action="append", default=[], metavar="NAME=VALUE", help="a path or query parameter; repeatable"
        )
        parser.add_argument("--body", metavar="JSON|@FILE|-", help="the JSON body as on the wire (-: standard input)")
        parser.add_argument("--file", type=Path, metavar="PATH", help="the file to send")
        parser.add_argument("--connection", metavar="NAME", help="name or slug; may be left out where there is one")
        parser.add_argument("--all", action="store_true", help="go through all pages and print one array")
        parser.add_argument("--dry-run", action="store_true", help="print the request without secrets; send nothing")
        parser.add_argument("--yes", action="store_true", help="let it change something on a production connection")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="write the answer there (with --batch: directory of files)"
        )
        parser.add_argument("--batch", metavar="FILE|-", help='lines of {"id", "args", "body", "file", "connection"}')
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the call or calls; ends the process with the documented exit code."""
        for stream in (sys.stdout, sys.stderr):
            # JSON is UTF-8 whatever the terminal's language; half a character is written as JSON escapes it.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            code = int(self._batch(options) if options["batch"] is not None else self._single(options))
        except UpstreamError as error:
            code = int(self._refuse(Outcome(error=error)))
        except BrokenPipeError:
            # Whoever read has gone; the interpreter would stumble over it once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.REFUSED
        except (OSError, DatabaseError, RecursionError) as problem:
            self.stderr.write(f"call: {problem}")
            code = ExitCode.REFUSED
        except KeyboardInterrupt:
            self.stderr.write("call: stopped")
            code = _STOPPED_BY_KEY
        sys.exit(code)

    def _refuse(self, outcome: Outcome) -> ExitCode:
        error = outcome.error
        if error is not None:
            name = getattr(error, "argument", "")
            where = f"{name}: " if name and not error.message.startswith(name) else ""
            known = [f"status {error.status}"] if error.status else []
            known += [f"request id {error.request_id}"] if error.request_id else []
            told = where + error.message if isinstance(error, InvalidArguments) else str(error)
            self.stderr.write(f"call: {told}" + (f" ({', '.join(known)})" if known else ""))
        return outcome.exit_code

    def _command_line(self, options: dict[str, Any]) -> CommandLine:
        acting = Acting(acting_user(options["user"]), SOURCE)
        return CommandLine(acting, yes=options["yes"], dry_run=options["dry_run"])

    def _batch(self, options: dict[str, Any]) -> ExitCode:
        for name in ("id", "arg", "body", "file", "all"):
            if options[name]:
                raise InvalidArguments(f"--batch takes no {name}: the lines say it", argument=name)
        directory: Path | None = options["output"]
        with _lines(options["batch"]) as lines:
            if directory is not None:
                _make(directory)
            codes = []
            for line, code in run_batch(lines, self._command_line(options), options["connection"], directory):
                self.stdout.write(line)
                self.stdout.flush()
                codes.append(code)
        return worst(codes)

    def _single(self, options: dict[str, Any]) -> ExitCode:
        if options["id"] is None:
            raise InvalidArguments("give the id of an operation, or --batch", argument="id")
        operation = registry.get(options["id"])
        command_line = self._command_line(options)
        body = read_body(options["body"], sys.stdin.buffer.read)
        file = FileContent.from_path(options["file"]) if options["file"] is not None else None
        connection = command_line.choose(operation, options["connection"])
        prepared = prepare(options["id"], read_args(options["arg"]), body, file)
        if options["dry_run"]:
            check_permission(prepared, connection, command_line.acting)
            self.stdout.write(preview(prepared, connection).as_json(indent=2))
            return ExitCode.DONE
        output: Path | None = options["output"]
        if options["all"]:
            with _writer(output, self.stdout) as write:
                _write_array(command_line.walk(prepared, connection), write)
            return ExitCode.DONE
        return self._exchange(command_line, prepared, connection, output)

    def _exchange(
        self, command_line: CommandLine, prepared: PreparedCall, connection: Any, output: Path | None
    ) -> ExitCode:
        kept = KeptFile(output) if output is not None else None
        if kept is None:
            outcome = command_line.run(prepared, connection, None)
        else:
            with kept.open():
                outcome = command_line.run(prepared, connection, kept.write)
                if outcome.answer is not None:
                    if outcome.answer.json is not None:
                        kept.write(f"{result_text(outcome.answer)}\n".encode(errors="backslashreplace"))
                    kept.finish()
        if outcome.answer is None:
            return self._refuse(outcome)
        if kept is None or outcome.answer.json is None:
            self.stdout.write(result_text(outcome.answer, kept.path if kept else None))
        return ExitCode.DONE


def _write_array(items: Iterator[str], write: Any) -> None:
    """Write the items as they come. After a failure the array stays open, so that nobody takes it for the whole."""
    first = next(items, None)
    write("[" if first is None else f"[\n{first}")
    for item in items:
        write(f",\n{item}")
    write("]\n" if first is None else "\n]\n")


@contextmanager
def _writer(output: Path | None, stdout: Any) -> Iterator[Any]:
    if output is None:
        yield lambda text: stdout.write(text, ending="")
        return
    kept = KeptFile(output)
    with kept.open():
        yield lambda text: kept.write(text.encode(errors="backslashreplace"))
        kept.finish()


@contextmanager
def _lines(source: str) -> Iterator[Any]:
    if source == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(Path(source).open("rb"))
        except OSError as problem:
            raise InvalidArguments(f"{source} can't be read: {problem.strerror}", argument="batch") from None
        yield opened


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InvalidArguments(f"{directory} can't be made: {problem.strerror}", argument="output") from None
