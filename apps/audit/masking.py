"""The one place that removes secrets from what is recorded: by the name of the field."""

from __future__ import annotations

import re
from typing import Any

MASK = "(hidden)"
# "key" alone is Domo's word for many harmless things; only keys that open something are hidden.
_SECRET_NAME = re.compile(
    r"token|secret|passw|passphrase|authori[sz]ation|cookie|credential|sealed"
    r"|(?:api|access|private|encryption|signing)[-_ ]?key",
    re.IGNORECASE,
)


def mask(value: Any) -> Any:
    """Return a copy of the JSON value in which each field with a secret's name is hidden, at any depth."""
    if isinstance(value, dict):
        return {
            str(name): MASK if _SECRET_NAME.search(str(name)) and content not in (None, "") else mask(content)
            for name, content in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask(content) for content in value]
    return value
