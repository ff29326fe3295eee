"""Files: uploads of both kinds, revisions, permissions, downloads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.sandbox_process import SandboxProcess

BASE = "/api/data/v1/data-files"
BEGINNINGS = {"pdf": b"%PDF-", "png": b"\x89PNG"}
LARGE = 96 * 1024 * 1024


def upload(client: httpx.Client, content: bytes = b"first", **query: str) -> int:
    """Uploads as browsers do and gives the id."""
    files = {"file": ("Guide.txt", content, "text/plain")}
    answer = client.post(BASE, params={"name": "Guide", "public": "false", **query}, files=files)
    answer.raise_for_status()
    return int(answer.json()["dataFileId"])


def revise(client: httpx.Client, file: int, content: bytes) -> int:
    answer = client.put(f"{BASE}/{file}", content=content, headers={"Content-Type": "text/plain"})
    answer.raise_for_status()
    return int(answer.json()["revisionId"])


def listed(client: httpx.Client, **query: str) -> list[dict[str, Any]]:
    answer = client.get(f"{BASE}/details", params=query)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_form_and_a_bare_body_store_the_same_bytes(client: httpx.Client) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--not the boundary\r\n"
    form = upload(client, content)
    bare = client.post(BASE, params={"name": "Bare"}, content=content, headers={"Content-Type": "image/png"}).json()
    for file, kind in ((form, "text/plain"), (bare["dataFileId"], "image/png")):
        answer = client.get(f"{BASE}/{file}")
        assert (answer.content, answer.headers["content-type"]) == (content, kind)
        revision = client.get(f"{BASE}/{file}/revisions/details").json()[0]
        assert revision["sizeBytes"] == len(content)
        assert revision["sha256HashValue"] == hashlib.sha256(content).hexdigest().upper()
        assert revision["md5Hash"] == hashlib.md5(content, usedforsecurity=False).hexdigest().upper()


def test_each_revision_keeps_its_bytes_and_deleting_the_current_one_brings_the_earlier_back(
    client: httpx.Client,
) -> None:
    file = upload(client, b"one")
    second = revise(client, file, b"two")
    revisions = client.get(f"{BASE}/{file}/revisions/details").json()
    assert [each["dataFileRevisionId"] for each in revisions][1] == second
    first = revisions[0]["dataFileRevisionId"]
    assert client.get(f"{BASE}/{file}/revision/{first}").content == b"one"
    assert client.get(f"{BASE}/{file}", params={"fileName": "Leitfaden ü.txt"}).content == b"two"
    assert client.get(f"{BASE}/{file}/revisions/{second}/details").json() == revisions[1]
    answer = client.delete(f"{BASE}/{file}/revisions/{second}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get(f"{BASE}/{file}").content == b"one"
    assert client.delete(f"{BASE}/{file}/revisions/{second}").status_code == 404
    assert client.delete(f"{BASE}/{file}/revisions/{first}").status_code == 409


def test_copy_replaces_the_target_and_duplicate_makes_a_new_file(client: httpx.Client) -> None:
    source, target = upload(client, b"source"), upload(client, b"target")
    revision = client.post(f"{BASE}/copy/{source}/revisions/current/{target}").json()["revisionId"]
    assert client.get(f"{BASE}/{target}").content == b"source"
    duplicate = client.post(f"{BASE}/{target}/duplicate").json()
    assert duplicate["currentRevision"]["dataFileRevisionId"] > revision
    assert client.delete(f"{BASE}/{source}").status_code == 200
    assert client.delete(f"{BASE}/{target}/revisions/{revision}").status_code == 200
    assert client.get(f"{BASE}/{target}").content == b"target"
    assert client.get(f"{BASE}/{duplicate['dataFileId']}").content == b"source"
    assert client.get(f"{BASE}/{source}").status_code == 404


def test_the_list_filters_and_expands(client: httpx.Client) -> None:
    mine = upload(client, b"x")
    everything = listed(client)
    record = next(each for each in everything if each["dataFileId"] == mine)
    assert set(record) == {
        "dataFileId",
        "name",
        "responsibleUserId",
        "currentRevision",
        "datetimeCreated",
        "revisions",
        "existing",
    }
    owner = record["responsibleUserId"]
    assert {each["responsibleUserId"] for each in listed(client, userId=str(owner))} == {owner}
    assert len(listed(client, userId=str(owner))) < len(everything)
    other = everything[0]["dataFileId"]
    chosen = listed(client, dataFileIds=f"{mine},{other}", expand="revisions,metadata")
    assert {each["dataFileId"] for each in chosen} == {mine, other}
    assert all(len(each["revisions"]) >= 1 for each in chosen)
    assert client.get(f"{BASE}/details", params={"expand": "everything"}).status_code == 400
    # as documented, the metadata of one file lacks the current revision
    assert "currentRevision" not in client.get(f"{BASE}/{mine}/details").json()


def test_generated_files_are_what_their_metadata_says(client: httpx.Client) -> None:
    for record in listed(client, expand="revisions"):
        for revision in record["revisions"]:
            content = client.get(f"{BASE}/{record['dataFileId']}/revision/{revision['dataFileRevisionId']}").content
            assert len(content) == revision["sizeBytes"]
            assert hashlib.sha256(content).hexdigest().upper() == revision["sha256HashValue"]
            assert content.startswith(BEGINNINGS.get(record["name"].rpartition(".")[2], b""))


def test_permissions_are_replaced_as_a_whole_and_decide_who_may_do_what(client: httpx.Client) -> None:
    file = upload(client)
    assert client.get(f"/domo/data-files/v1/{file}/permissions").json()["publicAccess"] is False
    before = client.get(f"{BASE}/{file}/permissions").json()
    colleague = str(client.get("/api/identity/v1/users").json()["users"][3]["id"])
    entry = {"entityType": "USER", "entityId": colleague, "grant": "READ_WRITE", "pass": "NONE"}
    after = {"publicAccess": True, "entries": [*before["entries"], entry]}
    answer = client.put(f"{BASE}/{file}/permissions", json=after)
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get(f"{BASE}/{file}/permissions").json() == after
    for wrong, named in (
        ({"entries": []}, "publicAccess"),
        ({"publicAccess": True}, "entries"),
        ({"publicAccess": True, "entries": [{**entry, "grant": "EVERYTHING"}]}, "grant"),
        ({"publicAccess": True, "entries": [{**entry, "entityId": "1"}]}, "entityId"),
    ):
        answer = client.put(f"{BASE}/{file}/permissions", json=wrong)
        assert answer.status_code == 400
        assert named in answer.json()["message"]


def test_files_of_others_may_be_read_only_when_they_are_public(client: httpx.Client) -> None:
    me = client.get("/api/content/v2/users/me").json()["id"]
    records = listed(client)
    public = next(each for each in records if str(each["responsibleUserId"]) != str(me))
    assert client.get(f"{BASE}/{public['dataFileId']}").status_code == 200
    assert client.delete(f"{BASE}/{public['dataFileId']}").status_code == 403
    assert client.put(f"{BASE}/{public['dataFileId']}", content=b"x").status_code == 403
    shown = {each["dataFileId"] for each in records}
    hidden = next(number for number in range(401, 401 + 24) if number not in shown)
    assert client.get(f"{BASE}/{hidden}").status_code == 403


@pytest.mark.parametrize(
    ("path", "request_of", "status", "named"),
    [
        (BASE, {"content": b"x"}, 400, "name"),
        (f"{BASE}?name=", {"content": b"x"}, 400, "name"),
        (f"{BASE}?name=a&public=maybe", {"content": b"x"}, 400, "public"),
        (f"{BASE}?name=a", {"files": {"other": ("a", b"x")}}, 400, "file"),
        (f"{BASE}?name=a", {}, 400, "file"),
        (f"{BASE}?name=a", {"content": b"x", "headers": {"Content-Encoding": "gzip"}}, 415, "Content-Encoding"),
        (f"{BASE}?name=a", {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 415, "boundary"),
        (
            f"{BASE}?name=a",
            {"content": b"--b\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            400,
            "too early",
        ),
    ],
)
def test_uploads_are_refused_with_a_reason(
    client: httpx.Client, path: str, request_of: dict[str, Any], status: int, named: str
) -> None:
    before = len(listed(client))
    answer = client.post(path, **request_of)
    assert answer.status_code == status
    assert named in answer.json()["message"]
    assert len(listed(client)) == before


def test_what_was_acknowledged_survives_a_kill_and_what_was_not_leaves_nothing(tmp_path: Path) -> None:
    process = SandboxProcess(tmp_path)
    with process, process.client() as client:
        kept, gone = upload(client, b"kept"), upload(client, b"gone")
        client.delete(f"{BASE}/{gone}").raise_for_status()
        process.kill()
    # as a process leaves it that is killed while a file arrives, and between storing and acknowledging it
    (tmp_path / "files" / "incoming" / "half").write_bytes(b"half")
    (tmp_path / "files" / "unacknowledged").write_bytes(b"whole")
    with process, process.client() as client:
        assert client.get(f"{BASE}/{kept}").content == b"kept"
        assert client.get(f"{BASE}/{gone}").status_code == 404
        assert upload(client) > kept
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 2


def test_a_large_file_goes_through_in_bounded_memory(sandbox: SandboxProcess, client: httpx.Client) -> None:
    assert sandbox.process is not None
    block = bytes(range(256)) * 4096
    head = b'--large\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(LARGE // len(block)):
            yield block
        yield b"\r\n--large--\r\n"

    process = psutil.Process(sandbox.process.pid)
    client.get(f"{BASE}/details").raise_for_status()
    before = process.memory_info().rss
    headers = {"Content-Type": "multipart/form-data; boundary=large"}
    file = client.post(BASE, params={"name": "Large"}, content=body(), headers=headers).json()["dataFileId"]
    received = hashlib.sha256()
    with client.stream("GET", f"{BASE}/{file}") as answer:
        for chunk in answer.iter_bytes():
            received.update(chunk)
    expected = hashlib.sha256()
    for _ in range(LARGE // len(block)):
        expected.update(block)
    assert received.digest() == expected.digest()
    assert process.memory_info().rss - before < LARGE // 2
    client.delete(f"{BASE}/{file}").raise_for_status()
