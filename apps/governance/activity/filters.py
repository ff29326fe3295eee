"""What one can ask of the log: the form of the page, whose values stand in its address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.governance.activity.entries import type_words


class OpenChoiceField(forms.ChoiceField):
    """Offers what is known and takes anything: the upstream has more words than it tells."""

    def valid_value(self, value: Any) -> bool:
        """Take it."""
        return True


class OpenMultipleChoiceField(forms.MultipleChoiceField):
    """Offers what is known and takes anything, several at once."""

    def valid_value(self, value: Any) -> bool:
        """Take it."""
        return True


def _moment(label: str, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        error_messages={"invalid": "Write a date and a time, such as 2026-11-19T14:30."},
    )


class ActivityFilters(forms.Form):
    """Person, action, object type, object, and an exact range. The names stand in addresses that others link to."""

    user = forms.CharField(required=False, max_length=200, label="Person", help_text="An id, or part of a name")
    action = OpenChoiceField(required=False)
    object_type = OpenMultipleChoiceField(
        required=False, label="Object type", widget=forms.SelectMultiple(attrs={"size": "5"})
    )
    object_id = forms.CharField(
        required=False,
        max_length=200,
        label="Object id",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    since = _moment("From", "On your clock, in place of a quick range")
    until = _moment("To", "Empty: until now")

    def __init__(self, *args: Any, actions: Sequence[str] = (), types: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = self.data.get("action", "") if self.is_bound else self.initial.get("action", "")
        known = sorted({*actions, *filter(None, [present])})
        offered: Any = self.fields["action"]
        offered.choices = [("", "Any"), *((name, name.replace("_", " ").capitalize()) for name in known)]
        chosen = self.data.getlist("object_type") if hasattr(self.data, "getlist") else []
        several: Any = self.fields["object_type"]
        several.choices = [
            (name, type_words(name)[:1].upper() + type_words(name)[1:])
            for name in sorted({*types, *chosen, *self.initial.get("object_type", ())}, key=type_words)
            if name
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it begins."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            raise ValidationError({"until": "This is before “From”. Swap the two."})
        if until and not since and "since" not in self.errors:
            raise ValidationError({"since": "Say also where the range begins."})
        return self.cleaned_data
