"""One call as the command line gives it: its options read, its connection chosen, its answer written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.connections.models import Connection
from apps.console.choosing import Connections
from apps.console.outcomes import Outcome
from apps.console.performing import Acting, PreparedCall, check_permission, perform
from domoadmin.services import exact_json
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import Operation
from domoadmin.services.wire import JsonBody, WireAnswer

SOURCE = "command line"
# JSON may hold these as they are, but programs that split text into lines break there.
_ODD_BREAKS = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}


@dataclass
class CommandLine:
    """Who calls and what they allow. `yes` lets changes go to production; with `dry_run` nothing is sent."""

    acting: Acting
    yes: bool = False
    dry_run: bool = False
    connections: Connections = field(default_factory=Connections)

    def choose(self, operation: Operation, name: str | None) -> Connection:
        """Return the connection of a call; raises InvalidArguments, also for a change on production without yes."""
        connection = self.connections.choose(operation, name)
        if operation.mutates and connection.is_production and not (self.yes or self.dry_run):
            raise InvalidArguments(
                f"{operation.id} changes something, and {connection.slug} is a production connection: give --yes",
                argument="yes",
                operation_id=operation.id,
            )
        return connection

    def run(self, prepared: PreparedCall, connection: Connection, keep: Callable[[bytes], object] | None) -> Outcome:
        """Make the call."""
        return perform(prepared, connection, self.acting, keep)

    def walk(self, prepared: PreparedCall, connection: Connection) -> Iterator[str]:
        """Yield the items of all pages, each as JSON; raises UpstreamError. Only one page is in memory."""
        operation = prepared.call.operation
        if operation.mutates:
            raise InvalidArguments(f"{operation.id} changes something: it has no pages", argument="all")
        check_permission(prepared, connection, self.acting)
        for item in connection.client().walk_exchange(prepared.call):
            yield one_line(exact_json.dumps(item))


def read_args(pairs: Sequence[str]) -> dict[str, Any]:
    """Read `name=value` arguments; one that comes again becomes a list. Raises InvalidArguments naming it."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InvalidArguments(f"--arg takes name=value, not {pair!r}", argument=name or "arg")
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def read_body(given: str | None, read_input: Callable[[], bytes]) -> JsonBody | None:
    """Read --body: JSON, @file or - for the standard input. Raises InvalidArguments naming the body."""
    if given is None:
        return None
    text = given
    try:
        if given == "-":
            text = read_input().decode("utf-8-sig")
        elif given.startswith("@"):
            text = Path(given[1:]).read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise InvalidArguments(f"{given[1:]} can't be read: {problem.strerror}", argument="body") from None
    except UnicodeDecodeError:
        raise InvalidArguments("the body isn't UTF-8", argument="body") from None
    return JsonBody.from_text(text)


def result_text(answer: WireAnswer, path: Path | None = None) -> str:
    """Return an answer as JSON on one line: as it came, or for a binary one its size, its hash and where it lies."""
    if answer.json is not None:
        return one_line(answer.json)
    facts: dict[str, Any] = {"bytes": answer.bytes, "sha256": answer.sha256}
    return json.dumps(facts if path is None else {**facts, "path": str(path)})


def one_line(text: str) -> str:
    """Return JSON in which nothing looks like the end of a line to anybody."""
    return text.translate(_ODD_BREAKS)
