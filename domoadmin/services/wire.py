"""Calls in the words of the documents: for the command line and the console.

`args` are path and query parameters by their names on the wire, the body is the JSON as it goes out, nulls and all
digits included. Everything is checked by the same declaration as a call from Python, then sent as it was given.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from domoadmin.services import exact_json
from domoadmin.services.answers import Answer
from domoadmin.services.arguments import Parameter, problem_with
from domoadmin.services.bodies import FileContent
from domoadmin.services.building import outgoing_request
from domoadmin.services.connection_settings import ConnectionSettings
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import Operation, registry
from domoadmin.services.places import Content, Field, FormField, Query, Upload, Whole
from domoadmin.services.request import QueryValue, Request
from domoadmin.services.transport import Outgoing


@dataclass(frozen=True)
class JsonBody:
    """A JSON body: the value, to be checked, and the text that is sent, exactly as it was written."""

    value: Any = field(repr=False)
    text: str = field(repr=False)

    @classmethod
    def from_text(cls, text: str) -> JsonBody:
        """Read JSON; raises InvalidArguments naming the body, with line and column."""
        try:
            value = exact_json.loads(text)
            text.encode()
        except json.JSONDecodeError as error:
            told = f"line {error.lineno}, column {error.colno}: {error.msg}"
            raise InvalidArguments(f"the body isn't valid JSON ({told})", argument="body") from None
        except (ValueError, RecursionError) as error:
            raise InvalidArguments(f"the body can't be sent ({error})", argument="body") from None
        return cls(value, text)


@dataclass(frozen=True)
class WireAnswer:
    """A successful answer as it came. `json` is its text on one line ("null" for none), or it is binary.

    A binary answer has its number of bytes and their SHA-256 in hex.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    request_id: str | None
    json: str | None = field(default=None, repr=False)
    bytes: int | None = None
    sha256: str | None = None

    @classmethod
    def of(cls, answer: Answer) -> WireAnswer:
        """Read an answer that is in memory."""
        base = cls(answer.status, answer.headers, answer.request_id)
        if not answer.body.strip():
            return replace(base, json="null")
        if answer.data is None and answer.body.strip() != b"null":
            return replace(base, bytes=len(answer.body), sha256=hashlib.sha256(answer.body).hexdigest())
        # JSON holds line breaks only between its parts, never within a text.
        text = answer.text.strip().replace("\r", " ").replace("\n", " ")
        return replace(base, json=text)


