"""Scheduled reports from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import Conflict, Forbidden, NotFound
from domoadmin.services.results.reports import Recipient, ReportSchedule
from tests.waiting import wait_until

TIMING = {"frequency": "WEEKLY", "daysToRun": "FRI", "hourOfDay": 7, "minOfHour": 45, "timezone": "Europe/Oslo"}
ADDRESS = {"type": "EMAIL", "value": "auditor@example.com"}


@pytest.fixture
def schedule(domo: Client) -> Iterator[ReportSchedule]:
    """A new schedule on a page that no other report sends."""
    taken = {found.page_id for found in domo.reports.list("ALL", limit=0)}
    page = next(hit for hit in domo.search.walk(entities=["page"]) if hit.id not in taken)
    timing = {**TIMING, "enabled": True, "additionalRecipients": [ADDRESS]}
    made = domo.reports.create("Stores on Friday", page_id=page.id, schedule=timing)
    yield made
    with suppress(NotFound):
        domo.reports.delete(made.id)


def test_a_schedule_is_created_read_changed_and_listed(domo: Client, schedule: ReportSchedule) -> None:
    read = domo.reports.get(schedule.id)
    assert (read.title, read.mine, read.timing.days, read.timing.enabled) == ("Stores on Friday", True, ("FRI",), True)
    assert read.timing.additional_recipients == (Recipient("EMAIL", "auditor@example.com"),)
    assert domo.reports.get_by_view(read.view_id).id == schedule.id
    changed = domo.reports.change(schedule.id, title="Stores in the month", schedule={"hourOfDay": 9})
    assert (changed.title, changed.timing.hour, changed.timing.days) == ("Stores in the month", 9, ("FRI",))
    domo.reports.set_enabled(schedule.id, False)
    assert domo.reports.get(schedule.id).timing.next_run is None
    everything = list(domo.walk("reports.list", filter="ALL", limit=10))
    assert schedule.id in {found.id for found in everything}
    assert {found.id for found in everything} == {found.id for found in domo.reports.list_sorted("ALL", limit=0)}
    assert schedule.id in {found.id for found in domo.reports.list_by_resource("PAGE", read.page_id)}
    assert schedule.id in {found.id for found in domo.reports.list_created_history(days=1)}


def test_a_report_is_sent_and_found_in_the_histories(domo: Client, schedule: ReportSchedule) -> None:
    me = domo.users.me()
    domo.reports.send_now(schedule.id, [ADDRESS])
    person = {"userId": me.id, "displayName": me.name, "emailAddress": me.email}
    domo.reports.queue_build_and_email(schedule.id, [person])
    domo.reports.send_now_by_view(schedule.view_id, [ADDRESS], attachment_include=True)
    domo.reports.send_now_with_params(schedule.view_id, [ADDRESS], email_params={"region": "Nordics"})
    runs = domo.reports.list_history_by_schedule(schedule.id)
    assert {recipient.value for run in runs for recipient in run.recipients} == {me.id, "auditor@example.com"}
    assert sorted(run.attachment_count or 0 for run in runs)[-1] > 0
    wait_until(
        lambda: all(run.succeeded for run in domo.reports.list_history_by_schedule(schedule.id)), "all runs ended"
    )
    found = domo.reports.search_history(schedule_id=schedule.id, status="success", is_automated=False)
    assert {run.id for run in found} == {run.id for run in runs}
    assert domo.reports.get_history(runs[0].id).report_id == schedule.id
    extended = domo.reports.list_extended_history(days=1, order_by="emailSize")
    assert {run.id for run in runs} <= {run.id for run in extended}


def test_someone_who_unsubscribed_is_brought_back(domo: Client, schedule: ReportSchedule) -> None:
    me = domo.users.me().id
    domo.reports.unsubscribe(schedule.id)
    assert [each.value for each in domo.reports.get(schedule.id).unsubscribed] == [me]
    domo.reports.send_resubscribe_email(schedule.id, [ADDRESS])
    domo.reports.resubscribe(schedule.id, user_id=me)
    assert domo.reports.get(schedule.id).unsubscribed == ()
    domo.reports.unsubscribe(schedule.id)
    domo.reports.delete_unsubscribed_recipient(schedule.id, user_id=me)
    assert me in {each.value for each in domo.reports.get(schedule.id).recipients}


def test_failed_reports_of_a_period_run_again(domo: Client) -> None:
    failed = domo.reports.search_history(status="failure", filter="ALL", order_by="startTime", limit=500)[-1]
    assert failed.started is not None
    before = len(domo.reports.list_history_by_schedule(failed.report_id))
    domo.reports.rerun_failed(failed.started, failed.started + timedelta(seconds=1))
    runs = domo.reports.list_history_by_schedule(failed.report_id)
    assert len(runs) == before + 1
    assert runs[0].started is not None
    assert runs[0].started > datetime.now(UTC) - timedelta(minutes=1)


def test_cards_are_rendered_for_a_mail(domo: Client) -> None:
    card = next(found.card_id for found in domo.reports.list("ALL", limit=0) if found.card_id)
    rendered = domo.reports.render_cards_for_email([card])[0]
    assert rendered.id == card
    assert (rendered.image or b"")[:4] == b"\x89PNG"
    assert rendered.title in rendered.plain_text


def test_refusals_say_why(domo: Client, schedule: ReportSchedule) -> None:
    with pytest.raises(Conflict, match="exists already") as caught:
        domo.reports.create("Stores on Friday", page_id=schedule.page_id, schedule=TIMING)
    assert caught.value.request_id
    broken = domo.reports.list_misconfigured()[0]
    with pytest.raises((Conflict, Forbidden)):
        domo.reports.set_enabled(broken.id, True)
    try:
        domo.reports.set_emails_enabled(False)
        with pytest.raises(Conflict, match="switched off"):
            domo.reports.send_now(schedule.id, [ADDRESS])
    finally:
        domo.reports.set_emails_enabled(True)


def test_the_schedules_of_a_page_go_and_no_others(domo: Client, schedule: ReportSchedule) -> None:
    before = {found.id for found in domo.reports.list("ALL", limit=0)}
    domo.reports.delete_by_page(schedule.page_id)
    assert before - {found.id for found in domo.reports.list("ALL", limit=0)} == {schedule.id}
    with pytest.raises(NotFound):
        domo.reports.delete_by_page(schedule.page_id)
