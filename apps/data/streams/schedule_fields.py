"""The schedule as fields of a form: the friendly editor, and the JSON for what it can't hold."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from apps.data.streams.cron import DAY_WORDS
from apps.data.streams.schedule import (
    AS_IT_IS,
    CUSTOM,
    DAILY,
    HOURS,
    MANUAL,
    MINUTES,
    MONTHLY,
    MOST_HOURS,
    MOST_MINUTES,
    UTC,
    WEEKLY,
    Schedule,
    ScheduleRefused,
    parse,
    read,
    write,
)

MODES = (
    (MANUAL, "Only when somebody runs it"),
    (MINUTES, "Every so many minutes"),
    (HOURS, "Every so many hours"),
    (DAILY, "Daily"),
    (WEEKLY, "Weekly"),
    (MONTHLY, "Monthly"),
    (CUSTOM, "Custom, as JSON"),
)
AS_NOW = (AS_IT_IS, "As Domo has it now")
ZONES = frozenset(available_timezones())


class ScheduleForm(forms.Form):
    """Fields of the schedule; `text` is what is to be sent, after is_valid().

    original: the JSON text that stands there now, None for a new stream or where nothing is told.
    """

    # Which fields belong to which mode, for the script that hides the others.
    shown_for: ClassVar[dict[str, str]] = {
        "every": f"{MINUTES} {HOURS}",
        "at": f"{DAILY} {WEEKLY} {MONTHLY}",
        "days": WEEKLY,
        "month_day": MONTHLY,
        "timezone": f"{MANUAL} {MINUTES} {HOURS} {DAILY} {WEEKLY} {MONTHLY}",
        "custom": CUSTOM,
    }

    mode = forms.ChoiceField(label="Runs", choices=MODES)
    every = forms.IntegerField(required=False, min_value=1, label="Every", help_text="Minutes or hours between runs.")
    at = forms.TimeField(
        required=False,
        label="At",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as hours and minutes, such as 06:30."},
    )
    days = forms.MultipleChoiceField(
        required=False, label="On", choices=list(DAY_WORDS.items()), widget=forms.CheckboxSelectMultiple
    )
    month_day = forms.IntegerField(required=False, min_value=1, max_value=31, label="Day of the month")
    timezone = forms.CharField(
        required=False,
        label="Time zone",
        max_length=60,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    custom = forms.CharField(
        required=False,
        label="Schedule as JSON",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "font-monospace"}),
    )
    replaces = forms.BooleanField(required=False, label="Replace the schedule that can’t be read")

    def __init__(self, data: Any = None, *, original: str | None = None, is_new: bool = False) -> None:
        self.original = original
        self.now = read(original)
        initial = _initial(self.now, is_new)
        super().__init__(data, initial=initial, prefix="schedule")
        mode: Any = self.fields["mode"]
        if self.now.mode == AS_IT_IS and not is_new:
            mode.choices = [AS_NOW, *MODES]
        if not self.now.problem:
            del self.fields["replaces"]
        for name, modes in self.shown_for.items():
            self.fields[name].widget.attrs["data-modes"] = modes

    def clean(self) -> dict[str, Any]:
        """Check what the mode needs, and write the schedule."""
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        schedule = self._schedule(values)
        if self.errors:
            return values
        if self.now.problem and schedule.mode != CUSTOM and not values.get("replaces"):
            self.add_error("replaces", "Tick this to overwrite the schedule that can’t be read, or leave it as it is.")
            return values
        try:
            values["text"] = write(schedule, self.original)
        except ScheduleRefused as refusal:
            self.add_error("custom", str(refusal))
        return values

    def _schedule(self, values: dict[str, Any]) -> Schedule:
        mode = values["mode"]
        if mode == AS_IT_IS:
            return Schedule(AS_IT_IS)
        if mode == CUSTOM:
            return self._custom(values["custom"])
        zone = values["timezone"].strip() or UTC
        # A zone that stands there already is Domo's word; a new one has to be known.
        if zone not in ZONES and zone != self.now.timezone:
            self.add_error("timezone", f"There is no time zone {zone}: write one such as Europe/Berlin or UTC.")
        if mode == MANUAL:
            return Schedule(MANUAL, timezone=zone)
        if mode in (MINUTES, HOURS):
            most = MOST_MINUTES if mode == MINUTES else MOST_HOURS
            every = self._needed(values, "every", f"Say how many: 1 to {most:,}.")
            if every is not None and every > most:
                self.add_error("every", f"At most {most:,}.")
            return Schedule(mode, every=every or 1, timezone=zone)
        at = self._needed(values, "at", "Say at what time it runs.")
        clock = at.strftime("%H:%M") if at else ""
        if mode == WEEKLY:
            days = self._needed(values, "days", "Choose at least one day.")
            return Schedule(
                WEEKLY, at=clock, days=tuple(day for day in DAY_WORDS if day in (days or ())), timezone=zone
            )
        if mode == MONTHLY:
            number = self._needed(values, "month_day", "Say on which day of the month, 1 to 31.")
            return Schedule(MONTHLY, at=clock, month_day=number or 1, timezone=zone)
        return Schedule(DAILY, at=clock, timezone=zone)

    def _custom(self, given: str) -> Schedule:
        """Return the JSON as typed; what stands there unread and wasn't touched stays as it is."""
        # A browser sends line ends of its own.
        text = given.replace("\r\n", "\n")
        if self.original is not None and text.strip() == self.original.replace("\r\n", "\n").strip():
            return self.now if self.now.mode == CUSTOM else read(self.original)
        try:
            parse(text)
        except ScheduleRefused as refusal:
            self.add_error("custom", ValidationError(str(refusal)))
        return Schedule(CUSTOM, custom=text)

    def _needed(self, values: dict[str, Any], name: str, message: str) -> Any:
        found = values.get(name)
        if not found:
            self.add_error(name, message)
            return None
        return found


def _initial(now: Schedule, is_new: bool) -> dict[str, Any]:
    return {
        "mode": MANUAL if is_new and now.mode == AS_IT_IS else now.mode,
        "every": now.every or 30,
        "at": now.at or "06:00",
        "days": list(now.days) or ["MON"],
        "month_day": now.month_day or 1,
        "timezone": now.timezone or UTC,
        "custom": now.custom,
    }
