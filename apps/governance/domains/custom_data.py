"""Custom data of a domain: its values by the definitions that the domain has for them, read and written by type."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domoadmin.services.results import Domain

TYPES = {"text": "Text", "number": "Number"}
_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
NOTHING = object()


@dataclass(frozen=True)
class Entry:
    """A value and its definition. type: text, number or, without a definition, whatever stands there.

    value: NOTHING where there is none; defined: the domain has a definition for it.
    """

    id: str
    label: str
    type: str
    value: Any
    defined: bool

    @property
    def given(self) -> bool:
        """Say whether there is a value."""
        return self.value is not NOTHING and self.value is not None

    @property
    def shown(self) -> str:
        """Return the value as people read and type it."""
        return text_of(self.value) if self.given else ""

    @property
    def editable(self) -> bool:
        """Say whether it can be typed in: lists and objects are sent back as they came."""
        return self.defined or isinstance(self.value, str) or _is_number(self.value)

    @property
    def misfit(self) -> str:
        """Return what is wrong with a value that its definition doesn't allow; empty for one that fits."""
        if not self.given or not self.defined:
            return ""
        return misfit(self.type, self.value)


def misfit(kind: str, value: Any) -> str:
    """Return what is wrong with a value for this type; empty for one that fits."""
    if kind == "number" and not _is_number(value):
        return "This is no number, as its definition wants."
    if kind == "text" and not isinstance(value, str):
        return "This is no text, as its definition wants."
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def text_of(value: Any) -> str:
    """Write a value: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def entries_of(domain: Domain) -> list[Entry]:
    """Return the entries in the order of their definitions, then what has none."""
    data = domain.data
    defined = [
        Entry(each.id, each.label.strip() or each.id, each.type or "text", data.get(each.id, NOTHING), True)
        for each in domain.fields
        if each.id
    ]
    known = {each.id for each in defined}
    return defined + [Entry(key, key, _type_of(value), value, False) for key, value in data.items() if key not in known]


def _type_of(value: Any) -> str:
    return "number" if _is_number(value) else "text" if isinstance(value, str) else "other"


class NotOfType(ValueError):
    """What was typed is not of the type; the message says what to type."""


def value_of(kind: str, typed: str) -> Any:
    """Return a typed value of this type; NOTHING for an empty one. Raises NotOfType."""
    if not typed.strip():
        return NOTHING
    if kind != "number":
        return typed
    number = typed.strip().replace("\u2212", "-")
    if _WHOLE.fullmatch(number) and len(number) <= 300:
        return int(number)
    if not _NUMBER.fullmatch(number) or not math.isfinite(float(number)):
        raise NotOfType("Type a number, such as 380 or 12.5.")
    return float(number)


def changed(data: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole data with other values; NOTHING takes a key out. What isn't named stays as it came."""
    after = {**data, **values}
    return {key: value for key, value in after.items() if value is not NOTHING}
