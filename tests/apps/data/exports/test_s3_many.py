"""Many datasets to S3: from the list's selection to the plan, the start, and once more what did not succeed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.connections.models import Environment
from apps.data.exports import s3_jobs
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.exports.support import KEYS, TARGET, Exports
from tests.apps.data.support import PARTIAL, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def selected(exports: Exports, ids: list[str]) -> Job:
    """Select datasets in the list, as its bulk bar posts them, and return the draft."""
    url = reverse("jobs:bulk_start", args=[exports.connection.slug])
    answer = exports.browser.post(url, {"action": "export-s3", "id": ids}, headers=PARTIAL)
    job = Job.objects.get()
    assert answer.headers["HX-Redirect"] == exports.url(f"exports/s3/{job.pk}/")
    return job


def planned(exports: Exports, job: Job, **changes: str) -> Job:
    """Fill the form in and let the plan be made here."""
    answer = exports.browser.post(exports.url(f"exports/s3/{job.pk}/"), {**TARGET, **KEYS, **changes})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return service.plan_inline(job)


def test_a_selection_is_planned_started_and_bounded(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_jobs, "AT_ONCE", 2)
    exports.connection.environment = Environment.PRODUCTION
    exports.connection.save()
    ids = [exports.dataset(f"Lane {number}") for number in range(3)]
    job = selected(exports, [*ids, "no-such-dataset"])
    assert "Export datasets to S3" in text_of(exports.browser.get(exports.url(f"exports/s3/{job.pk}/")))
    refused = exports.browser.post(exports.url(f"exports/s3/{job.pk}/"), {**TARGET, **KEYS, "pattern": "all"})
    assert "put {name} or {id} into the path" in text_of(refused, 422)
    assert not Job.objects.get().sealed
    job = planned(exports, job, pattern="domo/{name}")
    page = text_of(exports.browser.get(exports.url(f"exports/s3/{job.pk}/")))
    assert "domo/Lane-2" in page
    assert "Export 3 datasets" in page
    assert "deleted, or not visible to this token" in page
    start = exports.url(f"exports/s3/{job.pk}/start/")
    assert "Nothing was started" in text_of(exports.browser.post(start, {"confirm": "nope"}), 422)
    assert exports.browser.post(f"/jobs/{job.pk}/confirm/").status_code == 302
    assert Job.objects.get().state == "draft", "The slug is asked for on that way too"
    assert exports.browser.post(start, {"confirm": exports.connection.slug}).status_code == 302
    job = service.run_inline(Job.objects.get())
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 3, "skipped": 1})
    assert list(job.items.exclude(state="skipped").values_list("stage", flat=True)) == [0, 0, 1]
    assert exports.started() == 3


def test_what_did_not_succeed_is_prepared_again_with_new_keys(exports: Exports) -> None:
    ids = [exports.dataset(f"Again {number}") for number in range(2)]
    job = planned(exports, selected(exports, ids), pattern="again/{id}", region="us-east-1")
    exports.browser.post(exports.url(f"exports/s3/{job.pk}/start/"))
    job = service.run_inline(Job.objects.get())
    assert job.state == "failed"
    answer = exports.browser.post(exports.url(f"exports/s3/{job.pk}/again/"))
    draft = exports.job(answer)
    assert (draft.params["selection"], draft.params["pattern"]) == ({"ids": ids}, "again/{id}")
    page = text_of(exports.browser.get(answer.headers["Location"]))
    assert 'value="halden-outdoor-exports"' in page
    assert (draft.sealed, draft.state) == ("", "draft")
    with pytest.raises(service.NotReady, match="no AWS keys"):
        service.confirm(draft, exports.person)


def test_two_datasets_of_one_name_do_not_go_to_one_place(exports: Exports) -> None:
    ids = [exports.dataset("Same name") for _ in range(2)]
    job = planned(exports, selected(exports, ids), pattern="{name}")
    left_out = job.items.get(state="skipped")
    assert "goes to the same path. Put {id} into it." in left_out.error_text
    assert job.total == 2
