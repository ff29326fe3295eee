"""What of a request is never shown: the credentials of the connection, and arguments that are secrets themselves."""

from __future__ import annotations

import math
from typing import Any

from apps.audit.masking import MASK, mask
from domoadmin.services import exact_json
from domoadmin.services.operations import Operation
from domoadmin.services.places import Field, FormField, Whole
from domoadmin.services.wire import JsonBody


def masked_body(operation: Operation, value: Any) -> Any:
    """Return a JSON body without its secrets: those that the operation declares, and fields with a secret's name."""
    declared = {parameter.wire_name: parameter.place for parameter in operation.parameters if parameter.secret}
    if any(isinstance(place, Whole) for place in declared.values()):
        return MASK
    if isinstance(value, dict):
        hidden = {name for name, place in declared.items() if isinstance(place, Field | FormField)}
        value = {name: MASK if name in hidden and entry is not None else entry for name, entry in value.items()}
    return mask(value)


def masked_text(operation: Operation, body: JsonBody) -> str:
    """Return the text of a body: the very text where nothing in it is secret."""
    masked = masked_body(operation, body.value)
    return body.text if masked == body.value else exact_json.dumps(masked)


def storable(value: Any) -> Any:
    """Return a JSON value that every database takes: no NUL, no half characters, no number beyond a float."""
    if isinstance(value, dict):
        return {storable(name): storable(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [storable(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(getattr(value, "text", value))
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return value
