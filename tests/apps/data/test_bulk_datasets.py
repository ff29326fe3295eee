"""Each bulk action on datasets from plan to undo, in this process, against the sandbox over real HTTP."""

from __future__ import annotations

import pytest

from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.bulk import all_bulk_actions, get_bulk_action
from apps.jobs.kinds import NotUndoable
from tests.apps.data.bulk_support import Bulk, items_of
from tests.apps.data.support import datasets

pytestmark = pytest.mark.django_db(transaction=True)


def test_certify_and_undo(bulk: Bulk) -> None:
    ids = bulk.datasets()
    bulk.certify(ids[0])
    bulk.sandbox.reset()
    draft = bulk.draft("certify", [*ids, ids[1]])
    assert (draft.state, draft.counts) == ("draft", {"skipped": 1, "pending": 2}), draft.message
    assert draft.title == "Certify 2 datasets"
    assert draft.preview["duplicates"] == 1
    assert bulk.effects() == {}, "A preview changes nothing"
    items = items_of(draft)
    assert items[ids[0]].error_text == "Certified already."
    assert items[ids[1]].before == {"certification": ""}
    assert items[ids[1]].after == {"certification": "certified"}
    assert items[ids[1]].label == "Freight cost by lane 1"
    done = service.run_inline(draft)
    assert (done.state, done.counts) == ("succeeded", {"skipped": 1, "succeeded": 2}), done.message
    assert [bulk.certified(key) for key in ids] == ["ACTIVE"] * 3
    assert bulk.effects() == {"certified_content.certify": 2}
    undone = bulk.undo(done)
    assert (undone.kind, undone.source, undone.undo_of) == ("decertify", "undo", done)
    assert (undone.state, undone.counts) == ("succeeded", {"succeeded": 2})
    assert [bulk.certified(key) for key in ids] == ["ACTIVE", None, None], "What was certified before stays"


