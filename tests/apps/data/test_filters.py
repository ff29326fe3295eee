"""Filters of the list in the words of the search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from apps.core.filters import set_filters
from apps.data.datasets.filters import DatasetFilterForm, Owner, search_arguments
from domoadmin.services.times import epoch_milliseconds

NOW = datetime(2026, 11, 19, 14, 32, tzinfo=UTC)
ID = "4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02"


def test_text_is_looked_for_in_names_only() -> None:
    (found,) = search_arguments("sales daily", {}, NOW).filters
    assert found == {"filterType": "wildcard", "field": "name_sort", "query": "*sales daily*"}


@pytest.mark.parametrize("text", [ID, ID.upper()])
def test_an_id_is_looked_for_as_an_id(text: str) -> None:
    (found,) = search_arguments(text, {}, NOW).filters
    assert found == {"filterType": "term", "field": "databaseId", "value": ID}


def test_a_hash_sign_looks_for_a_tag() -> None:
    (found,) = search_arguments("#core", {}, NOW).filters
    assert found == {"filterType": "term", "field": "tags", "value": "core"}


def test_every_filter_becomes_a_documented_one() -> None:
    filters = {"type": "Snowflake", "tag": "core", "owner_ids": ["4827"], "certification": "requested"}
    assert search_arguments("", filters, NOW).filters == [
        {"filterType": "term", "field": "dataprovidername_facet", "value": "Snowflake"},
        {"filterType": "term", "field": "tags", "value": "core"},
        {"filterType": "term", "field": "owned_by_id", "values": ["4827", "4827:USER"]},
        {"filterType": "term", "field": "certification.state", "values": ["REQUESTED", "PENDING"]},
    ]


def test_not_certified_leaves_out_every_state() -> None:
    arguments = search_arguments("", {"certification": "none"}, NOW)
    assert arguments.filters == []
    assert arguments.not_filters == [
        {
            "filterType": "term",
            "field": "certification.state",
            "values": ["CERTIFIED", "REQUESTED", "PENDING", "EXPIRED"],
        }
    ]


@pytest.mark.parametrize(("choice", "bound", "days"), [("within-7", "from", 7), ("not-90", "to", 90)])
def test_times_are_ranges_in_epoch_milliseconds(choice: str, bound: str, days: int) -> None:
    (found,) = search_arguments("", {"updated": choice}, NOW).filters
    border = epoch_milliseconds(NOW - timedelta(days=days))
    assert found == {"filterType": "dateRange", "field": "last_updated", bound: border}


def test_values_that_are_no_choice_filter_nothing() -> None:
    form = DatasetFilterForm(QueryDict("certification=maybe&updated=someday&type=x"))
    assert set_filters(form) == {"type": "x"}


def test_facets_make_lists_with_counts_and_keep_what_is_set() -> None:
    facets = {"DATAPROVIDERNAME": [("Snowflake", 1200)], "CERTIFICATION": [("REQUESTED", 3), ("PENDING", 2)]}
    form = DatasetFilterForm(QueryDict("type=Gone"), facets=facets)
    assert choices_of(form, "type") == [("", "Any"), ("Snowflake", "Snowflake (1,200)"), ("Gone", "Gone")]
    assert ("requested", "Requested (5)") in choices_of(form, "certification")
    assert ("none", "Not certified") in choices_of(form, "certification")
    assert not isinstance(form.fields["tag"], forms.ChoiceField)


def choices_of(form: forms.Form, name: str) -> list[tuple[str, str]]:
    """Return what a list of the form offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return list(field.choices)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Hanna Becker (482716634)", Owner("482716634", "Hanna Becker")),
        ("482716634", Owner("482716634")),
        ("becker", Owner("", "becker")),
        ("R2 (unit) (7)", Owner("7", "R2 (unit)")),
        ("", Owner()),
    ],
)
def test_an_owner_is_a_person_or_a_part_of_a_name(text: str, owner: Owner) -> None:
    assert Owner.from_text(text) == owner


@given(st.text(), st.integers(min_value=0))
def test_an_owner_written_is_read_again(name: str, identifier: int) -> None:
    owner = Owner(str(identifier), name.strip())
    if owner.name:
        assert Owner.from_text(str(owner)).id == owner.id
