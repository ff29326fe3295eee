"""What a steward changes on a dataset's page: access, tags, certification, index; each leaves one act in the trail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditRecord
from apps.connections.models import Connection, Environment
from tests.apps.data.support import LIST, PARTIAL, create_dataset, datasets, text_of
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream, told


@pytest.fixture
def dataset(halden: Connection, sandbox: SandboxProcess) -> str:
    """The id of the dataset that the whole company uses."""
    found = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")
    return str(found["databaseId"])


@pytest.fixture
def steward(halden: Connection) -> Client:
    """A steward's browser."""
    return client_of(UserFactory.create(role="steward"))


def address(dataset: str, rest: str) -> str:
    """Return the address of a part of a dataset's page."""
    return f"{LIST}{dataset}/{rest}"


def access_list(sandbox: SandboxProcess, dataset: str) -> list[dict[str, Any]]:
    """Return who has access, as the sandbox says."""
    with sandbox.client() as client:
        found: list[dict[str, Any]] = client.get(f"/api/data/v3/datasources/{dataset}/permissions").json()["list"]
        return found


def people_of(sandbox: SandboxProcess, dataset: str) -> list[str]:
    """Return the ids of the people whose access can be taken away."""
    listed = access_list(sandbox, dataset)
    return [each["id"] for each in listed if each["type"] == "USER" and each["accessLevel"] != "OWNER"]


def acts() -> list[tuple[str, str]]:
    """Return operation and outcome of each record of the trail about a dataset, in order."""
    return list(AuditRecord.objects.filter(target_kind="dataset").order_by("pk").values_list("operation", "outcome"))


def test_one_persons_access_is_revoked(steward: Client, dataset: str, sandbox: SandboxProcess) -> None:
    person, *others = people_of(sandbox, dataset)
    url = address(dataset, f"access/revoke/?user={person}")
    text = text_of(steward.get(url, headers=PARTIAL))
    assert "Revoke the access of" in text
    response = steward.post(url, headers=PARTIAL)
    assert response.status_code == 204
    assert "panel-access" in response.headers["HX-Trigger"]
    assert people_of(sandbox, dataset) == others
    assert acts() == [("datasets.revoke_access", "intended"), ("datasets.revoke_access", "succeeded")]


def test_many_are_revoked_by_one_call_and_the_owner_is_left_out(
    steward: Client, dataset: str, sandbox: SandboxProcess
) -> None:
    owner = next(each["id"] for each in access_list(sandbox, dataset) if each["accessLevel"] == "OWNER")
    first, second, *others = people_of(sandbox, dataset)
    url = address(dataset, f"access/revoke/?user={first}&user={second}&user={owner}")
    text = text_of(steward.get(url, headers=PARTIAL))
    assert "Revoke the access of 2 people" in text
    assert f"no access of their own: {owner}" in text
    assert steward.post(url, headers=PARTIAL).status_code == 204
    assert people_of(sandbox, dataset) == others
    assert acts() == [("datasets.remove_users", "intended"), ("datasets.remove_users", "succeeded")]


def test_on_production_many_need_the_slug_and_nobody_ticked_is_refused(
    steward: Client, halden: Connection, dataset: str, sandbox: SandboxProcess
) -> None:
    halden.environment = Environment.PRODUCTION
    halden.save()
    held = people_of(sandbox, dataset)
    url = address(dataset, "access/revoke/?user=" + "&user=".join(held[:2]))
    assert "Type halden to go on" in text_of(steward.post(url, headers=PARTIAL), 422)
    assert "Tick the people" in text_of(steward.post(address(dataset, "access/revoke/"), headers=PARTIAL), 422)
    assert people_of(sandbox, dataset) == held
    assert acts() == []
    assert steward.post(url, {"confirm": "halden"}, headers=PARTIAL).status_code == 204
    assert people_of(sandbox, dataset) == held[2:]


