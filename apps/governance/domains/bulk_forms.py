"""What a person says about the limits of many domains: each stays, goes, or is a number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.governance.domains.forms import MOST_LIMIT
from apps.governance.domains.limits import LIMITS
from apps.jobs.bulk import SettingsForm

KEPT, NO_LIMIT = "", "none"


def limit_of(setting: str) -> int | None:
    """Return a limit that was given; None for "none"."""
    return None if setting == NO_LIMIT else int(setting)


class LimitField(forms.CharField):
    """A whole number, "none", or nothing."""

    def clean(self, value: Any) -> str:
        """Return the number without blanks and commas, "none" or an empty text."""
        typed = str(super().clean(value) or "").strip().lower().replace(",", "")
        if typed in (KEPT, NO_LIMIT):
            return typed
        if not typed.isascii() or not typed.isdecimal() or int(typed) > MOST_LIMIT:
            raise ValidationError("Type a whole number, or “none” for no limit. Empty leaves it as it is.")
        return str(int(typed))


class BulkLimitsForm(SettingsForm):
    """The limits for every domain of a selection."""

    max_users = LimitField(label=f"{LIMITS['max_users']}, at most", required=False, max_length=24)
    max_things = LimitField(label=f"{LIMITS['max_things']}, at most", required=False, max_length=24)
    max_thingtypes = LimitField(label=f"{LIMITS['max_thingtypes']}, at most", required=False, max_length=24)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in LIMITS:
            self.fields[name].widget.attrs["autocomplete"] = "off"
            self.fields[name].help_text = "“none” for no limit; empty leaves it as it is."

    def clean(self) -> dict[str, Any]:
        """Refuse what says nothing."""
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in LIMITS):
            raise ValidationError("Give one limit at least.")
        return cleaned


class LimitsBelowForm(BulkLimitsForm):
    """The same with the question which domains: those right below one, or all below it."""

    depth = forms.ChoiceField(
        label="Of which domains",
        choices=[("right", "Those right below"), ("all", "All below, however deep")],
        initial="right",
        widget=forms.RadioSelect,
    )
    field_order = ("depth",)
