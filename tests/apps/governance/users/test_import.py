"""A CSV of people from the page to the sandbox and back: nothing is sent before it is clean or set aside."""

from __future__ import annotations

import json
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from apps.jobs import service
from apps.jobs.models import Job
from apps.jobs.states import JobState
from apps.staging.models import StagedFile
from tests.apps.data.support import csv_rows, text_of
from tests.apps.governance.users.support import IMPORT, LIST, People
from tests.clients import client_with_role
from tests.factories import UserFactory
from tests.services.upstream import Asked, Told, Upstream, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_broker")]


def sent(admin: Client, content: str | bytes, name: str = "people.csv") -> str:
    """Send a file; return the address of its plan."""
    raw = content.encode() if isinstance(content, str) else content
    answer = admin.post(IMPORT, {"file": SimpleUploadedFile(name, raw)})
    assert answer.status_code == 302, text_of(answer, 422)
    return answer["Location"]


def planned(admin: Client, content: str | bytes) -> tuple[Job, str]:
    """Send a file and plan it; return the job and the address of its plan."""
    url = sent(admin, content)
    job = Job.objects.select_related("connection").latest("created_at")
    return service.plan_inline(job), url


def ran(job: Job) -> Job:
    """Run a job that was started by its page."""
    return service.run_inline(Job.objects.select_related("actor", "connection").get(pk=job.pk))


def address() -> str:
    """Return an address that nobody has."""
    return f"{uuid.uuid4().hex[:12]}@halden-outdoor.example"


@pytest.fixture
def mistakes(people: People) -> tuple[str, str]:
    """A CSV with mistakes and one good new person, and that person's address."""
    known, other, new = people.create("Ada Lindgren", 4), people.create("Bo Dahl", 4), address()
    twice = address()
    lines = [
        "id,email,name,role,title,phone,nickname",
        f",{new},New Colleague,Editor,,,",
        f"{known['id']},,,Editor,,,",
        f"{other['id']},,,Participant,,,",
        ",,No Address,Editor,,,",
        ",broken@,Broken Address,Editor,,,",
        f",{address()},No Such Role,Wizard,,,",
        f",{twice},Twice,Editor,,,",
        f",{twice},Twice,Editor,,,",
        f"{known['id']},{other['emailAddress']},,Editor,,,",
        "4299999999,,,Editor,,,",
        f"{other['id']},,,Editor,Chief,not a phone,",
        f",{address()},Ragged,Editor",
        f",{address()},,Editor,,,",
    ]
    return "\n".join(lines), new


def test_nothing_is_sent_until_the_faulty_rows_are_set_aside(
    admin: Client, people: People, mistakes: tuple[str, str]
) -> None:
    content, new = mistakes
    people.sandbox.reset()
    job, url = planned(admin, content)
    # Line 3 and line 10 are about the same person, so both are faulty, as are lines 4 and 12.
    assert job.preview["counts"] == {"create": 1, "update": 0, "same": 0, "faulty": 12}
    page = text_of(admin.get(url))
    for words in ("is no e-mail address", "Wizard", "belongs to another person", "nobody with the id 4299999999",
                  "is no phone number", "but the file has 7 columns", "It is missing", "nickname"):  # fmt: skip
        assert words in page
    start = f"{url}start/"
    assert "Unknown columns" in text_of(admin.post(start, {"set_aside": "on"}), 422)
    assert "12 rows are faulty" in text_of(admin.post(start, {"ignore_columns": "on"}), 422)
    assert "Unknown columns" in text_of(admin.post(start), 422)
    assert people.sandbox.stats()["effects"].get("users.create", 0) == people.effects("users.update") == 0
    rows = csv_rows(text_of(admin.get(f"{url}set-aside.csv")))
    assert rows[0] == ["Line", "Reason", "id", "email", "name", "role", "title", "phone", "nickname"]
    assert [row[0] for row in rows[1:]] == ["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"]
    assert "role: There is no role “Wizard”." in rows[5][1]
    answer = admin.post(start, {"set_aside": "on", "ignore_columns": "on"})
    assert answer["Location"] == job.get_absolute_url()
    job = ran(job)
    assert (job.state, job.count_of("succeeded")) == (JobState.SUCCEEDED, 1)
    assert {each["displayName"] for each in people.everybody() if each["emailAddress"] == new} == {"New Colleague"}
    assert (people.effects("users.create"), people.effects("users.update")) == (1, 0)
    assert "12 faulty rows" in text_of(admin.get(job.get_absolute_url()))
    assert not StagedFile.objects.exists()


