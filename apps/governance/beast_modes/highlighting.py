"""A formula as markup, its pieces in the colours of the editor."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from apps.governance.beast_modes.formula import Change, Piece

_PLAIN = ("space", "operator", "name")


def highlighted(pieces: Iterable[Piece]) -> SafeString:
    """Return the formula; everything in it is escaped."""
    return format_html_join("", "{}", ((_drawn(piece),) for piece in pieces))


def _drawn(piece: Piece) -> SafeString:
    if piece.kind in _PLAIN:
        return conditional_escape(piece.text)
    return format_html('<span class="fx-{}">{}</span>', piece.kind, piece.text)


def marked(changes: Iterable[Change]) -> SafeString:
    """Return a difference with what is gone and what is new marked, for eyes and for screen readers."""
    return format_html_join("", "{}", ((_changed(change),) for change in changes))


def _changed(change: Change) -> SafeString:
    if change.sort == "gone":
        return format_html('<del class="fx-gone">{}</del>', change.text)
    if change.sort == "new":
        return format_html('<ins class="fx-new">{}</ins>', change.text)
    return conditional_escape(change.text)
