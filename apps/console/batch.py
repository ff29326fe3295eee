"""A batch of calls: lines of JSON in, one line of JSON out for each, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path

from apps.connections.models import Connection
from apps.console.command_line import CommandLine, result_text
from apps.console.kept_files import KeptFile, extension_of
from apps.console.outcomes import ExitCode, Outcome, error_object
from apps.console.performing import PreparedCall, check_permission, prepare
from apps.console.previews import preview
from domoadmin.services import exact_json
from domoadmin.services.bodies import FileContent
from domoadmin.services.errors import AnswerLost, InvalidArguments, UpstreamError
from domoadmin.services.operations import registry
from domoadmin.services.wire import JsonBody

_LINE_KEYS = ("id", "args", "body", "file", "connection")


def run_batch(
    lines: Iterable[bytes], command_line: CommandLine, connection: str | None, directory: Path | None
) -> Iterator[tuple[str, ExitCode]]:
    """Run lines of JSON one after another; yields the line to print for each, with its exit code. Blank ones are none.

    A line that can't be read or sent is answered with its error, and the next one follows.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _run_line(line, number, command_line, connection, directory)


def _run_line(
    line: bytes, number: int, command_line: CommandLine, connection: str | None, directory: Path | None
) -> tuple[str, ExitCode]:
    operation_id: str | None = None
    try:
        parts = _read_line(line)
        operation_id = str(json.loads(parts["id"]))
        prepared, chosen = _prepare_line(parts, operation_id, command_line, connection)
        if command_line.dry_run:
            check_permission(prepared, chosen, command_line.acting)
            return _told(operation_id, Outcome(), preview(prepared, chosen).as_json()), ExitCode.DONE
        kept = KeptFile(directory / f"{number:04d}-{operation_id}") if directory else None
        with kept.open() if kept else nullcontext():
            outcome = command_line.run(prepared, chosen, kept.write if kept else None)
            if kept and outcome.answer is not None:
                kept.finish(extension_of(outcome.answer.headers))
    except UpstreamError as error:
        outcome, kept = Outcome(error=error), None
    except OSError as problem:
        # The answer is here, but it could not be put away; whatever was changed is recorded.
        outcome, kept = Outcome(error=AnswerLost(f"the file can't be kept ({problem.strerror})")), None
    result = result_text(outcome.answer, kept.path if kept and kept.finished else None) if outcome.answer else ""
    return _told(operation_id, outcome, result), outcome.exit_code


def _read_line(line: bytes) -> Mapping[str, str]:
    """Return the parts of a line, each as its text; raises InvalidArguments."""
    try:
        parts = exact_json.members(line.decode("utf-8-sig").strip())
    except json.JSONDecodeError as problem:
        raise InvalidArguments(
            f"the line isn't a JSON object (column {problem.colno}: {problem.msg})", argument="line"
        ) from None
    except (ValueError, RecursionError) as problem:
        raise InvalidArguments(f"the line can't be read ({problem})", argument="line") from None
    if not parts.get("id", "").startswith('"'):
        raise InvalidArguments("the line has no id, or it isn't a text", argument="id")
    return {name: text for name, text in parts.items() if text != "null"}


def _prepare_line(
    parts: Mapping[str, str], operation_id: str, command_line: CommandLine, usual: str | None
) -> tuple[PreparedCall, Connection]:
    for key in parts:
        if key not in _LINE_KEYS:
            raise InvalidArguments(f"a line has no key {key}; known are: {', '.join(_LINE_KEYS)}", argument=key)
    operation = registry.get(operation_id)
    args = json.loads(parts.get("args", "{}"))
    if not isinstance(args, dict):
        raise InvalidArguments("args must be a JSON object", argument="args")
    body = JsonBody.from_text(parts["body"]) if "body" in parts else None
    name, path = _text_of(parts, "connection"), _text_of(parts, "file")
    file = None if path is None else FileContent.from_path(Path(path))
    connection = command_line.choose(operation, usual if name is None else name)
    return prepare(operation_id, args, body, file), connection


def _text_of(parts: Mapping[str, str], key: str) -> str | None:
    if key not in parts:
        return None
    value = json.loads(parts[key])
    if not isinstance(value, str):
        raise InvalidArguments(f"{key} must be a text", argument=key)
    return value


def _told(operation_id: str | None, outcome: Outcome, result: str) -> str:
    head = {"id": operation_id, "ok": outcome.error is None, "status": outcome.status, "ms": outcome.milliseconds}
    if outcome.error is not None:
        return json.dumps({**head, "error": error_object(outcome.error)})
    # The result is put in as text: read into numbers of this language, it would lose digits.
    return f'{json.dumps(head)[:-1]}, "result": {result}}}'
