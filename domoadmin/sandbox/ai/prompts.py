"""Reads what the three text services have in common: template, parameters, system message, model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.reading import text_field

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
PROVIDED = "domo."
LONGEST_INPUT = 200_000


@dataclass(frozen=True)
class Prompt:
    """What would be sent to a model. `text` is the template with its placeholders filled."""

    text: str
    system: str
    model: str
    most_words: int | None


def read_prompt(body: dict[str, Any], model: str, system: str) -> Prompt:
    """The prompt of a request, with the default model and system message; ApiError 400 naming the field."""
    given = text_field(body, "input")
    if len(given) > LONGEST_INPUT:
        raise ApiError(400, f"input must have at most {LONGEST_INPUT} letters")
    system = _text(body, "system") or system
    parameters = _object(body, "parameters")
    values = {name: str(value) for name, value in parameters.items()} | {"input": given, "system": system}
    template = _template(body.get("promptTemplate"))
    chosen = _text(body, "model") or model
    if not chosen.startswith(PROVIDED):
        raise ApiError(400, f"model {chosen} is neither provided by Domo nor configured for this service")
    # a placeholder without a value stays as it is: only those that are present are replaced
    text = PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), template)
    return Prompt(text, system, chosen, _most_words(_object(body, "modelConfiguration")))


def _template(value: Any) -> str:
    """The document says text and shows an object with template; both are taken."""
    if isinstance(value, dict):
        value = value.get("template")
    if value is None:
        return "${input}"
    if not isinstance(value, str) or not value.strip():
        raise ApiError(400, "promptTemplate must be a text")
    return value


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise ApiError(400, f"{name} must be a text")
    return (value or "").strip()


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise ApiError(400, f"{name} must be an object")
    return value or {}


def _most_words(configuration: dict[str, Any]) -> int | None:
    value = configuration.get("max_tokens")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ApiError(400, "modelConfiguration.max_tokens must be a whole number from 1")
    return value
