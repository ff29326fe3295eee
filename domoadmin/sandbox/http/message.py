"""Requests and responses as the sandbox sees them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from domoadmin.sandbox.errors import ApiError

JSON_TYPE = "application/json;charset=UTF-8"


class BadRequestLine(Exception):
    """The bytes before the body are not an HTTP/1.1 request."""


@dataclass
class Request:
    """One request: header names in lower case, path decoded, body filled in once it has arrived."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    received: Any = None

    @property
    def content_length(self) -> int | None:
        value = self.headers.get("content-length")
        return int(value) if value is not None else None

    @property
    def chunked(self) -> bool:
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    def json(self) -> Any:
        """The body as JSON; ApiError 400 when it is none."""
        try:
            return json.loads(self.body or b"null")
        except ValueError as error:
            raise ApiError(400, "JSON parse error: the request body could not be read") from error

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object; an absent body counts as an empty one."""
        value = self.json()
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise ApiError(400, "JSON parse error: an object was expected")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A true/false query parameter."""
        return self.query.get(name, str(default)).lower() == "true"

    def number(self, name: str, default: int, largest: int) -> int:
        """A whole number of the query, limited to 0..largest; ApiError 400 when it is no number."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.lstrip("-").isdigit():
            raise ApiError(400, f"Parameter {name} must be a number")
        return max(0, min(int(text), largest))


@dataclass
class Response:
    """An answer; a body that is an iterator is sent in chunks. It is held back for `after_seconds`."""

    status: int = 200
    body: bytes | AsyncIterator[bytes] = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    after_seconds: float = 0

    def head(self) -> bytes:
        """Status line and headers, ready to be sent."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        if isinstance(self.body, bytes):
            if self.status != 204:
                lines.append(f"Content-Length: {len(self.body)}")
        else:
            lines.append("Transfer-Encoding: chunked")
        if self.body and self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines.extend(f"{name}: {value}" for name, value in self.headers.items())
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def json_response(value: Any, status: int = 200) -> Response:
    """An answer whose body is JSON."""
    return Response(status, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def html_response(html: str, status: int = 200) -> Response:
    """An answer whose body is an HTML page."""
    return Response(status, html.encode(), "text/html;charset=UTF-8")


def parse_head(head: bytes) -> Request:
    """Reads request line and headers; raises BadRequestLine."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequestLine(lines[0][:80])
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestLine(line[:80])
        headers[name.strip().lower()] = value.strip()
    if not headers.get("content-length", "0").isdigit():
        raise BadRequestLine("Content-Length")
    parts = urlsplit(words[1])
    query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return Request(words[0].upper(), words[1], unquote(parts.path), query, headers)
