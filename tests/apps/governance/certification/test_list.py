"""What is certified: the look, the list, what is done with a selection, coverage."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.http import urlencode

from apps.connections.models import Connection
from apps.governance.certification.jobs import start_look
from apps.governance.certification.models import ContentRecord
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.bulk_support import Bulk
from tests.apps.data.support import PARTIAL, calls, csv_rows, datasets, text_of
from tests.apps.governance.certification.support import LIST, content
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

HOSTILE = "<script>alert(1)</script>"


def look(connection: Connection, person: Any) -> Job:
    """Run a look in this process."""
    job = start_look(connection, person)
    service.plan_inline(job)
    service.run_inline(job)
    job.refresh_from_db()
    return job


def test_a_look_finds_what_is_certified_and_bulk_actions_bring_it_up_to_date(bulk: Bulk) -> None:
    there = datasets(bulk.sandbox)
    gone = content(bulk.connection, 7)
    bulk.sandbox.reset()
    assert look(bulk.connection, bulk.person).state == "succeeded"
    assert set(calls(bulk.sandbox)) == {"search.query"}
    known = ContentRecord.objects.filter(connection=bulk.connection, kind="dataset")
    assert not known.filter(pk=gone.pk).exists()
    assert {each.object_id for each in known} == {each["id"] for each in there}
    certified = [each["id"] for each in there if (each["certification"] or {}).get("state") == "CERTIFIED"]
    assert {each.object_id for each in known.filter(state="certified")} == set(certified)
    cards = ContentRecord.objects.filter(connection=bulk.connection, kind="card")
    assert 0 < cards.filter(state="certified").count() < cards.count()
    client = client_of(bulk.person)
    text = text_of(client.get(LIST))
    assert f">{len(there):,}</strong> datasets" in text
    assert 'href="/c/halden/data/datasets/' in text
    # All that match are chosen by the same filters, and the bulk action of the other area does the rest.
    name = known.filter(state="none").order_by("name").first()
    assert name is not None
    query = {"q": name.object_id, "state": "none", "kind": "dataset"}
    posted = client.post(f"{LIST}selected/dataset/", {"action": "certify", "all": "1", "query": urlencode(query)})
    job = Job.objects.get(kind="certify")
    assert posted.headers["Location"] == job.get_absolute_url()
    service.plan_inline(job)
    service.run_inline(job)
    assert bulk.certified(name.object_id) == "ACTIVE"
    shown = text_of(client.get(LIST, {"q": name.object_id, "state": "certified"}, headers=PARTIAL))
    assert 'data-total="1"' in shown
    assert "Set an end" in shown


@pytest.mark.django_db
def test_filters_counts_export_and_who_may_what(halden: Connection) -> None:
    content(halden, 1, state="certified", name=f"Core {HOSTILE}")
    content(halden, 2, state="expired", owner_name="Ben Carver")
    content(halden, 3, area="Excel")
    content(halden, 4, kind="card", object_id="4711", state="certified", area="Board")
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(LIST))
    assert HOSTILE not in text
    assert 'data-total="3"' in text
    assert "Look again" not in text
    assert "Set an end" not in text
    assert 'name="action" value="certify"' not in text
    for asked, total in (
        ({"state": "certified"}, 1),
        ({"state": "none"}, 1),
        ({"owner": "carver"}, 1),
        ({"area": "excel"}, 1),
        ({"kind": "card"}, 1),
        ({"q": "nothing such"}, 0),
    ):
        assert f'data-total="{total}"' in text_of(viewer.get(LIST, asked, headers=PARTIAL)), asked
    assert 'href="/c/halden/data/cards/4711/"' in text_of(viewer.get(LIST, {"kind": "card"}))
    rows = csv_rows(text_of(viewer.get(f"{LIST}export.csv", {"state": "certified"})))
    assert [row[2] for row in rows[1:]] == [f"Core {HOSTILE}"]
    for address in ("look/", "selected/dataset/"):
        assert viewer.post(f"{LIST}{address}", {"action": "certify", "id": "x"}).status_code == 403
    steward = client_with_role("steward")
    steward.post(f"{LIST}selected/dataset/", {"action": "run-stream", "id": "x"})
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_coverage_is_counted_by_owner_and_area(halden: Connection) -> None:
    viewer = client_with_role("viewer")
    assert "Nobody has looked yet" in text_of(viewer.get(f"{LIST}coverage/"))
    for number in range(6):
        state, area = "certified" if number < 3 else "none", "Excel" if number % 2 else "Snowflake"
        content(halden, number, state=state, area=area)
    content(halden, 10, owner_name="Ben Carver", state="expired", area=HOSTILE)
    content(halden, 11, owner_name="Hanna Becker", owner_id="77", area="Excel Online")
    text = text_of(viewer.get(f"{LIST}coverage/"))
    assert "3 of 8 datasets are certified" in text
    assert "<chart-view" in text
    assert text.index("Hanna Becker") < text.index("Ben Carver")
    areas = text_of(viewer.get(f"{LIST}coverage/", {"by": "area", "sort": "best"}))
    assert HOSTILE not in areas
    rows = csv_rows(text_of(viewer.get(f"{LIST}coverage.csv", {"by": "area", "sort": "best"})))
    assert rows[1][:7] == ["Snowflake", "3", "2", "0", "0", "1", "66.7"]
    # Each figure leads to exactly what it counts: people who share a name are two, and so are such areas.
    assert text.count(">Hanna Becker</th>") == 2
    for asked, total in (({"area": "Excel"}, 2), ({"owner": "77"}, 1), ({"area": "excel"}, 3)):
        listed = text_of(viewer.get(LIST, {**asked, "state": "none"}, headers=PARTIAL))
        assert f'data-total="{total}"' in listed, asked


# An upstream written from the documents alone: its search tells no certification


def _documented(asked: Asked) -> Told:
    if asked.path.endswith("/search/v1/query"):
        kind = asked.json["entityList"][0][0]
        rows = [{"databaseId": f"{kind}-{each}", "entityType": kind, "name": f"A {kind} {each}"} for each in range(3)]
        start = asked.json["offset"]
        return told({"totalResultCount": 3, "searchObjects": rows[start : start + asked.json["count"]]})
    if asked.path.endswith("-2/system/CERTIFIED/state"):
        return told({"status": 404, "message": "gone", "toe": "TOE-2"}, 404)
    certified = asked.path.endswith("-1/system/CERTIFIED/state")
    return told({"tag": "CERTIFIED", "state": "ACTIVE" if certified else None, "metadata": None, "updated": None})


@pytest.mark.django_db(transaction=True)
def test_where_the_search_tells_nothing_each_is_asked(
    other_hands: Connection, upstream: Upstream, no_broker: None
) -> None:
    upstream.script(_documented)
    job = look(other_hands, UserFactory.create(role="steward"))
    assert job.state == "succeeded"
    found = ContentRecord.objects.filter(connection=other_hands).order_by("kind", "object_id")
    assert [(each.object_id, each.state) for each in found] == [
        ("card-0", "none"), ("card-1", "certified"), ("dataset-0", "none"), ("dataset-1", "certified"),
    ]  # fmt: skip
    assert job.events.filter(text__contains="were asked one by one").count() == 2


@pytest.mark.django_db
def test_the_home_panel_asks_nothing_of_domo(other_hands: Connection, upstream: Upstream) -> None:
    viewer = client_with_role("viewer")
    assert "Overdue" in text_of(viewer.get(f"{LIST}home/", headers=PARTIAL))
    assert upstream.asked == []
