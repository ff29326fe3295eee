"""Shortens a text to its weightiest sentences, and those to a number of words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from domoadmin.sandbox.errors import ApiError

STYLES = ("BULLETED", "NUMBERED", "PARAGRAPH")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
# letters before the dot of U.S., e.g. and the like: no end of a sentence
ABBREVIATION = re.compile(r"(?:\b[A-Za-z]\.){1,}$|\b(?:e\.g|i\.e|Dr|Mr|Mrs|St|No)\.$")
COMMON = frozenset(
    re.findall(
        r"\w+",
        "the a an of and or to in on at by for with from as is are was were be been it its this that these those "
        "than but not only also which who whom into over after before between most more",
    )
)
SHARE = 3
FEWEST = 6


@dataclass(frozen=True)
class Wish:
    """How the summary is to look. Lengths in words."""

    style: str
    least: int
    most: int


def read_wish(body: dict[str, Any], text: str) -> Wish:
    """Style and length of a request; about a third of the text when no length is given. ApiError 400."""
    style = body.get("outputStyle") or "PARAGRAPH"
    if style not in STYLES:
        raise ApiError(400, f"outputStyle must be one of {', '.join(STYLES)}")
    length = body.get("outputWordLength") or {}
    if not isinstance(length, dict):
        raise ApiError(400, "outputWordLength must be an object with min and max")
    usual = max(FEWEST, len(text.split()) // SHARE)
    least = _count(length, "min", 0)
    most = _count(length, "max", max(usual, least))
    if least > most:
        raise ApiError(400, "outputWordLength.min must not be larger than max")
    return Wish(style, least, most)


def _count(length: dict[str, Any], name: str, default: int) -> int:
    value = length.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ApiError(400, f"outputWordLength.{name} must be a whole number from 1")
    return value


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    found: list[str] = []
    for piece in SENTENCE_END.split(" ".join(text.split())):
        if found and ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [each for each in found if each]


def summarise(text: str, wish: Wish) -> str:
    """The summary; always shorter than a text of more than a few words."""
    listed = sentences(text)
    chosen = _chosen(listed, wish)
    left = min(wish.most, max(1, len(text.split()) - 1))
    shown = []
    for sentence in chosen:
        words = _cut(sentence.split(), left)
        left -= len(words)
        if words:
            shown.append(_closed(" ".join(words)))
    if wish.style == "BULLETED":
        return "\n".join(f"- {each}" for each in shown)
    if wish.style == "NUMBERED":
        return "\n".join(f"{place}. {each}" for place, each in enumerate(shown, start=1))
    return " ".join(shown)


def _chosen(listed: list[str], wish: Wish) -> list[str]:
    """The weightiest sentences that fit, in the order of the text; the best one even when it must be cut."""
    weights = Counter(word for sentence in listed for word in _words(sentence))
    scores = [sum(weights[word] for word in set(_words(each))) / (8 + len(_words(each))) for each in listed]
    order = sorted(range(len(listed)), key=lambda place: (-scores[place], place))
    taken: list[int] = []
    total = 0
    for place in order:
        length = len(listed[place].split())
        if taken and ((total >= wish.least and total + length > wish.most) or total >= wish.most):
            continue
        taken.append(place)
        total += length
    return [listed[place] for place in sorted(taken)]


def _cut(words: list[str], most: int) -> list[str]:
    """At most so many words, ending with a clause when one ends in the second half."""
    if len(words) <= most:
        return words
    ends = [place for place in range(most // 2, most) if words[place].endswith((",", ";", ":"))]
    return words[: ends[-1] + 1 if ends else most]


def _words(sentence: str) -> list[str]:
    return [word for word in re.findall(r"[\w'-]+", sentence.lower()) if word not in COMMON]


def _closed(sentence: str) -> str:
    sentence = sentence.rstrip(" ,;:-")
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
