"""The API console: who is offered what, the form, the request before it goes, the answer, the trail."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment, Kind
from apps.console.catalogue import every_operation, find
from apps.console.examples import examples_of
from domoadmin.services.operations import registry
from tests.apps.console.conftest import SECRET, connection_to, dataset_of
from tests.clients import client_of, client_with_role
from tests.factories import ConnectionFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import CUT, JSON, Told, Upstream, told

CONSOLE = "/c/halden/console/"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
BODY = '{"permissions": [{"id": "27", "type": "USER", "accessLevel": "CAN_VIEW"}], "sendEmail": false, "n": 1.10}'
SHARE = {"arg-dataset_id": "d", "body": BODY}
READ = {"arg-dataset_id": "d"}


def text_of(response: HttpResponseBase, status: int = 200) -> str:
    """Return the page with its entities read, after checking the status; no secret may be in it."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    text = html.unescape(body.decode())
    assert response.status_code == status, text[:3000]
    assert SECRET not in text
    return text


def at(operation: str, rest: str = "") -> str:
    """Return the address of an operation."""
    return f"{CONSOLE}{operation}/{rest}"


@pytest.fixture
def steward(other_hands: Connection) -> Client:
    """A steward on the scripted server."""
    return client_with_role("steward")


def offered(text: str) -> set[str]:
    """Return the ids that a page offers."""
    return set(re.findall(r'class="op" href="/c/[a-z-]+/console/([^/"]+)/"', text))


@pytest.mark.parametrize("role", ["viewer", "steward", "support", "admin"])
def test_only_what_the_role_may_run_is_offered(other_hands: Connection, role: str) -> None:
    found = offered(text_of(client_with_role(role).get(CONSOLE)))
    least = {"viewer": {"viewer"}, "steward": {"viewer", "steward"}, "support": {"viewer", "support"}}
    allowed = least.get(role, {"viewer", "steward", "support", "admin"})
    expected = {
        listed.id
        for listed in every_operation()
        if listed.operation.kind == "domo" and listed.operation.role.value in allowed
    }
    assert found == expected


def test_only_what_fits_the_connection_is_offered(admin: User) -> None:
    ConnectionFactory.create(slug="tree", kind=Kind.DOMAINS, secrets={"token": "abcd", "api_key": "efgh"})
    client = client_of(admin)
    text = text_of(client.get("/c/tree/console/"))
    assert offered(text) == {each.id for each in every_operation() if each.operation.kind == "domains"}
    assert "it has no datasets.share" in text_of(client.get("/c/tree/console/datasets.share/"), 404)


@pytest.mark.parametrize("rest", ["", "request/", "run/"])
def test_each_address_checks_the_role(other_hands: Connection, upstream: Upstream, rest: str) -> None:
    viewer = client_with_role("viewer")
    address = at("datasets.share", rest)
    answer = viewer.post(address, {**SHARE, "confirmed": "yes"}) if rest else viewer.get(address)
    assert "steward" in text_of(answer, 403)
    assert upstream.asked == []
    assert text_of(viewer.get(at("no.such")), 404)


def test_search_finds_by_name_path_and_area(steward: Client) -> None:
    assert "datasets.share" in offered(text_of(steward.get(f"{CONSOLE}?q=share dataset", headers=PARTIAL)))
    assert offered(text_of(steward.get(f"{CONSOLE}?q=/grouplist", headers=PARTIAL))) == {"groups.list"}
    fragment = text_of(steward.get(f"{CONSOLE}?q=zzzz", headers=PARTIAL))
    assert "No operation matches" in fragment
    assert "<html" not in fragment


def test_the_navigation_and_the_palette_lead_there(steward: Client, other_hands: Connection) -> None:
    assert f'href="{CONSOLE}"' in text_of(steward.get(CONSOLE))
    found = text_of(steward.get("/palette/?q=api&connection=halden", headers={"HX-Request": "true"}))
    assert f'href="{CONSOLE}"' in found
    further = text_of(steward.get("/palette/upstream/?q=list permissions&connection=halden", headers=PARTIAL))
    assert at("datasets.list_permissions") in further


def test_the_form_is_made_from_the_declaration(steward: Client) -> None:
    text = text_of(steward.get(at("groups.list")))
    assert 'name="arg-limit"' in text
    assert "query, a whole number" in text
    assert re.search(r'<select name="arg-ascending".*?<option value="true">', text, re.DOTALL)
    share = text_of(steward.get(at("datasets.share")))
    assert 'name="arg-dataset_id"' in share
    assert 'name="body"' in share
    for words in ("Changes data", "Never repeated by itself", "datasets.revoke_access", "Least role: steward"):
        assert words in share
    assert find("datasets.share").entry["quirks"][0] in share  # type: ignore[union-attr, index]


