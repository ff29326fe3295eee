"""Pages of jobs: who sees and may what, polling, deciding, the tray."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.runner import Runner
from tests.apps.jobs.conftest import JobMaker
from tests.factories import UserFactory

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def client_of(**fields: object) -> Client:
    client = Client()
    client.force_login(UserFactory.create(**fields))
    return client


@pytest.fixture
def unknown_job(transactional_db: None, make: JobMaker) -> Job:
    """An ended job with one unknown item, whose effect is there, and one whose effect is not."""
    job = make.queued("a", "b", "c", safety="verifiable")
    Runner(job.pk, patient=True).run()
    make.file.write_text("a\nc\n")
    JobItem.objects.filter(job=job, key__in=("a", "b")).update(state="unknown", error_text="No answer came.")
    Job.objects.filter(pk=job.pk).update(state="partial", counts={"succeeded": 1, "unknown": 2})
    job.refresh_from_db()
    return job


class TestWhoSees:
    def test_nobody_is_sent_to_sign_in(self, client: Client, make: JobMaker) -> None:
        job = make.draft("a")
        for url in (reverse("jobs:list"), job.get_absolute_url(), reverse("jobs:tray")):
            assert client.get(url).status_code == 302

    def test_everyone_with_the_connection_reads_but_only_owner_and_admin_steer(self, make: JobMaker) -> None:
        job = make.queued("a")
        reader, admin = client_of(role="viewer"), client_of(role="admin")
        page = reader.get(job.get_absolute_url())
        assert page.status_code == 200
        assert b"Cancel" not in page.content.split(b'id="job-actions"')[1].split(b"</div>")[0]
        assert reader.post(reverse("jobs:cancel", args=[job.pk])).status_code == 403
        assert admin.post(reverse("jobs:cancel", args=[job.pk])).status_code == 302
        job.refresh_from_db()
        assert job.state == "cancelled"

    def test_a_connection_one_may_not_use_hides_its_jobs(self, make: JobMaker) -> None:
        job = make.queued("a")
        make.connection.roles = ["steward"]
        make.connection.save()
        other = client_of(role="support")
        assert other.get(job.get_absolute_url()).status_code == 404
        assert b"A test" not in other.get(reverse("jobs:list")).content
        for name in ("progress", "items"):
            assert other.get(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404
        for name in ("pause", "resume", "cancel", "retry", "confirm", "read_back"):
            assert other.post(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404

    @pytest.mark.parametrize("name", ["pause", "resume", "cancel", "retry", "confirm", "read_back"])
    def test_nothing_changes_by_get(self, signed_in: Client, make: JobMaker, name: str) -> None:
        assert signed_in.get(reverse(f"jobs:{name}", args=[make.draft("a").pk])).status_code == 405


class TestList:
    def test_empty(self, signed_in: Client) -> None:
        assert b"No jobs yet" in signed_in.get(reverse("jobs:list")).content

    def test_filters(self, signed_in: Client, make: JobMaker) -> None:
        make.draft("a")
        job = make.queued("b")
        Job.objects.filter(pk=job.pk).update(title="Second", counts={"unknown": 1})
        page = signed_in.get(reverse("jobs:list"))
        assert page.content.count(b"A test") >= 1
        for query in ("state=queued", "state=unknown", "q=second", f"q={job.short_id}"):
            content = signed_in.get(f"{reverse('jobs:list')}?{query}&person=").content
            assert b"Second" in content, query
            assert b"A test" not in content, query
        assert b"No job matches" in signed_in.get(reverse("jobs:list") + "?q=nothing-like-it").content


class TestJobPage:
    def test_states_of_a_job_draw(self, signed_in: Client, make: JobMaker) -> None:
        for state in ("draft", "queued", "running", "paused", "cancelling"):
            job = make.draft("a", NewItem("b", skip="There already"))
            Job.objects.filter(pk=job.pk).update(state=state)
            assert signed_in.get(job.get_absolute_url()).status_code == 200, state

    def test_a_wrong_id_is_404(self, signed_in: Client) -> None:
        assert signed_in.get(reverse("jobs:show", args=[uuid.uuid4()])).status_code == 404

    def test_polling_answers_304_until_something_changes_and_ends_at_the_end(
        self, transactional_db: None, make: JobMaker, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = Client()
        client.force_login(make.person)
        job = make.queued("a")
        url = reverse("jobs:progress", args=[job.pk])
        first = client.get(url, headers=HTMX)
        assert b'hx-trigger="every 1s"' in first.content
        assert b'hx-swap-oob="true"' in first.content
        tag = first.headers["HX-PTag"]
        with django_assert_max_num_queries(4):
            unchanged = client.get(url, headers={**HTMX, "HX-PTag": tag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        Runner(job.pk, patient=True).run()
        last = client.get(f"{url}?seen=queued-1-0-0", headers={**HTMX, "HX-PTag": tag})
        assert last.status_code == 200
        assert b"hx-trigger" not in last.content
        assert "job-settled" in last.headers["HX-Trigger"]
        assert b"100 %" in last.content

    def test_failures_are_grouped_with_request_id(self, transactional_db: None, make: JobMaker) -> None:
        job = make.queued(
            *(NewItem(f"bad{number}", payload={"fails": True}) for number in range(3)),
            kind="test.all_or_nothing",
        )
        Runner(job.pk, patient=True).run()
        admin = client_of(role="admin")
        content = admin.get(job.get_absolute_url()).content.decode()
        assert "Failures by cause" in content
        assert "The upstream said no" in content
        assert "TOE-NO" in content
        filtered = admin.get(job.get_absolute_url() + "?outcome=failed&cause=403").content.decode()
        assert "bad0" in filtered.split('id="items"')[1]
        assert "bad1" not in filtered.split('id="items"')[1].split("Events")[0]

    def test_upstream_text_is_escaped(self, transactional_db: None, make: JobMaker) -> None:
        job = make.queued(NewItem("<script>alert(1)</script>", label="<img src=x>"))
        JobItem.objects.filter(job=job).update(state="failed", finished_at=job.created_at, error_text="<b>bold</b>")
        Job.objects.filter(pk=job.pk).update(counts={"failed": 1}, message="<b>bold</b>")
        content = client_of(role="admin").get(job.get_absolute_url()).content
        assert b"<img src=x>" not in content
        assert b"<b>bold</b>" not in content


class TestUnknown:
    def test_the_page_says_so(self, unknown_job: Job) -> None:
        content = client_of(role="admin").get(unknown_job.get_absolute_url()).content.decode()
        assert "2 outcomes are unknown" in content
        assert "is-unknown" in content
        assert "Read back" in content

    def test_reading_back_settles_without_sending_anything(self, unknown_job: Job, make: JobMaker) -> None:
        from apps.jobs.celery_tasks import work

        client = client_of(role="admin")
        client.post(reverse("jobs:read_back", args=[unknown_job.pk]))
        before = make.file.read_text()
        work(str(unknown_job.pk))
        unknown_job.refresh_from_db()
        assert dict(unknown_job.items.values_list("key", "state")) == {
            "a": "succeeded",
            "b": "failed",
            "c": "succeeded",
        }
        assert (unknown_job.state, unknown_job.has_unknown) == ("partial", False)
        assert make.file.read_text() == before
        assert service.exit_code(unknown_job) == 1

    def test_a_person_decides_with_a_reason(self, unknown_job: Job, make: JobMaker) -> None:
        client = Client()
        client.force_login(make.person)
        item = unknown_job.items.get(key="a")
        url = reverse("jobs:decide", args=[unknown_job.pk, item.pk])
        assert client.get(url).status_code == 200
        assert b"dialog-header" in client.get(url, headers=HTMX).content
        assert client.post(url, {"outcome": "done"}).status_code == 422
        assert client.post(url, {"outcome": "done", "reason": "Seen in Domo"}).status_code == 302
        answer = client.post(
            reverse("jobs:decide", args=[unknown_job.pk, unknown_job.items.get(key="b").pk]),
            {"outcome": "done", "reason": "Seen too"},
            headers=HTMX,
        )
        assert answer.status_code == 204
        unknown_job.refresh_from_db()
        assert (unknown_job.state, unknown_job.has_unknown) == ("succeeded", False)
        record = AuditRecord.objects.get(operation="jobs.decide", target_id="a")
        assert "Seen in Domo" in record.message
        assert record.actor_name == make.person.display_name

    def test_others_may_not_decide(self, unknown_job: Job) -> None:
        url = reverse("jobs:decide", args=[unknown_job.pk, unknown_job.items.get(key="a").pk])
        assert client_of(role="steward").get(url).status_code == 403


class TestTray:
    def test_empty_without_running_jobs(self, signed_in: Client, make: JobMaker) -> None:
        make.draft("a")
        assert signed_in.get(reverse("jobs:tray")).content == b""

    def test_shows_own_running_jobs_only(
        self, signed_in: Client, make: JobMaker, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        job = make.queued("a")
        with django_assert_max_num_queries(3):
            answer = signed_in.get(reverse("jobs:tray"), headers=HTMX)
        assert job.get_absolute_url().encode() in answer.content
        again = signed_in.get(reverse("jobs:tray"), headers={**HTMX, "HX-PTag": answer.headers["HX-PTag"]})
        assert again.status_code == 304
        assert client_of(role="steward").get(reverse("jobs:tray")).content == b""


class TestButtons:
    def test_pause_resume_cancel_retry(self, signed_in: Client, make: JobMaker) -> None:
        job = make.queued(NewItem("a"), kind="test.all_or_nothing")

        def press(name: str) -> str:
            signed_in.post(reverse(f"jobs:{name}", args=[job.pk]))
            job.refresh_from_db()
            return job.state

        assert press("pause") == "paused"
        assert press("resume") == "queued"
        assert press("cancel") == "cancelled"
        assert press("cancel") == "cancelled"
        signed_in.post(reverse("jobs:retry", args=[job.pk]))
        again = Job.objects.get(retry_of=job)
        assert (again.state, again.total, again.source) == ("queued", 1, "retry")

    def test_a_broker_that_is_down_is_told(
        self, transactional_db: None, signed_in: Client, make: JobMaker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from apps.jobs import messages

        class Down:
            def send_task(self, *args: object, **kwargs: object) -> None:
                raise ConnectionRefusedError

        monkeypatch.setattr(messages, "current_app", Down())
        job = make.draft("a")
        Job.objects.filter(pk=job.pk).update(state="paused", planned_at=job.created_at)
        answer = signed_in.post(reverse("jobs:resume", args=[job.pk]), follow=True)
        job.refresh_from_db()
        assert job.state == "queued"
        assert "can&#x27;t be reached" in answer.content.decode()
