"""Bulk deletions of versions and partitions, in this process, against the sandbox."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.bulk import Selection
from apps.jobs.kinds import NotUndoable
from tests.apps.data.bulk_support import Bulk, items_of
from tests.apps.data.versions.support import load, loaded, partitioned, tags_of, versions_of, with_data

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_but_the_newest_versions_go(bulk: Bulk) -> None:
    dataset = loaded(bulk.sandbox, 3, 4, 5)
    query = {"dataset": dataset, "keep": "1"}
    draft = service.plan_inline(bulk.create("delete-versions", Selection(query=query)))
    assert (draft.title, draft.counts) == ("Delete 2 data versions", {"pending": 2}), draft.message
    item = items_of(draft)[f"{dataset}/1"]
    assert (item.label, (item.before or {})["rows"], item.after) == ("Version 1 of Footfall", 3, {"there": False})
    assert bulk.effects().get("dataset_history.delete_versions") is None
    load(bulk.sandbox, dataset, 6)
    job = service.run_inline(draft)
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 2}), job.message
    assert versions_of(bulk.sandbox, dataset) == [3, 4]
    records = AuditRecord.objects.filter(operation="dataset_history.delete_versions", job_id=job.pk)
    assert sorted(records.values_list("outcome", flat=True)) == ["intended"] * 2 + ["succeeded"] * 2
    assert set(records.values_list("target_kind", "target_id")) == {("dataset", dataset)}, "The dataset's page finds it"
    with pytest.raises(NotUndoable, match="can't be brought back"):
        service.undo(job, bulk.person)


def test_what_is_in_use_goes_only_when_that_is_asked_for_and_the_newest_never(bulk: Bulk) -> None:
    dataset = loaded(bulk.sandbox, 3, 4, action="APPEND")
    keys = [f"{dataset}/{number}" for number in (1, 2, 9)]
    draft = bulk.draft("delete-versions", keys)
    assert draft.counts == {"skipped": 3}
    reasons = {item.key[-1]: item.error_text for item in items_of(draft).values()}
    assert "part of the present data" in reasons["1"]
    assert "newest version" in reasons["2"]
    assert reasons["9"] == "There is no such version any more."
    job = bulk.run("delete-versions", keys, active=True)
    assert job.counts == {"succeeded": 1, "skipped": 2}
    assert job.preview["cautions"] == {"are part of the present data: their rows disappear.": 1}
    assert versions_of(bulk.sandbox, dataset) == [2]


def test_the_data_of_partitions_goes_and_then_their_tags(bulk: Bulk) -> None:
    dataset = partitioned(bulk.sandbox, _a=3, _b=4, _c=5)
    keys = [f"{dataset}/{tag}" for tag in "ab"]
    assert bulk.draft("delete-partition-tags", keys).counts == {"skipped": 2}, "Their data is still there"
    query = Selection(query={"dataset": dataset, "keep": "1", "order": "name"})
    job = service.run_inline(service.plan_inline(bulk.create("delete-partition-data", query)))
    assert (job.counts, job.title) == ({"succeeded": 2}, "Delete the data of 2 partitions")
    assert with_data(bulk.sandbox, dataset) == {"c": 5}
    assert bulk.draft("delete-partition-data", keys).counts == {"skipped": 2}
    left = Selection(query={"dataset": dataset, "state": "none"})
    job = service.run_inline(service.plan_inline(bulk.create("delete-partition-tags", left)))
    assert job.counts == {"succeeded": 2}
    assert tags_of(bulk.sandbox, dataset) == ["c"]


def test_the_command_line_cleans_up_too(bulk: Bulk, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = loaded(bulk.sandbox, 3, 4)
    line = ["delete-versions", "--connection", "halden", "--user", "steward", "--inline", "--json", "--run"]
    with pytest.raises(SystemExit) as ended:
        call_command("bulk", *line, "--query", f"dataset={dataset}&keep=1")
    said = json.loads(capsys.readouterr().out)
    assert (ended.value.code, said["state"]) == (0, "succeeded")
    assert versions_of(bulk.sandbox, dataset) == [2]
    with pytest.raises(SystemExit) as ended:
        call_command("bulk", *line, "--query", "*")
    assert (ended.value.code, "say which dataset" in capsys.readouterr().err) == (2, True)
