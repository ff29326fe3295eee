"""The definitions of a domain's custom data. The API replaces the whole list, so the form holds the whole list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms

from apps.governance.domains.custom_data import NOTHING, TYPES, misfit
from apps.governance.domains.forms import LONGEST_NAME, DomainForm, Line
from domoadmin.services.results import Domain

NEW_ROWS = 3
FIELD_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class FieldsForm(DomainForm):
    """A row for each definition (label, type, whether it goes) and some empty rows for new ones."""

    def __init__(self, data: Any = None, *, domain: Domain, initial: Any = None) -> None:
        super().__init__(data, domain=domain, initial=initial)
        self.definitions = [each for each in domain.fields if each.id]
        for place, each in enumerate(self.definitions):
            self._add_row(place, each.label, each.type)
            self.fields[f"gone_{place}"] = forms.BooleanField(label=f"Remove {each.label or each.id}", required=False)
        for place in range(len(self.definitions), len(self.definitions) + NEW_ROWS):
            self._add_row(place, "", "text")
            attributes = {"autocomplete": "off", "spellcheck": "false", "aria-label": "Id of a new field"}
            attributes["placeholder"] = "New id"
            self.fields[f"id_{place}"] = forms.CharField(
                required=False, max_length=100, widget=forms.TextInput(attrs=attributes)
            )

    def _add_row(self, place: int, label: str, kind: str) -> None:
        name = label or "a new field"
        choices = list(TYPES.items())
        if kind not in TYPES:
            choices.append((kind, kind or "not told"))
        self.fields[f"label_{place}"] = forms.CharField(
            required=False,
            max_length=LONGEST_NAME,
            initial=label,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "aria-label": f"Label of {name}", "placeholder": "Label"}
            ),
        )
        self.fields[f"type_{place}"] = forms.ChoiceField(
            choices=choices, initial=kind, widget=forms.Select(attrs={"aria-label": f"Type of {name}"})
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the bound fields of each row, for the template."""
        for place in range(len(self.definitions) + NEW_ROWS):
            known = place < len(self.definitions)
            yield {
                "id": self.definitions[place].id if known else "",
                "new_id": None if known else self[f"id_{place}"],
                "label": self[f"label_{place}"],
                "type": self[f"type_{place}"],
                "gone": self[f"gone_{place}"] if known else None,
            }

    def clean(self) -> dict[str, Any]:
        """Check labels, ids and that the values that stand there fit their new types."""
        cleaned, taken = self.cleaned_data, {each.id for each in self.definitions}
        for place in range(len(self.definitions) + NEW_ROWS):
            label = cleaned.get(f"label_{place}", "")
            if place < len(self.definitions):
                self._check_known(place, label)
            elif label or cleaned.get(f"id_{place}"):
                self._check_new(place, label, taken)
        return super().clean()

    def _check_known(self, place: int, label: str) -> None:
        if self.cleaned_data.get(f"gone_{place}"):
            return
        if not label:
            self.add_error(f"label_{place}", "Give the field a label, or tick it to be removed.")
        each, kind = self.definitions[place], self.cleaned_data.get(f"type_{place}", "")
        value = self.domain.data.get(each.id, NOTHING)
        if kind != each.type and value is not NOTHING and value is not None and misfit(kind, value):
            self.add_error(f"type_{place}", f"Its value is no {kind}. Change or clear the value first.")

    def _check_new(self, place: int, label: str, taken: set[str]) -> None:
        if not label:
            self.add_error(f"label_{place}", "Give the new field a label.")
            return
        made = self.cleaned_data.get(f"id_{place}") or re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")
        if not FIELD_ID.fullmatch(made):
            self.add_error(f"id_{place}", "Type an id of letters, digits and _ . - only.")
        elif made in taken:
            self.add_error(f"id_{place}", f"There is a field with the id {made} already. Type another one.")
        taken.add(made)
        self.cleaned_data[f"id_{place}"] = made

    def present(self) -> dict[str, Any]:
        """Return the definitions as the API has them."""
        return {
            "domain_metadata": [{"id": each.id, "label": each.label, "type": each.type} for each in self.definitions]
        }

    def wanted(self) -> dict[str, Any]:
        """Return the whole list as it shall be."""
        cleaned, wanted = self.cleaned_data, []
        for place in range(len(self.definitions) + NEW_ROWS):
            label = cleaned.get(f"label_{place}", "")
            known = self.definitions[place].id if place < len(self.definitions) else ""
            if label and not cleaned.get(f"gone_{place}"):
                identifier = known or cleaned[f"id_{place}"]
                wanted.append({"id": identifier, "label": label, "type": cleaned[f"type_{place}"]})
        return {"domain_metadata": wanted}

    def lines(self) -> list[Line]:
        """Return the definitions that differ."""
        before = {each["id"]: each for each in self.present()["domain_metadata"]}
        after = {each["id"]: each for each in self.wanted()["domain_metadata"]}
        found = []
        for identifier in {**before, **after}:
            was, shall = before.get(identifier), after.get(identifier)
            if was != shall:
                kept = shall is None and identifier in self.domain.data
                note = "Its value stays in the data, without a definition." if kept else ""
                found.append(Line(identifier, _in_words(was), _in_words(shall), note))
        return found


def _in_words(definition: dict[str, str] | None) -> str | None:
    return f"{definition['label']} ({definition['type']})" if definition else None
