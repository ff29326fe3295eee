"""How well a file answers a question: by the words that both have."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[a-z0-9]{2,}")
IN_PATH, IN_TEXT = 1.0, 0.55
BEST = 0.97
STEM = 4


def words_of(text: str) -> set[str]:
    """The words of a text in lower case."""
    return set(WORD.findall(text.lower()))


def score(query: set[str], path: str, text: str) -> float:
    """Between 0 and 1: a word in the path counts more than one in the text. 0 when they share none."""
    if not query:
        return 0.0
    in_path, in_text = words_of(path), words_of(text)
    total = sum(IN_PATH if _has(in_path, word) else IN_TEXT if _has(in_text, word) else 0.0 for word in query)
    return round(BEST * total / len(query), 4)


def _has(words: Iterable[str], wanted: str) -> bool:
    """Whether one of the words is the wanted one, or begins alike (report, reports, reporting)."""
    if wanted in words:
        return True
    stem = wanted[: max(STEM, len(wanted) - 2)]
    return len(wanted) >= STEM and any(word.startswith(stem) for word in words)
