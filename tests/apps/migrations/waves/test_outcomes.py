"""What becomes of a wave on its pages: the stop rule, incomplete and unknown ones, trying again, its hours."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from tests.apps.migrations.support import TOE, OtherDomo
from tests.apps.migrations.waves.steps import AMPLIFIER, HERE, address, picked, started, text
from tests.services.upstream import Upstream

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_incomplete_one_halts_the_wave_until_somebody_says_why(support: Client, domo: OtherDomo) -> None:
    domo.ends = {"x": "INCOMPLETE"}
    job = started(support, picked(support, AMPLIFIER, "x", "y", "z"))
    assert (job.state, domo.sent()) == ("paused", {"x": 1})
    page = text(support, address(job))
    for words in ("INCOMPLETE: sales", "Halted by its stop rule", "Text for Domo support", "Go on with 2", TOE):
        assert words in page
    refused = support.post(f"{address(job)}go-on/", {"reason": " "})
    assert (refused.status_code, domo.sent()) == (422, {"x": 1})
    assert b"Say why these are set aside." in refused.content
    assert support.post(f"{address(job)}go-on/", {"reason": "The owner knows"}).status_code == 302
    Runner(job.pk, patient=True).run()
    job.refresh_from_db()
    assert (job.state, domo.sent()) == ("partial", {"x": 1, "y": 1, "z": 1})
    assert "Set aside by" in text(support, address(job))
    item = job.items.get(key="x")
    dialog = f"{address(job)}items/{item.pk}/again/"
    assert "Migrate sales again?" in text(support, dialog)
    assert support.post(dialog).status_code == 302
    again = Job.objects.get(retry_of=job)
    Runner(again.pk, patient=True).run()
    assert domo.sent()["x"] == 2
    page = text(support, address(job))
    assert "alert-loud" not in page, "it was put right"
    assert "Once more" in page


def test_an_incomplete_one_is_reversed_whatever_the_lists_say(support: Client, domo: OtherDomo) -> None:
    domo.ends = {"x": "INCOMPLETE"}
    job = started(support, picked(support, AMPLIFIER, "x"))
    assert support.post(f"{address(job)}items/{job.items.get().pk}/reverse/").status_code == 302
    back = Job.objects.get(undo_of=job)
    Runner(back.pk, patient=True).run()
    assert domo.moves[-1] == ("x", "CLOUD_AMPLIFIER_TO_FEDERATED", None)


def test_an_unknown_one_is_looked_up_before_it_is_sent_once_more(support: Client, domo: OtherDomo) -> None:
    domo.lost = {"x": "before"}
    job = started(support, picked(support, AMPLIFIER, "x", "y"))
    assert (job.state, job.items.get(key="x").state) == ("paused", "unknown")
    # It came through after all, long after its answer was lost.
    domo.migrated.add("x")
    dialog = f"{address(job)}items/{job.items.get(key='x').pk}/again/"
    assert support.post(dialog).status_code == 302
    assert domo.sent() == {"x": 1}
    assert job.items.get(key="x").state == "succeeded"
    assert "Go on with 1" in text(support, address(job))
    assert "Set aside, because" not in text(support, address(job))


def test_what_vanished_since_the_preview_is_not_sent(support: Client, domo: OtherDomo) -> None:
    job = picked(support, AMPLIFIER, "x", "y", "z")
    del domo.v2["x"]
    domo.collisions = {"y"}
    started(support, job)
    assert domo.sent() == {"z": 1}
    page = text(support, address(job))
    assert "vanished since the preview" in page
    assert "Not sent" in page


@pytest.mark.django_db
def test_an_upstream_that_fails_is_told_with_a_retry(support: Client, domo: OtherDomo, upstream: Upstream) -> None:
    from tests.services.upstream import told

    upstream.answers(told({"message": "down", "toe": TOE}, 403))
    answer = support.get(f"{HERE}candidates/?way=v1-v2")
    assert answer.status_code in (403, 502)
    assert TOE.encode() in answer.content


def test_what_did_not_complete_is_tried_again_by_a_wave_that_is_shown_first(support: Client, domo: OtherDomo) -> None:
    Connection.objects.update(environment=Environment.PRODUCTION)
    domo.ends = {"x": "ABORTED", "y": "ABORTED"}
    job = started(support, picked(support, AMPLIFIER, "x", "y", "z"), confirm="halden")
    assert "Try 2 again" in text(support, address(job))
    # The job's own page starts nothing on production.
    assert support.post(f"{job.get_absolute_url()}retry/").status_code == 302
    assert Job.objects.count() == 1
    assert support.post(f"{address(job)}again/").status_code == 302
    again = Job.objects.get(retry_of=job)
    assert (again.state, set(again.items.values_list("key", flat=True))) == ("draft", {"x", "y"})
    assert started(support, again, confirm="halden").state == "succeeded"
    assert domo.sent() == {"x": 2, "y": 2, "z": 1}


def test_a_halted_wave_that_is_resumed_counts_anew(support: Client, domo: OtherDomo) -> None:
    domo.ends = {"x": "INCOMPLETE", "z": "INCOMPLETE"}
    job = started(support, picked(support, AMPLIFIER, "x", "y", "z"))
    assert (job.state, domo.sent()) == ("paused", {"x": 1})
    # The job's own page asks no reason, so it leads to the wave's.
    assert "Resume" not in text(support, job.get_absolute_url())
    refused = support.post(f"{job.get_absolute_url()}resume/", follow=True)
    assert "Go on from the wave" in refused.content.decode()
    job.refresh_from_db()
    assert job.state == "paused"
    assert job.actor is not None
    service.request_resume(job, job.actor)
    Runner(job.pk, patient=True).run()
    assert domo.sent() == {"x": 1, "y": 1, "z": 1}


def test_only_within_its_hours(support: Client, domo: OtherDomo) -> None:
    job = picked(support, AMPLIFIER, "x")
    # Hours that are over in every zone whose clock says so: the window closed a minute ago and opens in an hour.
    now = timezone.localtime(timezone=UTC)
    opens, closes = now + timedelta(hours=1), now - timedelta(minutes=1)
    given = {"name": "Night", "at_once": "1", "wave_size": "0", "pause_seconds": "0", "stop_incomplete": "1"}
    given |= {"stop_failures": "0", "zone": "UTC", "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
    assert support.post(f"{address(job)}settings/", given).status_code == 302
    assert support.post(f"{address(job)}start/").status_code == 302
    report = Runner(job.pk).run()
    assert (domo.moves, report.left) == ([], "waiting")
    assert 0 < (report.look_again_in or 0) <= 3600
    assert "closed now" in text(support, address(job))
