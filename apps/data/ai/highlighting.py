"""SQL in colours, by the server: nothing to load, and readable without a script."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.data.queries.sql import tokens

_WORDS = """
    all and any as asc between by case cast cross desc distinct else end except exists false from full group having
    if in inner intersect interval is join left like limit not null offset on or order outer over partition right
    select then true union using when where with
"""
KEYWORDS = frozenset(_WORDS.split())


def highlighted(sql: str) -> SafeString:
    """Return the SQL as HTML, with everything escaped."""
    parts: list[SafeString] = []
    end = 0
    for token in tokens(sql):
        parts.append(format_html("{}", sql[end : token.start]))
        css = _css(token.kind, token.text)
        parts.append(
            format_html('<span class="{}">{}</span>', css, token.text) if css else format_html("{}", token.text)
        )
        end = token.end
    parts.append(format_html("{}", sql[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - each part was escaped above


def _css(kind: str, text: str) -> str:
    if kind == "word" and text.lower() in KEYWORDS:
        return "sql-keyword"
    if kind == "quoted":
        return "sql-name" if text.startswith("`") else "sql-text"
    return "sql-number" if kind == "number" else ""
