"""Datasets: metadata, access, schema, tags, properties, copies, cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from domoadmin.reference import entries
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.areas.dataset_calls import CALLS, COLUMNS, LISTS, WITHOUT_ANSWER, WITHOUT_TOKEN, WRAPPED
from tests.services.conftest import TOKEN
from tests.services.quirks import Test, no_bearing, quirk
from tests.services.upstream import Told, Upstream, told

WHEN = datetime(2023, 3, 31, 14, 21, 13, tzinfo=UTC)

for entry_id in ("revoke_access", "get_metadata", "remove_user"):
    no_bearing(f"datasets.{entry_id}", "the example request has a trailing comma", "a slip in a sample")
for entry_id in ("list_permissions", "change_properties"):
    no_bearing(f"datasets.{entry_id}", "documented twice", "both sections say the same")
no_bearing("datasets.get_latest_schema", 'the example request has an empty "body"', "a GET has no body to send")
no_bearing("datasets.create_copy", "no endpoint to delete a dataset", "nothing is sent for it; the docstring warns")


def for_all(quirks: Mapping[str, str]) -> Callable[[Test], Test]:
    """Carry one quirk of each of several entries."""

    def note(test: Test) -> Test:
        for entry_id, beginning in quirks.items():
            quirk(entry_id, beginning)(test)
        return test

    return note


@for_all(WITHOUT_TOKEN)
@pytest.mark.parametrize("operation_id", sorted(WITHOUT_TOKEN))
def test_the_token_is_sent_although_the_example_leaves_it_out(
    client: Client, upstream: Upstream, operation_id: str
) -> None:
    upstream.answers(told([]) if operation_id in LISTS else told({"uploadId": 10, "list": []}))
    client.call(operation_id, **CALLS[operation_id])
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    assert "x-domo-authentication" not in {name.lower() for name in upstream.last.headers}


@for_all(WITHOUT_ANSWER)
@pytest.mark.parametrize("answer", [told(), Told(204), Told(200, b"OK", {"Content-Type": "text/plain"}), told(None)])
@pytest.mark.parametrize("operation_id", sorted(WITHOUT_ANSWER))
def test_any_success_counts_where_no_answer_is_documented(
    client: Client, upstream: Upstream, operation_id: str, answer: Told
) -> None:
    upstream.answers(answer)
    found = client.call(operation_id, **CALLS[operation_id])
    assert (found == []) == (operation_id in LISTS)
    upstream.answers(told({"message": "no"}, 400))
    with pytest.raises(BadRequest):
        client.call(operation_id, **CALLS[operation_id])


@for_all(WRAPPED)
@pytest.mark.parametrize("answer", [{"HTTP/1.1": "200 OK", "body": {}}, {}])
@pytest.mark.parametrize("operation_id", sorted(WRAPPED))
def test_the_wrapper_of_the_example_answer_says_nothing(
    client: Client, upstream: Upstream, operation_id: str, answer: Any
) -> None:
    upstream.answers(told(answer))
    assert client.call(operation_id, **CALLS[operation_id]).raw == {}


@quirk("datasets.get_metadata", "the table calls", "streamId", "times are epoch", "permissions is one text", "owner.id")
def test_metadata_is_read_from_the_documented_example(client: Client, upstream: Upstream) -> None:
    example = entries()["datasets.get_metadata"]["response"]["example"]
    upstream.answers(told({**example, "created": 1680272473000, "owner": {**example["owner"], "id": "7"}}))
    found = client.datasets.get_metadata("d1", part=["core", "permission"])
    assert upstream.last.path == "/api/data/v3/datasources/d1?part=core%2Cpermission"
    assert found.owner is not None
    assert (found.owner.id, found.owner.type) == ("7", "USER")
    assert (found.row_count, found.card_count, found.stream_id) == (2, 3, "25222")
    assert (found.created, found.writable, found.column_count) == (WHEN, True, 3)
    assert found.permissions == "READ_WRITE_DELETE_SHARE_ADMIN"
    upstream.answers(told({"id": "d1", "permissions": ["READ", "WRITE"], "owner": {"id": 7, "group": True}}))
    other = client.datasets.get_metadata("d1", part="core")
    assert (other.writable, other.owner.id if other.owner else "", other.owner and other.owner.type) == (
        True,
        "7",
        "GROUP",
    )
    upstream.answers(told({"id": "d1"}))
    assert client.datasets.get_metadata("d1").writable is None
    assert upstream.last.path == "/api/data/v3/datasources/d1"


@quirk("datasets.list_permissions", "the array is wrapped", "no paging")
@pytest.mark.parametrize(
    "answer",
    [
        {"list": [{"type": "user", "id": 5, "accessLevel": "OWNER"}], "totalUserCount": 1, "totalGroupCount": 0},
        [{"type": "USER", "id": "5", "accessLevel": "OWNER"}],
    ],
)
def test_permissions_come_wrapped_or_bare(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    (entry,) = client.datasets.list_permissions("d1")
    assert (entry.type, entry.id, entry.access_level) == ("USER", "5", "OWNER")
    assert upstream.last.path == "/api/data/v3/datasources/d1/permissions"
    assert registry.get("datasets.list_permissions").paging is None


@quirk("datasets.share", "permissions is described", "sendEmail is required", "ids are text")
def test_sharing_says_send_email_and_sends_ids_as_text(client: Client, upstream: Upstream) -> None:
    client.datasets.share("d1", [{"id": 7, "type": "USER", "accessLevel": "CO_OWNER"}])
    assert upstream.last.json == {
        "permissions": [{"id": "7", "type": "USER", "accessLevel": "CO_OWNER"}],
        "sendEmail": False,
    }
    client.datasets.share("d1", [{"id": "9", "type": "GROUP", "accessLevel": "A_LEVEL_OF_TOMORROW"}], send_email=True)
    assert (upstream.last.json["sendEmail"], upstream.last.json["permissions"][0]["id"]) == (True, "9")
    for wrong in ([], [{"id": 7, "type": "USER"}], [{"id": 7, "type": "ROBOT", "accessLevel": "CAN_VIEW"}]):
        with pytest.raises(InvalidArguments) as caught:
            client.datasets.share("d1", wrong)
        assert caught.value.argument == "permissions"
    assert registry.get("datasets.share").retry_safety is RetrySafety.VERIFIABLE


@quirk("datasets.revoke_access", "one of three ways", "USER is a literal")
@quirk("datasets.remove_user", "USERS in upper case here")
@quirk("datasets.remove_users", "DELETE with a JSON body", "users in lower case here")
def test_three_spellings_take_a_user_off_a_dataset(client: Client, upstream: Upstream) -> None:
    client.datasets.revoke_access("d1", 7)
    client.datasets.remove_user("d1", 7)
    client.datasets.remove_users("d1", [{"id": 7, "type": "USER"}, {"id": "8", "type": "USER"}])
    assert [(asked.method, asked.path) for asked in upstream.asked] == [
        ("DELETE", "/api/data/v3/datasources/d1/permissions/USER/7"),
        ("DELETE", "/api/data/v3/datasources/d1/USERS/7"),
        ("DELETE", "/api/data/v3/datasources/d1/users"),
    ]
    assert upstream.last.json == [{"id": "7", "type": "USER"}, {"id": "8", "type": "USER"}]
    assert upstream.last.headers["Content-Type"] == "application/json"
    with pytest.raises(InvalidArguments, match="users must have id"):
        client.datasets.remove_users("d1", [{"type": "USER"}])


@quirk("datasets.create_tag", "the table names one text", "the path has the extra segment", "whether the tags")
def test_tags_go_as_a_complete_list(client: Client, upstream: Upstream) -> None:
    client.datasets.create_tag("d1", ["tag1", "tag2"])
    assert (upstream.last.path, upstream.last.json) == ("/api/data/ui/v3/datasources/d1/tags", ["tag1", "tag2"])
    client.datasets.create_tag("d1", [])
    assert upstream.last.json == []
    assert registry.get("datasets.create_tag").reverse is None


@quirk("datasets.create_tag", "in streams.get, tags")
@pytest.mark.parametrize("tags", ['["a","b"]', ["a", "b"], [{"name": "a"}, {"name": "b"}]])
def test_tags_are_read_from_a_text_that_holds_json(client: Client, upstream: Upstream, tags: Any) -> None:
    upstream.answers(told({"id": "d1", "tags": tags}))
    assert client.datasets.get_metadata("d1").tags == ("a", "b")


@quirk("datasets.get_schema", "columns are nested", "order is 0")
@quirk("datasets.get_latest_schema", "the example answer holds", "not the same endpoint")
@pytest.mark.parametrize(
    "answer",
    [
        entries()["datasets.get_schema"]["response"]["example"],
        {"schema": {"columns": [{"name": "Display Name", "type": "string"}, {"name": "Role", "type": "A NEW TYPE"}]}},
        {"columns": [{"name": "Display Name", "type": "STRING", "order": 7}, {"name": "Role", "type": "STRING"}]},
    ],
)
def test_schemas_are_read_in_each_nesting_and_in_their_order(client: Client, upstream: Upstream, answer: Any) -> None:
    upstream.answers(told(answer))
    columns = client.datasets.get_schema("d1", include_hidden=True).columns
    assert upstream.last.path == "/api/query/v1/datasources/d1/schema/indexed?includeHidden=true"
    assert [(column.name, column.id) for column in columns] == [("Display Name", "Display Name"), ("Role", "Role")]
    assert (columns[0].type, columns[0].visible) == ("STRING", True)
    assert client.datasets.get_latest_schema("d1").columns == columns
    assert upstream.last.path == "/api/data/v2/datasources/d1/schemas/latest"


@quirk("datasets.alter_schema", "the table has a required object", "nothing says what happens", "the dataset must be")
@quirk("datasets.reindex", "needed after schema changes")
def test_a_schema_is_sent_whole_and_indexed_by_another_call(client: Client, upstream: Upstream) -> None:
    client.datasets.alter_schema("d1", COLUMNS)
    assert upstream.last.json == {"columns": COLUMNS, "objects": [], "views": []}
    assert len(upstream.asked) == 1
    assert registry.get("datasets.alter_schema").destructive
    client.datasets.reindex("d1")
    assert (upstream.last.method, upstream.last.path) == ("POST", "/api/query/v1/datasources/d1")
    for wrong in ([], [{"name": "n", "type": "LONG"}], [{"name": "n", "id": "n", "type": "LONG", "visible": "yes"}]):
        with pytest.raises(InvalidArguments) as caught:
            client.datasets.alter_schema("d1", wrong)
        assert caught.value.argument == "columns"


@quirk("datasets.change_properties", "only dataProviderType")
def test_a_property_is_changed(client: Client, upstream: Upstream) -> None:
    client.datasets.change_properties("d1", "domo-jupyterdata")
    assert upstream.last.json == {"dataProviderType": "domo-jupyterdata"}
    with pytest.raises(InvalidArguments, match="data_provider_type must not be empty"):
        client.datasets.change_properties("d1", "")


@quirk("datasets.create_copy", "called a copy", "userDefinedType", "v2 of the data API")
@pytest.mark.parametrize(
    "columns", [[{"type": "STRING", "name": "Friend"}], {"columns": [{"type": "STRING", "name": "Friend"}]}]
)
@pytest.mark.parametrize("answer", [{"dataSource": {"dataSourceId": "new"}}, {"id": "new"}, {"dataSourceId": "new"}])
def test_a_copy_is_an_empty_dataset_of_a_schema(client: Client, upstream: Upstream, columns: Any, answer: Any) -> None:
    upstream.answers(told(answer))
    assert client.datasets.create_copy("hello world", columns).id == "new"
    assert upstream.last.path == "/api/data/v2/datasources"
    assert upstream.last.json == {
        "userDefinedType": "api",
        "dataSourceName": "hello world",
        "schema": {"columns": [{"type": "STRING", "name": "Friend"}]},
    }


@pytest.mark.parametrize("columns", [[], {"columns": []}, {"tables": []}, [{"name": "n"}], [{"name": "n", "type": 5}]])
def test_a_copy_needs_columns_with_name_and_type(client: Client, columns: Any) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.datasets.create_copy("hello world", columns)
    assert caught.value.argument == "columns"


def test_lists_of_datasets(client: Client, upstream: Upstream) -> None:
    upstream.answers(told({"dataSources": [{"id": "d1"}], "_metaData": {"totalCount": 9}}))
    found = client.datasets.list(limit=1, name_like="x", owner_id=5)
    assert (found[0].id, found.total) == ("d1", 9)
    assert upstream.last.path == "/api/data/v3/datasources?limit=1&offset=0&ownerId=5&nameLike=x"
    upstream.answers(told([{"id": "d1"}, {"id": "d2"}]))
    assert [item.id for item in client.datasets.bulk_get(["d1", "d2"])] == ["d1", "d2"]
    assert upstream.last.json == ["d1", "d2"]


@quirk("datasets.list_cards", "drill is true by default", "ownerId is a number", "the dataset id is spelled")
def test_cards_of_a_dataset_come_without_drill_paths_unless_asked_for(client: Client, upstream: Upstream) -> None:
    upstream.answers(told(entries()["datasets.list_cards"]["response"]["example"]))
    card, _ = client.datasets.list_cards("d1")
    assert upstream.last.path == "/api/content/v1/datasources/d1/cards?drill=false"
    assert (card.id, card.owners[0].id, card.dataset_id) == (
        "93905300",
        "587894148",
        "61c4e63d-0627-41f7-b138-74968ebd7634",
    )
    upstream.answers(told([{"id": 93905300, "ownerId": 5}]))
    assert client.datasets.list_cards("d1", drill=True)[0].owners[0].id == "5"
    assert upstream.last.path.endswith("?drill=true")
