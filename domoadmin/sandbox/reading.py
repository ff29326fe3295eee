"""Reads fields of a request body; each refusal names the field."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError


def text_field(body: dict[str, Any], name: str) -> str:
    """A text that must be there and not be blank; ApiError 400."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ApiError(400, f"{name} is required")
    return value.strip()


def read_identifier(value: Any, name: str) -> str:
    """An id, whether it came as number or text; ApiError 400."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise ApiError(400, f"{name} is required")
    return str(value).strip()


def read_identifiers(value: Any, name: str) -> list[str]:
    """A list of ids without repeats, none left out; ApiError 400."""
    if not isinstance(value, list) or not value:
        raise ApiError(400, f"{name} is required: a list of ids")
    return list(dict.fromkeys(read_identifier(each, name) for each in value))


def choices_field(body: dict[str, Any], name: str, known: tuple[str, ...] | None = None) -> list[str]:
    """A list of texts, empty when absent; one text counts as a list of one. ApiError 400 for an unknown one."""
    value = body.get(name)
    values = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in values):
        raise ApiError(400, f"{name} must be a list of texts")
    read = [str(each) for each in values]
    if known is not None and not set(read) <= set(known):
        raise ApiError(400, f"{name} must be one of {', '.join(known)}")
    return read
