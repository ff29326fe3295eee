"""Datasets: metadata, schema, access, tags, certification, versions, cards."""

from __future__ import annotations

import json

import httpx

from tests.sandbox.clients import DatasetClient, dataset_id


def test_metadata_has_the_documented_fields(client: httpx.Client) -> None:
    identifier = dataset_id(client, "Store sales daily")
    record = client.get(f"/api/data/v3/datasources/{identifier}", params={"part": "core,permission"}).json()
    assert record["owner"]["name"] == "Tomasz Wieczorek"
    assert isinstance(record["owner"]["id"], str)
    assert record["permissions"] == "READ_WRITE_DELETE_SHARE_ADMIN"
    assert record["streamId"] == 4812
    assert record["cardInfo"]["cardCount"] == record["cardCount"] == 86
    assert "core" in json.loads(record["tags"])
    bare = client.get(f"/api/data/v3/datasources/{identifier}", params={"part": "core"}).json()
    assert "permissions" not in bare


def test_unknown_things_are_a_404_with_domos_body(client: httpx.Client) -> None:
    answer = client.get("/api/data/v3/datasources/nothing-like-it")
    assert answer.status_code == 404
    body = answer.json()
    assert (body["status"], body["statusReason"], body["path"]) == (
        404,
        "Not Found",
        "/api/data/v3/datasources/nothing-like-it",
    )
    assert len(body["toe"].split("-")) == 3


def test_both_schemas_agree(client: httpx.Client) -> None:
    identifier = dataset_id(client, "Store sales daily")
    indexed = client.get(f"/api/query/v1/datasources/{identifier}/schema/indexed").json()
    latest = client.get(f"/api/data/v2/datasources/{identifier}/schemas/latest").json()
    columns = indexed["tables"][0]["columns"]
    assert indexed["dataSourceId"] == identifier
    assert [(c["name"], c["type"]) for c in columns] == [(c["name"], c["type"]) for c in latest["schema"]["columns"]]
    assert columns[0] == {"name": "sale_date", "id": "sale_date", "type": "DATE", "visible": True, "order": 0}


def test_a_hidden_column_shows_only_when_asked_for(dataset: DatasetClient) -> None:
    columns = [{"name": "a", "id": "a", "type": "LONG"}, {"name": "b", "id": "b", "type": "LONG", "visible": False}]
    dataset.client.post(f"/api/data/v2/datasources/{dataset.id}/schemas", json={"columns": columns}).raise_for_status()
    path = f"/api/query/v1/datasources/{dataset.id}/schema/indexed"
    assert len(dataset.client.get(path).json()["tables"][0]["columns"]) == 1
    shown = dataset.client.get(path, params={"includeHidden": "true"}).json()
    assert len(shown["tables"][0]["columns"]) == 2


def test_schemas_are_checked(dataset: DatasetClient) -> None:
    path = f"/api/data/v2/datasources/{dataset.id}/schemas"
    for columns in ([], [{"name": "a", "type": "BLOB"}], [{"type": "LONG"}], [{"name": "a", "type": "LONG"}] * 2):
        assert dataset.client.post(path, json={"columns": columns}).status_code == 400


def _levels(dataset: DatasetClient) -> dict[str, str]:
    body = dataset.client.get(f"{dataset.path}/permissions").json()
    assert body["totalUserCount"] + body["totalGroupCount"] == len(body["list"])
    return {entry["id"]: entry["accessLevel"] for entry in body["list"]}


def test_sharing_and_three_ways_of_revoking(dataset: DatasetClient) -> None:
    client = dataset.client
    users = [str(user["id"]) for user in client.get("/api/identity/v1/users").json()["users"][1:5]]
    group = client.get("/api/content/v2/groups/grouplist").json()[0]["groupId"]
    permissions = [{"id": user, "type": "USER", "accessLevel": "CAN_VIEW"} for user in users]
    permissions.append({"id": str(group), "type": "GROUP", "accessLevel": "CAN_EDIT"})
    body = {"permissions": permissions, "sendEmail": False}
    assert client.post(f"{dataset.path}/share", json=body).json() == {}
    assert _levels(dataset)[users[0]] == "CAN_VIEW"
    assert _levels(dataset)[str(group)] == "CAN_EDIT"
    assert client.delete(f"{dataset.path}/permissions/USER/{users[0]}").json() == {}
    assert client.delete(f"{dataset.path}/USERS/{users[1]}").json() == {}
    several = [{"id": user, "type": "USER"} for user in users[2:]]
    assert client.request("DELETE", f"{dataset.path}/users", json=several).json() == {}
    assert not set(users) & set(_levels(dataset))
    assert client.delete(f"{dataset.path}/USERS/{users[1]}").status_code == 200


