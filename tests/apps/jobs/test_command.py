"""`manage.py jobs`: output, exit codes, no stack trace."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.jobs import protocol, service
from apps.jobs.models import Job, JobItem
from tests.apps.jobs.conftest import JobMaker
from tests.apps.jobs.effects import EffectKind, effects
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> tuple[int, str]:
    """Return exit code and what was printed."""
    out = StringIO()
    try:
        call_command("jobs", *arguments, stdout=out, stderr=out)
    except CommandError as error:
        return error.returncode, str(error)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


class TestList:
    def test_none(self) -> None:
        assert run("list") == (0, "No job.\n")

    def test_newest_first_with_filters(self, make: JobMaker) -> None:
        first, second = make.draft("a"), make.queued("b")
        listed = json.loads(run("list", "--json")[1])
        assert [job["id"] for job in listed] == [str(second.pk), str(first.pk)]
        assert [job["id"] for job in json.loads(run("list", "--json", "--state", "draft")[1])] == [str(first.pk)]
        assert len(json.loads(run("list", "--json", "--limit", "1")[1])) == 1
        assert run("list", "--connection", "elsewhere") == (0, "No job matches.\n")
        assert second.short_id in run("list")[1]

    def test_wrong_usage(self) -> None:
        assert run("list", "--limit", "0")[0] == 2
        for arguments in (["list", "--state", "nonsense"], ["dance"], []):
            with pytest.raises(CommandError):
                call_command("jobs", *arguments)


class TestShow:
    def test_by_id_and_by_its_beginning(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a", "b", params={"fails": "a"}))
        assert str(job.pk) in run("show", job.short_id)[1]
        code, printed = run("show", str(job.pk), "--json")
        shown = json.loads(printed)
        assert code == 0
        nothing = dict.fromkeys(("pending", "in_flight", "skipped", "unknown", "cancelled"), 0)
        assert (shown["state"], shown["counts"]) == ("partial", {"failed": 1, "succeeded": 1, **nothing})
        assert (shown["kind"], shown["total"], shown["created_at"][:2]) == ("test.effects", 2, "20")
        assert shown["failures"][0]["key"] == "a"
        assert "params" not in shown

    def test_unknown_or_ambiguous(self, make: JobMaker) -> None:
        assert run("show", "ffffffff") == (2, "No job has an id that starts with 'ffffffff'.")
        assert run("show", "not-an-id")[0] == 2
        for number in range(17):
            make.draft(f"k{number}")
        shared = [
            digit
            for digit in "0123456789abcdef"
            if sum(str(pk).startswith(digit) for pk in Job.objects.values_list("pk", flat=True)) > 1
        ]
        assert run("show", shared[0])[0] == 2

    def test_an_unknown_outcome_is_still_shown_with_exit_0(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a"))
        Job.objects.filter(pk=job.pk).update(state="partial", counts={"unknown": 1})
        assert run("show", job.short_id)[0] == 0

    def test_counts_are_those_of_the_items_though_a_runner_died(self, make: JobMaker) -> None:
        job = make.queued("a", "b")
        JobItem.objects.filter(job=job, key="a").update(state="succeeded", finished_at=job.created_at)
        Job.objects.filter(pk=job.pk).update(state="running", counts={"pending": 2})
        for shown in (json.loads(run("show", job.short_id, "--json")[1]), json.loads(run("list", "--json")[1])[0]):
            assert (shown["counts"]["succeeded"], shown["counts"]["pending"]) == (1, 1)


class TestRun:
    def test_works_on_a_queued_job_until_it_has_ended(self, make: JobMaker) -> None:
        job = make.queued("a", "b")
        code, printed = run("run", job.short_id, "--json")
        assert (code, json.loads(printed)["state"]) == (0, "succeeded")
        assert run("run", job.short_id, "--json")[0] == 0, "A job that has ended already is no failure"
        assert effects(make.file) == {"a": 1, "b": 1}

    def test_plans_and_confirms_a_draft(self, make: JobMaker) -> None:
        job = service.create_job(
            "test.effects",
            title="A plan",
            connection=make.connection,
            params={"file": str(make.file), "safety": "idempotent", "keys": ["a", "b!"]},
            actor=make.person,
        )
        code, printed = run("run", str(job.pk), "--json")
        assert (code, json.loads(printed)["counts"]["succeeded"], json.loads(printed)["counts"]["skipped"]) == (0, 1, 1)

    def test_takes_over_what_a_dead_worker_left(self, make: JobMaker) -> None:
        job = make.queued("a", "b")
        _leave_behind(job)
        assert run("run", job.short_id)[0] == 0
        assert effects(make.file) == {"a": 1, "b": 1}

    def test_failure_is_1_unknown_is_3(self, make: JobMaker) -> None:
        assert run("run", make.queued("a", params={"fails": "a"}).short_id)[0] == 1
        unsafe = make.queued("b", safety="unsafe")
        _leave_behind(unsafe, sent_at=timezone.now())
        assert run("run", unsafe.short_id)[0] == 3

    def test_a_paused_job_is_left_alone(self, make: JobMaker) -> None:
        job = make.queued("a")
        assert json.loads(run("pause", job.short_id, "--json")[1])["state"] == "paused"
        code, printed = run("run", job.short_id)
        assert code == 1
        assert "The job is paused." in printed
        assert run("resume", job.short_id)[0] == 0
        assert run("run", job.short_id)[0] == 0

    def test_who_may_not_confirm_is_told(self, make: JobMaker) -> None:
        UserFactory.create(username="other", role="steward")
        code, printed = run("run", make.draft("a").short_id, "--as", "other")
        assert code == 1
        assert "who started this job" in printed

    def test_reads_back_what_was_asked_for(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a", safety="verifiable"))
        JobItem.objects.filter(job=job).update(state="unknown")
        Job.objects.filter(pk=job.pk).update(state="partial", counts={"unknown": 1})
        service.read_back(job, make.person)
        assert run("run", job.short_id)[0] == 0


class TestUndo:
    def test_what_has_no_reverse_is_refused(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a"))
        assert run("undo", job.short_id) == (1, "What this job did has no reverse.")


def _leave_behind(job: Job, **details: object) -> None:
    """Let a worker claim an item of the job and die; its lease has run out."""
    Job.objects.filter(pk=job.pk).update(state="running", started_at=job.created_at)
    item = protocol.claim(job.pk, timezone.now())
    assert item is not None
    JobItem.objects.filter(pk=item.pk).update(lease_expires_at=timezone.now(), **details)


class TestCancelAndRetry:
    def test_cancel(self, make: JobMaker) -> None:
        job = make.queued("a")
        assert run("cancel", job.short_id)[0] == 0
        assert run("cancel", job.short_id) == (1, "This job is cancelled and can't be cancelled.")

    def test_who_acts_must_exist(self, make: JobMaker) -> None:
        job = make.queued("a")
        assert run("cancel", job.short_id, "--as", "nobody") == (2, "Nobody signs in as 'nobody'.")

    def test_retry_inline_says_how_it_went(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a", params={"fails": "a"}))
        code, printed = run("retry", job.short_id, "--inline")
        assert code == 1
        assert "AssertionError" in printed
        assert "Traceback" not in printed
        Job.objects.filter(pk=job.pk).update(params={**job.params, "fails": ""})
        assert run("retry", job.short_id, "--inline")[0] == 0

    def test_retry_of_an_unsafe_item_whose_answer_is_lost_exits_3(
        self, make: JobMaker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from domoadmin.services.errors import AnswerLost

        job = service.run_inline(make.queued("a", safety="unsafe", params={"fails": "a"}))
        Job.objects.filter(pk=job.pk).update(params={**job.params, "fails": ""})

        def lose(point: str, key: str) -> None:
            if point == "effect":
                raise AnswerLost("cut")

        monkeypatch.setattr(EffectKind, "at_point", staticmethod(lose))
        assert run("retry", job.short_id, "--inline")[0] == 3

    def test_nothing_to_retry(self, make: JobMaker) -> None:
        job = service.run_inline(make.queued("a"))
        code, printed = run("retry", job.short_id)
        assert (code, printed) == (1, "No item of this job failed, so there is nothing to retry.")