@dataclass(frozen=True)
class WireCall:
    """A checked call. `arguments` are those of the method, `given` the names of the query parameters that go out."""

    operation: Operation
    arguments: Mapping[str, Any] = field(repr=False)
    given: frozenset[str]
    body: JsonBody | None = field(repr=False, default=None)

    def outgoing(self, settings: ConnectionSettings, request: Request[Any]) -> Outgoing:
        """Return what goes out for the request of the method, without authentication."""
        given = self.applied_to(request)
        if self.body is None:
            return outgoing_request(settings, self.operation, self.arguments, given)
        # The text takes the place of what would be written from the arguments: that would cost digits, and time.
        found = outgoing_request(settings, self.operation, self.arguments, replace(given, json=None))
        return replace(found, content=self.body.text.encode())

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The arguments that were given, by their names in Python; defaults are left out."""
        fields = self.body.value if self.body is not None and isinstance(self.body.value, dict) else {}
        return {
            parameter.name: self.arguments[parameter.name]
            for parameter in self.operation.parameters
            if parameter.wire_name in (self.given if isinstance(parameter.place, Query) else fields)
        }

    def on_page(self, page: Mapping[str, Any], names: Set[str]) -> WireCall:
        """Return the same call for a page: its arguments by name in Python, and their names on the wire."""
        body = self.body
        by_name = {parameter.name: parameter for parameter in self.operation.parameters}
        fields = {
            by_name[name].wire_name: value for name, value in page.items() if isinstance(by_name[name].place, Field)
        }
        if body is not None and fields:
            value = {**body.value, **fields}
            body = JsonBody(value, exact_json.dumps(value))
        return replace(self, arguments={**self.arguments, **page}, given=self.given | names, body=body)

    def applied_to(self, request: Request[Any]) -> Request[Any]:
        """Return the request of the method with only what was given in its query.

        What the method adds by itself, beyond its arguments, stays.
        """
        own = {parameter.wire_name for parameter in self.operation.parameters if isinstance(parameter.place, Query)}
        query: dict[str, QueryValue] = {
            name: value for name, value in (request.query or {}).items() if name not in own or name in self.given
        }
        return replace(request, query=query)


def read_call(
    operation_id: str,
    args: Mapping[str, Any] | None = None,
    body: JsonBody | None = None,
    file: FileContent | None = None,
) -> WireCall:
    """Check a call and return it; raises InvalidArguments that names the parameter as the documents do.

    Values in `args` may be text: they are read as what the parameter takes.
    """
    operation = registry.get(operation_id)
    arguments = {**operation.presets.get(operation_id, {})}
    given = {parameter.wire_name for parameter in operation.parameters if parameter.name in arguments}
    for name, value in (args or {}).items():
        parameter = _parameter_in_url(operation, name)
        if value is None and not parameter.in_path:
            continue
        arguments[parameter.name] = _read_value(parameter, value)
        given.add(parameter.wire_name)
    arguments |= _from_body(operation, body, file)
    try:
        bound = operation.bind((), arguments)
    except InvalidArguments as error:
        raise in_wire_words(operation, error) from None
    verbatim = body if any(isinstance(each.place, Field | Whole) for each in operation.parameters) else None
    return WireCall(operation, bound, frozenset(given), verbatim)


def _parameter_in_url(operation: Operation, name: str) -> Parameter:
    known = [parameter for parameter in operation.parameters if parameter.in_path or isinstance(parameter.place, Query)]
    for parameter in known:
        if name == parameter.wire_name:
            return parameter
    for parameter in known:
        if name == parameter.name:
            return parameter
    names = ", ".join(parameter.wire_name for parameter in known) or "none"
    raise InvalidArguments(
        f"there is no parameter {name}; known are: {names}", argument=name, operation_id=operation.id
    )


def _read_value(parameter: Parameter, value: Any) -> Any:
    """Return the value in the type that the parameter takes, where it can be read as one."""
    if problem_with(value, parameter.annotation) is None:
        return value
    candidates: list[Any] = []
    if isinstance(value, str):
        with suppress(ValueError):
            candidates.append(json.loads(value))
        if isinstance(parameter.place, Query) and parameter.place.joined:
            candidates.append([part.strip() for part in value.split(",")])
    elif isinstance(value, bool):
        candidates.append("true" if value else "false")
    elif isinstance(value, int | float):
        candidates.append(str(value))
    fitting = [each for each in candidates if problem_with(each, parameter.annotation) is None]
    return fitting[0] if fitting else value


def _from_body(operation: Operation, body: JsonBody | None, file: FileContent | None) -> dict[str, Any]:
    places = {type(parameter.place): parameter for parameter in operation.parameters}
    if Content in places:
        return _content(operation, places[Content], body, file)
    if Upload in places:
        return _form(operation, places[Upload], body, file)
    if file is not None:
        raise InvalidArguments("it takes no file", argument="file", operation_id=operation.id)
    if body is None:
        return {}
    if Whole in places:
        return {places[Whole].name: body.value}
    if Field not in places:
        raise InvalidArguments("it takes no body", argument="body", operation_id=operation.id)
    if not isinstance(body.value, dict):
        raise InvalidArguments("the body must be a JSON object", argument="body", operation_id=operation.id)
    return {
        parameter.name: body.value[parameter.wire_name]
        for parameter in operation.parameters
        if isinstance(parameter.place, Field)
        and parameter.wire_name in body.value
        # Null says "nothing" where a field may be left out; where it must be there, its type says whether null will do.
        and (body.value[parameter.wire_name] is not None or parameter.required)
    }


def _content(
    operation: Operation, parameter: Parameter, body: JsonBody | None, file: FileContent | None
) -> dict[str, Any]:
    if file is None:
        if body is None or not isinstance(body.value, str):
            message = "give the content as a file, or as a JSON text in the body"
            raise InvalidArguments(message, argument="body" if body else "file", operation_id=operation.id)
        file = FileContent.from_bytes(parameter.name, body.value.encode())
    elif body is not None:
        raise InvalidArguments("give a file or a body, not both", argument="body", operation_id=operation.id)
    if problem_with(file, parameter.annotation) is None:
        return {parameter.name: file}
    return {parameter.name: file.content, "length": file.length}


def _form(
    operation: Operation, parameter: Parameter, body: JsonBody | None, file: FileContent | None
) -> dict[str, Any]:
    if file is None:
        raise InvalidArguments("the file is missing", argument="file", operation_id=operation.id)
    fields = {} if body is None else body.value
    if not isinstance(fields, dict):
        message = "the body must be a JSON object: the other fields of the form"
        raise InvalidArguments(message, argument="body", operation_id=operation.id)
    found: dict[str, Any] = {parameter.name: file}
    known = {each.wire_name: each for each in operation.parameters if isinstance(each.place, FormField)}
    for name, value in fields.items():
        if name == parameter.wire_name:
            continue
        if name not in known:
            raise InvalidArguments(f"there is no form field {name}", argument=name, operation_id=operation.id)
        fits = problem_with(value, known[name].annotation) is None
        found[known[name].name] = value if fits else _as_text(value)
    return found


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def in_wire_words(operation: Operation, error: InvalidArguments) -> InvalidArguments:
    """Return the error with the parameter's name on the wire in place of its name in Python."""
    named = {parameter.name: parameter.wire_name for parameter in operation.parameters}
    wire_name = named.get(error.argument)
    if wire_name is None:
        return error
    message = error.message
    if message.startswith(error.argument):
        message = wire_name + message.removeprefix(error.argument)
    for name, on_wire in named.items():
        # A single word may be just a word; one with an underscore is a name.
        message = re.sub(rf"\b{name}\b", on_wire, message) if "_" in name else message
    return InvalidArguments(message, argument=wire_name, operation_id=operation.id)
