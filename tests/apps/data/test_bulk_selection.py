"""Selecting datasets for bulk actions: all that match, words, wrong filters; who else works on the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.connections.models import Connection
from apps.data.datasets.jobs import Certify
from apps.data.datasets.selection import DATASETS
from apps.jobs import service
from apps.jobs.access import NotAllowed
from apps.jobs.bulk import Selection, SelectionRefused
from apps.jobs.bulk.overlaps import overlaps_of
from apps.jobs.models import Job
from tests.apps.data.bulk_support import Bulk, items_of
from tests.apps.data.support import datasets
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_that_match_a_lists_filters_are_planned(bulk: Bulk) -> None:
    listed = datasets(bulk.sandbox)
    states = {each["databaseId"]: (each.get("certification") or {}).get("state") for each in listed}
    certified = {key for key, state in states.items() if state == "CERTIFIED"}
    selection = Selection.of_query("certification=none&sort=-updated&per=100", DATASETS)
    assert selection.query == {"certification": "none"}
    bulk.sandbox.reset()
    draft = service.plan_inline(bulk.create("certify", selection))
    assert draft.total == draft.counts["pending"] == len(items_of(draft)) > 100
    assert certified
    assert not certified & set(items_of(draft))
    assert set(draft.preview["cautions"]) == {
        "were not updated for 90 days.",
        "may only be read by this token: Domo will probably refuse the change.",
    }
    assert draft.title == f"Certify {draft.total:,} datasets"
    assert bulk.effects() == {}


def test_words_select_as_the_search_field_does(bulk: Bulk) -> None:
    ids = bulk.datasets(2, name="Pallet movements of lane")
    selection = Selection.of_query("Pallet movements of lane", DATASETS)
    draft = service.plan_inline(bulk.create("certify", selection))
    assert set(ids) <= set(items_of(draft))
    assert all("Pallet movements of lane" in item.label for item in draft.items.all())
    by_address = Selection.of_query("?q=Pallet+movements+of+lane", DATASETS)
    assert by_address == selection


def test_a_star_selects_all_and_nothing_selects_nothing() -> None:
    assert Selection.of_query("*", DATASETS).query == {}
    with pytest.raises(SelectionRefused, match="empty"):
        Selection.of_query("  ", DATASETS)


def test_a_wrong_filter_is_named() -> None:
    with pytest.raises(SelectionRefused, match="colour: there is no such filter; known: q, owner"):
        Selection.of_query("colour=red", DATASETS)
    with pytest.raises(SelectionRefused, match="certification: "):
        Selection.of_query("certification=perhaps", DATASETS)


def test_two_previews_of_two_people_see_each_other(bulk: Bulk) -> None:
    ids = bulk.datasets(3)
    mine = bulk.draft("certify", ids[:2])
    other = Bulk(bulk.sandbox, bulk.connection, UserFactory.create(role="steward", first_name="Tomasz"))
    theirs = other.draft("tag", ids[1:], tags="FY26")
    action = Certify()
    (found,) = overlaps_of(action, mine)
    assert (found.job, found.count, found.is_preview) == (theirs, 1, True)
    (back,) = overlaps_of(action, theirs)
    assert (back.job, back.count) == (mine, 1)
    service.run_inline(theirs)
    (changed,) = overlaps_of(action, mine)
    assert (changed.ended, changed.count) == (True, 1), "What was changed since the preview is told"
    service.request_cancel(mine, bulk.person)
    assert overlaps_of(action, bulk.draft("certify", ids[:1])) == []


def test_a_running_job_is_seen_and_one_on_another_connection_is_not(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    running = bulk.draft("certify", ids)
    service.confirm(running, bulk.person, send=False)
    (found,) = overlaps_of(Certify(), bulk.draft("certify", ids))
    assert (found.job, found.count, found.is_preview, found.ended) == (running, 2, False, False)
    elsewhere = Connection.objects.get(pk=bulk.connection.pk)
    elsewhere.pk, elsewhere.slug, elsewhere.name = None, "elsewhere", "Elsewhere"
    elsewhere.save(force_insert=True)
    other = Bulk(bulk.sandbox, elsewhere, bulk.person)
    assert overlaps_of(Certify(), other.draft("certify", ids)) == []


def test_a_viewer_may_not_start_a_bulk_job(bulk: Bulk) -> None:
    viewer = Bulk(bulk.sandbox, bulk.connection, UserFactory.create(role="viewer"))
    with pytest.raises(NotAllowed, match="steward"):
        viewer.draft("certify", bulk.datasets(1))


def test_a_preview_counts_for_an_hour(bulk: Bulk) -> None:
    draft = bulk.draft("certify", bulk.datasets(1))
    Job.objects.filter(pk=draft.pk).update(planned_at=timezone.now() - timedelta(minutes=61))
    draft.refresh_from_db()
    with pytest.raises(service.NotReady, match="older than an hour"):
        service.confirm(draft, bulk.person)
    draft.refresh_from_db()
    assert draft.state == "draft"
