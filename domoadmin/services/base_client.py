"""The layer between resources and sending: from a declared operation to its request, from its answer to a result."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from domoadmin.services.answers import Answer
from domoadmin.services.building import completed, outgoing_request
from domoadmin.services.connecting import while_wanted
from domoadmin.services.connection_settings import ConnectionSettings
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.operations import Operation, registry
from domoadmin.services.request import Expects, Request
from domoadmin.services.sending import Sender
from domoadmin.services.transport import OpenAnswer, Outgoing
from domoadmin.services.walking import walk_pages
from domoadmin.services.wire import WireAnswer, WireCall, in_wire_words


class Resource:
    """A group of operations; the client that it belongs to sends them."""

    def __init__(self, client: BaseClient) -> None:
        self.client = client


class BaseClient:
    """Performs operations on one upstream. Safe for threads; `close` it, or use it as a context manager."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self._sender = Sender(settings)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.settings.kind} {self.settings.slug}>"

    @property
    def last_request_id(self) -> str | None:
        """The request id (`toe`) of this thread's last answer, good or bad; None when it had none."""
        return self._sender.last_request_id

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Bound every call of this thread inside the block: a panel waits 10 s, not two minutes. Blocks nest."""
        with self._sender.deadline(seconds):
            yield

    @contextmanager
    def while_wanted(self, wanted: Callable[[], bool]) -> Iterator[None]:
        """Give up the answers that this thread waits for inside the block once `wanted` says no: NoLongerWanted.

        It is asked some times a second, and with each piece of an answer. Only for calls that read.
        """
        with while_wanted(wanted):
            yield

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def perform(self, operation: Operation, arguments: Mapping[str, Any]) -> Any:
        """Send an operation with checked arguments (see Operation.bind) and return its typed result."""
        request = self._request_of(operation, arguments)
        outgoing = outgoing_request(self.settings, operation, arguments, request)
        return self._parsed(request, self._sender.send(operation, outgoing, request.expects))

    def _parsed(self, request: Request[Any], answer: Answer) -> Any:
        try:
            return request.parse(answer)
        except UpstreamError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            raise answer.unexpected(f"it has another shape than documented ({type(error).__name__})") from error

    def walk(self, operation_id: str, **arguments: Any) -> Iterator[Any]:
        """Yield the items of all pages of a listing, lazily, each once; other operations yield their one result."""
        operation = registry.get(operation_id)
        given = {**operation.presets.get(operation_id, {}), **arguments}

        def fetch(page: Mapping[str, Any]) -> Any:
            return self.perform(operation, operation.bind((), {**given, **page}))

        return walk_pages(operation, given, fetch)

    def preview(self, operation_id: str, **arguments: Any) -> Outgoing:
        """Return what a call would send, without authentication; sends nothing. Raises InvalidArguments."""
        operation = registry.get(operation_id)
        bound = operation.bind((), arguments)
        return outgoing_request(self.settings, operation, bound, self._request_of(operation, bound))

    def exchange(self, call: WireCall, keep: Callable[[bytes], object] | None = None) -> WireAnswer:
        """Send a call in the words of the documents and return its answer as it came.

        The chunks of a binary answer are handed to `keep` while they come; memory stays bounded.
        """
        request = self._wire_request(call)
        outgoing = call.outgoing(self.settings, request)
        if request.expects is not Expects.BYTES:
            answer = self._sender.send(call.operation, outgoing, request.expects)
            if keep is not None and answer.data is None:
                keep(answer.body)
            return WireAnswer.of(answer)
        with self._sender.opened(call.operation, outgoing, Expects.BYTES) as opened:
            digest, length = hashlib.sha256(), 0
            for chunk in opened.chunks:
                digest.update(chunk)
                length += len(chunk)
                if keep is not None:
                    keep(chunk)
        return WireAnswer(opened.status, opened.headers, self.last_request_id, bytes=length, sha256=digest.hexdigest())

    def preview_exchange(self, call: WireCall) -> Outgoing:
        """Return what a call in the words of the documents would send, without authentication; sends nothing."""
        return call.outgoing(self.settings, self._wire_request(call))

    def walk_exchange(self, call: WireCall) -> Iterator[Any]:
        """Yield the items of all pages of a listing as they came, each once, lazily.

        They are parsed JSON; exact_json.dumps() writes them with all digits of their numbers.
        """
        operation = call.operation
        wire_names = {parameter.name: parameter.wire_name for parameter in operation.parameters}

        def fetch(page: Mapping[str, Any]) -> Any:
            paged = call.on_page(page, {wire_names[name] for name in page})
            request = self._wire_request(paged)
            answer = self._sender.send(operation, paged.outgoing(self.settings, request), request.expects)
            return self._parsed(request, answer.exact())

        for item in walk_pages(operation, call.chosen, fetch):
            yield getattr(item, "raw", item)

    @contextmanager
    def opened(self, operation_id: str, accept: str = "", **arguments: Any) -> Iterator[OpenAnswer]:
        """Send a reading operation and give its answer to be read while it comes; a failure raises as for a call.

        accept: the forms of the answer that can be read, where JSON isn't the only one.
        Repeated like any other read until the answer begins; a break after that raises AnswerLost.
        """
        operation = registry.get(operation_id)
        if operation.mutates:
            raise InvalidArguments(f"{operation.id} changes something: its answer isn't streamed", argument="id")
        bound = operation.bind((), arguments)
        request = self._request_of(operation, bound)
        expects = request.expects if request.expects is Expects.BYTES else Expects.ANYTHING
        outgoing = outgoing_request(self.settings, operation, bound, request)
        if accept:
            outgoing = replace(outgoing, headers={**outgoing.headers, "Accept": accept})
        with self._sender.opened(operation, outgoing, expects) as answer:
            yield answer

    def _wire_request(self, call: WireCall) -> Request[Any]:
        try:
            return self._request_of(call.operation, call.arguments)
        except InvalidArguments as error:
            raise in_wire_words(call.operation, error) from None

    def _request_of(self, operation: Operation, arguments: Mapping[str, Any]) -> Request[Any]:
        if operation.kind != self.settings.kind:
            raise InvalidArguments(
                f"{operation.id} belongs to {operation.kind} connections, this one is {self.settings.kind}",
                argument="connection",
                operation_id=operation.id,
            )
        return completed(operation, arguments, operation.build(getattr(self, operation.area), **arguments))
