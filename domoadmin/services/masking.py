"""Text of an upstream made fit to show: one line, short, and without the secrets of the connection."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

MASK = "•••"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
# A shorter secret is none, and masking every "a" would make each message unreadable.
_SHORTEST_SECRET = 4


# Each answer is read with a masker of its own, and a connection's secrets rarely change.
@lru_cache(maxsize=64)
def _pattern_of(secrets: tuple[str, ...]) -> re.Pattern[str]:
    forms = {
        form
        for secret in secrets
        if len(secret) >= _SHORTEST_SECRET
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])
    }
    # The longest first: a secret may begin with another one.
    ordered = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


class Masker:
    """Takes secrets out of text, also when they come back quoted for a URL or for JSON."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._pattern = _pattern_of(tuple(secrets))

    def __repr__(self) -> str:
        return "<Masker>"

    def __call__(self, text: str) -> str:
        return self._pattern.sub(MASK, text)

    def one_line(self, text: object, most: int = 500) -> str:
        """Return text without secrets, control characters and line breaks, at most `most` characters."""
        line = " ".join(_CONTROL.sub(" ", self(str(text))).split())
        return line if len(line) <= most else f"{line[: most - 1]}…"
