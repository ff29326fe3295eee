"""Deleting and importing many: previews, batches, lost answers, bad lines, a copy to import again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.data.appdb.deleting import DeleteDocuments
from apps.data.appdb.importing import ImportDocuments
from apps.jobs import service
from apps.jobs.models import Job, JobItem
from domoadmin.services.resources import appdb as resource
from tests.apps.data.appdb.support import Collection
from tests.apps.data.support import calls, text_of
from tests.apps.data.uploads.support import stage
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_broker")]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    for kind in (DeleteDocuments, ImportDocuments):
        monkeypatch.setattr(kind, "back_off_seconds", 0.01)
        monkeypatch.setattr(kind, "request_seconds", 0.01)


def planned(answer: Any) -> Job:
    """Return the job that an answer leads to, planned in this process."""
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return service.plan_inline(Job.objects.get(pk=UUID(answer["Location"].rstrip("/").rsplit("/", 1)[1])))


def address(job: Job, rest: str = "") -> str:
    """Return the address of a draft."""
    return f"/c/halden/data/appdb/jobs/{job.pk}/{rest}"


def started(client: Client, job: Job, **posted: str) -> Job:
    """Start a draft by its page and run it to its end in this process."""
    answer = client.post(address(job, "start/"), posted)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return service.run_inline(Job.objects.get(pk=job.pk))


def imported(client: Client, loans: Collection, text: str, mode: str = "add") -> Job:
    """Paste lines and let them be checked."""
    return planned(client.post(f"{loans.url}import/", {"pasted": text, "mode": mode}))


def lines(*contents: Any) -> str:
    """Write lines."""
    return "\n".join(json.dumps(each) for each in contents)


def in_order(documents: dict[str, Any]) -> list[str]:
    """The contents in one order, whatever the order of their fields: PostgreSQL keeps none."""
    return sorted(json.dumps(content, sort_keys=True) for content in documents.values())


def test_selected_documents_go_in_batches_with_a_copy_kept(
    steward: Client, loans: Collection, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "MOST_CHARACTERS", 80)
    before = loans.documents()
    job = planned(steward.post(f"{loans.url}delete/", {"action": "delete", "id": [*loans.ids, "gone"]}))
    assert (job.title, job.total, job.preview["missing"]) == (f"Delete 3 documents of {loans.name}", 2, 1)
    text = text_of(steward.get(address(job)))
    assert "Domo has no way to bring documents back" in text
    assert "Delete 3 documents" in text
    assert len(loans.documents()) == 3
    job = started(steward, job)
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 2})
    assert loans.documents() == {}
    assert calls(sandbox)["appdb.bulk_delete_documents"] == 2
    assert "3 to delete, 3 asked for, 3 confirmed" in text_of(steward.get(f"/jobs/{job.pk}/"))
    records = AuditRecord.objects.filter(operation="appdb.bulk_delete_documents")
    assert sorted(records.values_list("outcome", flat=True)) == ["intended"] * 2 + ["succeeded"] * 2
    copy = text_of(steward.get(address(job, "copy.jsonl")))
    again = started(steward, imported(steward, loans, copy))
    assert again.counts == {"succeeded": 3}
    assert in_order(loans.documents()) == in_order(before)


def test_a_preview_that_is_discarded_keeps_no_copy(steward: Client, loans: Collection) -> None:
    job = planned(steward.post(f"{loans.url}delete/", {"id": loans.ids}))
    assert steward.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert steward.get(address(job, "copy.jsonl")).status_code == 404
    assert steward.get(address(job))["Location"] == f"/jobs/{job.pk}/"
    assert len(loans.documents()) == 3


def test_all_that_match_go_and_nothing_else(steward: Client, loans: Collection) -> None:
    query = "field=returned&operator=%24eq&type=boolean&value=false&sort=-c-days"
    job = planned(steward.post(f"{loans.url}delete/", {"action": "delete", "all": "1", "query": query}))
    assert job.preview["documents"] == 2
    assert started(steward, job).state == "succeeded"
    assert [each["item"] for each in loans.documents().values()] == ["Stove"]
    nothing = planned(steward.post(f"{loans.url}delete/", {"all": "1", "query": query}))
    assert (nothing.state, "nothing matches any more" in nothing.message) == ("failed", True)
    assert "Nothing was sent" in text_of(steward.get(address(nothing)))


def test_what_cannot_be_checked_is_not_deleted(steward: Client, loans: Collection) -> None:
    query = "where=" + json.dumps({"content.item": {"$regex": "T"}})
    job = planned(steward.post(f"{loans.url}delete/", {"all": "1", "query": query}))
    assert "can’t check" in job.message
    wrong = steward.post(f"{loans.url}delete/", {"all": "1", "query": "field=a&type=number&value=x"})
    assert wrong["Location"] == loans.url
    assert steward.post(f"{loans.url}delete/", {"action": "delete"})["Location"] == loans.url
    assert len(loans.documents()) == 3


def test_a_lost_answer_deletes_no_more_and_no_less(steward: Client, loans: Collection, sandbox: SandboxProcess) -> None:
    job = planned(steward.post(f"{loans.url}delete/", {"id": loans.ids[:2]}))
    sandbox.control(match="appdb.bulk_delete_documents", cut_after_effect=1.0, count=1)
    job = started(steward, job)
    assert job.state == "succeeded", job.message
    assert list(loans.documents()) == loans.ids[2:]


def test_production_asks_for_the_slug(steward: Client, halden: Connection, loans: Collection) -> None:
    halden.environment = "production"
    halden.save()
    job = planned(steward.post(f"{loans.url}delete/", {"id": loans.ids[:1]}))
    assert "Type halden to go on. Nothing was sent." in text_of(steward.post(address(job, "start/")), 422)
    assert started(steward, job, confirm="halden").state == "succeeded"


def test_lines_are_checked_before_anything_is_sent(steward: Client, loans: Collection, sandbox: SandboxProcess) -> None:
    stove = loans.documents()[loans.ids[1]]
    text = lines(
        {"item": "Lamp"},
        {"id": loans.ids[0], "content": {"item": "Tent", "days": 4}},
        {"id": loans.ids[1], "content": stove},
        {"id": "nobody", "content": {}},
        [1],
    )
    job = imported(steward, loans, text + "\n{oops", "update")
    shown = {name: job.preview[name] for name in ("lines", "add", "update", "same", "problems")}
    assert shown == {"lines": 6, "add": 1, "update": 1, "same": 1, "problems": 3}
    assert [each["line"] for each in job.preview["shown_problems"]] == [4, 5, 6]
    page = text_of(steward.get(address(job)))
    assert "There is no document nobody" in page
    assert "days is not in the schema" in page
    assert "3 lines have a problem" in text_of(steward.post(address(job, "start/")), 422)
    assert "appdb.create_document" not in calls(sandbox)
    job = started(steward, job, leave_out="on")
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 2, "skipped": 4})
    after = loans.documents()
    assert after[loans.ids[0]] == {"item": "Tent", "days": 4}
    assert {"item": "Lamp"} in after.values()
    assert len(after) == 4
    assert "1 added, 1 updated, 3 lines left out" in text_of(steward.get(f"/jobs/{job.pk}/"))
    done = AuditRecord.objects.filter(job_id=job.pk, outcome="succeeded", operation__endswith="_document")
    assert sorted(done.values_list("operation", flat=True)) == ["appdb.create_document", "appdb.update_document"]


def test_a_document_whose_answer_was_lost_is_not_added_twice(
    steward: Client, loans: Collection, sandbox: SandboxProcess
) -> None:
    job = imported(steward, loans, lines({"item": "Lamp", "n": 1}, {"item": "Rope"}, {"item": "Tent"}))
    sandbox.control(match="appdb.create_document", cut_after_effect=1.0, count=2)
    job = started(steward, job)
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 3}), job.message
    assert sorted(each["item"] for each in loans.documents().values()) == [
        "Lamp",
        "Pack",
        "Rope",
        "Stove",
        "Tent",
        "Tent",
    ]


def test_what_a_killed_worker_had_added_is_found_and_not_added_again(
    steward: Client, person: User, loans: Collection, sandbox: SandboxProcess
) -> None:
    job = imported(steward, loans, lines({"item": "Lamp"}, {"item": "Tent"}))
    service.confirm(job, person, send=False)
    past = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(state="running", started_at=past)
    for item in job.items.all():
        JobItem.objects.filter(pk=item.pk).update(
            state="in_flight", attempts=1, lease_token=uuid4(), lease_expires_at=past, sent_at=past, intended_at=past
        )
    loans.add({"item": "Lamp"})
    job = service.run_inline(Job.objects.get(pk=job.pk))
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 2}), job.message
    items = [each.get("item") for each in loans.documents().values()]
    assert (items.count("Lamp"), items.count("Tent")) == (1, 2), "One had arrived, the other had not"
    assert calls(sandbox)["appdb.create_document"] == 2


def test_what_never_arrived_is_sent_again_and_twins_are_for_a_person(
    steward: Client, loans: Collection, sandbox: SandboxProcess
) -> None:
    job = imported(steward, loans, lines({"item": "Lamp"}))
    sandbox.control(match="appdb.create_document", cut_before_effect=1.0, count=1)
    assert started(steward, job).counts == {"succeeded": 1}
    sandbox.reset()
    twins = imported(steward, loans, lines({"item": "Peg"}, {"item": "Peg"}))
    sandbox.control(match="appdb.create_document", cut_after_effect=1.0, count=1)
    twins = started(steward, twins)
    assert (twins.state, twins.counts) == ("partial", {"succeeded": 1, "unknown": 1})
    assert [each.get("item") for each in loans.documents().values()].count("Peg") == 2


def test_an_update_of_what_changed_meanwhile_is_left_alone(steward: Client, loans: Collection) -> None:
    job = imported(steward, loans, lines({"id": loans.ids[0], "content": {"item": "Mine"}}), "update")
    loans.put(0, {"item": "Theirs"})
    job = started(steward, job)
    assert (job.state, job.items.get().error_code) == ("failed", "changed")
    assert loans.documents()[loans.ids[0]] == {"item": "Theirs"}


def test_a_staged_file_is_imported_and_nothing_is_refused_in_words(steward: Client, loans: Collection) -> None:
    staged = stage(steward, b'\xef\xbb\xbf{"item": "Lamp"}\r\n\r\n{"item": "Lamp"}\r\n', "loans.jsonl")
    job = planned(steward.post(f"{loans.url}import/", {"staged_file": staged, "mode": "add"}))
    assert (job.title, job.preview["add"]) == (f"Import loans.jsonl into {loans.name}", 2)
    assert "Paste at least one line" in text_of(steward.post(f"{loans.url}import/", {"pasted": " "}), 422)
    assert "Choose a file first" in text_of(steward.post(f"{loans.url}import/", {"mode": "add"}), 422)
    for text, words in (("[1]\n[2]", "No line of the file can be taken"), ("\n \n", "Paste at least")):
        answer = steward.post(f"{loans.url}import/", {"pasted": text})
        page = text_of(steward.get(address(planned(answer)))) if answer.status_code == 302 else text_of(answer, 422)
        assert words in page
    assert len(loans.documents()) == 3
