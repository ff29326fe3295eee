"""The objects of a JSON listing, one by one while they come: memory holds one of them and a piece of the answer.

Numbers keep all their digits: exact_json.dumps() writes them as they were.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

from domoadmin.services.errors import UnexpectedAnswer
from domoadmin.services.exact_json import ExactNumber

_MOST_CHARACTERS = 64 * 1024 * 1024
_SPACE = " \t\r\n"


def records_of(chunks: Iterator[bytes], *names: str) -> Iterator[dict[str, Any]]:
    """Yield each object of a bare array, or of an array inside an object under one of these names.

    One object alone is yielded as it is; an empty answer and null have none. Raises UnexpectedAnswer for what is no
    object, and when the answer is cut short.
    """
    text = _Window(chunks)
    opening = text.peek()
    if opening in ("", "n"):
        if opening:
            text.value()
        return
    if opening == "[":
        text.take("[")
        yield from _array(text)
    elif opening == "{":
        yield from _inside(text, names)
    else:
        raise UnexpectedAnswer("it is neither a list nor an object")


def _array(text: _Window) -> Iterator[dict[str, Any]]:
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        record = text.value()
        if not isinstance(record, dict):
            raise UnexpectedAnswer("one of its records is no object")
        yield record
        if text.peek() == "]":
            text.take("]")
            return
        text.take(",")


def _inside(text: _Window, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    alone: dict[str, Any] = {}
    listed = False
    text.take("{")
    while text.peek() != "}":
        name = text.value()
        text.take(":")
        if name in names and text.peek() == "[":
            listed = True
            text.take("[")
            yield from _array(text)
        else:
            alone[str(name)] = text.value()
        if text.peek() != "}":
            text.take(",")
    if alone and not listed:
        yield alone


class _Window:
    """A window over JSON text that comes in chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._json = json.JSONDecoder(parse_float=ExactNumber)
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that isn't space, without taking it; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> None:
        """Take this character."""
        found = self.peek()
        if not found:
            raise UnexpectedAnswer("it was cut short")
        if found != character:
            raise UnexpectedAnswer("it isn't valid JSON")
        self._at += 1

    def value(self) -> Any:
        """Return the next JSON value, reading on until it is whole."""
        self.peek()
        wanted = 0
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except ValueError:
                value, end = None, -1
            except RecursionError:
                raise UnexpectedAnswer("one of its records is nested too deeply") from None
            # A number at the very end of the window may go on in the next chunk.
            if 0 <= end < len(self._text) or (end >= 0 and self._ended):
                self._at = end
                return value
            if self._ended:
                raise UnexpectedAnswer("it was cut short")
            # Ever larger steps: reading a value of many chunks again for each of them would take quadratic time.
            wanted = max(2 * wanted, len(self._text) - self._at + 1)
            while len(self._text) - self._at < wanted and self._more():
                pass

    def _more(self) -> bool:
        """Add a chunk, dropping what was read; return False at the end."""
        if self._ended:
            return False
        chunk = next(self._chunks, None)
        self._ended = chunk is None
        try:
            added = self._decoder.decode(chunk or b"", final=chunk is None)
        except UnicodeDecodeError:
            raise UnexpectedAnswer("it isn't valid UTF-8") from None
        self._text = self._text[self._at :] + added
        self._at = 0
        if len(self._text) > _MOST_CHARACTERS:
            raise UnexpectedAnswer("one of its records is larger than 64 MB")
        return chunk is not None