def test_the_owner_keeps_access(dataset: DatasetClient) -> None:
    owner = next(key for key, level in _levels(dataset).items() if level == "OWNER")
    body = {"permissions": [{"id": owner, "type": "USER", "accessLevel": "CAN_VIEW"}], "sendEmail": False}
    dataset.client.post(f"{dataset.path}/share", json=body).raise_for_status()
    assert _levels(dataset)[owner] == "OWNER"
    assert dataset.client.delete(f"{dataset.path}/permissions/USER/{owner}").status_code == 400


def test_sharing_is_checked(dataset: DatasetClient) -> None:
    for permission in ({"id": "1", "type": "USER", "accessLevel": "CAN_VIEW"}, {"id": "1", "type": "USER"}):
        answer = dataset.client.post(f"{dataset.path}/share", json={"permissions": [permission], "sendEmail": False})
        assert answer.status_code in (400, 404)


def test_tags_replace_earlier_tags(dataset: DatasetClient) -> None:
    path = f"/api/data/ui/v3/datasources/{dataset.id}/tags"
    dataset.client.post(path, json=["tag1", "tag2"]).raise_for_status()
    dataset.client.post(path, json=["tag2", "tag3", "tag2"]).raise_for_status()
    assert json.loads(dataset.metadata()["tags"]) == ["tag2", "tag3"]


def test_properties_can_be_changed(dataset: DatasetClient) -> None:
    body = {"dataProviderType": "domo-jupyterdata"}
    dataset.client.put(f"{dataset.path}/properties", json=body).raise_for_status()
    assert dataset.metadata()["dataProviderType"] == "domo-jupyterdata"
    assert dataset.client.put(f"{dataset.path}/properties", json={}).status_code == 400


def test_certification_of_datasets_and_cards(dataset: DatasetClient) -> None:
    client = dataset.client
    path = f"/api/content/v1/datasources/{dataset_id(client, 'Store sales daily')}/cards"
    cards = client.get(path, params={"drill": "false"}).json()
    assert len(cards) == 86
    drilled = client.get(path).json()
    assert drilled == client.get(path, params={"drill": "true"}).json()
    paths = [each for each in drilled if each["urn"].startswith("dr:")]
    assert len(drilled) == 86 + len(paths) > 86
    assert {each["urn"].rpartition(":")[2] for each in paths} <= {each["urn"] for each in cards}
    for kind, identifier in (("DATA_SOURCE", dataset.id), ("CARD", cards[0]["id"])):
        path = f"/api/tags/v3/{kind}/{identifier}/system/CERTIFIED/state"
        nothing = {"tag": "CERTIFIED", "state": None, "metadata": None, "updated": None}
        assert client.get(path).json() == nothing
        assert client.put(f"{path}/ACTIVE").status_code == 200
        assert client.get(path).json()["state"] == "ACTIVE"
        answer = client.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert client.get(path).json() == nothing
    assert client.get("/api/tags/v3/PAGE/1/system/CERTIFIED/state").status_code == 400


def test_both_version_listings_and_deleting(dataset: DatasetClient) -> None:
    dataset.upload(b"a,1,2026-01-01\n")
    dataset.upload(b"b,2,2026-01-02\n", action="APPEND")
    first, second = dataset.versions()
    assert set(first) == {
        "schemaId",
        "dataId",
        "uploadStatus",
        "recordedDate",
        "uploadCompletedDate",
        "numRows",
        "numBytes",
    }
    details = dataset.client.get(f"{dataset.path}/dataversions/details").json()
    assert [entry["dataId"] for entry in details] == [first["dataId"], second["dataId"]]
    path = f"/api/data/v2/datasources/{dataset.id}/dataversions"
    answer = dataset.client.request("DELETE", path, params={"index": "true"}, json=[first["dataId"]])
    assert (answer.status_code, answer.content) == (200, b"")
    assert dataset.versions() == [second]
    assert [row[0] for row in dataset.rows()] == ["b"]
    assert dataset.metadata()["rowCount"] == 1


def test_a_version_deleted_without_index_can_still_be_queried(dataset: DatasetClient) -> None:
    dataset.upload(b"a,1,2026-01-01\n")
    number = dataset.versions()[0]["dataId"]
    path = f"/api/data/v2/datasources/{dataset.id}/dataversions"
    dataset.client.request("DELETE", path, json=[number]).raise_for_status()
    assert dataset.versions() == []
    assert [row[0] for row in dataset.rows()] == ["a"]


def test_listing_and_bulk(client: httpx.Client) -> None:
    page = client.get("/api/data/v3/datasources", params={"limit": 5, "offset": 5, "nameLike": "store"}).json()
    assert len(page["dataSources"]) == 5
    assert page["_metaData"]["totalCount"] > 10
    wanted = [record["id"] for record in page["dataSources"]]
    bulk = client.post("/api/data/v3/datasources/bulk", json=[*wanted, "unknown"]).json()
    assert [record["id"] for record in bulk["dataSources"]] == wanted
    assert client.post("/api/data/v3/datasources/bulk", json=["x"] * 101).status_code == 400
