"""The trail: append-only, masked, intent and outcome, admins only."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps import audit
from apps.accounts.models import User
from apps.accounts.signals import person_changed
from apps.audit.differences import Difference, differences
from apps.audit.masking import MASK, mask
from apps.audit.models import AppendOnlyError, AuditRecord
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return UserFactory.create(role="admin")


@pytest.fixture
def signed_in(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


class TestRecords:
    def test_only_added(self, admin: User) -> None:
        written = audit.record("datasets.share", actor=admin, target_id="1")
        written.message = "changed"
        with pytest.raises(AppendOnlyError):
            written.save()
        with pytest.raises(AppendOnlyError):
            written.delete()
        with pytest.raises(AppendOnlyError):
            AuditRecord.objects.all().delete()
        with pytest.raises(AppendOnlyError):
            AuditRecord.objects.update(message="x")
        with pytest.raises(AppendOnlyError):
            AuditRecord.objects.bulk_update([written], ["message"])
        assert AuditRecord.objects.get().message == ""

    def test_actor_is_kept_as_text(self, admin: User) -> None:
        written = audit.record("datasets.share", actor=admin)
        assert (written.actor_name, written.role, written.outcome) == (admin.display_name, "admin", "succeeded")

    def test_intent_and_outcome_are_two_rows_of_one_act(self, admin: User) -> None:
        intent = audit.intend("datasets.share", actor=admin, target_id="7", connection="test")
        audit.settle(intent, "unknown", request_id="TOE-1", message="No answer")
        first, second = AuditRecord.objects.order_by("pk")
        assert (first.outcome, second.outcome) == ("intended", "unknown")
        assert first.correlation == second.correlation
        assert (second.target_id, second.connection, second.request_id) == ("7", "test", "TOE-1")

    def test_changes_of_people_are_recorded(self, admin: User) -> None:
        person = UserFactory.create()
        person_changed.send(
            User,
            person=person,
            actor=admin,
            operation="people.edit",
            before={"role": "viewer"},
            after={"role": "admin"},
        )
        written = AuditRecord.objects.get(operation="people.edit")
        assert (written.target_id, written.after) == (str(person.pk), {"role": "admin"})

    def test_an_admin_made_on_the_command_line_is_recorded(self) -> None:
        call_command(
            "createsuperuser", "--noinput", username="root", email="root@example.com", verbosity=0, stdout=io.StringIO()
        )
        written = AuditRecord.objects.get(operation="people.create")
        assert written.after is not None
        assert (written.actor_name, written.source, written.after["role"]) == ("Command line", "command", "admin")


class TestMasking:
    def test_by_name_at_any_depth(self, admin: User) -> None:
        content = {
            "name": "a",
            "token": "t0p",
            "nested": [{"api_key": "k3y", "X-Domo-Developer-Token": "z"}],
            "key": "ok",
        }
        written = audit.record("connections.edit", actor=admin, after=content, before={"password": "p"})
        assert written.after == {
            "name": "a",
            "token": MASK,
            "nested": [{"api_key": MASK, "X-Domo-Developer-Token": MASK}],
            "key": "ok",
        }
        assert written.before == {"password": MASK}

    @given(
        st.recursive(
            st.text(max_size=5) | st.integers() | st.none() | st.booleans(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=10,
        )
    )
    def test_no_secret_stays_and_nothing_else_goes(self, value: object) -> None:
        assert mask({"secret_field": "s3cret!", "value": value, "empty_token": ""}) == {
            "secret_field": MASK,
            "value": mask(value),
            "empty_token": "",
        }


class TestPages:
    @pytest.mark.parametrize("role", ["viewer", "steward", "support"])
    def test_admins_only(self, client: Client, role: str, admin: User) -> None:
        written = audit.record("datasets.share", actor=admin)
        client.force_login(UserFactory.create(role=role))
        assert client.get(reverse("audit:list")).status_code == 403
        assert client.get(written.get_absolute_url()).status_code == 403

    def test_nobody_is_sent_to_sign_in(self, client: Client) -> None:
        assert client.get(reverse("audit:list")).status_code == 302

    def test_empty_and_no_match(self, signed_in: Client, admin: User) -> None:
        assert b"Nothing recorded yet" in signed_in.get(reverse("audit:list")).content
        audit.record("datasets.share", actor=admin)
        assert b"No record matches" in signed_in.get(reverse("audit:list") + "?q=zebra").content

    @pytest.mark.parametrize(
        "query",
        [
            "person=Nobel",
            "operation=uploads",
            "target=Store",
            "target=77",
            "outcome=failed",
            "q=TOE-9",
            "connection=prod",
            "kind=DataSet",
            "kind=datasets",
            "id=77",
            "source=console",
            "job=00000000-0000-0000-0000-000000000009",
        ],
    )
    def test_filters(self, signed_in: Client, admin: User, query: str) -> None:
        audit.record("datasets.share", actor=admin, target_name="Other one")
        audit.record(
            "uploads.commit",
            actor_name="Alfred Nobel",
            target_name="Store sales",
            target_id="77",
            outcome="failed",
            request_id="TOE-9",
            connection="prod",
            target_kind="dataset",
            source="console",
            job_id=uuid.UUID(int=9),
        )
        content = signed_in.get(f"{reverse('audit:list')}?{query}").content
        assert b"Store sales" in content
        assert b"Other one" not in content

    def test_time(self, signed_in: Client, admin: User) -> None:
        audit.record("datasets.share", actor=admin, target_name="Today")
        tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
        url = reverse("audit:list")
        assert b"Today" not in signed_in.get(f"{url}?since={tomorrow}").content
        assert b"Today" in signed_in.get(f"{url}?until={tomorrow}").content

    def test_detail_shows_before_and_after_as_json(self, signed_in: Client, admin: User) -> None:
        intent = audit.intend("datasets.rename", actor=admin, before={"name": "<b>old</b>"}, target_name="Store")
        written = audit.settle(intent, "succeeded", after={"name": "new"})
        content = signed_in.get(written.get_absolute_url()).content.decode()
        assert "&quot;name&quot;: &quot;new&quot;" in content
        assert "<b>old" not in content
        assert reverse("audit:show", args=[AuditRecord.objects.order_by("pk")[0].pk]) in content
        assert signed_in.get(reverse("audit:show", args=[999])).status_code == 404

    def test_detail_shows_the_fields_that_changed(self, signed_in: Client, admin: User) -> None:
        written = audit.record(
            "datasets.tag",
            actor=admin,
            before={"name": "Store", "tags": ["a", "b"], "owner": {"id": 7}},
            after={"name": "Store", "tags": ["b", "<c>"], "owner": {"id": 8}},
            job_id=uuid.UUID(int=9),
            target_id="77",
            target_kind="dataset",
            connection="prod",
        )
        content = signed_in.get(written.get_absolute_url()).content.decode()
        assert "<del>a</del>" in content
        assert "<ins>&lt;c&gt;</ins>" in content
        assert "owner.id" in content
        assert f"{reverse('audit:list')}?id=77&amp;kind=dataset&amp;connection=prod" in content
        assert reverse("jobs:show", args=[uuid.UUID(int=9)]) in content


class TestDifferences:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            (None, {"a": 1}, []),
            ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [Difference("b", "2", "3")]),
            ({"a": {"b": None}}, {"a": {"c": ""}}, [Difference("a.b", "null", None), Difference("a.c", None, "")]),
            (
                {"tags": ["x", "y"]},
                {"tags": ["y", "z"]},
                [Difference("tags", "x", None), Difference("tags", None, "z")],
            ),
            ({"order": [1, 2]}, {"order": [2, 1]}, [Difference("order", "[1, 2]", "[2, 1]")]),
            ({"rows": [{"a": 1}]}, {"rows": [{"a": 2}]}, [Difference("rows", '[{"a": 1}]', '[{"a": 2}]')]),
            ("draft", "live", [Difference("", "draft", "live")]),
            ({"a": 1}, {"a": True}, [Difference("a", "1", "true")]),
        ],
    )
    def test_each_field_that_differs(self, before: object, after: object, expected: list[Difference]) -> None:
        assert differences(before, after) == expected

    def test_words(self) -> None:
        assert [Difference("", *pair).word for pair in (("a", "b"), (None, "b"), ("a", None))] == [
            "changed",
            "added",
            "removed",
        ]


class TestExport:
    @pytest.fixture
    def records(self, admin: User) -> None:
        for number in range(3):
            audit.record("datasets.share", actor=admin, target_id=str(number), after={"n": number})
        audit.record("uploads.commit", actor_name="=cmd|' /C calc'!A0", message="+SUM(A1)", after={"token": "t0p"})

    def test_csv_of_all_that_match_is_safe_for_spreadsheets(self, signed_in: Client, records: None) -> None:
        answer = signed_in.get(reverse("audit:export", args=["csv"]))
        assert isinstance(answer, StreamingHttpResponse)
        text = answer.getvalue().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["target_id"] for row in rows] == ["0", "1", "2", ""]
        assert json.loads(rows[2]["after"]) == {"n": 2}
        assert rows[3]["actor_name"] == "'=cmd|' /C calc'!A0"
        assert rows[3]["message"] == "'+SUM(A1)"
        assert "t0p" not in text
        filtered = signed_in.get(reverse("audit:export", args=["csv"]) + "?operation=uploads")
        assert isinstance(filtered, StreamingHttpResponse)
        assert filtered.getvalue().count(b"\r\n") == 2

    def test_json_lines(self, signed_in: Client, records: None) -> None:
        answer = signed_in.get(reverse("audit:export", args=["jsonl"]) + "?q=datasets")
        assert isinstance(answer, StreamingHttpResponse)
        assert "audit-" in answer.headers["Content-Disposition"]
        lines = [json.loads(line) for line in answer.getvalue().splitlines()]
        assert [line["after"] for line in lines] == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert {"sequence", "hash", "previous_hash"} < set(lines[0])

    def test_admins_only(self, client: Client, records: None) -> None:
        client.force_login(UserFactory.create(role="support"))
        assert client.get(reverse("audit:export", args=["csv"])).status_code == 403

    def test_unknown_form(self, signed_in: Client) -> None:
        assert signed_in.get(reverse("audit:export", args=["xml"])).status_code == 404

    def test_by_command(self, records: None) -> None:
        output = io.StringIO()
        call_command("audit", "export", "--format", "jsonl", "--operation", "datasets", stdout=output)
        assert [json.loads(line)["target_id"] for line in output.getvalue().splitlines()] == ["0", "1", "2"]
        output = io.StringIO()
        call_command("audit", "export", "--target", "1", stdout=output)
        assert [row["target_id"] for row in csv.DictReader(io.StringIO(output.getvalue().removeprefix("\ufeff")))] == [
            "1"
        ]
        with pytest.raises(CommandError, match="--since") as refusal:
            call_command("audit", "export", "--since", "yesterday")
        assert refusal.value.returncode == 2