def test_every_operation_has_a_page_and_its_examples_are_good(admin: User, other_hands: Connection) -> None:
    client = client_of(admin)
    for listed in every_operation():
        if listed.operation.kind != "domo":
            continue
        found = examples_of(listed)
        text = text_of(client.get(f"{at(listed.id)}?example={len(found)}"))
        assert "call-title" in text
        if found and found[-1].body:
            assert found[-1].body.splitlines()[0] in text


def test_an_example_is_one_click_away(steward: Client) -> None:
    text = text_of(steward.get(at("datasets.share")))
    assert f"{at('datasets.share')}?example=1" in text
    filled = text_of(steward.get(f"{at('datasets.share')}?example=1"))
    assert '"accessLevel": "CO_OWNER"' in filled


def test_a_preview_shows_the_request_in_three_forms_and_sends_nothing(
    steward: Client, upstream: Upstream, other_hands: Connection
) -> None:
    text = text_of(steward.post(at("datasets.share", "request/"), SHARE, headers=PARTIAL))
    assert "POST /api/data/v3/datasources/d/share HTTP/1.1" in text
    assert "X-DOMO-Developer-Token: (hidden)" in text
    assert BODY in text
    assert f"curl -X POST {upstream.url}/api/data/v3/datasources/d/share" in text
    assert '-H "X-DOMO-Developer-Token: $DOMO_TOKEN"' in text
    assert "python manage.py call datasets.share" in text
    assert f"--body '{BODY}'" in text
    assert "<html" not in text
    assert upstream.asked == []
    assert not AuditRecord.objects.exists()
    hidden = {**SHARE, "body": BODY.replace('"n": 1.10', '"apiToken": "hush-hush", "n": 1.10')}
    text = text_of(steward.post(at("datasets.share", "request/"), hidden, headers=PARTIAL))
    assert "hush-hush" not in text
    assert "1.10" in text


def test_while_typing_what_is_missing_is_no_mistake(steward: Client) -> None:
    text = text_of(steward.post(at("datasets.share", "request/"), {"live": "1"}, headers=PARTIAL))
    assert "Not complete yet: dataset_id" in text


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({**SHARE, "arg-dataset_id": ""}, "arg-dataset_id", "This field is required"),
        ({**SHARE, "body": '{"permissions":\n [,]}'}, "body", "line 2, column 3"),
        ({**SHARE, "body": '{"permissions": "all"}'}, "body", "permissions must be"),
        ({**SHARE, "body": ""}, "body", "This field is required"),
    ],
)
@pytest.mark.parametrize("rest", ["request/", "run/"])
def test_what_is_wrong_stands_at_its_field(
    steward: Client, upstream: Upstream, data: dict[str, str], field: str, message: str, rest: str
) -> None:
    response = steward.post(at("datasets.share", rest), {**data, "confirmed": "yes"}, headers=PARTIAL)
    text = text_of(response, 422)
    assert response.headers["HX-Retarget"] == "#call-fields"
    assert message in text
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', text)
    assert "<html" in text_of(steward.post(at("datasets.share", rest), {**data, "confirmed": "yes"}), 422)
    assert upstream.asked == []
    assert not AuditRecord.objects.exists()


def test_a_read_is_answered_with_all_its_digits(steward: Client, upstream: Upstream) -> None:
    upstream.answers(Told(200, b'{"name": "<b>x</b>", "n": 1.10, "deep": [null]}', {**JSON, "toe": "TOE-7"}))
    response = steward.post(at("datasets.get_metadata", "run/"), READ, headers=PARTIAL)
    assert b"<b>x</b>" not in response.content
    text = text_of(response)
    assert '"n": 1.10' in text
    assert "200 OK" in text
    assert "TOE-7" in text
    assert "<html" in text_of(steward.post(at("datasets.get_metadata", "run/"), READ))
    assert not AuditRecord.objects.exists()


def test_an_error_of_the_upstream_is_told(steward: Client, upstream: Upstream) -> None:
    upstream.answers(told({"status": 403, "message": "You may not", "toe": "TOE-1"}, 403))
    confirmed = {**SHARE, "confirmed": "yes"}
    text = text_of(steward.post(at("datasets.share", "run/"), confirmed, headers=PARTIAL), 403)
    for words in ("403 Forbidden", "You may not", "TOE-1", "Nothing was changed"):
        assert words in text
    upstream.answers(CUT)
    text = text_of(steward.post(at("datasets.share", "run/"), confirmed, headers=PARTIAL), 504)
    assert "Outcome unknown" in text
    assert AuditRecord.objects.latest("pk").outcome == "unknown"


