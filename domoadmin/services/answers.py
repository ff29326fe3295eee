"""Answers of an upstream: what they say, looked at before it is believed.

The content type is looked at before parsing, and a 200 is never a success by its status alone: it may be an HTML page
("Domo - Blocked", maintenance) or hold an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from http import HTTPStatus
from typing import Any

from domoadmin.services import errors, exact_json
from domoadmin.services.domain_errors import KEYS, NamedError, named_error
from domoadmin.services.errors import UpstreamError
from domoadmin.services.masking import Masker
from domoadmin.services.request import Expects

EXCERPT_BYTES = 2048
# toe is Domo's trace id; the others are what gateways in front of such services add.
_REQUEST_ID_HEADERS = ("toe", "x-domo-toe", "x-domo-requestid", "x-request-id", "x-correlation-id", "x-amzn-requestid")
_CLASSES: Mapping[int, type[UpstreamError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    410: errors.NotFound,
    413: errors.TooLarge,
    422: errors.Unprocessable,
    429: errors.RateLimited,
}


@dataclass(frozen=True)
class RawAnswer:
    """An answer as it came: status, headers with lower-case names, decoded body (or its beginning when streamed)."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """A successful answer: `data` is the parsed JSON, or None when there is none."""

    operation_id: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    data: Any = field(repr=False)
    request_id: str | None

    @property
    def content_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return media_type(self.headers)

    @property
    def text(self) -> str:
        """The body as text, in whichever of the encodings of JSON it came."""
        return self.body.decode(json.detect_encoding(self.body), "surrogatepass")

    def exact(self) -> Answer:
        """Return the same answer with numbers that keep all their digits (see exact_json)."""
        if self.data is None:
            return self
        try:
            return replace(self, data=_unwrapped(exact_json.loads(self.text)))
        except ValueError:  # NaN and the like, which json takes although JSON has none
            return self

    def mapping(self) -> Mapping[str, Any]:
        """Return the JSON object; raises UnexpectedAnswer when it is something else."""
        if not isinstance(self.data, dict):
            raise self.unexpected(f"an object was expected, but {_kind_of(self.data)} came")
        return self.data

    def records(self, *names: str) -> list[Mapping[str, Any]]:
        """Return a list of objects: a bare array, or one wrapped under one of these names; else UnexpectedAnswer.

        Documents and practice differ in the wrapping, so when no name fits the only array in the object is taken.
        """
        found = self.data
        if isinstance(found, dict):
            arrays = [name for name in names if isinstance(found.get(name), list)] or [
                name for name, value in found.items() if isinstance(value, list)
            ]
            if not arrays and any(name in found and found[name] is None for name in names):
                return []
            if len(arrays) != 1 and (not arrays or arrays[0] not in names):
                raise self.unexpected("a list was expected")
            found = found[arrays[0]]
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise self.unexpected(f"a list of objects was expected, but {_kind_of(found)} came")
        return found

    def unexpected(self, message: str) -> errors.UnexpectedAnswer:
        """Return (not raise) an UnexpectedAnswer that carries what is known of this answer."""
        return errors.UnexpectedAnswer(
            message, status=self.status, request_id=self.request_id, operation_id=self.operation_id
        )


def media_type(headers: Mapping[str, str]) -> str:
    """Return the content type without its parameters, in lower case; empty when there is none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def read_answer(operation_id: str, raw: RawAnswer, expects: Expects, mask: Masker) -> Answer:
    """Return the answer when it is a success, else raise the fitting UpstreamError."""
    if expects is Expects.BYTES and 200 <= raw.status < 300 and not is_notice(raw):
        return Answer(operation_id, raw.status, raw.headers, raw.body, None, _request_id(raw, None, mask))
    data, problem = _parse(raw)
    request_id = _request_id(raw, data, mask)
    if not 200 <= raw.status < 300 or looks_like_html(raw):
        raise _failure(operation_id, raw.status, raw, data, request_id, mask)
    data = _unwrapped(data)
    failed_status = _status_inside(data)
    named = _named(operation_id, data)
    if failed_status is None and named is not None and named.key in KEYS:
        failed_status = 400
    if failed_status is not None:
        raise _failure(operation_id, failed_status, raw, data, request_id, mask)
    if problem and expects is Expects.JSON:
        raise errors.UnexpectedAnswer(
            problem,
            status=raw.status,
            request_id=request_id,
            operation_id=operation_id,
            body_excerpt=excerpt(raw.body, mask),
        )
    return Answer(operation_id, raw.status, raw.headers, raw.body, data, request_id)


def looks_like_html(raw: RawAnswer) -> bool:
    """Whether the body is a page for people, whatever the content type says."""
    kind = media_type(raw.headers)
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    return not kind.endswith("json") and raw.body[:256].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def is_notice(raw: RawAnswer) -> bool:
    """Whether a page tells that the service is blocked or under maintenance: a file may be a page as well."""
    if not looks_like_html(raw) or "content-disposition" in raw.headers:
        return False
    title = _title_of(raw.body).lower()
    return "blocked" in title or "maintenance" in title


