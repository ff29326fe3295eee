"""One change from a page: who may, what the trail says, what happens when the answer is lost."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from apps.audit.models import AuditRecord, Outcome
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.access import RoleRequired
from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, NotFound
from domoadmin.services.results.base import Result
from tests.apps.data.support import create_dataset
from tests.factories import ConnectionFactory, UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(sandbox: SandboxProcess, settings: LazySettings) -> Connection:
    """The sandbox without faults."""
    settings.UPSTREAM_HOSTS = ["127.0.0.1"]
    sandbox.reset()
    return ConnectionFactory.create(base_url=sandbox.url, secrets={"token": sandbox.token})


def tagging(dataset_id: str) -> Change:
    """The change that writes the tags of a dataset."""
    return Change(
        "datasets.create_tag", Target("dataset", dataset_id, "Orders"), before={"tags": []}, after={"tags": ["new"]}
    )


def outcomes() -> list[str]:
    """What the trail says, oldest first."""
    return list(AuditRecord.objects.order_by("pk").values_list("outcome", flat=True))


def test_a_change_stands_in_the_trail_before_and_after(sandbox: SandboxProcess, connection: Connection) -> None:
    dataset_id = create_dataset(sandbox, "Orders")
    seen: list[list[str]] = []

    def send(client: Client) -> Result:
        seen.append(outcomes())
        return client.datasets.create_tag(dataset_id, ["new"])

    make_change(connection, UserFactory.create(role="steward"), tagging(dataset_id), send)
    assert seen == [[Outcome.INTENDED]]
    assert outcomes() == [Outcome.INTENDED, Outcome.SUCCEEDED]
    last = AuditRecord.objects.order_by("pk").last()
    assert last is not None
    assert (last.operation, last.target_id, last.source) == ("datasets.create_tag", dataset_id, "page")


def test_who_may_not_changes_nothing_and_leaves_no_record(sandbox: SandboxProcess, connection: Connection) -> None:
    with pytest.raises(RoleRequired):
        make_change(connection, UserFactory.create(role="viewer"), tagging("x"), lambda client: pytest.fail("sent"))
    assert outcomes() == []


def test_a_refusal_is_kept_with_what_the_upstream_said(sandbox: SandboxProcess, connection: Connection) -> None:
    change = tagging("00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotFound) as caught:
        make_change(
            connection,
            UserFactory.create(role="admin"),
            change,
            lambda client: client.datasets.create_tag(change.target.id, ["new"]),
        )
    last = AuditRecord.objects.order_by("pk").last()
    assert last is not None
    assert (last.outcome, last.message, last.request_id) == (
        Outcome.FAILED, str(caught.value), caught.value.request_id or "",
    )  # fmt: skip


def test_a_lost_answer_is_kept_as_unknown(sandbox: SandboxProcess, connection: Connection) -> None:
    dataset_id = create_dataset(sandbox, "Orders")
    sandbox.control(cut_after_effect=1.0)
    with pytest.raises(AnswerLost):
        make_change(
            connection,
            UserFactory.create(role="admin"),
            Change("datasets.share", Target("dataset", dataset_id)),
            lambda client: client.datasets.share(
                dataset_id, [{"type": "USER", "id": "1", "accessLevel": "CAN_VIEW"}], send_email=False
            ),
        )
    sandbox.reset()
    assert outcomes() == [Outcome.INTENDED, Outcome.UNKNOWN]
