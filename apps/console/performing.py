"""Making a call for somebody: checked once more against the role, and each change written into the audit trail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from apps import audit
from apps.accounts.models import User
from apps.audit.recording import Intent
from apps.connections.changing import settling
from apps.connections.models import Connection
from apps.console.catalogue import on_the_wire
from apps.console.masking import masked_body, storable
from apps.console.outcomes import Outcome
from apps.core.access import ROLE_WORDS
from domoadmin.services.bodies import FileContent
from domoadmin.services.errors import AnswerLost, Delivery, InvalidArguments, UpstreamError
from domoadmin.services.roles import Role, allows
from domoadmin.services.wire import JsonBody, WireAnswer, WireCall, read_call

# The trail keeps what was sent, not files: a body above this is kept by its beginning.
_MOST_AUDITED_CHARACTERS = 20_000


@dataclass(frozen=True)
class Acting:
    """Who makes calls, and from where. Without a user it is the operating system's admin at the command line."""

    user: User | None
    source: str

    @property
    def name(self) -> str:
        """The name in the audit trail where there is no user."""
        return "" if self.user else "Command line"

    @property
    def role(self) -> Role:
        """The role in which calls are made."""
        return Role(self.user.role) if self.user else Role.ADMIN


@dataclass(frozen=True)
class PreparedCall:
    """A call that was checked, with what it was made of: `args` and `body` in the words of the documents."""

    id: str
    call: WireCall
    args: Mapping[str, Any]
    body: JsonBody | None
    file: FileContent | None


def prepare(
    operation_id: str,
    args: Mapping[str, Any],
    body: JsonBody | None = None,
    file: FileContent | None = None,
) -> PreparedCall:
    """Check a call; raises InvalidArguments naming the parameter, `body` or `file`. Nothing is sent."""
    call = read_call(operation_id, args, body, file)
    try:
        masked_body(call.operation, body.value if body else None)
    except RecursionError:
        raise InvalidArguments("the body is nested too deeply", argument="body", operation_id=operation_id) from None
    return PreparedCall(operation_id, call, args, body, file)


def check_permission(prepared: PreparedCall, connection: Connection, acting: Acting) -> None:
    """Raise InvalidArguments when this person may not make this call here."""
    operation = prepared.call.operation
    if acting.user is not None and not connection.may_be_used_by(acting.user):
        raise InvalidArguments(f"{acting.user} may not use the connection {connection.name}", argument="user")
    if not allows(acting.role, operation.role):
        raise InvalidArguments(
            f"{operation.id} needs the role {ROLE_WORDS[operation.role]}, not {ROLE_WORDS[acting.role]}",
            argument="user",
            operation_id=operation.id,
        )


def perform(
    prepared: PreparedCall, connection: Connection, acting: Acting, keep: Callable[[bytes], object] | None = None
) -> Outcome:
    """Make the call and return what came of it; a change is recorded before it is sent and after it has ended.

    The chunks of a binary answer are handed to `keep`.
    """
    operation = prepared.call.operation
    started = time.perf_counter()
    try:
        check_permission(prepared, connection, acting)
        client = connection.client()
        # What the method itself refuses never gets as far as the trail.
        client.preview_exchange(prepared.call)
        with audited(prepared, connection, acting) as settle:
            started = time.perf_counter()
            with _files_may_fail():
                answer = client.exchange(prepared.call, keep)
            seconds = time.perf_counter() - started
            settle(answer)
    except UpstreamError as error:
        sent = error.delivery is not Delivery.NOT_SENT
        return Outcome(error=error, seconds=time.perf_counter() - started if sent else 0.0, mutates=operation.mutates)
    return Outcome(answer=answer, seconds=seconds, mutates=operation.mutates)


@contextmanager
def audited(
    prepared: PreparedCall, connection: Connection, acting: Acting
) -> Iterator[Callable[[WireAnswer | None], None]]:
    """Record the call when it changes something: intent, then outcome. Call what is given with the answer."""
    if not prepared.call.operation.mutates:
        yield lambda answer: None
        return
    with settling(_intend(prepared, connection, acting)) as settle:
        yield lambda answer: settle(answer.request_id if answer else None)


def _intend(prepared: PreparedCall, connection: Connection, acting: Acting) -> Intent:
    operation = prepared.call.operation
    first = next((parameter for parameter in on_the_wire(operation) if parameter.in_path), None)
    target = str(prepared.call.arguments[first.name]) if first else ""
    return audit.intend(
        operation.id,
        actor=acting.user,
        actor_name=acting.name,
        role=acting.role.value,
        connection=connection.slug,
        source=acting.source,
        target_kind=operation.area,
        target_id=target[:255],
        after=_sent(prepared),
    )


def _sent(prepared: PreparedCall) -> dict[str, Any]:
    """Return what the call carries, fit to be kept: without secrets, and not too long."""
    secret = {parameter.wire_name for parameter in prepared.call.operation.parameters if parameter.secret}
    found: dict[str, Any] = {name: value for name, value in prepared.args.items() if name not in secret}
    if prepared.body is not None:
        if len(prepared.body.text) <= _MOST_AUDITED_CHARACTERS:
            found["body"] = masked_body(prepared.call.operation, prepared.body.value)
        else:
            found["body"] = f"(not kept: {len(prepared.body.text):,} characters)"
    if prepared.file is not None:
        found["file"] = {"name": prepared.file.name, "bytes": prepared.file.length}
    kept: dict[str, Any] = storable(found)
    return kept


@contextmanager
def _files_may_fail() -> Iterator[None]:
    """A file that vanishes while it is sent, or a disk that is full: the upstream may have seen the call."""
    try:
        yield
    except OSError as problem:
        raise AnswerLost(f"a file failed in the middle ({problem.strerror or problem})") from problem
