"""The hand-written claim: what it costs must not grow with the items, whatever the database believes of the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.jobs.models import JobItem
from apps.jobs.rows import next_items
from tests.apps.jobs.conftest import JobMaker

pytestmark = pytest.mark.django_db(transaction=True)


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield (table, how often it was gone through) of each step of a plan."""
    if "Relation Name" in plan:
        yield plan["Relation Name"], int(plan["Actual Loops"])
    for step in plan.get("Plans", []):
        yield from scans(step)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no statistics that could be stale.")
def test_a_claim_goes_through_the_items_once_though_statistics_are_stale(make: JobMaker) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {JobItem._meta.db_table}")
    job = make.queued(*(f"k{number}" for number in range(1000)))
    type(job).objects.filter(pk=job.pk).update(state="running", started_at=timezone.now())
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        transaction.atomic(),
    ):
        assert len(next_items(job.pk, timezone.now(), 8)) == 8
    claim = next(each["sql"] for each in asked.captured_queries if "item.position" in each["sql"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {claim}")
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    assert {loops for table, loops in scans(plan) if table == JobItem._meta.db_table} == {1}
