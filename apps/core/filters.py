"""Filters of a list: a plain form, and its values as chips that can be removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from apps.core.addresses import with_parameters, without_value


@dataclass(frozen=True)
class Chip:
    """One filter that is set: what it is called, what it is set to, and the address without it."""

    label: str
    value: str
    remove_url: str


def set_filters(form: forms.Form) -> dict[str, Any]:
    """Return the cleaned values that are set; a value that is not valid filters nothing (the form shows why)."""
    form.is_valid()
    # 0 is a value; "not in (..., False)" would take it for none.
    return {
        name: value for name, value in form.cleaned_data.items() if value not in (None, "", []) and value is not False
    }


def _word(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        # The widget has called whatever callable the choices were, and flattens their groups.
        options = (option for _group, options, _index in field.widget.optgroups("", []) for option in options)
        return next((str(option["label"]) for option in options if str(option["value"]) == str(value)), str(value))
    if isinstance(field, forms.BooleanField):
        return "yes"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return str(value)


def chips_of(form: forms.Form, url: str) -> list[Chip]:
    """Return a chip for each value that is set; removing one also goes back to the first page."""
    first_page = with_parameters(url, {"page": None})
    chips = []
    for name, value in set_filters(form).items():
        field = form.fields[name]
        label = str(form[name].label)
        if isinstance(value, list | tuple):
            chips += [Chip(label, _word(field, item), without_value(first_page, name, str(item))) for item in value]
        else:
            chips.append(Chip(label, _word(field, value), with_parameters(first_page, {name: None})))
    return chips
