"""Creating a dataset: typed columns, a CSV's header, another dataset's schema; what is refused; a lost answer."""

from __future__ import annotations

import gzip
import html
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.audit.models import AuditRecord, Outcome
from apps.connections.models import Connection, Environment
from apps.data.schemas.sources import columns_of_file
from domoadmin.tabular.problems import Refused
from tests.apps.data.schemas.support import Posted, latest
from tests.apps.data.support import LIST, calls, create_dataset, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Upstream, told

PAGE = f"{LIST}new/"
SALES = b"sold at;Shop;Amount;Pieces;Code\n2026-11-01 09:30:00;DE-1;12.50;3;00124\n2026-11-02;SE-2;1;4;00125\n"


@pytest.fixture
def steward(halden: Connection) -> Client:
    """A steward's browser."""
    return client_with_role("steward")


def created(sandbox: SandboxProcess) -> int:
    """Return how often a dataset was created."""
    return calls(sandbox).get("datasets.create_copy", 0)


def test_typed_columns_make_a_dataset_and_lead_to_its_page(steward: Client, sandbox: SandboxProcess) -> None:
    assert PAGE in text_of(steward.get(LIST))
    form = Posted(text_of(steward.get(PAGE))).rename("", "Friend")
    form = Posted(text_of(steward.post(PAGE, form.sent("add", dataset_name="Guests"))))
    assert form.fields["dataset_name"] == ["Guests"]
    form.rename("", "Arrives").retype("Arrives", "DATE")
    answer = steward.post(PAGE, form.sent("create"))
    dataset_id = answer.headers["Location"].split("/")[-2]
    assert [(each["name"], each["type"]) for each in latest(sandbox, dataset_id)] == [
        ("Friend", "STRING"), ("Arrives", "DATE"),
    ]  # fmt: skip
    outcomes = AuditRecord.objects.filter(operation="datasets.create_copy").order_by("pk")
    assert [each.outcome for each in outcomes] == [Outcome.INTENDED, Outcome.SUCCEEDED]
    assert "Guests was created with 2 columns" in text_of(steward.get(answer.headers["Location"]))


def test_the_header_of_a_csv_fills_the_grid_with_guessed_types(steward: Client, sandbox: SandboxProcess) -> None:
    file = SimpleUploadedFile("Shop sales.csv.gz", gzip.compress(SALES))
    form = Posted(text_of(steward.post(f"{PAGE}?way=csv", {"do": "read", "file": file})))
    assert list(zip(form.fields["name"], form.fields["type"], strict=True)) == [
        ("sold at", "DATETIME"), ("Shop", "STRING"), ("Amount", "DECIMAL"), ("Pieces", "LONG"), ("Code", "STRING"),
    ]  # fmt: skip
    assert form.fields["dataset_name"] == ["Shop sales"]
    assert steward.post(f"{PAGE}?way=csv", form.sent("create")).status_code == 302
    assert created(sandbox) == 1


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "Choose a file, or paste its first lines."),
        ("a,A,b\n1,2,3", "“A” stands more than once"),
        ("a,,b\n1,2,3", "Column 2 has no name"),
        ('a,"b\n1,2', "a quote is opened and not closed"),
        ('{"columns": [{"name": "a",', "It begins like JSON and can’t be read"),
        ('{"rows": []}', "This JSON names no columns"),
        ("\x89PNG\r\n\x1a\n\x00\x00", "This is not text"),
    ],
)
def test_a_header_that_cannot_be_read_says_why(
    steward: Client, sandbox: SandboxProcess, pasted: str, says: str
) -> None:
    fields: dict[str, Any] = {"do": "read", "pasted": pasted}
    if not pasted.isprintable() and pasted.startswith("\x89"):
        fields = {"do": "read", "file": SimpleUploadedFile("a.csv", pasted.encode("latin-1"))}
    text = html.unescape(text_of(steward.post(f"{PAGE}?way=csv", fields), 422))
    assert says in text
    assert created(sandbox) == 0


def test_a_schema_in_json_and_a_header_without_rows_are_taken() -> None:
    schema = b'{"schema": {"columns": [{"name": "n", "type": "long"}, {"name": "g", "type": "GEOMETRY"}]}}'
    found = columns_of_file(schema)
    assert found.columns == [("n", "LONG"), ("g", "STRING")]
    assert "GEOMETRY became Text" in " ".join(found.notes)
    assert columns_of_file(b"a,b").columns == [("a", "STRING"), ("b", "STRING")]
    assert columns_of_file(b"1,x\n2,y", "no").columns == [("Column 1", "LONG"), ("Column 2", "STRING")]
    assert columns_of_file("größe;x\n1e3;2026-11-01\n".encode("cp1252")).columns == [("größe", "DOUBLE"), ("x", "DATE")]
    with pytest.raises(Refused):
        columns_of_file(b"x" * 5_000_001)


