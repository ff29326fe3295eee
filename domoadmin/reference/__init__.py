"""The catalogue of the endpoints that the three API documents describe: endpoints.json, read once.

An entry has id, method, path, parameters, body with example, response with example, semantics and quirks; the key
"conventions" of the file says how to read them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


@cache
def entries() -> dict[str, Entry]:
    """Return all entries by id."""
    catalogue = json.loads((Path(__file__).parent / "endpoints.json").read_text())
    return {entry["id"]: entry for entry in catalogue["endpoints"]}
