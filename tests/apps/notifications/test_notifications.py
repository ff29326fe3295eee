"""A person is told once when a job of theirs ends: in the dashboard, and by at most one mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs import endings, service
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from apps.jobs.signals import job_ended
from apps.notifications import celery_tasks, mails
from apps.notifications.models import MailState, Notification
from apps.notifications.service import choose, notify, unread_of
from tests.apps.jobs.conftest import JobMaker
from tests.apps.notifications.mail_server import MailServer
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def run(job: Job) -> Job:
    Runner(job.pk, patient=True).run()
    job.refresh_from_db()
    return job


class TestEnds:
    def test_told_once_when_it_ends(self, make: JobMaker, person: User) -> None:
        job = run(make.queued("a", "b"))
        told = Notification.objects.get()
        assert (told.person, told.level, told.url) == (person, "ok", job.get_absolute_url())
        assert told.title == "A test succeeded"
        assert told.text == "2 done."
        assert not endings.close(job.pk, timezone.now())
        Runner(job.pk, patient=True).run()
        assert Notification.objects.count() == 1

    def test_failures_are_counted(self, make: JobMaker) -> None:
        item = NewItem("b", label="Store sales", payload={"fails": True})
        run(make.queued("a", item, kind="test.all_or_nothing"))
        told = Notification.objects.get()
        assert (told.level, told.title) == ("bad", "A test failed")
        assert "1 failed" in told.text
        assert "Store sales" in told.text

    def test_the_end_and_what_is_told_stand_or_fall_together(self, make: JobMaker) -> None:
        job = make.queued("a")

        def die(sender: Any, **details: Any) -> None:
            raise DatabaseError("The worker dies here.")

        job_ended.connect(die)
        try:
            with pytest.raises(DatabaseError):
                Runner(job.pk, patient=True).run()
        finally:
            job_ended.disconnect(die)
        job.refresh_from_db()
        assert not job.has_ended
        assert not Notification.objects.exists()
        assert run(job).state == "succeeded"
        assert Notification.objects.count() == 1

    def test_a_preview_that_nobody_ran_is_not_told(self, make: JobMaker, person: User) -> None:
        service.request_cancel(make.draft("a"), person)
        assert not Notification.objects.exists()

    def test_a_cancelled_job_is(self, make: JobMaker, person: User) -> None:
        service.request_cancel(make.queued("a"), person)
        assert Notification.objects.get().title == "A test was cancelled"

    def test_nobody_is_told_who_can_no_longer_sign_in(self, make: JobMaker, person: User) -> None:
        job = make.queued("a")
        User.objects.filter(pk=person.pk).update(is_active=False)
        run(job)
        assert not Notification.objects.exists()


@pytest.fixture
def by_mail(settings: Settings) -> Settings:
    """Mails over SMTP to 127.0.0.1; tests set the port."""
    settings.NOTIFY_BY_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.PUBLIC_URL = "https://domoadmin.example.com"
    return settings


class TestMails:
    def test_one_mail_when_a_job_ends(self, by_mail: Settings, make: JobMaker, asked: list[int]) -> None:
        job = run(make.queued("a"))
        told = Notification.objects.get()
        assert asked == [told.pk]
        with MailServer() as server:
            by_mail.EMAIL_PORT = server.port
            for _ in range(3):  # messages may come more than once
                celery_tasks.mail(told.pk)
        (mail,) = server.mails
        assert "Subject: A test succeeded" in mail
        assert "To: nora@example.com" in mail
        assert f"https://domoadmin.example.com{job.get_absolute_url()}" in mail
        told.refresh_from_db()
        assert told.mail == MailState.SENT

    def test_a_server_that_is_down_is_asked_again_later(self, by_mail: Settings, person: User) -> None:
        told = notify(person, key="k", level="ok", title="Ended", url="/jobs/")
        assert told is not None
        with MailServer() as server:
            by_mail.EMAIL_PORT = server.port
        now = timezone.now()
        assert not mails.send(told.pk, now)  # nobody listens any more
        told.refresh_from_db()
        assert (told.mail, told.mail_tries) == (MailState.WAITING, 1)
        with MailServer() as server:
            by_mail.EMAIL_PORT = server.port
            assert not mails.send(told.pk, now + timedelta(seconds=59))
            assert mails.send(told.pk, now + timedelta(seconds=61))
        assert len(server.mails) == 1

    def test_given_up_after_some_tries(self, by_mail: Settings, person: User) -> None:
        told = notify(person, key="k", level="ok", title="Ended", url="/jobs/")
        assert told is not None
        with MailServer() as server:
            by_mail.EMAIL_PORT = server.port
        now = timezone.now()
        for day in range(mails.MOST_TRIES):
            mails.send(told.pk, now + timedelta(days=day))
        told.refresh_from_db()
        assert told.mail == MailState.FAILED

    @pytest.mark.parametrize(("trouble", "state"), [("refuses", MailState.FAILED), ("hangs_up", MailState.UNKNOWN)])
    def test_never_handed_over_twice(self, by_mail: Settings, person: User, trouble: str, state: MailState) -> None:
        told = notify(person, key="k", level="ok", title="Ended", url="/jobs/")
        assert told is not None
        with MailServer(refuses=trouble == "refuses", hangs_up=trouble == "hangs_up") as server:
            by_mail.EMAIL_PORT = server.port
            assert not mails.send(told.pk, timezone.now())
            assert not mails.send(told.pk, timezone.now() + timedelta(days=1))
        told.refresh_from_db()
        assert told.mail == state
        assert len(server.mails) == (1 if trouble == "hangs_up" else 0)

    def test_a_worker_that_dies_with_a_mail_in_hand(self, by_mail: Settings, person: User, asked: list[int]) -> None:
        told = notify(person, key="k", level="ok", title="Ended", url="/jobs/")
        assert told is not None
        now = timezone.now()
        Notification.objects.update(mail=MailState.SENDING, mail_due_at=now + mails.LOST_AFTER)
        asked.clear()
        mails.sweep(now)
        told.refresh_from_db()
        assert told.mail == MailState.SENDING
        mails.sweep(now + timedelta(hours=1))
        told.refresh_from_db()
        assert (told.mail, asked) == (MailState.UNKNOWN, [])

    def test_a_lost_message_is_sent_again_by_the_sweeper(
        self, by_mail: Settings, person: User, asked: list[int]
    ) -> None:
        told = notify(person, key="k", level="ok", title="Ended", url="/jobs/")
        assert told is not None
        asked.clear()
        celery_tasks.sweep()
        assert asked == [told.pk]

    def test_no_mail_for_who_said_no(self, by_mail: Settings, person: User, asked: list[int]) -> None:
        first = notify(person, key="1", level="ok", title="Ended", url="/jobs/")
        asked.clear()
        choose(person, False)
        notify(person, key="2", level="ok", title="Ended", url="/jobs/")
        assert asked == []
        assert set(Notification.objects.values_list("mail", flat=True)) == {MailState.NONE}
        assert first is not None
        assert not mails.send(first.pk, timezone.now())
        choose(person, True)
        notify(person, key="3", level="ok", title="Ended", url="/jobs/")
        assert len(asked) == 1

    def test_none_where_no_server_is_named(self, make: JobMaker, asked: list[int]) -> None:
        assert django_settings.NOTIFY_BY_MAIL is False
        run(make.queued("a"))
        assert asked == []
        assert Notification.objects.get().mail == MailState.NONE

    def test_what_is_old_is_forgotten(self, person: User) -> None:
        notify(person, key="1", level="ok", title="Old", url="/jobs/")
        Notification.objects.update(at=timezone.now() - timedelta(days=91))
        notify(person, key="2", level="ok", title="New", url="/jobs/")
        celery_tasks.sweep()
        assert Notification.objects.get().title == "New"


class TestPages:
    @pytest.fixture
    def signed_in(self, client: Client, person: User) -> Client:
        client.force_login(person)
        return client

    def test_bell(self, signed_in: Client, person: User) -> None:
        url = reverse("notifications:bell")
        first = signed_in.get(url)
        assert b"Nothing to tell yet" in first.content
        assert signed_in.get(url, headers={"HX-PTag": first.headers["HX-PTag"]}).status_code == 304
        notify(person, key="1", level="bad", title="<b>Upload</b> failed", url="/jobs/")
        again = signed_in.get(url, headers={"HX-PTag": first.headers["HX-PTag"]})
        assert again.status_code == 200
        assert b"1 unread" in again.content
        assert b"<b>Upload" not in again.content

    def test_opening_marks_as_read_and_leads_there(self, signed_in: Client, person: User) -> None:
        told = notify(person, key="1", level="ok", title="Upload succeeded", url="/jobs/7/")
        assert told is not None
        assert signed_in.get(told.get_absolute_url()).status_code == 405
        answer = signed_in.post(told.get_absolute_url())
        assert (answer.status_code, answer.headers["Location"]) == (302, "/jobs/7/")
        assert unread_of(person) == 0

    def test_each_sees_and_marks_only_their_own(self, signed_in: Client, person: User) -> None:
        other = UserFactory.create(role="admin")
        told = notify(other, key="1", level="ok", title="Not yours", url="/jobs/")
        assert told is not None
        assert b"Not yours" not in signed_in.get(reverse("notifications:list")).content
        assert signed_in.post(told.get_absolute_url()).status_code == 404
        assert signed_in.post(reverse("notifications:read", args=[told.pk])).status_code == 404
        signed_in.post(reverse("notifications:read_all"))
        assert unread_of(other) == 1

    def test_list_filters_and_marks(self, signed_in: Client, person: User) -> None:
        url = reverse("notifications:list")
        assert b"Nothing to tell yet" in signed_in.get(url).content
        one = notify(person, key="1", level="ok", title="Upload succeeded", text="3 done.", url="/jobs/")
        notify(person, key="2", level="bad", title="Certify failed", url="/jobs/")
        assert one is not None
        assert signed_in.post(reverse("notifications:read", args=[one.pk])).status_code == 302
        assert b"Upload succeeded" not in signed_in.get(f"{url}?unread=on").content.split(b'id="list"')[1]
        assert b"Certify failed" not in signed_in.get(f"{url}?level=ok").content.split(b'id="list"')[1]
        assert b"3 done." in signed_in.get(f"{url}?q=3+done").content
        signed_in.post(reverse("notifications:read_all"))
        assert b"All read" in signed_in.get(url).content

    def test_mails_are_offered_where_there_is_a_server(
        self, signed_in: Client, person: User, settings: Settings
    ) -> None:
        url = reverse("notifications:list")
        assert b"Switch mails" not in signed_in.get(url).content
        settings.NOTIFY_BY_MAIL = True
        assert b"sent to nora@example.com" in signed_in.get(url).content
        signed_in.post(reverse("notifications:mails"))
        assert b"Switch mails on" in signed_in.get(url).content
        signed_in.post(reverse("notifications:mails"), {"mails": "on"})
        assert b"Switch mails off" in signed_in.get(url).content
