"""The history: filters, charts by day, and what the page costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.core.drawing import Column, columns, top_of_scale
from apps.core.navigation import registered_areas
from apps.jobs.history import History, days_of, range_of
from apps.jobs.kinds import registered_temporarily
from apps.jobs.models import Job
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import EffectKind
from tests.factories import ConnectionFactory, UserFactory

URL = "/jobs/"


class DataKind(EffectKind):
    name = "test.data"
    title = "Certify datasets"
    area = "data"


@pytest.fixture(autouse=True)
def data_kind(kinds: None) -> Iterator[None]:
    with registered_temporarily(DataKind):
        yield


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory.create(role="admin"))
    return client


def ended(make: JobMaker, title: str, created: datetime, state: str = "succeeded", **fields: object) -> Job:
    job = make.draft("a", kind=str(fields.pop("kind", "test.effects")))
    finished = created if state in ("succeeded", "partial", "failed", "cancelled") else None
    Job.objects.filter(pk=job.pk).update(
        title=title, created_at=created, state=state, finished_at=finished, **{"counts": {}, **fields}
    )
    job.refresh_from_db()
    return job


def titles(client: Client, query: str) -> set[str]:
    content = client.get(f"{URL}?{query}").content.decode()
    return {title for title in ("First job", "Second job", "Third job") if title in content}


class TestFilters:
    @pytest.fixture(autouse=True)
    def jobs(self, make: JobMaker) -> None:
        now = timezone.now()
        ended(make, "First job", now - timedelta(days=3), "failed", counts={"failed": 2})
        ended(make, "Second job", now - timedelta(days=1), kind="test.data", actor_name="Ben Carver")
        other = ConnectionFactory.create(name="Elsewhere", slug="elsewhere")
        ended(make, "Third job", now, "queued", connection=other, connection_slug=other.slug)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", {"First job", "Second job", "Third job"}),
            ("state=failed", {"First job"}),
            ("kind=test.data", {"Second job"}),
            ("area=data", {"Second job"}),
            ("person=carver", {"Second job"}),
            ("connection=elsewhere", {"Third job"}),
            ("q=second", {"Second job"}),
            ("state=nonsense", {"First job", "Second job", "Third job"}),
        ],
    )
    def test_one(self, admin: Client, query: str, found: set[str]) -> None:
        assert titles(admin, query) == found

    def test_time_is_the_persons_day(self, admin: Client) -> None:
        day = timezone.localdate() - timedelta(days=1)
        assert titles(admin, f"since={day}&until={day}") == {"Second job"}
        assert titles(admin, f"until={day}") == {"First job", "Second job"}
        assert titles(admin, f"since={day}&kind=test.effects") == {"Third job"}

    def test_each_is_a_chip_that_can_be_removed(self, admin: Client) -> None:
        content = admin.get(f"{URL}?state=failed&area=data&connection=elsewhere").content.decode()
        labels = {area.key: area.label for area in registered_areas()}
        for label in ("Remove filter State: Failed", f"Remove filter Area: {labels['data']}", "Connection: Elsewhere"):
            assert label in content


@contextmanager
def zone(name: str) -> Iterator[None]:
    with timezone.override(ZoneInfo(name)):
        yield


class TestDays:
    def test_jobs_are_counted_by_outcome_and_day(self, make: JobMaker) -> None:
        noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
        ended(make, "one", noon)
        ended(make, "two", noon, "failed", counts={"failed": 3, "succeeded": 1})
        ended(make, "three", noon + timedelta(days=1), "partial", counts={"failed": 2})
        ended(make, "four", noon + timedelta(days=1), "paused")
        ended(make, "five", noon + timedelta(days=2))
        days = days_of(Job.objects.all(), date(2026, 3, 9), date(2026, 3, 11))
        assert [dict(day.jobs) for day in days] == [{}, {"succeeded": 1, "failed": 1}, {"partial": 1, "open": 1}]
        assert [day.failed_items for day in days] == [0, 3, 2]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("UTC", [0, 1, 0]), ("Asia/Kathmandu", [0, 0, 1]), ("America/Los_Angeles", [0, 1, 0])],
    )
    def test_a_day_is_that_of_the_persons_zone(self, make: JobMaker, name: str, expected: list[int]) -> None:
        # 18:20 in London is 00:05 of the next day in Kathmandu, 5:45 ahead.
        ended(make, "late", datetime(2026, 3, 10, 18, 20, tzinfo=UTC))
        with zone(name):
            days = days_of(Job.objects.all(), date(2026, 3, 9), date(2026, 3, 11))
        assert [day.total for day in days] == expected

    def test_a_day_of_25_hours(self, make: JobMaker) -> None:
        ended(make, "late", datetime(2026, 10, 25, 22, 30, tzinfo=UTC))
        with zone("Europe/Oslo"):
            days = days_of(Job.objects.all(), date(2026, 10, 25), date(2026, 10, 26))
        assert [day.total for day in days] == [1, 0]

    def test_the_range(self) -> None:
        today = date(2026, 3, 31)
        assert range_of(None, None, today) == (date(2026, 3, 2), today)
        assert range_of(date(2026, 3, 5), date(2026, 3, 7), today) == (date(2026, 3, 5), date(2026, 3, 7))
        assert range_of(date(2020, 1, 1), None, today) == (date(2025, 12, 30), today)
        assert range_of(date(2027, 1, 1), None, today) == (today, today)
        assert range_of(None, date(2030, 1, 1), today)[1] == today


class TestCharts:
    def test_the_page_has_charts_and_their_figures(self, admin: Client, make: JobMaker) -> None:
        ended(make, "one", timezone.now(), "failed", counts={"failed": 1_234})
        content = admin.get(URL).content.decode()
        assert content.count('class="chart"') == 2
        assert "1,234 in all" in content
        figures = content.split("Figures of these charts")[1]
        assert f"since={timezone.localdate()}" in figures
        assert "1,234" in figures
        assert "Failed" in figures

    def test_they_follow_the_filters(self, admin: Client, make: JobMaker) -> None:
        ended(make, "one", timezone.now(), "failed", counts={"failed": 7})
        ended(make, "two", timezone.now())
        content = admin.get(f"{URL}?state=succeeded").content.decode()
        assert "1 in all" in content
        assert "Nothing failed in this time." in content
        assert 'class="chart"' not in admin.get(f"{URL}?state=cancelled").content.decode()

    def test_what_exists_is_seen_beside_a_giant(self) -> None:
        drawn = columns([Column("1 Mar", [("is-ok", 100_000)]), Column("2 Mar", [("is-bad", 1)])], "Jobs")
        assert 'class="bar is-bad"' in drawn
        assert 'height="1.5"' in drawn
        assert "<script" not in columns([Column("<script>", [("is-ok", 1)], has_label=True)], "<script>")

    @pytest.mark.parametrize(("highest", "top"), [(0, 2), (1, 2), (3, 4), (5, 10), (11, 20), (41, 100), (100, 100)])
    def test_the_scale_is_round(self, highest: int, top: int) -> None:
        assert top_of_scale(highest) == top

    def test_nothing_draws_nothing(self, db: None) -> None:
        assert not History(Job.objects.all(), date(2026, 3, 1), date(2026, 3, 2))


class TestCost:
    def test_queries_of_the_list_do_not_grow(
        self, admin: Client, make: JobMaker, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(30):
            ended(make, f"Job {number}", timezone.now(), "failed", counts={"failed": 1})
        for query in ("", "state=failed&area=data", "q=job&page=2", "state=unknown", "person=a&since=2026-01-01"):
            # Session, person, connections (shell and filter), jobs, their number, the days, saved views.
            with django_assert_max_num_queries(10):
                assert admin.get(f"{URL}?{query}").status_code == 200
