"""Addresses with their parameters: the state of a list lives in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.urls import reverse

# Every page's frame asks for the same addresses; to build one takes a while among hundreds.
KEPT_ADDRESSES = 4_096


@lru_cache(maxsize=KEPT_ADDRESSES)
def address_of(url_name: str, *arguments: str) -> str:
    """Return the address of a page, as django.urls.reverse with its arguments; raises NoReverseMatch as it does."""
    return reverse(url_name, args=arguments)


def with_parameters(url: str, changes: Mapping[str, Any]) -> str:
    """Return the url with parameters replaced; None or an empty text removes one, a list sets several values."""
    parts = urlsplit(url)
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in changes]
    for name, value in changes.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs.extend((name, str(item)) for item in values if item is not None and item != "")
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def without_value(url: str, name: str, value: str) -> str:
    """Return the url without one value of a parameter that may hold several."""
    parts = urlsplit(url)
    pairs = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair != (name, value)]
    return urlunsplit(parts._replace(query=urlencode(pairs)))
