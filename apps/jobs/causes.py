"""Failures grouped by cause: the same answer about different objects is one cause."""

from __future__ import annotations

import hashlib
import re

# What differs from object to object in an answer that means the same: addresses, ids, numbers.
_VARYING = re.compile(
    r"https?://\S+"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|\b(?=[\w-]*\d)[\w-]{6,}\b"
    r"|\d+(?:[.,]\d+)*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_GAVE_UP = re.compile(r" \(gave up after \d+ tries\)$")
_LENGTH = 16
# An answer may be a whole page; what it says stands at its beginning.
_READ = 500


def cause_of(code: str, text: str) -> str:
    """Return 16 hexadecimal digits that are the same for failures of one cause: the code and the words of the text."""
    words = _VARYING.sub("#", _QUOTED.sub(_without_name, _GAVE_UP.sub("", text)[:_READ])).casefold()
    return hashlib.sha256(f"{code}\n{' '.join(words.split())}".encode()).hexdigest()[:_LENGTH]


def _without_name(quoted: re.Match[str]) -> str:
    """A quoted name differs from object to object; quotes around most of the text hold the answer itself."""
    return "#" if 2 * len(quoted[0]) < len(quoted.string) else quoted[0]


def is_cause(text: str) -> bool:
    """Say whether the text is what cause_of() returns."""
    return re.fullmatch(rf"[0-9a-f]{{{_LENGTH}}}", text) is not None