def test_it_is_shared_with_a_group_found_by_name(steward: Client, dataset: str, sandbox: SandboxProcess) -> None:
    options = text_of(steward.get(f"{LIST}groups/?group=fin", headers=PARTIAL))
    value = options.split('value="', 1)[1].split('"', 1)[0]
    assert "fin" in value.lower()
    url = address(dataset, "access/share/")
    form = {"group": value, "access_level": "CAN_EDIT", "message": "For the audit"}
    assert "Person" in text_of(steward.get(url, headers=PARTIAL))
    assert steward.post(url, form, headers=PARTIAL).status_code == 204
    level = {each["id"]: each["accessLevel"] for each in access_list(sandbox, dataset) if each["type"] == "GROUP"}
    assert level[value.rpartition("(")[2].rstrip(")")] == "CAN_EDIT"
    assert acts() == [("datasets.share", "intended"), ("datasets.share", "succeeded")]
    assert AuditRecord.objects.filter(outcome="intended", after__message="For the audit").exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"access_level": "CAN_VIEW"}, "either a person"),
        ({"user": "Hanna", "access_level": "CAN_VIEW"}, "Give the id of a person"),
        ({"group": "Finance", "access_level": "CAN_VIEW"}, "Give the id of a group"),
        ({"user": "1", "access_level": "GOD"}, "GOD"),
    ],
)
def test_a_wrong_sharing_names_the_field_and_sends_nothing(
    steward: Client, dataset: str, sandbox: SandboxProcess, form: dict[str, str], words: str
) -> None:
    before = access_list(sandbox, dataset)
    assert words in text_of(steward.post(address(dataset, "access/share/"), form, headers=PARTIAL), 422)
    assert access_list(sandbox, dataset) == before
    assert acts() == []


def test_an_upstream_that_refuses_keeps_what_was_typed(steward: Client, dataset: str, sandbox: SandboxProcess) -> None:
    form = {"user": "999999999", "access_level": "CAN_VIEW", "message": "Please look"}
    text = text_of(steward.post(address(dataset, "access/share/"), form, headers=PARTIAL), 404)
    assert "Please look" in text
    assert "Request id" in text
    assert acts() == [("datasets.share", "intended"), ("datasets.share", "failed")]


def test_tags_are_added_and_removed_in_place(steward: Client, dataset: str, sandbox: SandboxProcess) -> None:
    url = address(dataset, "tags/")
    held = next(each["tags"] for each in datasets(sandbox) if each["databaseId"] == dataset)
    text = text_of(steward.post(url, {"tags": "audit 2026, audit 2026", "held": held}, headers=PARTIAL))
    assert "audit 2026" in text
    told_tags = next(each["tags"] for each in datasets(sandbox) if each["databaseId"] == dataset)
    assert told_tags == [*held, "audit 2026"]
    assert "audit 2026" not in text_of(steward.post(url, {"remove": "audit 2026"}, headers=PARTIAL))
    assert next(each["tags"] for each in datasets(sandbox) if each["databaseId"] == dataset) == held
    assert acts() == [("datasets.create_tag", "intended"), ("datasets.create_tag", "succeeded")] * 2
    assert "Give at least one tag" in text_of(steward.post(url, {"tags": " , ", "held": held}, headers=PARTIAL), 422)
    sandbox.control(status_500=1.0, match="tags$")
    text = text_of(steward.post(url, {"tags": "kept words", "held": held}, headers=PARTIAL), 502)
    assert "kept words" in text
    assert "Request id" in text


def test_tags_come_from_the_stream_where_the_metadata_hide_them(other_hands: Connection, upstream: Upstream) -> None:
    tags = '["s_covid-19","covid-19"]'
    upstream.script(
        lambda asked: told(
            {"id": 7, "dataSource": {"id": "d1", "tags": tags}}
            if "/streams/" in asked.path
            else {"id": "d1", "streamId": 7}
        )
    )
    text = text_of(client_with_role("steward").get(address("d1", "tags/"), headers=PARTIAL))
    assert "Remove the tag s_covid-19" in text


def test_certification_is_given_and_taken(steward: Client, sandbox: SandboxProcess) -> None:
    identifier = create_dataset(sandbox, "To be certified")
    page = text_of(steward.get(address(identifier, "")))
    assert address(identifier, "certify/") in page
    assert address(identifier, "decertify/") not in page
    for word, shown in (("certify", "CERTIFIED"), ("decertify", None)):
        response = steward.post(address(identifier, f"{word}/"), headers=PARTIAL)
        assert (response.status_code, response.headers["HX-Redirect"]) == (204, address(identifier, ""))
        now = next(each for each in datasets(sandbox) if each["databaseId"] == identifier)
        assert (now["certification"] or {}).get("state") == shown
    assert [operation for operation, _ in acts()] == ["certified_content.certify"] * 2 + [
        "certified_content.decertify"
    ] * 2


