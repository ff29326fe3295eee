"""What an export to a file takes: format, columns, a condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.data.exports.file_jobs import FORMATS
from apps.data.exports.file_statement import statement
from apps.data.queries.sql import NotReadable


class FileForm(forms.Form):
    """Format, columns, condition."""

    format = forms.ChoiceField(
        choices=list(FORMATS.items()),
        widget=forms.RadioSelect,
        initial="csv",
        error_messages={"required": "Choose CSV or Parquet."},
    )
    safe = forms.BooleanField(
        label="Safe to open in a spreadsheet",
        required=False,
        initial=True,
        help_text="CSV only: text that begins like a formula gets an apostrophe. Untick it for the exact values.",
    )
    columns = forms.MultipleChoiceField(
        label="Only these columns",
        required=False,
        help_text="None ticked: all of them.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "The dataset has no column %(value)s."},
    )
    where = forms.CharField(
        label="Only rows where",
        required=False,
        max_length=10_000,
        help_text="A condition as it stands after WHERE in SQL, such as `Region` = 'North'. Empty: all rows.",
        widget=forms.Textarea(
            attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off", "class": "font-monospace"}
        ),
    )

    def __init__(self, *args: Any, dataset_id: str, columns: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dataset_id = dataset_id
        self.offered = list(columns)
        if columns:
            self.fields["columns"].choices = [(name, name) for name in columns]  # type: ignore[attr-defined]
        else:
            del self.fields["columns"]

    def clean_where(self) -> str:
        """Refuse what is more than a condition."""
        where: str = self.cleaned_data["where"].strip()
        try:
            statement(self.dataset_id, (), where)
        except NotReadable as refusal:
            raise ValidationError(str(refusal)) from None
        return where

    @property
    def params(self) -> dict[str, Any]:
        """Return what goes into the job."""
        chosen = self.cleaned_data.get("columns", [])
        return {
            "format": self.cleaned_data["format"],
            "columns": [] if chosen == self.offered else chosen,
            "where": self.cleaned_data["where"],
            "exact": not self.cleaned_data["safe"],
        }
