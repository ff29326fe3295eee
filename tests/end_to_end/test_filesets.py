"""FileSets through the service layer against the sandbox."""

from __future__ import annotations

import pytest

from domoadmin.services.bodies import FileContent
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, NotFound


def text(name: str, content: str) -> FileContent:
    return FileContent.from_bytes(name, content.encode())


def test_a_fileset_lives_its_life(domo: Client) -> None:
    made = domo.filesets.create("Range meeting", description="Papers of May")
    filters = [{"field": "name", "value": ["Range meeting"], "operator": "EQUALS", "not": False}]
    found = domo.filesets.search(filters=filters, field_sort=[{"field": "created", "order": "DESC"}])
    assert found[0].id == made.id
    assert found[0].permission == "OWNER"

    domo.filesets.update(made.id, name="Range meeting 2")
    changed = domo.filesets.get(made.id)
    assert (changed.name, changed.description, changed.file_count) == ("Range meeting 2", "Papers of May", 0)

    root = domo.filesets.upload_file(made.id, text("rules.txt", "who decides what"))
    deep = domo.filesets.upload_file(made.id, text("Größen.txt", "sizes of boots"), directory_path="tables/boots")
    assert (root.path, deep.path) == ("rules.txt", "tables/boots/Größen.txt")
    assert domo.filesets.get_file(made.id, deep.id).hash == domo.filesets.get_file_by_path(made.id, deep.path).hash
    assert domo.filesets.download_file(made.id, deep.id) == b"sizes of boots"
    with domo.opened("filesets.download_file", fileset_id=made.id, file_id=root.id) as answer:
        assert b"".join(answer.chunks) == b"who decides what"

    children = domo.filesets.search_files(made.id, immediate_children=True)
    assert {(each.path, each.is_directory) for each in children} == {("rules.txt", False), ("tables", True)}
    assert [each.id for each in domo.walk("filesets.search_files", fileset_id=made.id, limit=1)] == [root.id, deep.id]
    (best,) = domo.filesets.query_files(made.id, "how large are boots", top_k=1)
    assert best.file.path == deep.path

    domo.filesets.delete_file(made.id, root.id)
    domo.filesets.delete_file_by_path(made.id, deep.path)
    with pytest.raises(NotFound):
        domo.filesets.get_file(made.id, deep.id)
    domo.filesets.delete(made.id)
    with pytest.raises(NotFound):
        domo.filesets.get(made.id)


def test_all_filesets_and_all_files_are_walked(domo: Client) -> None:
    filesets = list(domo.walk("filesets.search", limit=5))
    assert len({each.id for each in filesets}) == len(filesets) == domo.filesets.search().total
    largest = max(filesets, key=lambda each: each.file_count or 0)
    sort = [{"field": "contentType", "order": "DESC"}]
    files = list(domo.walk("filesets.search_files", fileset_id=largest.id, limit=4, field_sort=sort))
    assert len({each.id for each in files}) == len(files) == largest.file_count
    kinds = [each.content_type for each in files]
    assert kinds == sorted(kinds, reverse=True)


def test_filesets_of_others_are_refused_with_message_and_request_id(domo: Client) -> None:
    theirs = next(each for each in domo.walk("filesets.search") if each.permission == "READ")
    with pytest.raises(Forbidden) as caught:
        domo.filesets.upload_file(theirs.id, text("a.txt", "a"))
    assert "permission" in caught.value.message
    assert caught.value.request_id


def test_a_fileset_can_be_given_away(domo: Client) -> None:
    made = domo.filesets.create("To be handed over")
    colleague = next(
        each for each in domo.walk("filesets.search") if each.owner_id != domo.filesets.get(made.id).owner_id
    )
    domo.filesets.transfer_ownership(made.id, colleague.owner_id)
    assert domo.filesets.get(made.id).owner_id == colleague.owner_id
