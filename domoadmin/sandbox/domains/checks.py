"""What a domain may hold: ids, custom data by its definitions, settings."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from domoadmin.sandbox.domains.refusals import invalid

Values = dict[str, Any]

ID = re.compile(r"[a-zåäöA-ZÅÄÖ0-9_.,-]+")
PUBLIC_URL = re.compile(r"https?://[^/\s]+")
LIMITS = ("max_users", "max_things", "max_thingtypes")
CREATE_SETTINGS = (*LIMITS, "publicUrl")
TYPES: Mapping[str, tuple[type, ...]] = {"text": (str,), "number": (int, float)}


def required_text(body: Values, name: str) -> str:
    """A text of the body that must be there; ids may come as numbers."""
    value = body.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise invalid(f"{name} is required", name)
    return value


def optional_text(body: Values, name: str) -> str:
    """A text of the body; absent and null are empty."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"{name} must be a text", name)
    return value or ""


def checked_metadata(value: Any) -> list[Values]:
    """Definitions of custom data; one without an id gets a generated one."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise invalid("domainMetadata must be a list of definitions", "domainMetadata")
    definitions = []
    for each in value:
        kind, label = each.get("type"), each.get("label")
        if kind not in TYPES or not isinstance(label, str) or not label.strip():
            raise invalid("a definition needs a label and the type text or number", "domainMetadata")
        definitions.append({"id": str(each.get("id") or secrets.token_hex(6)), "label": label, "type": kind})
    if len({each["id"] for each in definitions}) < len(definitions):
        raise invalid("each definition needs an id of its own", "domainMetadata")
    return definitions


def checked_data(value: Any, metadata: list[Values]) -> Values:
    """Custom data whose values have the types that the definitions say.

    A key without a definition is kept: the document's own example sends one.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid("data must be an object", "data")
    for definition in metadata:
        found = value.get(definition["id"])
        if found is not None and (isinstance(found, bool) or not isinstance(found, TYPES[definition["type"]])):
            raise invalid(f"data.{definition['id']} must be a {definition['type']}", "data")
    return value


def checked_settings(value: Any) -> Values:
    """Settings as they were sent; null takes a limit away."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid("settings must be an object", "settings")
    for name in LIMITS:
        limit = value.get(name)
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
            raise invalid(f"settings.{name} must be a whole number or null", "settings")
    url, theme = value.get("publicUrl"), value.get("theme")
    if url is not None and not (isinstance(url, str) and PUBLIC_URL.fullmatch(url)):
        raise invalid("settings.publicUrl must be protocol://host", "settings")
    if theme is not None and not isinstance(theme, dict):
        raise invalid("settings.theme must be an object", "settings")
    return value
