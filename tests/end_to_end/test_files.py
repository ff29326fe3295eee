"""Files through the service layer against the sandbox."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from domoadmin.services.bodies import FileContent
from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import AnswerLost, Forbidden, NotFound
from tests.sandbox_process import SandboxProcess

MEGABYTE = 1024 * 1024


@pytest.fixture
def domo(sandbox: SandboxProcess) -> Iterator[Client]:
    """A client of the sandbox whose connection compresses uploads of data; all faults are off before and after."""
    sandbox.reset()
    settings = ConnectionSettings(
        kind="domo", slug="sandbox", base_url=sandbox.url, secrets={"token": sandbox.token}, gzip=True
    )
    with connect(settings) as client:
        yield client
    sandbox.reset()


def test_a_file_lives_its_life(domo: Client) -> None:
    first, second = b"first \r\n--\x00", b"second"
    file = domo.files.upload('Größen & "Maße"', FileContent.from_bytes("Sizes.txt", first), description="by market")
    found = {each.id: each for each in domo.files.list_metadata(expand=["revisions"], data_file_ids=[file.id])}
    assert list(found) == [file.id]
    assert found[file.id].name == 'Größen & "Maße"'
    revision = found[file.id].current_revision
    assert revision is not None
    assert (revision.size, revision.content_type, revision.is_safe) == (len(first), "text/plain", True)
    assert revision.sha256 == hashlib.sha256(first).hexdigest()

    newer = domo.files.upload_revision(file.id, FileContent.from_bytes("Sizes.txt", second), as_form=False)
    assert [each.id for each in domo.files.list_revisions(file.id)] == [revision.id, newer.id]
    assert domo.files.get_revision_metadata(file.id, newer.id).size == len(second)
    assert domo.files.download(file.id, file_name="Sizes.txt") == second
    assert domo.files.download_revision(file.id, revision.id) == first
    assert domo.files.get_metadata(file.id).owner_id == found[file.id].owner_id

    copy = domo.files.duplicate(file.id)
    assert copy.current_revision is not None
    assert copy.current_revision.sha256 == hashlib.sha256(second).hexdigest()
    domo.files.delete_revision(file.id, newer.id)
    assert domo.files.download(file.id) == first
    domo.files.copy(file.id, copy.id)
    assert domo.files.download(copy.id) == first

    for each in (file, copy):
        domo.files.delete(each.id)
        with pytest.raises(NotFound):
            domo.files.get_metadata(each.id)


def test_permissions_are_read_extended_and_read_again(domo: Client) -> None:
    file = domo.files.upload("Guide", FileContent.from_bytes("Guide.txt", b"x"))
    present = domo.files.get_permissions(file.id)
    assert present.public_access is False
    colleague = next(
        each.owner_id for each in domo.files.list_metadata() if each.owner_id != present.entries[0].entity_id
    )
    added = {"entityType": "USER", "entityId": int(colleague), "grant": "READ", "pass": "NONE"}
    domo.files.update_permissions(file.id, True, [*present.wire_entries, added])
    after = domo.files.get_permissions(file.id)
    assert after.public_access is True
    assert [entry.entity_id for entry in after.entries] == [present.entries[0].entity_id, colleague]


def test_what_belongs_to_others_is_refused_with_message_and_request_id(domo: Client) -> None:
    me = domo.files.list_metadata(data_file_ids=[domo.files.upload("Mine", FileContent.from_bytes("m", b"x")).id])
    theirs = next(each for each in domo.files.list_metadata() if each.owner_id != me[0].owner_id)
    with pytest.raises(Forbidden) as caught:
        domo.files.delete(theirs.id)
    assert f"DataFile {theirs.id}" in caught.value.message
    assert caught.value.request_id
    assert domo.files.get_metadata(theirs.id).name == theirs.name


def test_an_upload_whose_answer_is_lost_is_not_repeated_and_can_be_looked_up(
    domo: Client, sandbox: SandboxProcess
) -> None:
    content = b"sent once"
    sandbox.control(cut_after_effect=1.0, match="data-files", count=1)
    with pytest.raises(AnswerLost):
        domo.files.upload("Sent once", FileContent.from_bytes("once.txt", content))
    assert sandbox.stats()["effects"]["files.upload"] == 1
    stored = [each for each in domo.files.list_metadata() if each.name == "Sent once"]
    assert [each.current_revision.sha256 for each in stored if each.current_revision] == [
        hashlib.sha256(content).hexdigest()
    ]


def test_a_large_file_passes_in_bounded_memory_both_ways(domo: Client, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    block = bytes(range(256)) * (MEGABYTE // 256)
    with path.open("wb") as file:
        for number in range(120):
            file.write(number.to_bytes(4, "big") + block)
    own = psutil.Process()
    domo.files.list_metadata()
    before = own.memory_info().rss
    stored = domo.files.upload("Large", FileContent.from_path(path))
    received = hashlib.sha256()
    with domo.opened("files.download", data_file_id=stored.id) as answer:
        for chunk in answer.chunks:
            received.update(chunk)
    assert own.memory_info().rss - before < 60 * MEGABYTE
    with path.open("rb") as file:
        assert received.hexdigest() == hashlib.file_digest(file, "sha256").hexdigest()
    domo.files.delete(stored.id)
