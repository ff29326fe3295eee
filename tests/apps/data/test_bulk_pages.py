"""Starting bulk actions from the list, and their preview page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.bulk_support import Bulk
from tests.apps.data.support import LIST, PARTIAL, csv_rows, text_of
from tests.clients import client_of, client_with_role

pytestmark = pytest.mark.django_db(transaction=True)
START = "/jobs/bulk/halden/"


@pytest.fixture
def steward(bulk: Bulk) -> Client:
    """The browser of the person that `bulk` acts as."""
    return client_of(bulk.person)


def production(bulk: Bulk) -> None:
    """Make the connection one that wants care."""
    Connection.objects.filter(pk=bulk.connection.pk).update(environment=Environment.PRODUCTION)
    bulk.connection.refresh_from_db()


def test_stewards_get_checkboxes_and_actions_and_viewers_none(bulk: Bulk, steward: Client) -> None:
    text = text_of(steward.get(LIST))
    for action in ("certify", "decertify", "share", "revoke", "tag", "untag", "reindex", "run-stream"):
        assert f'name="action" value="{action}"' in text
    assert "data-select-page" in text
    assert 'name="action"' not in text_of(client_with_role("viewer").get(LIST))


def test_an_action_without_settings_goes_to_its_preview(bulk: Bulk, steward: Client) -> None:
    ids = bulk.datasets(2)
    response = steward.post(START, {"action": "certify", "id": ids, "all": "", "query": ""}, headers=PARTIAL)
    job = Job.objects.get()
    assert response.headers["HX-Redirect"] == job.get_absolute_url()
    assert job.params == {"selection": {"ids": ids}, "settings": {}}
    assert job.planning_requested_at is not None
    text = text_of(steward.get(job.get_absolute_url()))
    assert "Preview, nothing sent yet" in text
    assert 'hx-trigger="every 1s"' in text, "It shows how the plan gets on"


def test_an_action_with_settings_asks_for_them_first(bulk: Bulk, steward: Client) -> None:
    (key,) = bulk.datasets(1)
    posted = {"action": "share", "id": [key], "all": "", "query": ""}
    dialog = text_of(steward.post(START, posted, headers=PARTIAL))
    assert "Share 1 dataset" in dialog
    assert 'name="access_level"' in dialog
    assert not Job.objects.exists()
    refused = text_of(steward.post(START, posted | {"settings": "1", "access_level": "CAN_VIEW"}, headers=PARTIAL), 422)
    assert "Give either a person (user) or a group." in refused
    assert f'value="{key}"' in refused, "The selection is kept"
    person = bulk.somebody()
    wanted = posted | {"settings": "1", "user": f"Somebody ({person})", "access_level": "CAN_EDIT"}
    steward.post(START, wanted, headers=PARTIAL)
    job = Job.objects.get()
    assert job.params["settings"] == {
        "user": person, "group": "", "access_level": "CAN_EDIT", "send_email": False, "message": "",
    }  # fmt: skip


def test_all_that_match_is_kept_as_the_lists_query(bulk: Bulk, steward: Client) -> None:
    posted = {"action": "certify", "id": bulk.datasets(1), "all": "1", "query": "q=Freight&sort=-updated"}
    response = steward.post(START, posted)
    job = Job.objects.get()
    assert response.headers["Location"] == job.get_absolute_url()
    assert job.params["selection"] == {"query": {"q": "Freight"}}


def test_refusals_at_the_start(bulk: Bulk, steward: Client) -> None:
    assert client_with_role("viewer").post(START, {"action": "certify", "id": ["a"]}).status_code == 403
    assert steward.post(START, {"action": "explode", "id": ["a"]}).status_code == 404
    assert steward.get(START).status_code == 405
    empty = steward.post(START, {"action": "certify", "all": "", "query": ""}, headers={"Referer": LIST}, follow=True)
    assert "Nothing was started: there is no id in it." in text_of(empty)
    assert not Job.objects.exists()


def test_the_preview_shows_what_changes_what_is_left_out_and_the_cost(bulk: Bulk, steward: Client) -> None:
    ids = bulk.datasets(3)
    bulk.certify(ids[0])
    draft = bulk.draft("certify", [*ids, ids[1]])
    text = text_of(steward.get(draft.get_absolute_url()))
    assert "2 will change, 1 are skipped, 0 are not allowed" in text
    assert "1 selected more than once, counted once." in text
    assert "Certify 2 datasets" in text
    assert "8 at once" in text
    assert "Undo removes the certifications." in text
    assert f"manage.py bulk certify --connection halden --ids {draft.short_id}-ids.txt --run" in text
    assert f'href="/c/halden/data/datasets/{ids[1]}/"' in text
    assert "This is production" not in text
    left_out = text_of(steward.get(draft.get_absolute_url() + "?show=skipped&why=Certified+already."))
    assert f'href="/c/halden/data/datasets/{ids[0]}/"' in left_out
    rows = csv_rows(text_of(steward.get(f"/jobs/{draft.pk}/preview/plan.csv")))
    assert rows[1] == [ids[0], "Freight cost by lane 0", "skipped", "Certified", "", "Certified already."]
    assert rows[2] == [ids[1], "Freight cost by lane 1", "will change", "Not certified", "Certified", ""]
    assert text_of(steward.get(f"/jobs/{draft.pk}/ids.txt")).splitlines() == [*ids, ids[1]]


def test_what_cannot_be_undone_is_said_before(bulk: Bulk, steward: Client) -> None:
    ids, group = bulk.datasets(1), bulk.somebody("group")
    draft = bulk.draft("share", ids, group=group, send_email=True, message="Look")
    text = text_of(steward.get(draft.get_absolute_url()))
    assert "Mails that were sent can&#x27;t be taken back." in text
    assert "documented for people, not for groups" in text
    assert "yours stays with the job" in text
    assert "one from Domo for each dataset" in text


def test_run_starts_it_and_the_page_becomes_the_jobs(bulk: Bulk, steward: Client) -> None:
    ids = bulk.datasets(2)
    draft = bulk.draft("certify", ids)
    url = draft.get_absolute_url()
    assert steward.post(f"/jobs/{draft.pk}/confirm/").headers["Location"] == url
    assert steward.get(url, headers=PARTIAL).headers["HX-Redirect"] == url, "An open preview goes there too"
    job = service.run_inline(Job.objects.get(pk=draft.pk))
    text = text_of(steward.get(url))
    assert "Undo" in text
    assert f'action="/jobs/{job.pk}/undo/"' in text
    assert f'action="/jobs/{job.pk}/run-again/"' in text
    undo = steward.post(f"/jobs/{job.pk}/undo/")
    reverse = Job.objects.get(undo_of=job)
    assert undo.headers["Location"] == reverse.get_absolute_url()
    assert reverse.planning_requested_at is not None
    again = steward.post(f"/jobs/{job.pk}/run-again/")
    assert again.headers["Location"] != url


def test_on_production_the_slug_is_typed_for_many_but_not_for_one_that_can_be_undone(
    bulk: Bulk, steward: Client
) -> None:
    production(bulk)
    ids = bulk.datasets(2)
    draft = bulk.draft("certify", ids)
    assert "Type <code" in text_of(steward.get(draft.get_absolute_url()))
    for wrong in ({}, {"confirm": "Halden"}):
        refused = text_of(steward.post(f"/jobs/{draft.pk}/confirm/", wrong), 422)
        assert "This is not “halden”. Nothing was sent." in refused
    draft.refresh_from_db()
    assert draft.state == "draft"
    steward.post(f"/jobs/{draft.pk}/confirm/", {"confirm": " halden "})
    draft.refresh_from_db()
    assert draft.state == "queued"
    single = bulk.draft("decertify", [bulk.datasets(1)[0]])
    assert single.counts == {"skipped": 1}
    (key,) = bulk.datasets(1)
    assert "Type <code" not in text_of(steward.get(bulk.draft("certify", [key]).get_absolute_url()))
    mailed = bulk.draft("share", [key], user=bulk.somebody(), send_email=True)
    assert "Type <code" in text_of(steward.get(mailed.get_absolute_url())), "A mail can't be undone"


def test_an_old_preview_is_planned_again(bulk: Bulk, steward: Client) -> None:
    draft = bulk.draft("certify", bulk.datasets(1))
    Job.objects.filter(pk=draft.pk).update(planned_at=timezone.now() - timedelta(minutes=61))
    text = text_of(steward.get(draft.get_absolute_url()))
    assert "older than an hour" in text
    assert f'action="/jobs/{draft.pk}/confirm/"' in text
    steward.post(f"/jobs/{draft.pk}/preview/plan-again/")
    again = service.plan_inline(Job.objects.get(pk=draft.pk))
    assert again.counts == {"pending": 1}
    assert "older than an hour" not in text_of(steward.get(draft.get_absolute_url()))


def test_others_on_the_same_objects_are_shown_and_only_the_owner_may_run(bulk: Bulk, steward: Client) -> None:
    ids = bulk.datasets(2)
    draft = bulk.draft("certify", ids)
    service.confirm(bulk.draft("tag", ids[:1], tags="FY26"), bulk.person, send=False)
    text = text_of(steward.get(f"/jobs/{draft.pk}/preview/overlaps/"))
    assert "1 is also in a running job of" in text
    assert "Add tags to 1 dataset (FY26)" in text
    colleague = client_with_role("steward")
    text = text_of(colleague.get(draft.get_absolute_url()))
    assert "or an admin may run it" in text
    assert colleague.post(f"/jobs/{draft.pk}/confirm/").status_code == 403
    assert colleague.post(f"/jobs/{draft.pk}/preview/plan-again/").status_code == 403


def test_the_estimate_follows_from_calls_pace_and_concurrency(bulk: Bulk, steward: Client) -> None:
    draft = bulk.draft("certify", bulk.datasets(1))
    share = bulk.draft("share", bulk.datasets(1), user=bulk.somebody())
    for job in (draft, share):
        Job.objects.filter(pk=job.pk).update(
            counts={"pending": 4_000}, total=4_000, preview=job.preview | {"call_seconds": 0.1}
        )
    # 4,000 calls and 40 for a hundred each, at 0.1 s, eight at once; a share looks at each access list by itself.
    assert "about 51 s" in text_of(steward.get(draft.get_absolute_url()))
    text = text_of(steward.get(share.get_absolute_url()))
    assert "4,000 that change something, each after a look at the dataset" in text
    assert "about 1 min 40 s" in text
