"""From checked arguments to the request that goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

from domoadmin.services import bodies
from domoadmin.services.connection_settings import ConnectionSettings
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import Operation
from domoadmin.services.places import Field, Query, Whole
from domoadmin.services.request import BY_ARGUMENTS, NO_BODY, QueryValue, Request, StreamedBody
from domoadmin.services.transport import Outgoing


def completed(operation: Operation, arguments: Mapping[str, Any], request: Request[Any]) -> Request[Any]:
    """Return the request with query and JSON made from the arguments where its method left them open."""
    query = query_of(operation, arguments) if request.query is None else request.query
    body = request.json
    if body is BY_ARGUMENTS:
        body = NO_BODY if request.body is not None else _json_of(operation, arguments)
    return replace(request, query=query, json=body)


def outgoing_request(
    settings: ConnectionSettings, operation: Operation, arguments: Mapping[str, Any], request: Request[Any]
) -> Outgoing:
    """Return a completed request as it goes out, without authentication; raises InvalidArguments."""
    secrets = tuple(str(arguments[name]) for name in operation.secret if isinstance(arguments.get(name), str))
    return replace(_outgoing(settings, operation, arguments, request), secrets=secrets)


def _outgoing(
    settings: ConnectionSettings, operation: Operation, arguments: Mapping[str, Any], request: Request[Any]
) -> Outgoing:
    pairs = [(name, text) for name, value in (request.query or {}).items() for text in texts(value)]
    query = f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""
    url = f"{settings.base_url.rstrip('/')}{path_of(operation, arguments)}{query}"
    headers = {"Accept": "application/json"}
    if request.body is not None:
        return _streamed(settings, operation.method, url, headers, request.body)
    if request.json is NO_BODY:
        return Outgoing(operation.method, url, headers)
    headers["Content-Type"] = "application/json"
    try:
        content = json.dumps(request.json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        message = f"an argument can't be written as JSON ({error})"
        raise InvalidArguments(message, operation_id=operation.id) from error
    return Outgoing(operation.method, url, headers, content=content)


def path_of(operation: Operation, arguments: Mapping[str, Any]) -> str:
    """Return the path with its arguments in it."""
    values = {
        parameter.wire_name: quote(str(arguments[parameter.name]), safe="")
        for parameter in operation.parameters
        if parameter.in_path
    }
    return operation.path.format_map(values)


def query_of(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, QueryValue]:
    """Return the query that the arguments make."""
    found: dict[str, QueryValue] = {}
    for parameter in operation.parameters:
        place, value = parameter.place, arguments.get(parameter.name)
        if isinstance(place, Query) and value is not None:
            joined = place.joined and isinstance(value, list | tuple)
            found[parameter.wire_name] = ",".join(texts(value)) if joined else value
    return found


def texts(value: QueryValue) -> Sequence[str]:
    """Return the texts of one query parameter; None leaves it out, a list repeats it."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int | float):
        return [str(value)]
    return [str(item) for item in value]


def _json_of(operation: Operation, arguments: Mapping[str, Any]) -> Any:
    fields: dict[str, Any] = {}
    keyed = False
    for parameter in operation.parameters:
        place, value = parameter.place, arguments[parameter.name]
        if isinstance(place, Whole):
            return NO_BODY if value is None else _plain(value)
        if isinstance(place, Field):
            keyed = True
            if value is not None or place.null:
                fields[parameter.wire_name] = _plain(value)
    return fields if keyed else NO_BODY


def _plain(value: Any) -> Any:
    """Return the value in types that JSON knows."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _streamed(
    settings: ConnectionSettings, method: str, url: str, headers: dict[str, str], body: StreamedBody
) -> Outgoing:
    headers["Content-Type"] = body.content_type
    compress = settings.gzip and body.compressible
    length = None if compress else body.length

    def chunks() -> Iterator[bytes]:
        given = bodies.in_good_chunks(body.factory())
        if body.length is not None:
            given = bodies.counted(given, body.length)
        return bodies.in_good_chunks(bodies.compressed(given)) if compress else given

    if compress:
        headers["Content-Encoding"] = "gzip"
    return Outgoing(method, url, headers, chunks=chunks, length=length)
