"""Answers that are lost, calls that fail halfway, things that change meanwhile, a job that is stopped."""

from __future__ import annotations

import pytest

from apps.governance.leavers.jobs import HandOverKind
from apps.governance.leavers.record import rows_of
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.governance.leavers.conftest import HandOvers
from tests.apps.governance.leavers.support import Leaver, after_hand_over
from tests.clients import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    monkeypatch.setattr(HandOverKind, "back_off_seconds", 0.01)


@pytest.fixture
def leaver(hand_overs: HandOvers) -> Leaver:
    """Somebody with two datasets, two groups to be a member of and one to own."""
    found = hand_overs.leaver()
    found.give_datasets(2)
    found.give_groups(2, 1)
    return found


def places(job: Job) -> dict[str, str]:
    """Return where the record sees each thing, by kind."""
    return {row["kind"]: row["place"] for row in rows_of(job)}


def test_lost_answers_are_settled_by_reading(hand_overs: HandOvers, leaver: Leaver) -> None:
    before = leaver.holders()
    draft = hand_overs.plan(leaver.id)
    hand_overs.sandbox.control(match="groups", cut_after_effect=0.4, cut_before_effect=0.1)
    job = service.run_inline(draft)
    hand_overs.sandbox.reset()
    assert job.counts == {"succeeded": 5}, job.message
    assert leaver.holders() == after_hand_over(before, leaver.id, hand_overs.to)


def test_an_undo_takes_back_what_was_half_done_too(hand_overs: HandOvers, leaver: Leaver) -> None:
    before = leaver.holders()
    draft = hand_overs.plan(leaver.id, kind="group_member")
    hand_overs.sandbox.control(match=f"{leaver.given['group_member'][0]}/removeuser", status_500=1.0)
    job = service.run_inline(draft)
    hand_overs.sandbox.reset()
    assert job.counts == {"failed": 1, "succeeded": 1}
    undo = service.run_inline(service.undo(job, hand_overs.person))
    assert undo.counts == {"succeeded": 2}
    assert leaver.holders() == before
    record = client_of(hand_overs.person).get(f"/c/halden/governance/leavers/records/{job.pk}/").content.decode()
    assert f"/records/{undo.pk}/" in record
    assert "Delete the user" not in record, "what was undone leads to no deletion"


def test_what_is_half_done_says_so_and_a_retry_and_its_undo_complete_it(hand_overs: HandOvers, leaver: Leaver) -> None:
    before = leaver.holders()
    draft = hand_overs.plan(leaver.id, kind="group_member")
    hand_overs.sandbox.control(match="groups.remove_member", status_500=1.0)
    job = service.run_inline(draft)
    hand_overs.sandbox.reset()
    assert job.counts == {"failed": 2}
    assert {row["held_by"] for row in rows_of(job)} == {"Hanna Leaver; half done, the new person has it too"}
    both = " ".join(sorted((leaver.id, hand_overs.to)))
    assert all(leaver.holders()[f"group_member:{key}"] == both for key in leaver.given["group_member"])
    again = service.run_inline(service.retry(job, hand_overs.person, send=False))
    assert again.counts == {"succeeded": 2}
    record = client_of(hand_overs.person).get(f"/c/halden/governance/leavers/records/{again.pk}/").content.decode()
    assert "Delete Hanna Leaver" in record
    assert all(leaver.holders()[f"group_member:{key}"] == hand_overs.to for key in leaver.given["group_member"])
    assert service.run_inline(service.undo(again, hand_overs.person)).counts == {"succeeded": 2}
    assert leaver.holders() == before


def test_what_somebody_changed_meanwhile_is_left_alone(hand_overs: HandOvers, leaver: Leaver) -> None:
    draft = hand_overs.plan(leaver.id, kind="dataset")
    first, second = leaver.given["dataset"]
    somebody = hand_overs.leaver().id

    def move(dataset: str) -> None:
        entity = {"id": somebody, "type": "USER"}
        body = [{"dataSourceIds": [dataset], "entityIdentifier": entity}]
        leaver.client.put("/api/data/ui/v3/datasources/ownedBy", json=body).raise_for_status()

    move(first)
    job = service.run_inline(draft)
    skipped = job.items.get(state="skipped")
    assert (skipped.key, job.counts) == (f"dataset:{first}", {"succeeded": 1, "skipped": 1})
    assert "not Hanna Leaver's any more" in skipped.error_text
    move(second)
    undo = service.run_inline(service.undo(job, hand_overs.person))
    assert undo.counts == {"skipped": 1}
    assert {leaver.holders()[f"dataset:{key}"] for key in (first, second)} == {somebody}


def test_a_job_that_was_stopped_says_where_everything_is(hand_overs: HandOvers, leaver: Leaver) -> None:
    before = leaver.holders()
    draft = hand_overs.plan(leaver.id)
    service.confirm(draft, hand_overs.person, send=False)
    service.request_cancel(draft, hand_overs.person)
    draft.refresh_from_db()
    assert (draft.state, set(places(draft).values())) == ("cancelled", {"left"})
    assert leaver.holders() == before
