"""Changing a schema against the sandbox: the grid, the review, what is refused, what is sent."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.test import Client

from apps.audit.models import AuditRecord, Outcome
from apps.connections.models import Connection, Environment
from tests.apps.data.schemas.support import Posted, latest, names
from tests.apps.data.support import LIST, calls, create_dataset, datasets, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def dataset_id(halden: Connection, sandbox: SandboxProcess) -> str:
    """A dataset that nothing uses, with three text columns."""
    identifier = create_dataset(sandbox, "Loose ends", ["a", "b", "c"])
    sandbox.reset()
    return identifier


@pytest.fixture
def steward(halden: Connection) -> Client:
    """A steward's browser."""
    return client_with_role("steward")


def page_of(dataset_id: str) -> str:
    """Return the address of the editor."""
    return f"{LIST}{dataset_id}/schema/"


def changes(sandbox: SandboxProcess) -> int:
    """Return how often a schema was sent."""
    return calls(sandbox).get("datasets.alter_schema", 0)


def test_every_sort_of_change_is_reviewed_and_then_sent_in_one_call(
    steward: Client, dataset_id: str, sandbox: SandboxProcess
) -> None:
    form = Posted(text_of(steward.get(page_of(dataset_id))))
    form.rename("a", "Account").retype("Account", "LONG").drop("b").hide("c").add("due", "DATE")
    review = text_of(steward.post(page_of(dataset_id), form.sent("check")))
    for word in ("Dropped", "Renamed", "Retyped", "Hidden", "Added"):
        assert word in review
    assert "1 added, 1 dropped, 1 renamed, 1 retyped, 1 hidden" in review
    assert changes(sandbox) == 0
    answer = steward.post(page_of(dataset_id), Posted(review).sent("send"))
    assert answer.headers["Location"] == f"{LIST}{dataset_id}/"
    sent = latest(sandbox, dataset_id)
    assert [(each["name"], each["id"], each["type"], each["visible"]) for each in sent] == [
        ("Account", "a", "LONG", True), ("c", "c", "STRING", False), ("due", "due", "DATE", True),
    ]  # fmt: skip
    assert changes(sandbox) == 1
    trail = AuditRecord.objects.filter(target_id=dataset_id).order_by("pk")
    assert [(each.operation, each.outcome) for each in trail] == [
        ("datasets.alter_schema", Outcome.INTENDED), ("datasets.alter_schema", Outcome.SUCCEEDED),
        ("datasets.reindex", Outcome.INTENDED), ("datasets.reindex", Outcome.SUCCEEDED),
    ]  # fmt: skip
    assert trail[0].before is not None
    assert [column["name"] for column in trail[0].before["columns"]] == ["a", "b", "c"]


def test_without_a_script_the_buttons_move_and_add(steward: Client, dataset_id: str, sandbox: SandboxProcess) -> None:
    form = Posted(text_of(steward.get(page_of(dataset_id))))
    moved = Posted(text_of(steward.post(page_of(dataset_id), form.sent(f"up:{form.key('c')}"))))
    assert moved.fields["name"] == ["a", "c", "b"]
    added = Posted(text_of(steward.post(page_of(dataset_id), moved.sent("add"))))
    assert (added.fields["name"], added.fields["row"][-1]) == (["a", "c", "b", ""], "+1")
    review = text_of(steward.post(page_of(dataset_id), added.rename("", "d").sent("check")))
    assert "1 added, 1 moved" in review
    again = Posted(text_of(steward.post(page_of(dataset_id), Posted(review).sent("edit"))))
    assert again.fields["name"] == ["a", "c", "b", "d"]
    steward.post(page_of(dataset_id), Posted(review).sent("send"))
    assert names(sandbox, dataset_id) == ["a", "c", "b", "d"]


def test_a_link_may_name_columns_to_add(steward: Client, dataset_id: str) -> None:
    form = Posted(text_of(steward.get(f"{page_of(dataset_id)}?add=a&add=cashier note&add=&add=<b>")))
    assert form.fields["name"] == ["a", "b", "c", "cashier note", "<b>"]
    assert "2 added" in text_of(steward.post(page_of(dataset_id), form.sent("check")))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda form: form.rename("b", "A"), "“A” stands more than once"),
        (lambda form: form.rename("b", "  "), "Column 2 has no name"),
        (lambda form: form.retype("b", "GEOMETRY"), "“GEOMETRY” is no type that b can have"),
        (lambda form: form.drop("a").drop("b").drop("c"), "A schema needs at least one column"),
        (lambda form: form, "Nothing has been changed yet"),
    ],
)
def test_what_makes_no_schema_is_refused_with_the_field(
    steward: Client, dataset_id: str, sandbox: SandboxProcess, change: Callable[[Posted], Posted], says: str
) -> None:
    form = change(Posted(text_of(steward.get(page_of(dataset_id)))))
    for do in ("check", "send"):
        text = text_of(steward.post(page_of(dataset_id), form.sent(do)), 422)
        assert says in html.unescape(text)
    assert changes(sandbox) == 0


