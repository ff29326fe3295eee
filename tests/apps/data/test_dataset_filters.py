"""The facets of the dataset list: each filters as it says, in list, export and bulk selection alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from apps.connections.models import Connection
from apps.data.datasets.selection import DATASETS
from apps.jobs.bulk import SelectionRefused
from tests.apps.data.support import LIST, csv_rows, datasets, ids_shown, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream, told

DAY = 86_400_000
Keep = Callable[[dict[str, Any]], bool]


def _now() -> float:
    return time.time() * 1000


FILTERS: tuple[tuple[dict[str, str], Keep], ...] = (
    ({"kind": "snowflake"}, lambda each: each["dataProviderType"] == "snowflake"),
    ({"within": "45"}, lambda each: each["lastUpdated"] > _now() - 45 * DAY),
    ({"older": "45"}, lambda each: each["lastUpdated"] < _now() - 45 * DAY),
    ({"rows_min": "1000000"}, lambda each: each["rowCount"] >= 1_000_000),
    ({"rows_max": "0"}, lambda each: each["rowCount"] == 0),
    ({"rows_min": "1000", "rows_max": "50000"}, lambda each: 1000 <= each["rowCount"] <= 50_000),
    ({"cards": "none"}, lambda each: each["cardCount"] == 0),
    ({"cards": "some"}, lambda each: each["cardCount"] > 0),
    ({"cards_min": "10"}, lambda each: each["cardCount"] >= 10),
)


@pytest.mark.parametrize(
    ("asked", "keep"), FILTERS, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_each_facet_filters_list_export_and_bulk_alike(
    halden: Connection, sandbox: SandboxProcess, asked: dict[str, str], keep: Keep
) -> None:
    expected = {each["databaseId"] for each in datasets(sandbox) if keep(each)}
    viewer: Client = client_with_role("viewer")
    text = text_of(viewer.get(f"{LIST}?{urlencode(asked)}&per=100"))
    assert set(ids_shown(text)) <= expected
    assert f"{len(expected):,}</strong> of " in text
    assert "does not filter by" not in text
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv?{urlencode(asked)}")))[1:]
    assert {row[0] for row in rows} == expected
    query = DATASETS.clean_query(asked)
    assert {target.key for target in DATASETS.walk(halden.client(), query)} == expected


def test_never_updated_is_what_has_no_such_time(other_hands: Connection, upstream: Upstream) -> None:
    hits = [
        {"databaseId": "a", "name": "Never loaded", "entityType": "dataset", "lastTouched": 1_700_000_000_000},
        {"databaseId": "b", "name": "Loaded", "entityType": "dataset", "lastUpdated": 1_700_000_000_000},
    ]
    upstream.answers(told({"totalResultCount": 2, "searchObjects": hits}))
    query = DATASETS.clean_query({"updated": "never"})
    assert [target.key for target in DATASETS.walk(other_hands.client(), query)] == ["a"]
    assert upstream.asked[0].json["notFilters"] == [{"filterType": "dateRange", "field": "last_updated", "from": 1}]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"rows_min": "10", "rows_max": "5"}, "Give at least 10"),
        ({"rows_min": "-1"}, "greater than or equal to 0"),
        ({"within": "soon"}, "Enter a whole number"),
        ({"cards": "none", "cards_min": "3"}, "clear one of the two"),
    ],
)
def test_a_filter_that_is_none_says_why_and_starts_nothing(
    halden: Connection, asked: dict[str, str], words: str
) -> None:
    text = text_of(client_with_role("viewer").get(f"{LIST}?{urlencode(asked)}"))
    assert words in text
    assert "to correct" in text
    with pytest.raises(SelectionRefused, match=words):
        DATASETS.clean_query(asked)


def test_an_upstream_without_such_a_filter_is_told_and_changes_no_more(
    other_hands: Connection, upstream: Upstream
) -> None:
    hits = [
        {"databaseId": "a", "name": "Small", "entityType": "dataset", "rowCount": 3},
        {"databaseId": "b", "name": "Large", "entityType": "dataset", "rowCount": 3000},
    ]
    upstream.answers(told({"totalResultCount": 2, "searchObjects": hits}))
    text = text_of(client_with_role("viewer").get(f"{LIST}?rows_min=1000"))
    assert "does not filter by Rows, at least" in text
    query = DATASETS.clean_query({"rows_min": "1000"})
    assert [target.key for target in DATASETS.walk(other_hands.client(), query)] == ["b"]