def excerpt(body: bytes, mask: Masker) -> str:
    """Return the first 2 KB of a body as text, without secrets."""
    # Masked before it is cut: half a token at the border would no longer be recognised.
    return mask(body[: 4 * EXCERPT_BYTES].decode("utf-8", "replace")).replace("\x00", "")[:EXCERPT_BYTES]


def read_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds of a Retry-After header (seconds or an HTTP date), at least 0; None when it says nothing."""
    text = (value or "").strip()
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _parse(raw: RawAnswer) -> tuple[Any, str]:
    """Return the JSON of a body, or None and what is wrong with it."""
    kind = media_type(raw.headers)
    if not raw.body.strip():
        return None, ""
    # Some servers send JSON as text or without a type; a CSV or an image is not even tried.
    if looks_like_html(raw) or not (kind.endswith("json") or kind in ("", "text/plain", "application/octet-stream")):
        return None, f"it came as {kind}, not as JSON"
    try:
        return json.loads(raw.body), ""
    except (ValueError, RecursionError):
        return None, "it isn't valid JSON"


def _unwrapped(data: Any) -> Any:
    # Many examples of the document show {"HTTP/1.1": "200 OK", "body": {}}: a wrapper around the real body. An
    # upstream written strictly from the document may send it.
    if isinstance(data, dict) and "body" in data and any(str(key).startswith("HTTP/") for key in data):
        return data["body"]
    return data


def _status_inside(data: Any) -> int | None:
    """Return the status of an error that came inside a success, or None."""
    if not isinstance(data, dict):
        return None
    inner: Mapping[str, Any] = data["error"] if isinstance(data.get("error"), dict) else data
    status = inner.get("status")
    told = any(inner.get(name) for name in ("message", "statusReason", "toe"))
    if isinstance(status, int) and not isinstance(status, bool) and 400 <= status < 600 and told:
        return status
    refused = data.get("reason") in ("INVALID_CREDENTIALS", "ACCOUNT_LOCKED")
    return 401 if refused else 200 if data.get("exceptions") else None


def _request_id(raw: RawAnswer, data: Any, mask: Masker) -> str | None:
    inside = data.get("toe") if isinstance(data, dict) else None
    found = inside or next((raw.headers[name] for name in _REQUEST_ID_HEADERS if raw.headers.get(name)), None)
    return mask.one_line(found, 200) if isinstance(found, str | int) else None


def _failure(
    operation_id: str, status: int, raw: RawAnswer, data: Any, request_id: str | None, mask: Masker
) -> UpstreamError:
    message = mask.one_line(_message_in(data))
    error_class = _CLASSES.get(status)
    if looks_like_html(raw):
        title = mask.one_line(_title_of(raw.body), 200)
        error_class = _class_of_page(raw, title) or error_class
        message = title or message
    if error_class is None:
        error_class = (
            errors.ServerFailed if status >= 500 else errors.BadRequest if status >= 400 else errors.UnexpectedAnswer
        )
    if 300 <= status < 400:
        message = "it redirects elsewhere, which is never followed: check the base URL of the connection"
    named = _named(operation_id, data)
    if named is not None:
        error_class, message = named.error_class or error_class, mask.one_line(named.sentence(message))
    error = error_class(
        message or _reason_of(status),
        status=raw.status if status == 200 else status,
        request_id=request_id,
        operation_id=operation_id,
        retry_after=read_retry_after(raw.headers.get("retry-after")),
        body_excerpt=excerpt(raw.body, mask),
    )
    if named is not None:
        error.key, error.param = named.key, mask.one_line(named.param, 100)
    return error


def _named(operation_id: str, data: Any) -> NamedError | None:
    return named_error(data) if operation_id.startswith("domains.") else None


def _class_of_page(raw: RawAnswer, title: str) -> type[UpstreamError] | None:
    words = f"{title} {raw.body[:EXCERPT_BYTES].decode('utf-8', 'replace')}".lower()
    if "blocked" in title.lower():
        return errors.Blocked
    if "maintenance" in words:
        return errors.Maintenance
    return errors.UnexpectedAnswer if raw.status < 400 else None


def _title_of(body: bytes) -> str:
    found = re.search(rb"<(title|h1)[^>]*>(.{1,300}?)</", body[: 4 * EXCERPT_BYTES], re.IGNORECASE | re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", found.group(2).decode("utf-8", "replace"))) if found else ""


def _message_in(data: Any) -> str:
    """Return what an error body says, in any of the shapes seen; empty when it says nothing."""
    if not isinstance(data, dict):
        return data if isinstance(data, str) else ""
    inner = data["error"] if isinstance(data.get("error"), dict) else data
    for name in ("message", "statusReason", "error", "error_description", "reason", "messageKey", "key", "exceptions"):
        value = inner.get(name)
        if value and isinstance(value, str | list):
            # The Domain API names key and params of an error; the body around them isn't documented.
            params = inner.get("params") if name in ("messageKey", "key") else None
            return f"{value}{f' ({params})' if params else ''}"
    return ""


def _reason_of(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"status {status}"


def _kind_of(data: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", int: "a number", float: "a number", type(None): "nothing"}
    return names.get(type(data), "something else")