@pytest.mark.parametrize(
    "fields",
    [{}, {"base": "no json"}, {"base": '[["=a"]]'}, {"base": "[]", "row": ["=a"], "name": ["a"], "type": ["STRING"]},
     {"base": '[["=a","a","STRING",true]]'}],
)  # fmt: skip
def test_a_form_that_came_incomplete_drops_nothing(
    steward: Client, dataset_id: str, sandbox: SandboxProcess, fields: dict[str, str]
) -> None:
    text = text_of(steward.post(page_of(dataset_id), {**fields, "do": "send"}), 422)
    assert "The form came incomplete" in text
    assert changes(sandbox) == 0


def test_what_was_changed_meanwhile_is_shown_and_nothing_is_sent(
    steward: Client, dataset_id: str, sandbox: SandboxProcess
) -> None:
    form = Posted(text_of(steward.get(page_of(dataset_id)))).rename("a", "Account").drop("b")
    with sandbox.client() as client:
        columns = [{"name": name, "id": name, "type": "STRING"} for name in ("a", "b", "c", "brand new")]
        client.post(f"/api/data/v2/datasources/{dataset_id}/schemas", json={"columns": columns}).raise_for_status()
    sandbox.reset()
    text = text_of(steward.post(page_of(dataset_id), form.sent("send")), 409)
    assert "The schema was changed in Domo since you opened this page" in text
    assert "Added: <code>brand new</code>" in text
    assert changes(sandbox) == 0
    merged = Posted(text)
    assert merged.fields["name"] == ["Account", "b", "c", "brand new"]
    review = text_of(steward.post(page_of(dataset_id), merged.sent("check")))
    steward.post(page_of(dataset_id), Posted(review).sent("send"))
    assert names(sandbox, dataset_id) == ["Account", "c", "brand new"]


def test_a_column_in_use_is_dropped_only_after_a_tick(steward: Client, sandbox: SandboxProcess) -> None:
    found = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")
    page = page_of(found["databaseId"])
    sandbox.reset()
    review = text_of(steward.post(page, Posted(text_of(steward.get(page))).drop("net_amount").sent("check")))
    assert "cards are built on this dataset" in review
    assert "Store sales by region" in review
    refused = text_of(steward.post(page, Posted(review).sent("send")), 422)
    assert "Something uses these columns, or may do so. Tick this to go on." in refused
    assert changes(sandbox) == 0


def test_what_could_not_be_read_asks_for_the_tick_too(
    steward: Client, dataset_id: str, sandbox: SandboxProcess
) -> None:
    form = Posted(text_of(steward.get(page_of(dataset_id)))).drop("b")
    sandbox.control(status_500=1.0, match="/cards")
    review = text_of(steward.post(page_of(dataset_id), form.sent("check")))
    assert "The cards could not be read" in review
    text_of(steward.post(page_of(dataset_id), Posted(review).sent("send")), 422)
    assert changes(sandbox) == 0


def test_on_production_the_slug_is_typed_when_a_column_goes(
    steward: Client, halden: Connection, dataset_id: str, sandbox: SandboxProcess
) -> None:
    Connection.objects.update(environment=Environment.PRODUCTION)
    form = Posted(text_of(steward.get(page_of(dataset_id)))).rename("a", "Account")
    assert "Type halden" not in text_of(steward.post(page_of(dataset_id), form.sent("check")))
    review = Posted(text_of(steward.post(page_of(dataset_id), form.drop("b").sent("check"))))
    refused = text_of(steward.post(page_of(dataset_id), review.sent("send", confirm="wrong")), 422)
    assert "That is not halden. Nothing was sent." in refused
    assert changes(sandbox) == 0
    assert steward.post(page_of(dataset_id), review.sent("send", confirm="halden")).status_code == 302
    assert names(sandbox, dataset_id) == ["Account", "c"]


def test_a_failure_keeps_the_changes_and_shows_the_request_id(
    steward: Client, dataset_id: str, sandbox: SandboxProcess
) -> None:
    form = Posted(text_of(steward.get(page_of(dataset_id)))).add("d", "LONG")
    sandbox.control(token_mode="read_only", match="/schemas$")
    text = text_of(steward.post(page_of(dataset_id), form.sent("send")), 403)
    assert "Nothing was changed; your changes are still here" in text
    assert "Request id" in text
    assert Posted(text).fields["name"] == ["a", "b", "c", "d"]


def test_a_lost_answer_offers_a_look_and_no_second_try(
    steward: Client, dataset_id: str, sandbox: SandboxProcess
) -> None:
    form = Posted(text_of(steward.get(page_of(dataset_id)))).add("d", "LONG")
    sandbox.control(cut_after_effect=1.0, match="alter_schema|/schemas$")
    text = text_of(steward.post(page_of(dataset_id), form.sent("send")), 504)
    assert "Nobody knows whether the schema was changed" in text
    assert "Change the schema</button>" not in text
    last = AuditRecord.objects.order_by("pk").last()
    assert last is not None
    assert last.outcome == Outcome.UNKNOWN


def test_a_viewer_may_not_open_it(halden: Connection, dataset_id: str) -> None:
    viewer = client_with_role("viewer")
    assert viewer.get(page_of(dataset_id)).status_code == 403
    assert viewer.post(page_of(dataset_id), {"do": "send"}).status_code == 403
