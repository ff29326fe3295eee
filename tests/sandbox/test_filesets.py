"""FileSets: search, directories, pages by token, forms, questions."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox_process import SandboxProcess

BASE = "/api/files/v1/filesets"


def search(client: httpx.Client, body: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
    answer = client.post(f"{BASE}/search", params=query, json=body or {})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def put(client: httpx.Client, fileset: str, path: str, content: bytes, kind: str = "text/plain") -> dict[str, Any]:
    directory, _, name = path.rpartition("/")
    asked = {"createFileRequest": json.dumps({"directoryPath": directory})}
    answer = client.post(f"{BASE}/{fileset}/files", data=asked, files={"file": (name, content, kind)})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def files(client: httpx.Client, fileset: str, body: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
    answer = client.post(f"{BASE}/{fileset}/files/search", params=query, json=body or {})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def paths(found: dict[str, Any]) -> list[str]:
    return [file["path"] for file in found["files"]]


@pytest.fixture
def fileset(client: httpx.Client) -> str:
    """A new FileSet with a few files."""
    body = {"name": "Range planning", "description": "Papers of the range meeting"}
    created = client.post(BASE, json=body).json()
    assert set(created) == {"id", "name", "description", "created", "createdBy"}
    for path in ("rules.txt", "reports/annual.pdf", "reports/quarterly/Q1 sales.txt", "reports/quarterly/Q2 sales.txt"):
        put(client, created["id"], path, f"About {path}: stock and margin".encode())
    return str(created["id"])


def test_a_fileset_is_created_read_changed_and_deleted(client: httpx.Client, fileset: str) -> None:
    record = client.get(f"{BASE}/{fileset}").json()
    assert (record["fileCount"], record["permission"], record["accountId"]) == (4, "OWNER", 0)
    assert record["size"] > 100
    client.post(f"{BASE}/{fileset}", json={"name": "Range plan"}).raise_for_status()
    changed = client.get(f"{BASE}/{fileset}").json()
    assert (changed["name"], changed["description"]) == ("Range plan", "Papers of the range meeting")
    answer = client.delete(f"{BASE}/{fileset}")
    assert answer.json() == {"status": "success", "message": "FileSet deleted successfully."}
    assert client.get(f"{BASE}/{fileset}").status_code == 404


def test_the_search_for_filesets_filters_sorts_and_pages(client: httpx.Client) -> None:
    everything = search(client)
    assert everything["pageContext"] == {"offset": 0, "limit": 100, "total": len(everything["fileSets"])}
    body = {
        "fieldSort": [{"field": "name", "order": "DESC"}],
        "filters": [{"field": "name", "value": ["marketing"], "operator": "LIKE", "not": False}],
    }
    names = [each["name"] for each in search(client, body)["fileSets"]]
    assert "Marketing Assets" in names
    assert names == sorted(names, key=str.casefold, reverse=True)
    inverted = {"filters": [{**body["filters"][0], "not": True}]}
    assert search(client, inverted)["pageContext"]["total"] + len(names) == everything["pageContext"]["total"]
    page = search(client, limit=3, offset=2)
    assert page["fileSets"] == everything["fileSets"][2:5]
    created = sorted(each["created"] for each in everything["fileSets"])
    dates = {"dateFilters": [{"field": "created", "start": created[1], "end": created[-2]}]}
    assert search(client, dates)["pageContext"]["total"] == len(created) - 2
    counted = {"filters": [{"field": "fileCount", "value": [20], "operator": "GREATER_THAN"}]}
    assert {each["fileCount"] > 20 for each in search(client, counted)["fileSets"]} == {True}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"filters": [{"field": "colour", "value": ["x"], "operator": "LIKE"}]}, "field"),
        ({"filters": [{"field": "name", "value": ["x"], "operator": "NOT_EQUALS"}]}, "operator"),
        ({"filters": [{"field": "name", "operator": "LIKE"}]}, "value"),
        ({"fieldSort": [{"field": "name", "order": "UP"}]}, "order"),
        ({"dateFilters": [{"field": "created", "start": "yesterday"}]}, "start"),
        ({"filters": "name"}, "filters"),
    ],
)
def test_a_wrong_search_is_a_400_that_names_the_field(client: httpx.Client, body: dict[str, Any], named: str) -> None:
    answer = client.post(f"{BASE}/search", json=body)
    assert answer.status_code == 400
    assert named in answer.json()["message"]


def test_files_are_listed_by_directory(client: httpx.Client, fileset: str) -> None:
    assert paths(files(client, fileset, directoryPath="reports")) == [
        "reports/annual.pdf",
        "reports/quarterly/Q1 sales.txt",
        "reports/quarterly/Q2 sales.txt",
    ]
    children = files(client, fileset, directoryPath="reports", immediateChildren="true")["files"]
    assert [(each["path"], each["fileType"]) for each in children] == [
        ("reports/annual.pdf", "TEXT"),
        ("reports/quarterly", "DIRECTORY"),
    ]
    like = {"filters": [{"field": "name", "value": ["sales"], "operator": "LIKE"}]}
    assert len(files(client, fileset, like)["files"]) == 2


def test_pages_by_token_go_on_although_the_last_file_was_deleted(client: httpx.Client, fileset: str) -> None:
    body = {"fieldSort": [{"field": "name", "order": "DESC"}]}
    expected = paths(files(client, fileset, body))
    seen: list[str] = []
    token: str | None = ""
    while token is not None:
        page = files(client, fileset, body, limit=1, **({"next": token} if token else {}))
        seen += paths(page)
        client.delete(f"{BASE}/{fileset}/files/{page['files'][-1]['id']}").raise_for_status()
        token = page["pageContext"]["next"]
    assert seen == expected
    assert files(client, fileset)["files"] == []
    assert client.post(f"{BASE}/{fileset}/files/search", params={"next": "???"}, json={}).status_code == 400
    wrong = base64.b64encode(b"[1]").decode()
    assert client.post(f"{BASE}/{fileset}/files/search", params={"next": wrong}, json={}).status_code == 400


def test_a_file_is_found_by_id_and_path_and_downloaded(client: httpx.Client, fileset: str) -> None:
    by_path = client.get(f"{BASE}/{fileset}/path", params={"path": "reports/quarterly/Q1 sales.txt"}).json()
    assert by_path["downloadUrl"] is None
    by_id = client.get(f"{BASE}/{fileset}/files/{by_path['id']}").json()
    assert by_id == {**by_path, "downloadUrl": by_id["downloadUrl"]}
    answer = client.get(by_id["downloadUrl"])
    assert (answer.content, answer.headers["content-type"]) == (
        b"About reports/quarterly/Q1 sales.txt: stock and margin",
        "text/plain",
    )
    # the same path again: the same file with other content
    again = put(client, fileset, "reports/quarterly/Q1 sales.txt", b"corrected")
    assert again["id"] == by_id["id"]
    assert client.get(by_id["downloadUrl"]).content == b"corrected"
    gone = client.delete(f"{BASE}/{fileset}/path", params={"path": "reports/quarterly/Q1 sales.txt"})
    assert gone.json() == {"status": "success", "message": "File deleted successfully."}
    assert client.get(by_id["downloadUrl"]).status_code == 404
    assert client.delete(f"{BASE}/{fileset}/path", params={"path": "reports/quarterly"}).status_code == 404


def test_a_question_finds_the_files_that_are_about_it(client: httpx.Client, fileset: str) -> None:
    answer = client.post(f"{BASE}/{fileset}/query", json={"query": "quarterly sales margin", "topK": 3})
    matches = answer.json()["matches"]
    assert [match["node"]["path"] for match in matches[:2]] == [
        "reports/quarterly/Q1 sales.txt",
        "reports/quarterly/Q2 sales.txt",
    ]
    assert len(matches) == 3
    assert 0 < matches[2]["score"] < matches[0]["score"] < 1
    assert isinstance(matches[0]["node"]["created"], int)
    inside = client.post(f"{BASE}/{fileset}/query", json={"query": "margin", "directoryPath": "reports/quarterly"})
    assert len(inside.json()["matches"]) == 2
    assert client.post(f"{BASE}/{fileset}/query", json={"topK": 3}).status_code == 400


def test_filesets_of_others_may_not_be_changed(client: httpx.Client) -> None:
    found = search(client)["fileSets"]
    theirs = next(each for each in found if each["permission"] == "READ")
    assert client.get(f"{BASE}/{theirs['id']}").status_code == 200
    assert client.post(f"{BASE}/{theirs['id']}", json={"name": "Mine"}).status_code == 403
    assert client.delete(f"{BASE}/{theirs['id']}").status_code == 403
    answer = client.post(f"{BASE}/{theirs['id']}/files", files={"file": ("a.txt", b"a")})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("request_of", "status", "named"),
    [
        ({"data": {"createFileRequest": "{}"}, "files": {"upload": ("a", b"a")}}, 400, "file"),
        ({"data": {"createFileRequest": "{"}, "files": {"file": ("a", b"a")}}, 400, "createFileRequest"),
        (
            {"data": {"createFileRequest": '{"directoryPath": "../up"}'}, "files": {"file": ("a", b"a")}},
            400,
            "directoryPath",
        ),
        ({"content": b"bare"}, 415, "multipart"),
    ],
)
def test_wrong_uploads_are_refused(
    client: httpx.Client, fileset: str, request_of: dict[str, Any], status: int, named: str
) -> None:
    answer = client.post(f"{BASE}/{fileset}/files", **request_of)
    assert answer.status_code == status
    assert named in answer.json()["message"]
    assert len(files(client, fileset)["files"]) == 4


def test_ownership_moves_and_all_of_it_survives_a_kill(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path)
    with process, process.client() as client:
        before = search(client)["fileSets"]
        mine = next(each for each in before if each["permission"] == "OWNER")
        colleague = client.get("/api/identity/v1/users").json()["users"][2]["id"]
        moved = client.post(f"{BASE}/{mine['id']}/ownership", json={"userId": colleague}).json()
        assert {entry["entityId"] for entry in moved["fileSetAccess"]} == {int(colleague), int(mine["owner"])}
        put(client, mine["id"], "kept/note.txt", b"kept")
        gone = files(client, mine["id"])["files"][0]
        client.delete(f"{BASE}/{mine['id']}/files/{gone['id']}").raise_for_status()
        process.kill()
    with process, process.client() as client:
        record = client.get(f"{BASE}/{mine['id']}").json()
        assert (record["owner"], record["permission"]) == (str(colleague), "OWNER")
        assert record["fileCount"] == mine["fileCount"]
        left = paths(files(client, mine["id"]))
        assert "kept/note.txt" in left
        assert gone["path"] not in left
