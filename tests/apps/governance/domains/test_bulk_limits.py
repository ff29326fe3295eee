"""Limits of many domains at once: previewed, run, undone; from the dialog and by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service
from apps.jobs.bulk import Selection, SelectionRefused, create_bulk_job
from apps.jobs.models import Job
from tests.apps.data.support import PARTIAL, text_of
from tests.apps.governance.domains.support import OtherHands, Sandbox, of

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = {"max_users": "", "max_things": "", "max_thingtypes": ""}


def limits(told: Sandbox, domain_id: str) -> dict[str, Any]:
    """Return the limits of a domain in the sandbox."""
    return {name: told.get(domain_id)["settings"][name] for name in NOTHING if name in told.get(domain_id)["settings"]}


def test_limits_of_all_below_and_back(
    transactional_db: None, no_broker: None, told: Sandbox, domains: Connection, admin: Client, person: User
) -> None:
    told.create("bulk-a", settings={"max_users": 9})
    told.create("bulk-b", "bulk-a", settings={"max_users": 5, "max_things": 7})
    told.create("bulk-c", "bulk-b", settings={"max_users": 20})
    told.create("bulk-d", "bulk-c")
    address = of("bulk-a", "limits-below/")
    assert "Give one limit at least" in text_of(admin.post(address, NOTHING | {"depth": "all"}, headers=PARTIAL), 422)
    wrong = text_of(admin.post(address, NOTHING | {"depth": "all", "max_users": "few"}, headers=PARTIAL), 422)
    assert "Type a whole number" in wrong
    typed = {"depth": "all", "max_users": "20", "max_things": "none", "max_thingtypes": ""}
    answered = admin.post(address, typed, headers=PARTIAL)
    job = Job.objects.get()
    assert answered.headers["HX-Redirect"] == job.get_absolute_url()
    # The one who asks is not asked: only what is below.
    drafted = service.plan_inline(job)
    assert {item.key: item.state for item in drafted.items.all()} == {
        "bulk-b": "pending", "bulk-c": "skipped", "bulk-d": "pending",
    }  # fmt: skip
    assert "Users: 20" in text_of(admin.get(job.get_absolute_url()))
    ran = service.run_inline(drafted)
    assert ran.state == "succeeded"
    assert [limits(told, each) for each in ("bulk-a", "bulk-b", "bulk-c", "bulk-d")] == [
        {"max_users": 9}, {"max_users": 20}, {"max_users": 20}, {"max_users": 20},
    ]  # fmt: skip
    undone = service.run_inline(service.undo(ran, person))
    assert undone.state == "succeeded"
    assert [limits(told, each) for each in ("bulk-b", "bulk-c", "bulk-d")] == [
        {"max_users": 5, "max_things": 7}, {"max_users": 20}, {},
    ]  # fmt: skip


def test_only_right_below_and_only_what_differs_is_sent(hands: OtherHands, no_broker: None, person: User) -> None:
    hands.add("root")
    hands.add("one", "root", settings={"max_users": 3, "max_things": 4})
    hands.add("two", "one")
    connection = Connection.objects.get(slug="halden")
    selection = Selection.of_query("below=root", source=_source())
    job = create_bulk_job("set-domain-limits", connection, selection, NOTHING | {"max_users": "8"}, person)
    service.run_inline(service.plan_inline(job))
    assert hands.sent("PATCH") == [{"settings": {"max_users": 8}}]
    for wrong in ("below=", "below=root&depth=far", "colour=red"):
        with pytest.raises(SelectionRefused):
            Selection.of_query(wrong, source=_source())


def _source() -> Any:
    from apps.governance.domains.selection import DOMAINS

    return DOMAINS


def test_a_viewer_sets_none(hands: OtherHands, viewer: Client) -> None:
    hands.add("root")
    text_of(viewer.post(of("root", "limits-below/"), NOTHING | {"max_users": "1"}, headers=PARTIAL), 403)
    assert not Job.objects.exists()
