"""The pages of a hand-over: choosing, counting, planning, the record, deleting the user, and who may."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.governance.leavers.conftest import HandOvers
from tests.apps.governance.leavers.support import Leaver
from tests.clients import client_of, client_with_role

BASE = "/c/halden/governance/leavers/"


@pytest.fixture
def admin(hand_overs: HandOvers) -> Client:
    """The admin's browser."""
    return client_of(hand_overs.person)


@pytest.fixture
def leaver(hand_overs: HandOvers) -> Leaver:
    """Somebody with a few new things that nobody else looks at."""
    found = hand_overs.leaver()
    found.give_datasets(2)
    found.give_groups(1, 1)
    return found


def text_of(answer: object) -> str:
    """Return what an answer says, without what varies."""
    content = getattr(answer, "content", b"") or b"".join(getattr(answer, "streaming_content", []))
    return re.sub(r"\s+", " ", content.decode())


def test_a_person_is_found_and_their_kinds_are_counted(admin: Client, leaver: Leaver) -> None:
    assert f"{BASE}{leaver.id}/" in text_of(admin.get(BASE, {"q": leaver.email}))
    assert "Nobody matches" in text_of(admin.get(BASE, {"q": "nobody at all"}))
    page = text_of(admin.get(f"{BASE}{leaver.id}/"))
    assert "Domo tells no manager" in page
    assert page.count("aria-busy") == 22
    assert '<span class="fw-medium">2</span>' in text_of(admin.get(f"{BASE}{leaver.id}/count/dataset/"))
    assert "none" in text_of(admin.get(f"{BASE}{leaver.id}/count/card/"))
    assert admin.get(f"{BASE}{leaver.id}/count/moon/").status_code == 404
    assert admin.get(f"{BASE}1/").status_code == 404
    assert leaver.id in text_of(admin.get(f"{BASE}people/", {"to": leaver.email}))
    shown = text_of(admin.get(f"/c/halden/governance/users/{leaver.id}/"))
    assert f"{BASE}{leaver.id}/" in shown, "in the menu of the person's page"


def test_the_manager_gets_it_unless_somebody_else_is_named(admin: Client, hand_overs: HandOvers) -> None:
    users = hand_overs.sandbox.client().get("/api/identity/v1/users?parts=DETAILED").json()["users"]
    managed = next(
        (user, pair["values"][0])
        for user in users
        for pair in user["attributes"]
        if pair["key"] == "reportsTo" and user["active"]
    )
    assert f"({managed[1]})" in text_of(admin.get(f"{BASE}{managed[0]['id']}/"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"to": ""}, "Say who: a name"),
        ({"to": "Nobody Atall"}, "Nobody is called so"),
        ({"to": "1"}, "There is no user 1"),
        ({"to": "LEAVER"}, "This is the person who leaves"),
        ({"to": "TO", "choice_dataset": "other", "to_dataset": "??"}, "Nobody is called so"),
    ],
)
def test_a_choice_that_makes_no_sense_is_named_and_plans_nothing(
    admin: Client, leaver: Leaver, hand_overs: HandOvers, given: dict[str, str], told: str
) -> None:
    people = {"LEAVER": leaver.id, "TO": hand_overs.to}
    answer = admin.post(
        f"{BASE}{leaver.id}/",
        {"choice_dataset": "same", **{name: people.get(value, value) for name, value in given.items()}},
    )
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert not Job.objects.exists()