def test_the_columns_of_another_dataset_are_copied(steward: Client, sandbox: SandboxProcess) -> None:
    source = create_dataset(sandbox, "Copy source", ["x", "y"])
    found = text_of(steward.get(f"{PAGE}sources/?way=copy&q=Copy source"))
    assert f"?way=copy&amp;from={source}" in found
    form = Posted(text_of(steward.get(f"{PAGE}?way=copy&from={source}")))
    assert form.fields["name"] == ["x", "y"]
    assert form.fields["dataset_name"] == ["Copy source (same columns)"]
    form.drop("x")
    answer = steward.post(f"{PAGE}?way=copy&from={source}", form.sent("create"))
    assert [each["name"] for each in latest(sandbox, answer.headers["Location"].split("/")[-2])] == ["y"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"dataset_name": " "}, "Give the dataset a name."),
        ({"user_defined_type": "two words"}, "A type is one word"),
        ({"name": [""]}, "Column 1 has no name"),
        ({"type": ["GEOMETRY"]}, "is no type that a can have"),
        ({"row": [], "name": [], "type": []}, "A schema needs at least one column"),
        ({"row": ["=x"]}, "The form came incomplete"),
    ],
)
def test_what_makes_no_dataset_is_refused_with_the_field(
    steward: Client, sandbox: SandboxProcess, fields: dict[str, Any], says: str
) -> None:
    good = {"dataset_name": "New", "user_defined_type": "api", "row": ["+1"], "name": ["a"], "type": ["STRING"]}
    text = html.unescape(text_of(steward.post(PAGE, {**good, **fields, "do": "create"}), 422))
    assert says in text
    assert created(sandbox) == 0


def test_production_asks_for_the_slug(steward: Client, sandbox: SandboxProcess) -> None:
    Connection.objects.update(environment=Environment.PRODUCTION)
    form = Posted(text_of(steward.get(PAGE))).rename("", "a")
    refused = text_of(steward.post(PAGE, form.sent("create", dataset_name="New", confirm="")), 422)
    assert "Type halden to go on" in refused
    assert created(sandbox) == 0


def test_a_lost_answer_is_not_sent_again_on_a_guess(steward: Client, sandbox: SandboxProcess) -> None:
    form = Posted(text_of(steward.get(PAGE))).rename("", "a")
    sandbox.control(cut_after_effect=1.0, match="create_copy|/datasources$")
    text = text_of(steward.post(PAGE, form.sent("create", dataset_name="Lost & found")), 504)
    assert "Nobody knows whether the dataset was created" in text
    assert quote("Lost & found", safe="").replace("%20", "+") in text
    assert "Create the dataset</button>" not in text
    assert created(sandbox) == 1


def test_an_answer_without_an_id_leads_to_a_search(other_hands: Connection, upstream: Upstream) -> None:
    upstream.answers(told({}))
    answer = client_with_role("steward").post(
        PAGE,
        {"do": "create", "dataset_name": "New one", "user_defined_type": "api",
         "row": "+1", "name": "a", "type": "LONG"},
    )  # fmt: skip
    assert answer.headers["Location"] == f"{LIST}?q=New+one"
    assert upstream.last.json == {
        "userDefinedType": "api", "dataSourceName": "New one", "schema": {"columns": [{"name": "a", "type": "LONG"}]},
    }  # fmt: skip


def test_a_viewer_may_not(halden: Connection) -> None:
    viewer = client_with_role("viewer")
    assert viewer.get(PAGE).status_code == 403
    assert PAGE not in text_of(viewer.get(LIST))


# The type of a dataset


def test_the_type_is_changed_by_a_dialog(steward: Client, sandbox: SandboxProcess) -> None:
    dataset_id = create_dataset(sandbox, "Typed")
    page = f"{LIST}{dataset_id}/type/"
    menu = text_of(steward.get(f"{LIST}{dataset_id}/"))
    assert page in menu
    assert f"{LIST}{dataset_id}/schema/" in menu
    assert "“api”" in text_of(steward.get(page))
    for wrong, says in (
        ("api", "It is of the type api already"),
        ("two words", "no spaces"),
        ("", "Type the new type"),
    ):
        assert says in text_of(steward.post(page, {"data_provider_type": wrong}), 422)
    assert "datasets.change_properties" not in calls(sandbox)
    answer = steward.post(page, {"data_provider_type": "domo-jupyterdata"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "dataset-changed" in answer.headers["HX-Trigger"]
    assert "“domo-jupyterdata”" in text_of(steward.get(page))
    intent, outcome = AuditRecord.objects.order_by("pk")
    assert (intent.before, outcome.outcome) == ({"data_provider_type": "api"}, Outcome.SUCCEEDED)