def test_a_change_is_confirmed_and_recorded(steward: Client, upstream: Upstream) -> None:
    response = steward.post(at("datasets.share", "run/"), SHARE, headers=PARTIAL)
    assert "confirm it first" in text_of(response, 422)
    assert response.headers["HX-Retarget"] == "#confirm-fields"
    assert "Nothing was sent" in text_of(steward.post(at("datasets.share", "run/"), SHARE), 422)
    assert upstream.asked == []
    assert not AuditRecord.objects.exists()
    text_of(steward.post(at("datasets.share", "run/"), {**SHARE, "confirmed": "yes"}, headers=PARTIAL))
    assert upstream.last.body == BODY.encode()
    intent, outcome = AuditRecord.objects.order_by("pk")
    assert (intent.source, intent.role, intent.outcome, outcome.outcome) == (
        "API console",
        "steward",
        "intended",
        "succeeded",
    )
    assert intent.after["body"]["permissions"][0]["id"] == "27"


@pytest.mark.parametrize("production", [True, False])
def test_what_destroys_and_production_want_the_name(
    admin: User, other_hands: Connection, upstream: Upstream, production: bool
) -> None:
    if production:
        other_hands.environment = Environment.PRODUCTION
        other_hands.save()
    operation, data = ("datasets.share", SHARE) if production else ("files.delete", {"arg-data_file_id": "7"})
    assert production or registry.get(operation).destructive
    client = client_of(admin)
    assert "Type “Halden Outdoor” to confirm" in text_of(client.get(at(operation)))
    for typed in ("", "halden outdoor"):
        sent = {**data, "confirmed": "yes", "typed": typed}
        text_of(client.post(at(operation, "run/"), sent, headers=PARTIAL), 422)
    assert upstream.asked == []
    text_of(client.post(at(operation, "run/"), {**data, "confirmed": "yes", "typed": "Halden Outdoor"}))
    assert len(upstream.asked) == 1


def test_a_large_answer_is_cut_and_waits_whole(steward: Client, upstream: Upstream) -> None:
    rows = [{"id": str(n), "name": f"Dataset {n}"} for n in range(8000)]
    upstream.answers(told(rows))
    text = text_of(steward.post(at("groups.list", "run/"), headers=PARTIAL))
    assert "The first 100,000 of" in text
    address = re.search(r'href="(/c/halden/console/answers/[^"]+)"', text)
    assert address is not None
    response = steward.get(address.group(1))
    assert "groups.list.json" in response.headers["Content-Disposition"]
    assert json.loads(text_of(response)) == rows
    assert client_with_role("admin").get(address.group(1)).status_code == 403


def test_a_binary_answer_is_a_download(steward: Client, upstream: Upstream) -> None:
    picture = b"\x89PNG\r\n" + bytes(range(256)) * 100
    upstream.answers(Told(200, picture, {"Content-Type": "image/png"}))
    data = {"arg-data_file_id": "7", "arg-fileName": "cat.png"}
    text = text_of(steward.post(at("files.download", "run/"), data, headers=PARTIAL))
    assert "image/png" in text
    address = re.search(r'href="(/c/halden/console/answers/[^"]+)"', text)
    assert address is not None
    response = steward.get(address.group(1))
    assert b"".join(response.streaming_content) == picture  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_file_or_a_text_goes_out_as_it_is(steward: Client, upstream: Upstream) -> None:
    args = {"arg-dataset_id": "d", "arg-upload_id": "3", "arg-part": "1", "confirmed": "yes"}
    csv = "a,b\n1.10,é\n"
    file = SimpleUploadedFile("part.csv", csv.encode(), "text/csv")
    text_of(steward.post(at("datasets.upload_part", "run/"), {**args, "file": file}))
    assert upstream.last.body == csv.encode()
    text_of(steward.post(at("datasets.upload_part", "run/"), {**args, "body": csv}))
    assert upstream.last.body == csv.encode()


def test_no_address_changes_by_get(steward: Client) -> None:
    assert steward.get(at("datasets.share", "run/")).status_code == 405
    assert steward.get(at("datasets.share", "request/")).status_code == 405


def test_a_call_goes_to_the_sandbox(halden: Connection, sandbox: SandboxProcess) -> None:
    client = client_with_role("viewer")
    data: dict[str, Any] = {"arg-dataset_id": dataset_of(sandbox)}
    text = text_of(client.post(at("datasets.get_metadata", "run/"), data, headers=PARTIAL))
    assert data["arg-dataset_id"] in text
    assert sandbox.stats()["received"]["datasets.get_metadata"] == 1


def test_all_kinds_show_their_credentials_hidden(admin: User, settings: Any, upstream: Upstream) -> None:
    secrets = {"token": SECRET, "api_key": SECRET}
    connection_to(settings, upstream.url, name="Tree", slug="tree", kind=Kind.DOMAINS, secrets=secrets)
    some = next(each for each in every_operation() if each.operation.kind == "domains" and not each.operation.mutates)
    args = {f"arg-{parameter.wire_name}": "1" for parameter in some.operation.parameters if parameter.required}
    text = text_of(client_of(admin).post(f"/c/tree/console/{some.id}/request/", args, headers=PARTIAL))
    assert "x-api-key: (hidden)" in text
    assert "$DOMO_API_KEY" in text
