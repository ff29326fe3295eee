"""What a person sets for a wave."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms

from apps.accounts.models import User
from apps.migrations.federated.settings import MOST_AT_ONCE, MOST_PAUSE_SECONDS, WaveSettings, Window
from apps.migrations.federated.waves import MOST_DATASOURCES


class SettingsForm(forms.Form):
    """Name, pace, hours and stop rule."""

    name = forms.CharField(label="Name", max_length=200)
    at_once = forms.IntegerField(label="At once", min_value=1, max_value=MOST_AT_ONCE)
    wave_size = forms.IntegerField(
        label="Datasources in a wave", min_value=0, max_value=MOST_DATASOURCES, help_text="0: all in one wave."
    )
    pause_seconds = forms.IntegerField(label="Seconds between two waves", min_value=0, max_value=MOST_PAUSE_SECONDS)
    opens = forms.TimeField(
        label="Only from", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    closes = forms.TimeField(
        label="until", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    zone = forms.CharField(
        label="Time zone of these hours", required=False, max_length=60, widget=forms.TextInput(attrs={"list": "zones"})
    )
    stop_incomplete = forms.IntegerField(
        label="Stop at so many INCOMPLETE", min_value=0, max_value=MOST_DATASOURCES, help_text="0: never."
    )
    stop_failures = forms.IntegerField(
        label="Stop at so many failures",
        min_value=0,
        max_value=MOST_DATASOURCES,
        help_text="INCOMPLETE, ABORTED, refused and unknown together. 0: never.",
    )

    def clean(self) -> dict[str, Any]:
        """Take both ends of the hours or none, in a zone that exists."""
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if (opens is None) != (closes is None):
            self.add_error("closes" if closes is None else "opens", "Give both ends of the hours, or none.")
        elif opens is not None and opens == closes:
            self.add_error("closes", "The hours end when they begin: no call would ever leave.")
        if opens is not None and cleaned.get("zone") not in available_timezones():
            self.add_error("zone", "There is no such time zone. Write it like Europe/Berlin.")
        return cleaned

    @property
    def settings(self) -> WaveSettings:
        """Return them, of a valid form."""
        given = self.cleaned_data
        opens = given["opens"]
        return WaveSettings(
            at_once=given["at_once"],
            wave_size=given["wave_size"],
            pause_seconds=given["pause_seconds"],
            window=Window(opens, given["closes"], given["zone"]) if opens is not None else None,
            stop_incomplete=given["stop_incomplete"],
            stop_failures=given["stop_failures"],
        )


def initial_of(settings: WaveSettings, name: str, person: User) -> dict[str, Any]:
    """Return what the form shows at first."""
    window = settings.window
    return {
        "name": name,
        "at_once": settings.at_once,
        "wave_size": settings.wave_size,
        "pause_seconds": settings.pause_seconds,
        "opens": window.opens if window else None,
        "closes": window.closes if window else None,
        "zone": window.zone if window else person.time_zone,
        "stop_incomplete": settings.stop_incomplete,
        "stop_failures": settings.stop_failures,
    }