def test_a_clean_file_makes_and_changes_and_the_undo_takes_back(admin: Client, people: People) -> None:
    known, quiet, new = people.create("Ada Lindgren", 4), people.create("Bo Dahl", 5), address()
    text = f"id,email,name,role\n,{new},New Colleague,Editor\n{known['id']},,,Editor\n{quiet['id']},,,\n"
    job, url = planned(admin, text)
    assert job.preview["counts"] == {"create": 1, "update": 1, "same": 1, "faulty": 0}
    page = text_of(admin.get(f"{url}?show=update"))
    assert people.roles()["4"] in page
    assert "becomes" in page
    assert admin.post(f"{url}start/").status_code == 302
    job = ran(job)
    made = next(each for each in people.everybody() if each["emailAddress"] == new)
    editor = next(identifier for identifier, name in people.roles().items() if name == "Editor")
    assert [str(people.get(each["id"])["roleId"]) for each in (known, made)] == [editor, editor]
    assert set(AuditRecord.objects.filter(operation="users.create").values_list("outcome", flat=True)) >= {"succeeded"}
    # The undo: roles go back; who was made stays until somebody decides otherwise.
    assert job.actor is not None
    undo = service.plan_inline(service.undo(job, job.actor))
    plan = f"{LIST}plans/{undo.pk}/"
    assert "could be deleted" in text_of(admin.get(plan))
    assert undo.counts == {"pending": 1, "skipped": 1}
    admin.post(f"{plan}again/", {"delete_made": "1"})
    undo = service.plan_inline(Job.objects.get(pk=undo.pk))
    assert "deleted for good" in text_of(admin.get(plan))
    assert admin.post(f"{plan}start/").status_code == 302
    undo = ran(undo)
    assert undo.state == JobState.SUCCEEDED
    assert people.get(known["id"])["roleId"] == 4
    assert new not in {each["emailAddress"] for each in people.everybody()}


def test_a_lost_answer_makes_nobody_twice(admin: Client, people: People) -> None:
    new = address()
    job, url = planned(admin, f"email,name,role\n{new},New Colleague,Editor\n")
    admin.post(f"{url}start/")
    people.sandbox.control(match="POST /api/identity/v1/users$", cut_after_effect=1.0, count=1)
    job = ran(job)
    assert job.state == JobState.SUCCEEDED
    assert people.effects("users.create") == 1
    assert job.items.get().result["found_done"] is True


def test_a_role_that_changed_since_the_check_stays(admin: Client, people: People) -> None:
    known = people.create("Ada Lindgren", 4)
    job, url = planned(admin, f"id,role\n{known['id']},Editor\n")
    third = next(int(number) for number, name in people.roles().items() if number != "4" and name != "Editor")
    people.ask("PATCH", f"/api/identity/v1/users/{known['id']}", json={"roleId": third})
    admin.post(f"{url}start/")
    job = ran(job)
    assert job.items.get().error_code == "changed"
    assert people.get(known["id"])["roleId"] == third


def test_what_is_no_csv_is_refused_at_once(admin: Client, viewer: Client, people: People) -> None:
    for content, words in ((b"", "is empty"), ("email,role\na,b".encode("utf-16"), "UTF-16")):
        answer = admin.post(IMPORT, {"file": SimpleUploadedFile("people.csv", content)})
        assert words in answer.content.decode()
        assert answer.status_code in (400, 422)
    assert "Choose a file first" in text_of(admin.post(IMPORT), 422)
    assert not Job.objects.exists()
    assert not StagedFile.objects.exists()
    assert client_with_role("steward").get(IMPORT).status_code == viewer.get(IMPORT).status_code == 403
    assert csv_rows(text_of(admin.get(f"{IMPORT}sample.csv")))[0] == ["id", "email", "name", "role"]


def test_production_asks_for_the_slug(admin: Client, people: People) -> None:
    Connection.objects.update(environment=Environment.PRODUCTION)
    one, two = people.create("Ada Lindgren", 4), people.create("Bo Dahl", 4)
    _, url = planned(admin, f"id,role\n{one['id']},Editor\n{two['id']},Editor\n")
    assert "Type halden to go on" in text_of(admin.post(f"{url}start/", {"confirm": "sandbox"}), 422)
    assert admin.post(f"{url}start/", {"confirm": "halden"}).status_code == 302


