"""Handing over what a person holds: the plan finds all, the run moves it, the record tells it, the undo restores it."""

from __future__ import annotations

from collections import Counter

from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.governance.leavers.conftest import HandOvers
from tests.apps.governance.leavers.support import after_hand_over


def reasons(job: Job) -> Counter[str]:
    """Count the items that did not succeed by state and text."""
    left = job.items.exclude(state="succeeded")
    return Counter(f"{item.key.partition(':')[0]} {item.state}: {item.error_text}" for item in left)


def test_each_kind_goes_to_the_new_person_and_comes_back(hand_overs: HandOvers) -> None:
    leaver = hand_overs.leaver()
    leaver.give_some()
    before = leaver.holders()
    job = hand_overs.plan(leaver.id)
    planned = {item.key for item in job.items.filter(state="pending")}
    assert planned == set(before), reasons(job)
    service.run_inline(job)
    job.refresh_from_db()
    assert job.state == "succeeded", reasons(job)
    assert leaver.holders() == after_hand_over(before, leaver.id, hand_overs.to)
    undone = service.run_inline(service.undo(job, hand_overs.person))
    assert undone.state == "succeeded", reasons(undone)
    assert leaver.holders() == before
