"""Domo's error body and its trace id, the toe."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"


class ApiError(Exception):
    """A refusal with an HTTP status and the message that Domo's error body carries."""

    def __init__(self, status: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.extra = extra


def new_toe() -> str:
    """A trace id such as QH3T7WB2LK-9XZ4M-P1RVC."""
    letters = [secrets.choice(LETTERS) for _ in range(20)]
    return "".join(letters[:10]) + "-" + "".join(letters[10:15]) + "-" + "".join(letters[15:])


def error_body(error: ApiError, path: str, toe: str) -> dict[str, Any]:
    """The JSON that Domo sends with an error status."""
    try:
        reason = HTTPStatus(error.status).phrase
    except ValueError:
        reason = "Error"
    return {
        "status": error.status,
        "statusReason": reason,
        "path": path,
        "message": error.message,
        "toe": toe,
        **error.extra,
    }


def domains_error_body(error: ApiError, path: str, toe: str) -> dict[str, Any]:
    """The Domain API names a key and a parameter; no document shows the body.

    Clients of that API read message, messageKey and messageParams.property; key and param are the document's words.
    """
    key = error.extra.get("key") or HTTPStatus(error.status).name
    param = error.extra.get("param")
    named = {"messageKey": key, "messageParams": {"property": param} if param else {}}
    return {"message": error.message, **named, "key": key, "param": param, "requestId": toe}


def domoscio_error_body(error: ApiError, path: str, toe: str) -> dict[str, Any]:
    """The body of a Domoscio error."""
    return {"error": {"status": error.status, "message": error.message}}


ERROR_BODIES: dict[str, Callable[[ApiError, str, str], dict[str, Any]]] = {
    "domo": error_body,
    "domains": domains_error_body,
    "domoscio": domoscio_error_body,
}


def not_found(what: str, identifier: object) -> ApiError:
    """404 for an id that the instance does not know."""
    return ApiError(404, f"{what} {identifier} was not found")
