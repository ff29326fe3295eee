"""The queue: asking, deciding, ends, filters, and reminders that come once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.governance.certification.celery_tasks import remind as remind_task
from apps.governance.certification.models import CertificationReview, ContentRecord
from apps.governance.certification.reminders import remind
from apps.notifications.models import Notification
from tests.apps.data.support import PARTIAL, create_dataset, csv_rows, text_of
from tests.apps.governance.certification.support import LIST, QUEUE, STATE, content, review
from tests.clients import client_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream, told

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def viewer(db: None) -> User:
    """Somebody who asks."""
    return UserFactory.create(username="asks", role="viewer")


@pytest.fixture
def steward(db: None) -> User:
    """Somebody who decides."""
    return UserFactory.create(username="decides", role="steward")


def state_in_domo(sandbox: SandboxProcess, key: str) -> Any:
    """Return how the sandbox has a dataset."""
    with sandbox.client() as client:
        return client.get(STATE.format("DATA_SOURCE", key)).json()["state"]


def asked(steward: User, key: str, **changes: Any) -> dict[str, Any]:
    """Return the values of the form."""
    usual = {
        "kind": "dataset",
        "object_id": key,
        "process": "company",
        "reason": "The board reads it.",
        "reviewer": str(steward.pk),
        "due_on": str(timezone.localdate() + timedelta(days=3)),
    }
    return {**usual, **changes}


def test_a_request_is_approved_and_certified_once(
    halden: Connection, sandbox: SandboxProcess, viewer: User, steward: User
) -> None:
    key = create_dataset(sandbox, "Freight cost by lane")
    row = content(halden, 1, object_id=key)
    asks, decides = client_of(viewer), client_of(steward)
    refused = text_of(asks.post(f"{QUEUE}new/", asked(steward, key, due_on="2020-01-01", reason="")), 422)
    assert "That day is over" in refused
    assert "Say why it should be certified" in refused
    unknown = asked(steward, "00000000-0000-4000-8000-000000000000")
    assert "There is no dataset with this id" in text_of(asks.post(f"{QUEUE}new/", unknown), 422)
    assert asks.post(f"{QUEUE}new/", asked(steward, key), headers=HTMX).status_code == 204
    assert "Somebody has asked for this already" in text_of(asks.post(f"{QUEUE}new/", asked(steward, key)), 422)
    found = CertificationReview.objects.get()
    assert Notification.objects.filter(person=steward, title="Please review: Orders 1").count() == 1
    page = f"{QUEUE}{found.pk}/"
    assert "The board reads it." in text_of(decides.get(page))
    assert "Not certified" in text_of(decides.get(f"{page}state/", headers=PARTIAL))
    for act in ("approve", "decline", "assign", "renew", "end"):
        assert asks.post(f"{page}{act}/").status_code == 403
    ends = timezone.localdate() + timedelta(days=10)
    assert decides.post(f"{page}approve/", {"expires_on": str(ends), "decision": "Well kept."}).status_code == 302
    assert state_in_domo(sandbox, key) == "ACTIVE"
    found.refresh_from_db()
    assert (found.state, found.decided_by, found.expires_on) == ("approved", steward, ends)
    row.refresh_from_db()
    assert row.state == "certified"
    trail = AuditRecord.objects.order_by("pk").values_list("operation", "outcome")
    assert list(trail) == [
        ("certification.request", "succeeded"),
        ("certified_content.certify", "intended"),
        ("certified_content.certify", "succeeded"),
        ("certification.approve", "succeeded"),
    ]
    assert Notification.objects.filter(person=viewer, title="Orders 1 is certified").exists()
    # A second decision changes nothing.
    late = text_of(decides.post(f"{page}decline/", {"decision": "No."}), 422)
    assert "Somebody has decided on this meanwhile" in late
    # Renewed, and in the end removed.
    later = ends + timedelta(days=100)
    assert decides.post(f"{page}renew/", {"expires_on": str(later)}).status_code == 302
    assert decides.post(f"{page}end/").status_code == 302
    assert state_in_domo(sandbox, key) is None
    found.refresh_from_db()
    assert (found.state, found.expires_on) == ("ended", later)
    assert sandbox.stats()["effects"]["certified_content.certify"] == 2


def test_who_asks_does_not_decide(halden: Connection, sandbox: SandboxProcess, steward: User) -> None:
    key = create_dataset(sandbox, "Freight cost by lane")
    own = review(halden, 1, object_id=key, requested_by=steward)
    client = client_of(steward)
    assert "You asked for this yourself" in text_of(client.get(f"{QUEUE}{own.pk}/"))
    assert "You asked for this yourself" in text_of(client.post(f"{QUEUE}{own.pk}/approve/", {}), 422)
    assert state_in_domo(sandbox, key) is None
    admin = client_of(UserFactory.create(role="admin"))
    assert admin.post(f"{QUEUE}{own.pk}/approve/", {}).status_code == 302
    assert state_in_domo(sandbox, key) == "ACTIVE"


def test_declined_withdrawn_and_given_to_somebody(halden: Connection, viewer: User, steward: User) -> None:
    first, second = review(halden, 1, requested_by=viewer), review(halden, 2, requested_by=viewer)
    decides, asks = client_of(steward), client_of(viewer)
    assert "Say why it is not certified" in text_of(decides.post(f"{QUEUE}{first.pk}/decline/", {}), 422)
    decides.post(f"{QUEUE}{first.pk}/decline/", {"decision": "Half of it is empty."})
    first.refresh_from_db()
    assert (first.state, first.decision) == ("declined", "Half of it is empty.")
    assert "Half of it is empty." in Notification.objects.get(person=viewer).text
    day = timezone.localdate() + timedelta(days=1)
    decides.post(f"{QUEUE}{second.pk}/assign/", {"reviewer": str(steward.pk), "due_on": str(day)})
    second.refresh_from_db()
    assert (second.reviewer, second.due_on) == (steward, day)
    stranger = client_of(UserFactory.create(role="viewer"))
    assert "Only who asked for it" in text_of(stranger.post(f"{QUEUE}{second.pk}/withdraw/"), 422)
    assert asks.post(f"{QUEUE}{second.pk}/withdraw/").status_code == 302
    second.refresh_from_db()
    assert second.state == "withdrawn"


def test_the_queue_is_filtered(halden: Connection, viewer: User, steward: User) -> None:
    today = timezone.localdate()
    review(halden, 1, reviewer=steward, object_name="Mine")
    review(halden, 2, due_on=today - timedelta(days=1), object_name="Late", requested_by=viewer)
    review(halden, 3, state="approved", expires_on=today + timedelta(days=5), object_name="Ends soon")
    review(halden, 4, state="approved", expires_on=today - timedelta(days=5), object_name="Over")
    review(halden, 5, state="declined", object_name="Refused")
    client = client_of(steward)
    for given, names in (
        ({}, {"Mine", "Late"}),
        ({"show": "mine"}, {"Mine"}),
        ({"show": "overdue"}, {"Late"}),
        ({"show": "expiring"}, {"Ends soon"}),
        ({"show": "expired"}, {"Over"}),
        ({"show": "all"}, {"Mine", "Late", "Ends soon", "Over", "Refused"}),
        ({"state": "declined"}, {"Refused"}),
        ({"show": "all", "person": "asks"}, {"Late"}),
        ({"q": "late"}, {"Late"}),
    ):
        text = text_of(client.get(QUEUE, given, headers=PARTIAL))
        assert {name for name in ("Mine", "Late", "Ends soon", "Over", "Refused") if f">{name}</a>" in text} == names
    assert len(csv_rows(text_of(client.get(f"{QUEUE}export.csv", {"show": "all"})))) == 6
    assert client.get(f"{QUEUE}999/").status_code == 404


def test_an_end_is_given_to_what_was_certified_elsewhere(
    halden: Connection, sandbox: SandboxProcess, steward: User
) -> None:
    key = create_dataset(sandbox, "Freight cost by lane")
    client, day = client_of(steward), timezone.localdate() + timedelta(days=20)
    refused = text_of(client.post(f"{LIST}ends/dataset/{key}/", {"expires_on": str(day)}), 422)
    assert "It is not certified" in refused
    with sandbox.client() as direct:
        direct.put(STATE.format("DATA_SOURCE", key) + "/ACTIVE").raise_for_status()
    assert client.post(f"{LIST}ends/dataset/{key}/", {"expires_on": str(day)}).status_code == 302
    found = CertificationReview.objects.get()
    assert (found.state, found.expires_on, found.object_name) == ("approved", day, "Freight cost by lane")
    assert "certified_content.certify" not in AuditRecord.objects.values_list("operation", flat=True)


def test_a_failing_domo_leaves_the_review_open(other_hands: Connection, upstream: Upstream, steward: User) -> None:
    found = review(other_hands, 1)
    upstream.answers(
        told({"tag": "CERTIFIED", "state": None}), told({"status": 403, "message": "no right", "toe": "TOE-9"}, 403)
    )
    text = text_of(client_of(steward).post(f"{QUEUE}{found.pk}/approve/", {"decision": "Typed"}), 403)
    assert "TOE-9" in text
    assert "Typed" in text
    found.refresh_from_db()
    assert found.state == "open"
    assert not ContentRecord.objects.exists()


def test_each_is_reminded_of_once_for_its_day(halden: Connection, viewer: User, steward: User) -> None:
    today = timezone.localdate()
    late = review(halden, 1, reviewer=steward, due_on=today - timedelta(days=1))
    review(halden, 2, reviewer=steward)
    soon = review(
        halden, 3, state="approved", expires_on=today + timedelta(days=9), decided_by=steward, requested_by=viewer
    )
    review(halden, 4, state="approved", expires_on=today - timedelta(days=1), decided_by=steward)
    admin = UserFactory.create(role="admin")
    nobody = review(halden, 5, due_on=today - timedelta(days=2))
    assert remind(today) == 4
    remind_task()
    assert remind(today) == 0
    titles = Notification.objects.filter(person=steward).values_list("title", flat=True)
    assert sorted(titles) == [
        "Ends soon: certification of Orders 3",
        "Over: certification of Orders 4",
        "Overdue: review of Orders 1",
    ]
    assert Notification.objects.get(person=viewer).url == soon.get_absolute_url()
    assert Notification.objects.get(person=admin).url == nobody.get_absolute_url()
    # Told and forgotten notifications don't come again; another day is another reminder.
    Notification.objects.all().delete()
    assert remind(today) == 0
    CertificationReview.objects.filter(pk=late.pk).update(due_on=today + timedelta(days=1))
    assert remind(today) == 0
    assert remind(today + timedelta(days=2)) == 1


def test_a_removal_elsewhere_ends_the_review(halden: Connection, sandbox: SandboxProcess, steward: User) -> None:
    key = create_dataset(sandbox, "Freight cost by lane")
    day = timezone.localdate() - timedelta(days=1)
    with sandbox.client() as direct:
        direct.put(STATE.format("DATA_SOURCE", key) + "/ACTIVE").raise_for_status()
    before = timezone.now() - timedelta(minutes=1)
    found = review(halden, 1, object_id=key, state="approved", expires_on=day, decided_by=steward, decided_at=before)
    client = client_of(steward)
    assert client.post(f"/c/halden/data/datasets/{key}/decertify/").status_code == 302
    assert remind(timezone.localdate()) == 0
    found.refresh_from_db()
    assert found.state == "ended"


def test_a_thing_has_one_open_review_and_one_that_holds(halden: Connection) -> None:
    for state in ("open", "approved"):
        review(halden, 1, state=state)
        with pytest.raises(IntegrityError), transaction.atomic():
            review(halden, 1, state=state)
