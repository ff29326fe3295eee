"""Files: what is sent and how answers are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from domoadmin.reference import entries
from domoadmin.services.bodies import FileContent
from domoadmin.services.client import Client
from domoadmin.services.errors import AnswerLost, InvalidArguments
from domoadmin.services.operations import RetrySafety, registry
from tests.services.conftest import TOKEN, Connecting
from tests.services.forms import form_of
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import CUT, JSON, Told, Upstream, told

BASE = "/api/data/v1/data-files"
GUIDE = FileContent.from_bytes("Guide.txt", b"one\ntwo\n")
FILES = [entry_id for entry_id, entry in entries().items() if entry["area"] == "files"]
PERMISSIONS: dict[str, Any] = entries()["files.get_permissions"]["response"]["example"]
Call = Callable[[Client], Any]

no_bearing("files.list_revisions", "the Endpoint placeholder", "how a placeholder is written never goes out")
no_bearing("files.download", "the path id is fileId", "the name of a placeholder never goes out")
no_bearing("files.download_revision", "the path id is fileId", "the name of a placeholder never goes out")

CALLS: dict[str, Call] = {
    "files.upload": lambda client: client.files.upload("Guide", GUIDE),
    "files.upload_revision": lambda client: client.files.upload_revision(401, GUIDE),
    "files.list_metadata": lambda client: client.files.list_metadata(),
    "files.get_metadata": lambda client: client.files.get_metadata(401),
    "files.get_revision_metadata": lambda client: client.files.get_revision_metadata(401, 430),
    "files.list_revisions": lambda client: client.files.list_revisions(401),
    "files.download": lambda client: client.files.download(401),
    "files.download_revision": lambda client: client.files.download_revision(401, 430),
    "files.copy": lambda client: client.files.copy(401, 402),
    "files.duplicate": lambda client: client.files.duplicate(401),
    "files.delete": lambda client: client.files.delete(401),
    "files.delete_revision": lambda client: client.files.delete_revision(401, 430),
    "files.get_permissions": lambda client: client.files.get_permissions(401),
    "files.update_permissions": lambda client: client.files.update_permissions(401, True, PERMISSIONS["entries"]),
}


def answer_of(entry_id: str) -> Told:
    """Return what the document answers; nothing where it shows nothing."""
    example = entries()[entry_id]["response"]["example"]
    return Told(200, b"", {}) if example is None else told(example)


def query_of(upstream: Upstream) -> dict[str, list[str]]:
    return parse_qs(urlsplit(upstream.last.path).query, keep_blank_values=True)


@pytest.mark.parametrize("entry_id", FILES)
def test_every_call_goes_to_the_instance_and_is_signed_in(client: Client, upstream: Upstream, entry_id: str) -> None:
    upstream.answers(answer_of(entry_id))
    CALLS[entry_id](client)
    assert upstream.last.headers["X-DOMO-Developer-Token"] == TOKEN
    assert upstream.last.path.startswith(BASE)


for each in FILES:
    quirk(each, "the example calls a relative URL")(test_every_call_goes_to_the_instance_and_is_signed_in)


@quirk("files.upload", "the code lacks method")
@quirk("files.upload_revision", "the code lacks method")
@quirk("files.copy", "the code lacks method", "takes no body")
@quirk("files.duplicate", "the code lacks method")
def test_methods_are_said_and_bodies_only_sent_where_there_are_some(client: Client, upstream: Upstream) -> None:
    for entry_id, method in (
        ("files.upload", "POST"),
        ("files.upload_revision", "PUT"),
        ("files.copy", "POST"),
        ("files.duplicate", "POST"),
    ):
        upstream.answers(answer_of(entry_id))
        CALLS[entry_id](client)
        assert upstream.last.method == method
        assert bool(upstream.last.body) == ("upload" in entry_id)


@quirk("files.upload", "public defaults to true")
def test_public_is_always_said_and_false_unless_asked_for(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.upload"))
    assert client.files.upload("Guide", GUIDE).id == "401"
    assert query_of(upstream)["public"] == ["false"]
    client.files.upload("Guide", GUIDE, public=True)
    assert query_of(upstream)["public"] == ["true"]


@quirk("files.upload", "the code passes the file as the fetch options")
@quirk("files.upload_revision", "the code passes the file as the fetch options")
def test_the_file_goes_as_the_field_file_of_a_form_or_bare_when_asked_for(client: Client, upstream: Upstream) -> None:
    for send, query in (
        (lambda **how: client.files.upload("Guide", GUIDE, **how), {"name": ["Guide"], "public": ["false"]}),
        (lambda **how: client.files.upload_revision(401, GUIDE, **how), {}),
    ):
        upstream.answers(told({"dataFileId": 401, "revisionId": 430}))
        send()
        assert form_of(upstream.last) == {"file": ("Guide.txt", "text/plain", b"one\ntwo\n")}
        assert query_of(upstream) == query
        assert upstream.last.headers["Content-Length"] == str(len(upstream.last.body))
        send(as_form=False)
        assert (upstream.last.headers["Content-Type"], upstream.last.body) == ("text/plain", b"one\ntwo\n")


def test_a_connection_that_compresses_leaves_files_as_they_are(connecting: Connecting, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.upload"))
    connecting(gzip=True).files.upload("Guide", GUIDE)
    assert "Content-Encoding" not in upstream.last.headers
    assert form_of(upstream.last)["file"][2] == b"one\ntwo\n"


@quirk("files.upload", "name, description and public go into the URL unencoded")
def test_names_are_encoded_and_get_no_quotes_of_their_own(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.upload"))
    client.files.upload('Größen & "Maße" #3', GUIDE, description="a=b?c")
    assert query_of(upstream) == {"name": ['Größen & "Maße" #3'], "description": ["a=b?c"], "public": ["false"]}
    assert " " not in upstream.last.path
    assert "&public" in upstream.last.path


@quirk("files.upload", "success is 200, not 201")
def test_an_upload_succeeds_with_200_and_with_201(client: Client, upstream: Upstream) -> None:
    for status in (200, 201):
        upstream.answers(told({"dataFileId": 401}, status))
        assert client.files.upload("Guide", GUIDE).id == "401"


@quirk("files.upload_revision", "each call adds a revision")
def test_a_lost_answer_to_a_revision_is_not_sent_again(client: Client, upstream: Upstream) -> None:
    upstream.answers(CUT)
    with pytest.raises(AnswerLost):
        client.files.upload_revision(401, GUIDE)
    assert len(upstream.asked) == 1
    assert registry.get("files.upload_revision").retry_safety is RetrySafety.VERIFIABLE


@quirk("files.list_metadata", "userId and expand are listed under Path Parameters")
@quirk("files.list_metadata", "expand and dataFileIds are arrays written as text")
@quirk("files.get_metadata", "expand is typed String Array")
@quirk("files.get_revision_metadata", "expand is typed String Array")
@quirk("files.list_revisions", "expand is typed String Array", "expand is missing from the Endpoint line")
def test_lists_in_the_query_are_joined_by_commas(client: Client, upstream: Upstream) -> None:
    both = ["revisions", "metadata"]
    upstream.answers(answer_of("files.list_metadata"))
    client.files.list_metadata(user_id=7, expand=both, data_file_ids=[401, "402"])
    assert urlsplit(upstream.last.path).path == f"{BASE}/details"
    assert query_of(upstream) == {"userId": ["7"], "expand": ["revisions,metadata"], "dataFileIds": ["401,402"]}
    for entry_id, call in (
        ("files.get_metadata", lambda: client.files.get_metadata(401, both)),
        ("files.get_revision_metadata", lambda: client.files.get_revision_metadata(401, 430, both)),
        ("files.list_revisions", lambda: client.files.list_revisions(401, both)),
    ):
        upstream.answers(answer_of(entry_id))
        call()
        assert query_of(upstream) == {"expand": ["revisions,metadata"]}
    with pytest.raises(InvalidArguments) as caught:
        client.files.get_metadata(401, ["everything"])  # type: ignore[list-item]
    assert caught.value.argument == "expand"


@quirk("files.list_revisions", "the code tests expand only against null")
def test_an_argument_that_is_left_out_is_not_sent(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.list_revisions"))
    client.files.list_revisions(401)
    assert "?" not in upstream.last.path
    client.files.list_revisions(401, None)
    assert "?" not in upstream.last.path


@quirk("files.list_metadata", "uploadTimeMillis is a duration")
def test_the_time_of_an_upload_is_not_its_duration(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.list_metadata"))
    (file,) = client.files.list_metadata()
    assert file.current_revision is not None
    assert file.current_revision.upload_milliseconds == 199
    assert file.current_revision.uploaded is not None
    assert file.current_revision.uploaded.isoformat() == "2024-11-14T19:53:10+00:00"
    assert (file.id, file.name, file.owner_id) == ("401", '"SampleFile"', "1089963280")


@quirk("files.list_metadata", "details shares its place")
def test_details_is_no_id_of_a_file(client: Client, upstream: Upstream) -> None:
    calls: list[Call] = [
        lambda client: client.files.download("details"),
        lambda client: client.files.upload_revision("details", GUIDE),
        lambda client: client.files.delete("details"),
    ]
    for call in calls:
        with pytest.raises(InvalidArguments) as caught:
            call(client)
        assert caught.value.argument == "data_file_id"
    assert upstream.asked == []


@quirk("files.list_metadata", "no paging is documented")
def test_all_files_come_in_one_answer(client: Client, upstream: Upstream) -> None:
    records = [{"dataFileId": number} for number in range(250)]
    upstream.answers(told(records))
    assert [file.id for file in client.walk("files.list_metadata")] == [str(number) for number in range(250)]
    assert len(upstream.asked) == 1
    assert upstream.last.path == f"{BASE}/details"


@quirk("files.get_metadata", "the sample lacks currentRevision")
def test_a_file_without_its_current_revision_can_be_read(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.get_metadata"))
    file = client.files.get_metadata(90361)
    assert (file.name, file.current_revision, file.revisions) == ("Sample", None, ())
    assert file.created is not None


@quirk("files.get_revision_metadata", "revisions (plural) here")
@quirk("files.download", "the form without /revision/")
@quirk("files.download_revision", "revision (singular) here")
def test_revision_is_singular_only_in_downloads(client: Client, upstream: Upstream) -> None:
    expected = {
        "files.download": f"{BASE}/401",
        "files.download_revision": f"{BASE}/401/revision/430",
        "files.get_revision_metadata": f"{BASE}/401/revisions/430/details",
        "files.delete_revision": f"{BASE}/401/revisions/430",
    }
    for entry_id, path in expected.items():
        upstream.answers(answer_of(entry_id))
        CALLS[entry_id](client)
        assert upstream.last.path == path


@quirk("files.get_revision_metadata", "scanState")
def test_the_scan_is_looked_at_before_a_download_is_offered(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.get_revision_metadata"))
    assert client.files.get_revision_metadata(90356, 92251).is_safe
    for state in ("UNSAFE", "PENDING", None):
        upstream.answers(told({"dataFileRevisionId": 1, "scanState": state}))
        assert not client.files.get_revision_metadata(90356, 1).is_safe


@quirk("files.download", "the query parameter is filename")
@quirk("files.download_revision", "the query parameter is filename")
def test_the_name_of_a_download_is_file_name_with_a_capital(client: Client, upstream: Upstream) -> None:
    client.files.download(401, "Übersicht 1.pdf")
    assert query_of(upstream) == {"fileName": ["Übersicht 1.pdf"]}
    client.files.download_revision(401, 430, file_name="a.pdf")
    assert query_of(upstream) == {"fileName": ["a.pdf"]}


@quirk("files.download", "the code parses JSON")
@quirk("files.download_revision", "the code parses JSON")
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x00\x01\xff", "application/octet-stream"),
        (b'{"revisionId": 3}', "application/json"),
        (b"<p>a page</p>", "text/html"),
    ],
)
def test_a_download_is_the_bytes_of_the_file_whatever_they_are(
    client: Client, upstream: Upstream, content: bytes, kind: str
) -> None:
    upstream.answers(Told(200, content, {"Content-Type": kind}))
    assert client.files.download(401) == content
    assert client.files.download_revision(401, 430) == content
    with client.opened("files.download", data_file_id=401) as answer:
        assert b"".join(answer.chunks) == content


@quirk("files.copy", "titled Copy/Move", "overwrites the current content")
def test_copy_is_one_call_that_replaces_the_target(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.copy"))
    assert client.files.copy(401, 402).id == "401"
    assert [(asked.method, asked.path) for asked in upstream.asked] == [
        ("POST", f"{BASE}/copy/401/revisions/current/402")
    ]
    declared = registry.get("files.copy")
    assert declared.destructive
    assert not declared.retry_safety.repeatable


@quirk("files.duplicate", "takes no body")
def test_a_duplicate_is_known_by_its_new_id(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.duplicate"))
    copy = client.files.duplicate(401)
    assert copy.id == "90370"
    assert copy.current_revision is not None
    assert copy.current_revision.id == "92257"
    assert upstream.last.body == b""


@quirk("files.delete", "permanent", "no answer body is documented")
@quirk("files.delete_revision", "no answer body is documented")
@quirk("files.update_permissions", "no answer body is documented")
def test_calls_without_a_documented_answer_take_none_and_any(client: Client, upstream: Upstream) -> None:
    for entry_id in ("files.delete", "files.delete_revision", "files.update_permissions"):
        for answer in (Told(200, b"", {}), Told(200, b"true", JSON), told({"success": True})):
            upstream.answers(answer)
            CALLS[entry_id](client)
    assert registry.get("files.delete").destructive
    assert registry.get("files.delete").reverse is None


@quirk("files.get_permissions", "the path is written two ways")
@quirk("files.get_permissions", "grant is one text", "entityId is text")
def test_permissions_are_read_from_the_path_that_changes_them(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.get_permissions"))
    found = client.files.get_permissions(401)
    assert upstream.last.path == registry.get("files.update_permissions").path.format(data_file_id=401)
    (entry,) = found.entries
    assert entry.allowed == {"READ", "WRITE", "DELETE", "SHARE", "ADMIN"}
    assert (entry.entity_type, entry.entity_id, found.public_access) == ("USER", "1089963280", False)
    numbers = {"publicAccess": False, "entries": [{"entityType": "USER", "entityId": 1089963280, "grant": "READ"}]}
    upstream.answers(told(numbers))
    assert client.files.get_permissions("401").entries[0].entity_id == "1089963280"


@quirk("files.update_permissions", "the whole permissions object is sent")
@quirk("files.update_permissions", "the code passes the permissions as the fetch options")
@quirk("files.update_permissions", "called public when uploading", "the set of grant values is not given")
def test_all_permissions_are_sent_with_those_that_were(client: Client, upstream: Upstream) -> None:
    upstream.answers(answer_of("files.get_permissions"))
    present = client.files.get_permissions(401)
    added = {"entityType": "GROUP", "entityId": 77, "grant": "READ_COMMENT"}
    upstream.answers(Told(200, b"", {}))
    client.files.update_permissions(401, True, [*present.wire_entries, added])
    assert (upstream.last.method, upstream.last.headers["Content-Type"]) == ("PUT", "application/json")
    assert json.loads(upstream.last.body) == {
        "publicAccess": True,
        "entries": [*PERMISSIONS["entries"], {**added, "entityId": "77"}],
    }
    before = len(upstream.asked)
    for wrong in ([], [{"entityType": "USER", "grant": "READ"}], [{**added, "entityType": "ROLE"}]):
        with pytest.raises(InvalidArguments) as caught:
            client.files.update_permissions(401, True, wrong)
        assert caught.value.argument == "entries"
    assert len(upstream.asked) == before