def test_from_the_choice_to_the_record(admin: Client, leaver: Leaver, hand_overs: HandOvers) -> None:
    choices = {"to": hand_overs.to, "choice_dataset": "same", "choice_group": "same", "choice_group_member": "nobody"}
    planned = admin.post(f"{BASE}{leaver.id}/", choices)
    job = Job.objects.get()
    assert planned.headers["Location"] == job.get_absolute_url()
    job = service.plan_inline(job)
    preview = text_of(admin.get(job.get_absolute_url()))
    assert "Hand over 3 objects of Hanna Leaver to Priya Stays" in preview
    assert "Left with Hanna Leaver, as chosen." in preview
    assert "Dataset: Leaver orders 0" in preview
    schedule = reverse("schedules:create", args=[job.pk])
    assert schedule not in preview
    assert "so it can&#x27;t run on a schedule" in text_of(admin.get(schedule))
    assert 'value="' + hand_overs.to in text_of(admin.get(f"{BASE}{leaver.id}/", {"plan": str(job.pk)}))
    admin.post(f"{BASE}plans/{job.pk}/leave-out/", {"kind": "group"})
    job.refresh_from_db()
    assert job.count_of("pending") == 2
    service.confirm(job, hand_overs.person, send=False)
    job = service.work_on(job, hand_overs.person)
    assert job.state == "succeeded"
    assert "Handed over, by kind" in text_of(admin.get(job.get_absolute_url()))
    record = text_of(admin.get(f"{BASE}records/{job.pk}/"))
    assert "2 things are still Hanna Leaver’s" in record
    assert "Leaver orders 0" in text_of(admin.get(f"{BASE}records/{job.pk}/", {"place": "moved"}))
    assert "Leaver orders 0" not in text_of(admin.get(f"{BASE}records/{job.pk}/", {"kind": "group"}))
    lines = list(csv.DictReader(io.StringIO(text_lines(admin, f"{BASE}records/{job.pk}/record.csv"))))
    assert {(line["Kind"], line["Where it is"], line["Held by now"]) for line in lines} == {
        ("dataset", "moved", "Priya Stays"),
        ("group", "left", "Hanna Leaver"),
        ("group_member", "left", "Hanna Leaver"),
    }


def text_lines(admin: Client, url: str) -> str:
    """Return a streamed CSV."""
    return b"".join(admin.get(url).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_the_user_is_deleted_only_when_it_is_said_so(
    admin: Client, leaver: Leaver, hand_overs: HandOvers, halden: Connection
) -> None:
    job = hand_overs.run(leaver.id, {"group": "nobody"})
    Connection.objects.filter(pk=halden.pk).update(environment=Environment.PRODUCTION)
    url = f"{BASE}records/{job.pk}/delete-user/"
    shown = text_of(admin.get(url))
    assert "1 thing is still theirs" in shown
    for given in ({}, {"know": "on"}, {"know": "on", "confirm": "wrong"}, {"confirm": "halden"}):
        assert admin.post(url, given).status_code == 422
    client = hand_overs.sandbox.client()
    assert client.get(f"/api/identity/v1/users/{leaver.id}").status_code == 200
    assert admin.post(url, {"know": "on", "confirm": "halden"}).status_code == 302
    assert client.get(f"/api/identity/v1/users/{leaver.id}").status_code == 404
    outcomes = AuditRecord.objects.filter(operation="users.delete").values_list("outcome", "target_name")
    assert set(outcomes) == {("intended", "Hanna Leaver"), ("succeeded", "Hanna Leaver")}


def test_only_admins_hand_over(leaver: Leaver, hand_overs: HandOvers) -> None:
    support = client_with_role("support")
    for path in ("", f"{leaver.id}/", f"{leaver.id}/count/dataset/", "people/"):
        assert support.get(BASE + path).status_code == 403
    assert support.post(f"{BASE}{leaver.id}/", {"to": hand_overs.to}).status_code == 403
    assert not Job.objects.exists()


def test_the_command_line_does_the_same(
    leaver: Leaver, hand_overs: HandOvers, capsys: pytest.CaptureFixture[str]
) -> None:
    def bulk(*options: str) -> int | str | None:
        with pytest.raises(SystemExit) as ended:
            call_command("bulk", "hand-over", "--connection", "halden", *options)
        return ended.value.code

    some = ("--query", "kind=dataset,group_member", "--set", f"user={leaver.id}")
    assert bulk(*some, "--set", f"to={hand_overs.to}", "--preview") == 0
    told = capsys.readouterr().out
    assert "Hand over 3 objects of Hanna Leaver to Priya Stays: preview, nothing sent" in told
    assert "Dataset: Leaver orders 0: Hanna Leaver -> Priya Stays" in told
    assert bulk(*some, "--set", f"to={hand_overs.to}", "--run", "--inline") == 0
    after = leaver.holders()
    assert all(after[f"dataset:{key}"] == hand_overs.to for key in leaver.given["dataset"])
    assert all(leaver.id in after[f"group:{key}"] for key in leaver.given["group"])
    assert bulk(*some, "--run", "--inline") == 1
    assert "Nobody is named who gets anything" in capsys.readouterr().err
    assert bulk(*some, "--set", "others=moon=same", "--run") == 2
    assert bulk(*some, "--set", f"to={leaver.id}", "--run") == 2
    assert bulk("--query", "kind=moon", "--set", f"user={leaver.id}", "--run") == 2