@pytest.mark.parametrize(("what", "operation"), [("rest", "datasets.index"), ("whole", "datasets.reindex")])
def test_indexing_is_asked_for_and_followed(steward: Client, dataset: str, what: str, operation: str) -> None:
    assert steward.post(address(dataset, "index/"), {"what": what}, headers=PARTIAL).status_code == 204
    assert acts() == [(operation, "intended"), (operation, "succeeded")]
    assert "index/progress/" in text_of(steward.get(address(dataset, "panels/index/"), headers=PARTIAL))
    text = text_of(steward.get(address(dataset, "index/progress/"), headers=PARTIAL))
    assert "Indexing" in text or "Finished" in text
    assert "This field is required" in text_of(steward.post(address(dataset, "index/"), {}, headers=PARTIAL), 422)


def test_a_viewer_changes_nothing(dataset: str, sandbox: SandboxProcess) -> None:
    viewer = client_with_role("viewer")
    text = text_of(viewer.get(address(dataset, "panels/access/"), headers=PARTIAL))
    assert "access/share/" not in text
    assert "checkbox" not in text
    person = people_of(sandbox, dataset)[0]
    for rest in ("access/share/", f"access/revoke/?user={person}", "certify/", "decertify/", "index/"):
        assert viewer.post(address(dataset, rest), {"user": person}, headers=PARTIAL).status_code == 403
    assert viewer.post(address(dataset, "tags/"), {"tags": "x"}, headers=PARTIAL).status_code == 403
    assert viewer.get(address(dataset, "panels/records/"), headers=PARTIAL).status_code == 403
    assert acts() == []


def test_the_trail_of_a_dataset_is_for_admins(steward: Client, dataset: str) -> None:
    steward.post(address(dataset, "tags/"), {"tags": "for the trail"}, headers=PARTIAL)
    text = text_of(client_with_role("admin").get(address(dataset, "panels/records/"), headers=PARTIAL))
    assert "datasets.create_tag" in text
    assert "Succeeded" in text


def test_a_formula_is_shown_when_asked_for(steward: Client, dataset: str) -> None:
    panel = text_of(steward.get(address(dataset, "panels/beast-modes/"), headers=PARTIAL))
    url = re.findall(r'hx-get="([^"]*/formula/[^"]*)"', panel)[0]
    assert "<pre" in text_of(steward.get(url, headers=PARTIAL))
    assert "could not be read" in text_of(steward.get(address(dataset, "formula/999999/"), headers=PARTIAL), 404)


def test_beast_modes_are_found_without_a_filter_by_dataset(other_hands: Connection, upstream: Upstream) -> None:
    def link(dataset: str) -> dict[str, Any]:
        return {"resource": {"type": "DATA_SOURCE", "id": dataset}, "valid": "VALID"}

    def script(asked: Any) -> Any:
        if any(each["field"] == "dataset" for each in asked.json["filters"]):
            return told({"status": 400, "message": "unknown field"}, 400)
        results = [{"id": 1, "name": "Mine", "links": [link("d1")]}, {"id": 2, "name": "Other", "links": [link("d2")]}]
        return told({"totalHits": 2, "results": results, "hasMore": False})

    upstream.script(script)
    text = text_of(client_with_role("viewer").get(address("d1", "panels/beast-modes/"), headers=PARTIAL))
    assert "Mine" in text
    assert "Other" not in text


def test_activity_is_told_by_the_name_where_ids_are_hidden(other_hands: Connection, upstream: Upstream) -> None:
    entry = {"userName": "Jae", "actionType": "VIEWED", "objectType": "DATA_SOURCE", "time": 1_800_000_000_000}
    mine = entry | {"eventText": "Viewed dataset", "additionalComment": "Jae viewed dataset 'Sales'."}
    other = entry | {"eventText": "Shared dataset", "additionalComment": "Jae shared dataset 'Costs'."}

    def script(asked: Any) -> Any:
        return told([mine, other] if "user-audits" in asked.path else {"id": "d1", "name": "Sales"})

    upstream.script(script)
    viewer = client_with_role("viewer")
    text_of(viewer.get(address("d1", "")))
    text = text_of(viewer.get(address("d1", "panels/activity/"), headers=PARTIAL))
    assert "viewed dataset" in text
    assert "shared dataset" not in text
