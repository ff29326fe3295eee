"""When a schedule runs, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.accounts.zones import time_zone_choices
from apps.schedules.models import Schedule, TimingKind
from apps.schedules.timing import TimingRefused

if TYPE_CHECKING:
    ScheduleModelForm = forms.ModelForm[Schedule]
else:  # Django's form classes can't be subscripted when they run
    ScheduleModelForm = forms.ModelForm

_TIMING = ("timing_kind", "cron", "every", "unit", "time_zone")


class ScheduleForm(ScheduleModelForm):
    """Name and timing; on a production connection a new one wants the slug typed, since its runs ask nobody."""

    time_zone = forms.ChoiceField(help_text="Set times are on this zone's clock, in summer and winter.")

    class Meta:
        model = Schedule
        fields = ("name", *_TIMING)
        widgets = {"timing_kind": forms.RadioSelect}
        labels = {"timing_kind": "When", "cron": "Set times", "every": "Every", "unit": "Unit"}
        help_texts = {
            "cron": "Minute, hour, day of the month, month, weekday (0 is Sunday). 0 6 * * 1-5: 06:00 from Monday to "
            "Friday. 30 22 1 * *: 22:30 on the first of each month.",
            "every": "For “Every so often”: at least 5 minutes.",
        }

    def __init__(self, *args: Any, person: User, slug_to_type: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug_to_type = slug_to_type
        zone = self.fields["time_zone"]
        if isinstance(zone, forms.ChoiceField):
            choices: list[Any] = list(time_zone_choices())
            known = {value for _, places in choices for value, _ in places}
            mine = self.instance.time_zone or person.time_zone
            zone.choices = choices if mine in known else [(mine, mine), *choices]
        self.initial.setdefault("time_zone", person.time_zone)
        if not self.initial.get("time_zone"):
            self.initial["time_zone"] = person.time_zone
        # Django would offer an empty choice beside the two.
        self.fields["timing_kind"].choices = TimingKind.choices  # type: ignore[attr-defined]
        if slug_to_type:
            self.fields["slug"] = forms.CharField(
                label=f"Type {slug_to_type} to confirm",
                help_text="This is a production connection, and nobody is asked again before a run.",
                widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
            )

    def clean_slug(self) -> str:
        """Compare the typed slug."""
        typed: str = self.cleaned_data["slug"].strip()
        if typed != self.slug_to_type:
            raise ValidationError(f"Type {self.slug_to_type}, exactly so.")
        return typed

    def clean(self) -> dict[str, Any]:
        """Check what is written as time; its message stands at the field that says it."""
        cleaned: dict[str, Any] = super().clean() or {}
        by_cron = cleaned.get("timing_kind") == TimingKind.CRON
        if by_cron and not cleaned.get("cron"):
            self.add_error("cron", "Say when.")
        elif not by_cron and not cleaned.get("every"):
            self.add_error("every", "Say how often: a whole number, at least 1.")
        elif not set(_TIMING) & set(self.errors):
            try:
                _ = Schedule(**{name: cleaned[name] for name in _TIMING}).timing
            except (TimingRefused, OverflowError) as refusal:
                text = str(refusal) if isinstance(refusal, TimingRefused) else "That is too seldom."
                self.add_error("cron" if by_cron else "every", text)
        return cleaned
