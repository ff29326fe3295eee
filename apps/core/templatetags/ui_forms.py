"""Filters by which the form templates give Django's widgets Tabler's classes and the links to help and errors."""

from __future__ import annotations

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


def _css(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Say whether the field is one checkbox, whose label stands beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def kit_widget(field: BoundField) -> SafeString:
    """Draw a field's widget with its class and state; Django itself links help and errors by aria-describedby."""
    classes = [str(field.field.widget.attrs.get("class", "")), _css(field)]
    if field.errors:
        classes.append("is-invalid")
    return field.as_widget(attrs={"class": " ".join(name for name in classes if name)})