def test_our_own_export_can_be_edited_and_imported(admin: Client, people: People) -> None:
    known = people.create("=Formula Person", 4)
    rows = csv_rows(text_of(admin.get(f"{LIST}export.csv")))
    at = rows[0].index("Role")
    for row in rows[1:]:
        if row[0] == str(known["id"]):
            row[at] = "Editor"
    job, _ = planned(admin, "\n".join(",".join(f'"{value}"' for value in row) for row in rows))
    assert job.preview["counts"]["update"] == 1
    assert job.preview["counts"]["faulty"] == 0, list(job.items.values_list("error_text", flat=True))[:3]


def run_command(*arguments: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it wrote."""
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("users_import", *arguments, stdout=out, stderr=errors)
    return int(end.value.code or 0), out.getvalue(), errors.getvalue()


def test_the_command_previews_refuses_and_runs(people: People, tmp_path: Path) -> None:
    UserFactory.create(role="admin")
    known, new = people.create("Ada Lindgren", 4), address()
    people.sandbox.reset()
    file = tmp_path / "people.csv"
    file.write_text(f"id,email,name,role\n,{new},New Colleague,Editor\n{known['id']},,,Wizard\n", encoding="utf-8")
    usual = (str(file), "--connection", "halden", "--inline")
    code, out, _ = run_command(*usual, "--preview")
    assert code == 1
    assert "1 new, 0 changed, 0 without a change, 1 faulty" in out
    assert "line 3: role: There is no role “Wizard”." in out
    code, _, errors = run_command(*usual, "--run")
    assert (code, people.effects("users.create")) == (1, 0)
    assert "--set-aside" in errors
    code, out, _ = run_command(*usual, "--run", "--set-aside", "--json")
    assert (code, json.loads(out)["made"], people.effects("users.create")) == (0, 1, 1)
    assert run_command(str(tmp_path / "none.csv"), "--connection", "halden", "--run")[0] == 2
    assert run_command(str(file), "--connection", "nowhere", "--run")[0] == 2
    file.write_text("", encoding="utf-8")
    code, _, errors = run_command(*usual, "--run")
    assert (code, "is empty" in errors) == (1, True)


def test_other_hands_upstream_with_documented_calls_only(
    admin: Client, other_hands: Connection, upstream: Upstream
) -> None:
    roles = [4]

    def script(asked: Asked) -> Told:
        path = asked.path.partition("?")[0]
        if asked.method == "PATCH":
            roles.append(asked.json["roleId"])
        if path == "/api/authorization/v1/roles":
            return told([{"id": 4, "name": "Participant"}, {"id": 5, "name": "Editor"}])
        if path == "/api/identity/v1/users" and asked.method == "GET":
            if "limit" in asked.path:
                return told({"status": 400, "message": "Unknown parameter limit"}, 400)
            return told({"users": [{"id": 10, "displayName": "Ada", "emailAddress": "ada@x.example", "roleId": 4}]})
        if asked.method in ("POST", "PATCH") and path.startswith("/api/identity/v1/users") and "search" not in path:
            return told({"id": 11 if asked.method == "POST" else 10, "roleId": 5})
        if path == "/api/identity/v1/users/10":
            return told({"users": [{"id": 10, "displayName": "Ada", "roleId": roles[-1]}]})
        if path == "/api/identity/v1/users/11":
            return told({"users": [{"id": 11, "displayName": "Bo", "roleId": 5, "lastActivity": 1_700_000_000_000}]})
        return told({"status": 404, "message": "No such path"}, 404)

    upstream.script(script)
    job, url = planned(admin, "email,name,role\nada@x.example,,Editor\nbo@x.example,Bo,5\n")
    assert job.preview["counts"] == {"create": 1, "update": 1, "same": 0, "faulty": 0}
    admin.post(f"{url}start/")
    job = ran(job)
    assert job.state == JobState.SUCCEEDED
    bodies = [(each.method, each.json) for each in upstream.asked if each.method in ("POST", "PATCH")]
    assert ("POST", {"displayName": "Bo", "emailAddress": "bo@x.example", "roleId": 5}) in bodies
    assert ("PATCH", {"roleId": 5}) in bodies
    # Who was made and has signed in since is never deleted by the undo, whatever is decided.
    assert job.actor is not None
    undo = service.undo(job, job.actor)
    Job.objects.filter(pk=undo.pk).update(params={**undo.params, "delete_made": True})
    undo = service.plan_inline(Job.objects.get(pk=undo.pk))
    assert undo.counts == {"pending": 1, "skipped": 1}
    assert "signed in since" in undo.items.get(state="skipped").error_text
    assert ran(undo).state == JobState.SUCCEEDED
    assert roles == [4, 5, 4]
    assert not any(each.method == "DELETE" for each in upstream.asked)
