"""Making, changing, switching and deleting schedules, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from apps.schedules import running
from apps.schedules.models import Schedule, ScheduleRun
from tests.factories import ConnectionFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM: dict[str, Any] = {
    "name": "Certify at night",
    "timing_kind": "cron",
    "cron": "0 2 * * *",
    "every": "",
    "unit": "hours",
    "time_zone": "Europe/Zurich",
}


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def create_url(job: Job) -> str:
    return reverse("schedules:create", args=[job.pk])


class TestMaking:
    def test_from_a_job(self, signed_in: Client, job: Job, person: User) -> None:
        page = signed_in.get(create_url(job)).content.decode()
        assert "Certify 2 datasets" in page
        assert '<option value="Europe/Zurich" selected>' in page
        answer = signed_in.post(create_url(job), FORM)
        made = Schedule.objects.get()
        assert answer.headers["Location"] == made.get_absolute_url()
        assert (made.owner, made.kind, made.params, made.enabled) == (person, job.kind, job.params, True)
        assert made.next_run_at is not None
        assert timezone.localtime(made.next_run_at, made.zone).strftime("%H:%M") == "02:00"
        record = AuditRecord.objects.get(operation="schedules.create")
        assert record.after is not None
        assert (record.actor, record.target_id, record.after["when"]) == (
            person,
            str(made.pk),
            "0 2 * * * (Europe/Zurich)",
        )
        shown = signed_in.get(made.get_absolute_url()).content.decode()
        assert "0 2 * * * (Europe/Zurich)" in shown
        assert shown.count(", 02:00</span>") == 5

    def test_an_interval(self, signed_in: Client, job: Job) -> None:
        signed_in.post(create_url(job), FORM | {"timing_kind": "interval", "every": "90", "unit": "minutes"})
        made = Schedule.objects.get()
        assert made.timing_words == "Every 90 minutes"
        assert made.next_run_at is not None
        assert 89 < (made.next_run_at - timezone.now()).total_seconds() / 60 <= 90

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"cron": "0 2 * *"}, "five fields"),
            ({"cron": ""}, "Say when"),
            ({"timing_kind": "interval"}, "Say how often"),
            ({"timing_kind": "interval", "every": "4", "unit": "minutes"}, "every 5 minutes"),
            ({"timing_kind": "interval", "every": "400", "unit": "days"}, "once a year"),
            ({"timing_kind": "interval", "every": "2000000000", "unit": "days"}, "too seldom"),
            ({"time_zone": "Nowhere/Land"}, "Select a valid choice"),
            ({"name": ""}, "required"),
        ],
    )
    def test_what_is_refused_is_said(self, signed_in: Client, job: Job, changes: dict[str, str], message: str) -> None:
        answer = signed_in.post(create_url(job), FORM | changes)
        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert not Schedule.objects.exists()

    def test_production_wants_its_slug_typed(self, signed_in: Client, job: Job, connection: Connection) -> None:
        Connection.objects.filter(pk=connection.pk).update(environment=Environment.PRODUCTION)
        assert signed_in.post(create_url(job), FORM).status_code == 422
        assert signed_in.post(create_url(job), FORM | {"slug": "other"}).status_code == 422
        assert signed_in.post(create_url(job), FORM | {"slug": connection.slug}).status_code == 302
        assert Schedule.objects.exists()

    def test_work_that_can_not_run_again(self, signed_in: Client, person: User, connection: Connection) -> None:
        once = service.create_job(
            "test.effects", title="Once", connection=connection, params={}, actor=person, items=[]
        )
        assert "can&#x27;t run on a schedule" in signed_in.get(create_url(once)).content.decode()
        assert signed_in.post(create_url(once), FORM).status_code == 422
        undo = service.create_job(
            "test.again", title="Undo", connection=connection, params={"selection": {"undo_of": "x"}}, actor=person
        )
        assert signed_in.post(create_url(undo), FORM).status_code == 422
        assert not Schedule.objects.exists()

    def test_somebody_elses_job_needs_the_role(self, client: Client, job: Job) -> None:
        client.force_login(UserFactory.create(role="viewer"))
        assert client.post(create_url(job), FORM).status_code == 422
        assert not Schedule.objects.exists()

    def test_a_job_that_is_not_visible(self, client: Client, job: Job, connection: Connection) -> None:
        Connection.objects.filter(pk=connection.pk).update(roles=["admin"])
        client.force_login(UserFactory.create(role="steward"))
        assert client.get(create_url(job)).status_code == 404

    def test_the_newest_jobs_are_offered(self, signed_in: Client, job: Job) -> None:
        assert create_url(job) in signed_in.get(reverse("schedules:new")).content.decode()
        Job.objects.all().delete()
        assert "No work to choose yet" in signed_in.get(reverse("schedules:new")).content.decode()


class TestChanging:
    def test_edit(self, signed_in: Client, schedule: Schedule) -> None:
        url = reverse("schedules:edit", args=[schedule.pk])
        assert b"Nightly" in signed_in.get(url).content
        assert signed_in.post(url, FORM | {"cron": "x"}).status_code == 422
        assert signed_in.post(url, FORM).status_code == 302
        schedule.refresh_from_db()
        assert (schedule.name, schedule.cron) == ("Certify at night", "0 2 * * *")
        assert schedule.next_run_at is not None
        assert timezone.localtime(schedule.next_run_at, schedule.zone).hour == 2
        record = AuditRecord.objects.get(operation="schedules.edit")
        assert record.before is not None
        assert record.after is not None
        assert (record.before["name"], record.after["name"]) == ("Nightly", "Certify at night")

    def test_a_new_name_leaves_the_next_run_alone(self, signed_in: Client, schedule: Schedule) -> None:
        form = FORM | {"timing_kind": "interval", "every": "1", "cron": "", "name": "Hourly"}
        signed_in.post(reverse("schedules:edit", args=[schedule.pk]), form)
        before = schedule.next_run_at
        schedule.refresh_from_db()
        assert (schedule.name, schedule.next_run_at) == ("Hourly", before)

    def test_switching(self, signed_in: Client, schedule: Schedule) -> None:
        url = reverse("schedules:switch", args=[schedule.pk])
        signed_in.post(url, {"on": "0"})
        schedule.refresh_from_db()
        assert (schedule.state, schedule.next_run_at) == ("off", None)
        assert b"None while it is off" in signed_in.get(schedule.get_absolute_url()).content
        signed_in.post(url, {"on": "1"})
        schedule.refresh_from_db()
        assert schedule.state == "on"
        assert schedule.next_run_at is not None
        assert schedule.next_run_at > timezone.now()
        operations = AuditRecord.objects.values_list("operation", flat=True).order_by("pk")
        assert list(operations)[-2:] == ["schedules.switch_off", "schedules.switch_on"]
        assert signed_in.get(url).status_code == 405

    def test_one_that_would_stop_again_stays_off(self, client: Client, schedule: Schedule, person: User) -> None:
        User.objects.filter(pk=person.pk).update(role="viewer")
        running.run_due(timezone.now())
        client.force_login(UserFactory.create(role="admin"))
        shown = client.get(schedule.get_absolute_url()).content.decode()
        assert "It has stopped by itself" in shown
        assert "no longer has the role steward" in shown
        answer = client.post(reverse("schedules:switch", args=[schedule.pk]), {"on": "1"}, follow=True)
        assert "stays off" in answer.content.decode()
        schedule.refresh_from_db()
        assert schedule.state == "stopped"

    def test_deleting_asks_first_and_keeps_the_jobs(self, signed_in: Client, schedule: Schedule) -> None:
        running.run_due(timezone.now())
        url = reverse("schedules:delete", args=[schedule.pk])
        assert b"can&#x27;t be undone" in signed_in.get(url).content or b"can't be undone" in signed_in.get(url).content
        assert Schedule.objects.exists()
        assert signed_in.post(url).status_code == 302
        assert not Schedule.objects.exists()
        assert not ScheduleRun.objects.exists()
        assert Job.objects.filter(source="schedule").count() == 1
        before = AuditRecord.objects.get(operation="schedules.delete").before
        assert before is not None
        assert before["name"] == "Nightly"

    def test_only_its_owner_and_admins(self, client: Client, schedule: Schedule) -> None:
        client.force_login(UserFactory.create(role="steward"))
        assert client.get(schedule.get_absolute_url()).status_code == 200
        assert b"Switch off" not in client.get(schedule.get_absolute_url()).content
        for name, form in (("edit", FORM), ("switch", {"on": "0"}), ("delete", {})):
            assert client.post(reverse(f"schedules:{name}", args=[schedule.pk]), form).status_code == 403
        client.force_login(UserFactory.create(role="admin"))
        assert client.post(reverse("schedules:switch", args=[schedule.pk]), {"on": "0"}).status_code == 302
        schedule.refresh_from_db()
        assert schedule.state == "off"

    def test_hidden_with_its_connection(self, client: Client, schedule: Schedule, connection: Connection) -> None:
        Connection.objects.filter(pk=connection.pk).update(roles=["admin"])
        client.force_login(UserFactory.create(role="steward"))
        assert client.get(schedule.get_absolute_url()).status_code == 404
        assert b"Nightly" not in client.get(reverse("schedules:list")).content


class TestList:
    def test_empty(self, signed_in: Client) -> None:
        assert b"No schedules yet" in signed_in.get(reverse("schedules:list")).content

    def test_state_last_and_next_run(self, signed_in: Client, schedule: Schedule) -> None:
        assert b"none yet" in signed_in.get(reverse("schedules:list")).content
        running.run_due(timezone.now())
        content = signed_in.get(reverse("schedules:list")).content.decode()
        job = ScheduleRun.objects.get().job
        assert job is not None
        assert job.get_absolute_url() in content
        assert "Every hour" in content
        shown = signed_in.get(schedule.get_absolute_url()).content.decode()
        assert job.get_absolute_url() in shown

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=on", True),
            ("state=off", False),
            ("state=stopped", False),
            ("q=night", True),
            ("q=zebra", False),
            ("person=Nora", True),
            ("connection=other", False),
        ],
    )
    def test_filters(self, signed_in: Client, schedule: Schedule, query: str, found: bool) -> None:
        content = signed_in.get(f"{reverse('schedules:list')}?{query}").content
        assert (b"Nightly</a>" in content) == found

    def test_nobody_is_sent_to_sign_in(self, client: Client) -> None:
        assert client.get(reverse("schedules:list")).status_code == 302


def test_a_connection_without_production_wants_no_slug(signed_in: Client, job: Job) -> None:
    ConnectionFactory.create(environment=Environment.PRODUCTION)
    assert b'name="slug"' not in signed_in.get(create_url(job)).content
