"""A job's page and its downloads: causes, items of large jobs, CSV and JSON of any size, who follows it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.jobs import item_list
from apps.jobs.causes import cause_of
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.runner import Runner
from tests.apps.jobs.conftest import JobMaker
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory.create(role="admin"))
    return client


def ended(make: JobMaker, count: int = 30, failed: int = 6) -> Job:
    """Return an ended job: the first items failed, by two answers that name the item, the others succeeded."""
    job = make.queued(*(NewItem(f"k{n}", label=f"Dataset {n}", before={"certified": False}) for n in range(count)))
    now = timezone.now()
    for item in job.items.all():
        code, text = "", ""
        if item.position < failed:
            code, text = ("404", f"DataSet {item.position} not found") if item.position % 3 else ("403", "No")
        item.state, item.error_code, item.error_text = "failed" if code else "succeeded", code, text
        item.cause, item.finished_at = cause_of(code, text) if code else "", now
        item.request_id = f"TOE-{item.position}"
        item.save()
    counts = {"failed": failed, "succeeded": count - failed}
    Job.objects.filter(pk=job.pk).update(state="partial", finished_at=now, counts=counts)
    job.refresh_from_db()
    return job


def shown_items(content: bytes) -> str:
    return content.decode().split('id="items"')[1].split('id="events-title"')[0]


class TestCauses:
    def test_answers_that_name_the_item_are_one_cause(self, admin: Client, make: JobMaker) -> None:
        job = ended(make)
        content = admin.get(job.get_absolute_url()).content.decode()
        table = content.split('id="causes-title"')[1].split("</section>")[0]
        assert table.count("<tr>") == 3, "A heading and two causes"
        assert table.index("404") < table.index("403"), "The most frequent first"
        assert "TOE-5" in table
        assert "6 failed" in table
        cause = cause_of("404", "DataSet 1 not found")
        items = shown_items(admin.get(f"{job.get_absolute_url()}?outcome=failed&cause={cause}").content)
        assert items.count("not found") == 4
        assert "Remove filter answer 404" in items
        assert "k0" not in items

    def test_unknown_ones_are_grouped_too(self, admin: Client, make: JobMaker) -> None:
        job = ended(make)
        JobItem.objects.filter(job=job, position=0).update(state="unknown", cause=cause_of("", "No answer"))
        Job.objects.filter(pk=job.pk).update(counts={"failed": 5, "unknown": 1, "succeeded": 24})
        content = admin.get(job.get_absolute_url()).content.decode()
        assert "5 failed, 1 unknown" in content

    def test_a_runner_notes_the_cause(self, transactional_db: None, make: JobMaker) -> None:
        job = make.queued(*(NewItem(f"k{n}", payload={"fails": True}) for n in range(2)), kind="test.all_or_nothing")
        Runner(job.pk, patient=True).run()
        assert job.items.get(state="failed").cause == cause_of("403", "The upstream said no")
        assert job.items.get(state="cancelled").cause == ""


class TestLargeJobs:
    def test_pages_from_the_end_hold_the_same_items(
        self, admin: Client, make: JobMaker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = ended(make, count=110)
        monkeypatch.setattr(item_list, "COUNTED", 10)
        for number, first, last in ((1, "k0", "k24"), (4, "k75", "k99"), (5, "k100", "k109"), (99, "k100", "k109")):
            page = item_list.ItemList(job, {"page": str(number)}).page
            keys = [item.key for item in page.object_list]
            assert (keys[0], keys[-1]) == (first, last)
        assert item_list.ItemList(job, {"outcome": "failed"}).page.paginator.count == 6

    def test_what_the_page_costs_does_not_grow(
        self, admin: Client, make: JobMaker, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        job = ended(make, count=60, failed=40)
        for query in ("", "outcome=failed", "page=2"):
            # Session, person, job, connections, number, causes and samples, items, events, followers.
            with django_assert_max_num_queries(11):
                assert admin.get(f"{job.get_absolute_url()}?{query}").status_code == 200


class TestDownloads:
    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(item_list, "BATCH", 7)

    def test_csv_holds_each_item_once(self, admin: Client, make: JobMaker) -> None:
        job = ended(make)
        answer = admin.get(reverse("jobs:results_csv", args=[job.pk]))
        assert answer.streaming
        assert f'filename="job-{job.short_id}.csv"' in answer.headers["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert [row["Key"] for row in rows] == [f"k{n}" for n in range(30)]
        assert rows[1]["Message"] == "DataSet 1 not found"
        assert json.loads(rows[1]["Before"]) == {"certified": False}

    def test_a_spreadsheet_computes_nothing(self, admin: Client, make: JobMaker) -> None:
        job = ended(make, count=2, failed=1)
        JobItem.objects.filter(job=job).update(label="=1+1", error_text="@SUM(A1)")
        rows = list(
            csv.DictReader(
                io.StringIO(admin.get(reverse("jobs:results_csv", args=[job.pk])).getvalue().decode("utf-8-sig"))
            )
        )
        assert not rows[0]["Name"].startswith("=")
        assert not rows[0]["Message"].startswith("@")

    def test_json_is_one_object(self, admin: Client, make: JobMaker) -> None:
        job = ended(make)
        answer = admin.get(reverse("jobs:results_json", args=[job.pk]) + "?outcome=failed")
        assert answer.streaming
        found = json.loads(answer.getvalue())
        assert (found["job"]["id"], found["job"]["counts"]["failed"]) == (str(job.pk), 6)
        assert [item["key"] for item in found["items"]] == [f"k{n}" for n in range(6)]
        assert found["items"][0]["request_id"] == "TOE-0"

    def test_of_one_cause_and_of_nothing(self, admin: Client, make: JobMaker) -> None:
        job = ended(make)
        url = reverse("jobs:results_json", args=[job.pk])
        cause = cause_of("404", "DataSet 1 not found")
        assert len(json.loads(admin.get(f"{url}?outcome=failed&cause={cause}").getvalue())["items"]) == 4
        assert json.loads(admin.get(f"{url}?outcome=skipped").getvalue())["items"] == []

    def test_queries_grow_with_batches_only(
        self, admin: Client, make: JobMaker, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        job = ended(make)
        # Session, person, job, the last item, 5 batches and the empty one.
        with django_assert_max_num_queries(10):
            admin.get(reverse("jobs:results_csv", args=[job.pk])).getvalue()

    def test_others_get_nothing(self, make: JobMaker) -> None:
        job = ended(make)
        make.connection.roles = ["steward"]
        make.connection.save()
        other = Client()
        other.force_login(UserFactory.create(role="support"))
        for name in ("results_csv", "results_json"):
            assert other.get(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404


class TestRetryUnknown:
    def test_the_button_and_what_it_does(self, make: JobMaker) -> None:
        job = make.queued("a", safety="verifiable")
        now = timezone.now()
        JobItem.objects.filter(job=job).update(state="unknown", finished_at=now)
        Job.objects.filter(pk=job.pk).update(state="partial", finished_at=now, counts={"unknown": 1})
        client = Client()
        client.force_login(make.person)
        assert "Retry unknown after verify" in client.get(job.get_absolute_url()).content.decode()
        url = reverse("jobs:retry_unknown", args=[job.pk])
        assert client.get(url).status_code == 405
        assert client.post(url).status_code == 302
        job.refresh_from_db()
        assert job.retry_unknown_by == make.person
        content = client.get(job.get_absolute_url()).content.decode()
        assert "Reading back" in content
        assert "Retry unknown after verify" not in content

    def test_what_is_unsafe_has_none(self, make: JobMaker) -> None:
        job = make.queued("a", safety="unsafe")
        now = timezone.now()
        JobItem.objects.filter(job=job).update(state="unknown", finished_at=now)
        Job.objects.filter(pk=job.pk).update(state="partial", finished_at=now, counts={"unknown": 1})
        client = Client()
        client.force_login(make.person)
        assert "Retry unknown after verify" not in client.get(job.get_absolute_url()).content.decode()

    def test_the_page_links_to_what_followed(self, admin: Client, make: JobMaker) -> None:
        job = ended(make, count=1, failed=1)
        admin.post(reverse("jobs:retry", args=[job.pk]))
        again = job.retries.get()
        assert f'Retried by <a href="{again.get_absolute_url()}">' in admin.get(job.get_absolute_url()).content.decode()
        assert job.get_absolute_url() in admin.get(again.get_absolute_url()).content.decode()
