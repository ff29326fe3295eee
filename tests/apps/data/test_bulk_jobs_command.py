"""`manage.py jobs` on bulk jobs against the sandbox: previewed, run here, undone, retried, its page downloaded."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.models import Job
from tests.apps.data.bulk_support import Bulk
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def jobs(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command and return its exit code and the job that it printed."""
    out = StringIO()
    try:
        call_command("jobs", *arguments, "--json", stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def drafted(bulk: Bulk, ids: list[str]) -> Job:
    """Return a draft that certifies the datasets, not planned yet."""
    return create_bulk_job("certify", bulk.connection, Selection(ids=tuple(ids)), {}, bulk.person)


def test_a_draft_is_planned_run_undone_and_run_again(bulk: Bulk) -> None:
    ids = bulk.datasets(3)
    bulk.certify(ids[0])
    draft = drafted(bulk, ids)
    code, done = jobs("run", str(draft.pk))
    assert (code, done["kind"], done["state"], done["total"]) == (0, "certify", "succeeded", 3)
    assert (done["counts"]["succeeded"], done["counts"]["skipped"]) == (2, 1)
    code, undoing = jobs("undo", str(draft.pk))
    assert (code, undoing["kind"], undoing["state"], undoing["undo_of"]) == (0, "decertify", "draft", str(draft.pk))
    code, undone = jobs("run", undoing["id"])
    assert (code, undone["state"], undone["counts"]["succeeded"]) == (0, "succeeded", 2)
    code, undone = jobs("undo", undone["id"], "--inline")
    assert (code, undone["kind"], undone["counts"]["succeeded"]) == (0, "certify", 2)


def test_what_failed_is_retried(bulk: Bulk) -> None:
    ids = bulk.datasets(2)
    planned = bulk.draft("certify", ids)
    bulk.tell("DELETE", f"/api/data/v3/datasources/{ids[1]}?deleteMethod=hard")
    code, done = jobs("run", str(planned.pk))
    assert (code, done["state"], done["counts"]["succeeded"], done["counts"]["failed"]) == (1, "partial", 1, 1)
    code, again = jobs("retry", done["id"], "--inline")
    assert (code, again["state"], again["total"], again["retry_of"]) == (1, "failed", 1, done["id"])


def test_the_results_say_before_and_after(bulk: Bulk) -> None:
    draft = drafted(bulk, bulk.datasets(2))
    jobs("run", str(draft.pk))
    client = Client()
    client.force_login(UserFactory.create(role="admin"))
    found = json.loads(client.get(f"/jobs/{draft.pk}/results.json").getvalue())
    assert found["job"]["state"] == "succeeded"
    for item in found["items"]:
        assert (item["state"], item["after"]["certification"]) == ("succeeded", "certified")
        assert item["before"]["certification"] != "certified"
