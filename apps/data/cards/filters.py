"""The filters of the card list, and the same in the words of the search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.data.datasets import upstream_fields
from apps.data.datasets.filters import OwnerInput, SearchArguments, looks_like_id, search_arguments
from domoadmin.services.search_filters import term, wildcard

# The search's name of the pages that a card stands on; not in the documents, as all but databaseId.
PAGES = "pages"
CERTIFICATIONS = {"certified": "Certified", "none": "Not certified"}
ONLY_BY_SEARCH = ("page", "certification")


class CardFilterForm(forms.Form):
    """The filter menu. With a dataset, its documented list of cards is read, which tells no pages or certifications."""

    owner = forms.CharField(required=False, max_length=200)
    dataset = forms.CharField(
        required=False,
        max_length=64,
        label="Dataset id",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    page = forms.CharField(required=False, max_length=200, label="On the page")
    certification = forms.ChoiceField(required=False, label="State", choices=[("", "Any"), *CERTIFICATIONS.items()])

    def __init__(self, *args: Any, owners_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].widget = OwnerInput(owners_url)

    def clean_dataset(self) -> str:
        """Take the id of a dataset."""
        found: str = self.cleaned_data["dataset"].strip()
        if found and not looks_like_id(found):
            raise ValidationError("That is no dataset id. Copy it from the dataset's page.")
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse what Domo's list of a dataset's cards can't tell."""
        cleaned = self.cleaned_data
        for name in ONLY_BY_SEARCH:
            if cleaned.get("dataset") and cleaned.get(name):
                self.add_error(
                    name, "Domo's list of a dataset's cards does not tell this. Remove it, or the dataset's id."
                )
        return cleaned


def card_arguments(words: str, filters: Mapping[str, Any], now: Any) -> SearchArguments:
    """Return words and filters in the words of the search; `filters` as for datasets, and `page`."""
    arguments = search_arguments("", filters, now)
    if words.isdecimal():
        arguments.filters.append(term(upstream_fields.ID, words))
    elif words:
        arguments.filters.append(wildcard(upstream_fields.NAME, f"*{words}*"))
    if filters.get("page"):
        arguments.filters.append(wildcard(PAGES, f"*{filters['page']}*"))
    return arguments
