"""What the review of a changed schema shows and asks before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from apps.data.schemas.difference import ColumnState, Placed, SchemaDiff
from apps.data.schemas.types import type_label
from apps.data.schemas.usage import Usage


@dataclass(frozen=True)
class ReviewLine:
    """One change of one column: a word with its look, what it concerns, before and after."""

    word: str
    css: str
    icon: str
    column: str
    before: str = ""
    after: str = ""


def review_lines(diff: SchemaDiff) -> list[ReviewLine]:
    """Return every change in words; what takes something away comes first."""
    return [*_taken(diff), *_altered(diff), *_arranged(diff)]


def _taken(diff: SchemaDiff) -> Iterator[ReviewLine]:
    for column in diff.removed:
        yield ReviewLine("Dropped", "is-bad", "trash", column.name, _described(column))


def _altered(diff: SchemaDiff) -> Iterator[ReviewLine]:
    for each in diff.renamed:
        yield ReviewLine("Renamed", "is-warn", "edit", each.before.name, each.before.name, each.after.name)
    for each in diff.retyped:
        before, after = type_label(each.before.type), type_label(each.after.type)
        yield ReviewLine("Retyped", "is-warn", "arrows-exchange", each.after.name, before, after)
    for each in diff.hidden:
        yield ReviewLine("Hidden", "is-warn", "eye-off", each.after.name, "shown", "hidden")
    for each in diff.shown:
        yield ReviewLine("Shown", "is-ok", "eye", each.after.name, "hidden", "shown")


def _arranged(diff: SchemaDiff) -> Iterator[ReviewLine]:
    for placed in diff.added:
        after = f"{_described(placed.column)}, {_place(placed)}"
        yield ReviewLine("Added", "is-ok", "plus", placed.column.name, "", after)
    for placed in diff.moved:
        before = f"column {(placed.was or 0) + 1}"
        yield ReviewLine("Moved", "is-run", "arrows-sort", placed.column.name, before, _place(placed))


def _described(column: ColumnState) -> str:
    return type_label(column.type) + ("" if column.visible else ", hidden")


def _place(placed: Placed) -> str:
    return f"column {placed.place + 1}"


class ReviewForm(forms.Form):
    """What is asked beside the slug: to go on although something uses the columns, and whether to index."""

    accept = forms.BooleanField(
        label="I have looked at what uses them. Change the columns all the same",
        error_messages={
            "required": "Something uses these columns, or may do so. Tick this to go on. Nothing was sent."
        },
    )
    index = forms.BooleanField(
        label="Index afterwards, so that queries and cards see it",
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, usage: Usage | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not usage:
            del self.fields["accept"]


def focus_first_error(*forms_in_order: forms.Form | None) -> None:
    """Let the page open at the first field that was refused."""
    for form in forms_in_order:
        for name in form.errors if form is not None else ():
            if form is not None and name in form.fields:
                form.fields[name].widget.attrs["autofocus"] = True
                return
