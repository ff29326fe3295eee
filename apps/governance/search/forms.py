"""The filter menu of the search, and the form that makes one condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.governance.search.conditions import BUCKETS, KINDS, OPERATORS, PLACES, BadCondition, Condition
from apps.governance.search.entities import ENTITIES
from apps.governance.search.question import FACETS, order_of
from apps.governance.search.results import LABELS

NO_FACETS = "none"


class SearchForm(forms.Form):
    """What is searched and how it is sorted. `other` and `facet_other` take names that the document does not list."""

    template_name = "governance/search/filter_form.html"

    type = forms.MultipleChoiceField(
        required=False,
        label="Types",
        choices=[(each.name, each.plural) for each in ENTITIES.values()],
        widget=forms.CheckboxSelectMultiple,
    )
    other = forms.CharField(
        required=False, max_length=300, label="Further types", help_text="As Domo names them, such as app_card."
    )
    exact = forms.BooleanField(required=False, label="Only words as they are written, none that sound alike")
    order = forms.CharField(
        required=False,
        max_length=300,
        label="Sort by",
        help_text="Fields with ASC or DESC, such as createDate DESC, display_name_sort. Empty: relevance.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    facet = forms.MultipleChoiceField(
        required=False,
        label="Facets",
        choices=[*((name, LABELS[name]) for name in FACETS), (NO_FACETS, "None")],
        widget=forms.CheckboxSelectMultiple,
    )
    facet_other = forms.CharField(
        required=False, max_length=300, label="Further facets", help_text="As Domo names them, separated by commas."
    )

    def clean_order(self) -> str:
        """Take an order that can be sent."""
        text: str = self.cleaned_data["order"].strip()
        try:
            order_of(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return text


class ConditionForm(forms.Form):
    """One filter of the document. Which fields count follows from the kind; the others are left out."""

    place = forms.ChoiceField(label="It", choices=list(PLACES.items()), initial="all")
    field = forms.CharField(
        max_length=200,
        label="Field",
        help_text="The document names databaseId and createDate; “All fields” of a result shows what else there is.",
        error_messages={"required": "Say which field."},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "list": "search-fields", "autofocus": True}
        ),
    )
    kind = forms.ChoiceField(label="Kind", choices=list(KINDS.items()), initial="term")
    terms = forms.CharField(
        required=False,
        max_length=50_000,
        label="Values",
        widget=forms.Textarea(attrs={"rows": "3", "spellcheck": "false"}),
        help_text="One in each line; one of them must be met.",
    )
    pattern = forms.CharField(required=False, max_length=500, label="Pattern", help_text="* stands for anything.")
    query = forms.CharField(required=False, max_length=500, label="Query string")
    bucket = forms.ChoiceField(required=False, label="Period", choices=list(BUCKETS.items()))
    since = forms.CharField(required=False, max_length=40, label="From", help_text="2026-11-22, or with a time.")
    until = forms.CharField(required=False, max_length=40, label="To", help_text="The whole of that day.")
    operator = forms.ChoiceField(required=False, label="Comparison", choices=list(OPERATORS.items()), initial="GTE")
    number = forms.CharField(required=False, max_length=40, label="Number")
    low = forms.CharField(required=False, max_length=40, label="At least")
    high = forms.CharField(required=False, max_length=40, label="At most")
    truth = forms.ChoiceField(required=False, label="Value", choices=[("true", "True"), ("false", "False")])
    negated = forms.BooleanField(required=False, label="Turn it round (not)")

    # Which fields belong to which kind.
    PARTS: Mapping[str, tuple[str, ...]] = {
        "terms": ("term",),
        "pattern": ("wildcard",),
        "query": ("queryString",),
        "bucket": ("dateBucket",),
        "since": ("dateRange",),
        "until": ("dateRange",),
        "operator": ("numeric",),
        "number": ("numeric",),
        "low": ("range",),
        "high": ("range",),
        "truth": ("boolean",),
        "negated": ("term", "dateRange", "numeric", "missing"),
    }
    _VALUES: Mapping[str, str] = {
        "term": "terms",
        "wildcard": "pattern",
        "queryString": "query",
        "dateBucket": "bucket",
        "numeric": "number",
        "boolean": "truth",
    }

    def parts(self) -> list[tuple[forms.BoundField, str]]:
        """Return the fields that depend on the kind, each with the kinds that show it."""
        return [(self[name], " ".join(kinds)) for name, kinds in self.PARTS.items()]

    def clean(self) -> dict[str, Any]:
        """Make the condition; what is wrong with it is said at its field."""
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        kind = cleaned["kind"]
        value = cleaned.get(self._VALUES.get(kind, ""), "")
        values = [line.strip() for line in value.splitlines() if line.strip()] if kind == "term" else [value.strip()]
        low, high = ("since", "until") if kind == "dateRange" else ("low", "high")
        bounded = kind in ("dateRange", "range")
        condition = Condition(
            kind=kind,
            field=cleaned["field"].strip(),
            values=tuple(each for each in values if each),
            place=cleaned["place"],
            operator=cleaned["operator"] if kind == "numeric" else "",
            low=cleaned[low].strip() if bounded else "",
            high=cleaned[high].strip() if bounded else "",
            negated=bool(cleaned["negated"]) and kind in self.PARTS["negated"],
        )
        try:
            condition.check()
        except BadCondition as error:
            names = {"values": self._VALUES.get(kind, "field"), "low": low, "high": high}
            self.add_error(names.get(error.field, error.field), str(error))
        cleaned["condition"] = condition
        return cleaned

    @classmethod
    def initial_of(cls, condition: Condition) -> dict[str, Any]:
        """Return what the form begins with to change a condition."""
        kind = condition.kind
        low, high = ("since", "until") if kind == "dateRange" else ("low", "high")
        return {
            "place": condition.place,
            "kind": kind,
            "field": condition.field,
            cls._VALUES.get(kind, "terms"): "\n".join(condition.values),
            "operator": condition.operator or "GTE",
            low: condition.low,
            high: condition.high,
            "negated": condition.negated,
        }
