"""The settings of a bulk action: one form for the dialog, the command line and schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

if TYPE_CHECKING:
    from apps.connections.models import Connection

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class SettingsRefused(ValueError):
    """A setting is not known, missing or wrong; the message names it."""


class SettingsForm(forms.Form):
    """Base of the forms; its cleaned values are stored as JSON. `connection` is known where the dialog is drawn."""

    connection: Connection | None = None

    def __init__(self, *args: Any, connection: Connection | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.connection = connection

    @property
    def is_needed(self) -> bool:
        """Say whether there is anything to ask."""
        return bool(self.fields)


def settings_from_text(form_class: type[SettingsForm], pairs: Sequence[str]) -> dict[str, Any]:
    """Read `name=value` settings of a command line.

    Raises SettingsRefused naming the setting.
    """
    known = form_class().fields
    given: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        name = name.strip()
        if not sign:
            raise SettingsRefused(f"{pair!r} is not of the form name=value")
        if name not in known:
            takes = ", ".join(known) or "none"
            raise SettingsRefused(f"{name}: there is no such setting; this action takes {takes}")
        given[name] = _value(name, known[name], value)
    return checked_settings(form_class, given)


def checked_settings(form_class: type[SettingsForm], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cleaned settings. What is not given has the value that the dialog begins with.

    Raises SettingsRefused naming the first that is wrong.
    """
    usual = {name: field.initial for name, field in form_class().fields.items() if field.initial is not None}
    form = form_class(usual | dict(given))
    if form.is_valid():
        return dict(form.cleaned_data)
    name, errors = next(iter(form.errors.items()))
    text = " ".join(str(error) for error in errors)
    raise SettingsRefused(text if name == NON_FIELD_ERRORS else f"{name}: {text}")


def _value(name: str, field: forms.Field, text: str) -> Any:
    if not isinstance(field, forms.BooleanField):
        return text
    if text.strip().lower() not in _WORDS:
        raise SettingsRefused(f"{name}: {text!r} is neither true nor false")
    return _WORDS[text.strip().lower()]
