"""The errors that the Domain API names by key, in plain words.

Its document gives neither the status nor the body of an error, only key and property. So the key decides what an error
is, whatever its status, and it is looked for in every shape in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domoadmin.services import errors
from domoadmin.services.errors import UpstreamError

_KEY = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_KEY_NAMES = ("messageKey", "key", "errorKey", "errorCode", "code", "error", "message")
_PARAM_NAMES = ("messageParams", "params", "param", "property")

_KNOWN: Mapping[str, tuple[type[UpstreamError], str]] = {
    "NOT_AUTHORIZED_DOMAIN": (errors.Forbidden, "its owner isn't authorized for this domain"),
    "INVALID_ARGUMENTS": (errors.BadRequest, "something is missing or has a value that can't be"),
    "PROPERTY_REQUIRED": (errors.BadRequest, "something is missing"),
    "DOMAIN_ID_EXISTS": (errors.Conflict, "there is a domain with this id already"),
    "DOMAIN_DEPTH_EXCEEDED": (errors.BadRequest, "the tree of domains would become deeper than allowed"),
    "DOMAIN_NOT_FOUND": (errors.NotFound, "there is no domain with this id"),
    "DOMAIN_HAS_THINGS": (errors.Conflict, "things are attached to this domain or to one below it"),
    "DOMAIN_HAS_USERS": (errors.Conflict, "users are attached to this domain or to one below it"),
    "DOMAIN_HAS_THING_TYPES": (errors.Conflict, "thing types are attached to this domain or to one below it"),
}
KEYS = frozenset(_KNOWN)


@dataclass(frozen=True)
class NamedError:
    """A key and the property that it is about; empty where none was told."""

    key: str
    param: str

    @property
    def error_class(self) -> type[UpstreamError] | None:
        """What the error is; None for a key that isn't documented."""
        return _KNOWN[self.key][0] if self.key in _KNOWN else None

    def sentence(self, said: str) -> str:
        """Return the error in plain words with key and property; `said` is the upstream's own message."""
        plain = _KNOWN[self.key][1] if self.key in _KNOWN else said if said != self.key else ""
        named = ", ".join(part for part in (self.key, self.param) if part)
        return f"{plain} ({named})" if plain else named


def named_error(data: Any) -> NamedError | None:
    """Return the error that an answer names, or None. A tree of domains names none: its values are objects."""
    for found in _objects(data):
        for name in _KEY_NAMES:
            value = found.get(name)
            if isinstance(value, str) and _KEY.fullmatch(value.strip()):
                return NamedError(value.strip(), _param_in(found))
    return None


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, Mapping):
        yield data
        yield from _objects(data.get("error"))
        yield from _objects(data.get("errors"))
    elif isinstance(data, list) and data:
        yield from _objects(data[0])


def _param_in(found: Mapping[str, Any]) -> str:
    for name in _PARAM_NAMES:
        value = found.get(name)
        if isinstance(value, Mapping):
            # Telenor's own clients read messageParams.property; others name the property by the key.
            value = value.get("property") or next(iter(value), "")
        if isinstance(value, list):
            value = next((each for each in value if isinstance(each, str)), "")
        if isinstance(value, str) and value:
            return value
    return ""
