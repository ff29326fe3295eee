"""Staging: chunks in any order, twice or broken off; ranges out again; limits; expiry."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.staging import service
from apps.staging.models import StagedFile
from tests.clients import client_of, client_with_role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_chunks(settings: LazySettings, tmp_path: Path) -> None:
    """Chunks of 10 bytes in a directory of the test's own."""
    settings.UPLOAD_CHUNK_BYTES = 10
    local = {"BACKEND": "apps.staging.storage.LocalStagingStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "staging": local}


@pytest.fixture
def steward() -> User:
    """A person who may stage files."""
    return UserFactory.create(role="steward")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(content=st.binary(min_size=1, max_size=64), start=st.integers(0, 70), length=st.integers(0, 70))
def test_any_range_reads_what_was_written(content: bytes, start: int, length: int) -> None:
    file = service.stage_stream(io.BytesIO(content), "a.csv", len(content), None)
    source = service.StagedSource(file)
    assert b"".join(source.open()) == content
    assert b"".join(source.read_range(start, start + length)) == content[start : start + length]
    pieces = [content[at : at + 3] for at in range(0, len(content), 3)]
    assert b"".join(service.StagedSource(service.stage_pieces(pieces, "b.csv", None)).open()) == content


def test_a_broken_transfer_goes_on_with_the_missing_chunks(steward: User) -> None:
    client = client_of(steward)
    content = b"0123456789abcdefghijKLMNO"
    staged = client.post(reverse("staging:create"), {"name": "a.csv", "size": len(content)}).json()
    assert staged["missing"] == [1, 2, 3]
    for number in (3, 1, 1):
        piece = content[(number - 1) * 10 : number * 10]
        url = reverse("staging:chunk", args=[staged["id"], number])
        assert client.put(url, piece, content_type="application/octet-stream").status_code == 204
    assert client.get(reverse("staging:show", args=[staged["id"]])).json()["missing"] == [2]
    file = StagedFile.objects.get(pk=staged["id"])
    with pytest.raises(service.StagingRefused, match="1 of 3 chunks are missing"):
        service.complete(file)
    url = reverse("staging:chunk", args=[staged["id"], 2])
    assert client.put(url, b"short", content_type="application/octet-stream").status_code == 400
    assert client.put(url, content[10:20], content_type="application/octet-stream").status_code == 204
    service.complete(file)
    assert b"".join(service.StagedSource(file).open()) == content


@pytest.mark.parametrize(
    ("size", "status", "message"),
    [("0", 400, "is empty"), ("-1", 400, "size:"), ("many", 400, "size:"), ("101", 413, "the limit is")],
)
def test_sizes_that_cannot_be_taken_are_refused(
    steward: User, settings: LazySettings, size: str, status: int, message: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    answer = client_of(steward).post(reverse("staging:create"), {"name": "a.csv", "size": size})
    assert answer.status_code == status
    assert message in answer.json()["message"]
    assert not StagedFile.objects.exists()


def test_a_full_disk_is_told_and_what_arrived_is_kept(steward: User, settings: LazySettings) -> None:
    client = client_of(steward)
    staged = client.post(reverse("staging:create"), {"name": "a.csv", "size": 20}).json()
    first, second = (reverse("staging:chunk", args=[staged["id"], number]) for number in (1, 2))
    assert client.put(first, b"0123456789", content_type="application/octet-stream").status_code == 204
    full = {"BACKEND": "tests.apps.staging.full_disk.FullDiskStorage"}
    full |= {"OPTIONS": settings.STORAGES["staging"]["OPTIONS"]}
    kept = settings.STORAGES
    settings.STORAGES = {**kept, "staging": full}
    answer = client.put(second, b"0123456789", content_type="application/octet-stream")
    assert answer.status_code == 507
    assert "storage is full" in answer.json()["message"]
    settings.STORAGES = kept
    assert client.get(reverse("staging:show", args=[staged["id"]])).json()["missing"] == [2]


def test_nobody_else_may_touch_a_staged_file(steward: User) -> None:
    staged = client_of(steward).post(reverse("staging:create"), {"name": "a.csv", "size": 5}).json()
    other = client_with_role("admin")
    assert other.get(reverse("staging:show", args=[staged["id"]])).status_code == 403
    chunk = reverse("staging:chunk", args=[staged["id"], 1])
    assert other.put(chunk, b"12345", content_type="application/octet-stream").status_code == 403


def test_expired_files_are_removed_with_their_bytes(steward: User, tmp_path: Path) -> None:
    old = service.stage_stream(io.BytesIO(b"x" * 25), "old.csv", 25, steward)
    new = service.stage_stream(io.BytesIO(b"y" * 25), "new.csv", 25, steward)
    old.expires_at = timezone.now() - timedelta(seconds=1)
    old.save()
    assert service.remove_expired() == 1
    assert [directory.name for directory in tmp_path.iterdir()] == [str(new.id)]
    assert list(StagedFile.objects.all()) == [new]