def test_each_change_has_its_audit_record_with_before_and_after(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    job = bulk.run("certify", ids)
    records = AuditRecord.objects.filter(job_id=job.pk, operation="certified_content.certify")
    assert sorted(records.values_list("target_id", "outcome")) == sorted(
        (key, outcome) for key in ids for outcome in ("intended", "succeeded")
    )
    record = records.filter(outcome="succeeded", target_id=ids[0]).get()
    assert (record.before, record.after) == ({"certification": ""}, {"certification": "certified"})
    assert (record.target_kind, record.target_name) == ("dataset", "Freight cost by lane 0")
    start = AuditRecord.objects.get(job_id=job.pk, operation="jobs.certify", outcome="intended")
    assert start.after == {"params": {"selection": {"ids": 2}, "settings": {}}, "items": 2}


def test_no_more_calls_are_under_way_at_once_than_the_action_allows(bulk: Bulk) -> None:
    draft = bulk.draft("certify", bulk.datasets(24))
    bulk.sandbox.reset()
    bulk.sandbox.control(latency_ms=200)
    assert service.run_inline(draft).counts == {"succeeded": 24}
    answered = sorted(each["at"] for each in bulk.sandbox.log())
    bulk.sandbox.control()
    assert len(answered) >= 24
    # A call lasts 200 ms at least: of 8 at a time, no 9 are answered within a shorter while.
    busiest = max(sum(1 for at in answered if begin <= at < begin + 150) for begin in answered)
    assert busiest <= get_bulk_action("certify").concurrency


def test_decertify_and_undo(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    bulk.certify(ids[0])
    job = bulk.run("decertify", ids)
    assert job.counts == {"succeeded": 1, "skipped": 1}
    assert bulk.certified(ids[0]) is None
    assert bulk.undo(job).counts == {"succeeded": 1}
    assert bulk.certified(ids[0]) == "ACTIVE"


def test_share_with_a_person_and_undo_gives_back_what_was_there(bulk: Bulk) -> None:
    ids, person = bulk.datasets(3), bulk.somebody()
    bulk.share(ids[1], person, "CO_OWNER")
    bulk.share(ids[2], person, "CAN_VIEW")
    job = bulk.run("share", ids, user=person, access_level="CAN_VIEW")
    assert job.counts == {"succeeded": 2, "skipped": 1}, job.message
    (name,) = [entry["name"] for entry in bulk.get(f"/api/data/v3/datasources/{ids[0]}/permissions")["list"][1:]]
    assert job.title == f"Share 2 datasets with {name} (CAN_VIEW)"
    assert [bulk.level(key, person) for key in ids] == ["CAN_VIEW"] * 3
    undone = bulk.undo(job)
    assert undone.counts == {"succeeded": 2}
    assert [bulk.level(key, person) for key in ids] == ["", "CO_OWNER", "CAN_VIEW"]
    operations = AuditRecord.objects.filter(job_id=undone.pk, outcome="succeeded", target_kind="dataset")
    assert sorted(operations.values_list("operation", flat=True)) == ["datasets.revoke_access", "datasets.share"]


def test_undo_of_a_share_leaves_alone_what_somebody_changed_since(bulk: Bulk) -> None:
    ids, person = bulk.datasets(2), bulk.somebody()
    job = bulk.run("share", ids, user=person, access_level="CAN_VIEW")
    bulk.share(ids[0], person, "CAN_EDIT")
    undone = bulk.undo(job)
    assert undone.counts == {"succeeded": 1, "skipped": 1}
    assert items_of(undone)[ids[0]].error_text == "Somebody changed it since. It stays as it is."
    assert [bulk.level(key, person) for key in ids] == ["CAN_EDIT", ""]


def test_share_with_a_group_can_be_undone_only_where_it_had_access(bulk: Bulk) -> None:
    ids, group = bulk.datasets(2), bulk.somebody("group")
    bulk.share(ids[1], group, "CAN_VIEW", "GROUP")
    job = bulk.run("share", ids, group=group, access_level="CAN_EDIT")
    assert job.counts == {"succeeded": 2}, job.message
    assert [bulk.level(key, group) for key in ids] == ["CAN_EDIT", "CAN_EDIT"]
    undone = bulk.undo(job)
    assert undone.counts == {"succeeded": 1, "skipped": 1}, undone.message
    assert "not for groups" in items_of(undone)[ids[0]].error_text
    assert [bulk.level(key, group) for key in ids] == ["CAN_EDIT", "CAN_VIEW"]


def test_revoke_and_undo_shares_again_at_each_ones_level(bulk: Bulk) -> None:
    ids, person = bulk.datasets(3), bulk.somebody()
    bulk.share(ids[0], person, "CAN_EDIT")
    bulk.share(ids[1], person, "CAN_VIEW")
    job = bulk.run("revoke", ids, user=person)
    assert job.counts == {"succeeded": 2, "skipped": 1}, job.message
    assert [bulk.level(key, person) for key in ids] == ["", "", ""]
    undone = bulk.undo(job)
    assert (undone.kind, undone.counts) == ("share", {"succeeded": 2})
    assert [bulk.level(key, person) for key in ids] == ["CAN_EDIT", "CAN_VIEW", ""]
    assert bulk.undo(undone).counts == {"succeeded": 2}, "An undo is undone like any other job"
    assert [bulk.level(key, person) for key in ids] == ["", "", ""]


def test_tags_are_merged_and_undo_removes_only_the_new_ones(bulk: Bulk) -> None:
    ids = bulk.datasets(3)
    bulk.set_tags(ids[0], ["core"])
    bulk.set_tags(ids[1], ["core", "FY26"])
    job = bulk.run("tag", ids, tags="FY26, audit,FY26")
    assert job.counts == {"succeeded": 3}, job.message
    assert [bulk.tags(key) for key in ids] == [["core", "FY26", "audit"]] * 2 + [["FY26", "audit"]]
    bulk.set_tags(ids[2], ["FY26", "audit", "later"])
    undone = bulk.undo(job)
    assert (undone.kind, undone.counts) == ("untag", {"succeeded": 3}), undone.message
    assert [bulk.tags(key) for key in ids] == [["core"], ["core", "FY26"], ["later"]]
    assert bulk.run("tag", ids[:1], tags="core").counts == {"skipped": 1}


def test_untag_and_undo(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    bulk.set_tags(ids[0], ["core", "FY26"])
    job = bulk.run("untag", ids, tags="core,old")
    assert job.counts == {"succeeded": 1, "skipped": 1}
    assert bulk.tags(ids[0]) == ["FY26"]
    bulk.undo(job)
    assert sorted(bulk.tags(ids[0])) == ["FY26", "core"]


def test_a_tag_that_somebody_adds_after_the_preview_is_not_lost(bulk: Bulk) -> None:
    (key,) = bulk.datasets(1)
    draft = bulk.draft("tag", [key], tags="FY26")
    bulk.set_tags(key, ["theirs"])
    job = service.run_inline(draft)
    assert bulk.tags(key) == ["theirs", "FY26"]
    assert items_of(job)[key].before == {"tags": ["theirs"]}
    assert job.events.filter(text__contains="changed since the preview").count() == 1
    bulk.undo(job)
    assert bulk.tags(key) == ["theirs"]


def test_reindex_asks_once_for_each_and_has_nothing_to_undo(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    bulk.sandbox.reset()
    job = bulk.run("reindex", ids)
    assert job.counts == {"succeeded": 2}, job.message
    assert bulk.received()["datasets.reindex"] == 2
    with pytest.raises(NotUndoable):
        service.undo(job, bulk.person)


def test_streams_run_once_and_a_running_one_is_left_alone(bulk: Bulk) -> None:
    (without,) = bulk.datasets(1)
    found = [each["databaseId"] for each in datasets(bulk.sandbox)]
    with_stream = []
    for key in found:
        stream = bulk.get(f"/api/data/v3/datasources/{key}").get("streamId")
        if stream and bulk.get(f"/api/data/v1/streams/{stream}").get("currentExecutionState") != "ACTIVE":
            with_stream.append(key)
        if len(with_stream) == 2:
            break
    bulk.sandbox.reset()
    draft = bulk.draft("run-stream", [without, *with_stream])
    assert draft.counts == {"pending": 2, "skipped": 1}
    assert items_of(draft)[without].error_text == "No stream fills it."
    assert bulk.effects() == {}
    job = service.run_inline(draft)
    assert job.counts == {"succeeded": 2, "skipped": 1}, job.message
    assert bulk.effects() == {"streams.execute": 2}
    after = items_of(job)[with_stream[0]].after or {}
    assert after["state"] == "running"
    assert after["execution"]
    assert bulk.draft("run-stream", with_stream[:1]).counts == {"skipped": 1}
    with pytest.raises(NotUndoable, match="can't be taken back"):
        service.undo(job, bulk.person)


def test_somebody_whom_domo_does_not_find_is_told_in_the_preview(bulk: Bulk) -> None:
    draft = bulk.draft("share", bulk.datasets(1), user="1", access_level="CAN_VIEW")
    assert draft.preview["warning"] == "Domo does not find the user 1. Is the id right?"
    assert draft.title == "Share 1 dataset with user 1 (CAN_VIEW)"


@pytest.mark.parametrize("name", [action.name for action in all_bulk_actions() if action.target_kind == "dataset"])
def test_a_preview_of_any_action_changes_nothing(name: str, bulk: Bulk) -> None:
    ids, fields = bulk.datasets(2), get_bulk_action(name).form.base_fields
    given = {"user": bulk.somebody(), "tags": "FY26", "send_email": True}
    bulk.sandbox.reset()
    draft = bulk.draft(name, ids, **{field: value for field, value in given.items() if field in fields})
    assert draft.state == "draft", draft.message
    assert sum(draft.counts.values()) == 2
    assert bulk.effects() == {}
    service.request_cancel(draft, bulk.person)
    draft.refresh_from_db()
    assert draft.state == "cancelled"
    assert bulk.effects() == {}
