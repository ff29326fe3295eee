"""The sandbox's reader of forms, fed in pieces of any size with what other hands have written."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.multipart import MultipartReader, PartHead, TextWriter, boundary_of

CONTENTS = st.lists(st.sampled_from([b"\r\n", b"--", b"-", b"\r", b"edge", b"\r\n--edge", b"\x00\xff"]), max_size=30)
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="%\\"), min_size=1, max_size=20)


class Bytes(TextWriter):
    """Keeps what was written as bytes."""

    @property
    def content(self) -> bytes:
        return bytes(self._content)


def read(content_type: str, body: bytes, pieces: int) -> list[tuple[PartHead, bytes]]:
    parts: list[tuple[PartHead, Bytes]] = []

    def begin(head: PartHead) -> Bytes:
        parts.append((head, Bytes()))
        return parts[-1][1]

    boundary = boundary_of(content_type)
    assert boundary is not None
    reader = MultipartReader(boundary, begin)
    for start in range(0, len(body), pieces):
        reader.feed(memoryview(body)[start : start + pieces])
    assert reader.done
    return [(head, writer.content) for head, writer in parts]


@given(name=NAMES, content=CONTENTS.map(b"".join), text=st.text(max_size=50), pieces=st.integers(1, 60))
def test_a_form_of_httpx_is_read_whatever_the_pieces(name: str, content: bytes, text: str, pieces: int) -> None:
    request = httpx.Request(
        "POST", "http://x.example", data={"note": text}, files={"file": (name, content, "text/plain")}
    )
    note, file = read(request.headers["Content-Type"], request.read(), pieces)
    assert (note[0].name, note[0].file_name, note[1]) == ("note", None, text.encode())
    assert file == (PartHead("file", name, "text/plain"), content)


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('form-data; name="file"; filename="a\\"b.txt"', 'a"b.txt'),
        ('form-data; name="file"; filename="a%22b.txt"', 'a"b.txt'),
        ("form-data; name=file; filename=plain.txt", "plain.txt"),
        ('form-data; name="file"; filename="x"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe.txt', "größe.txt"),
    ],
)
def test_file_names_of_all_clients_are_read(disposition: str, expected: str) -> None:
    body = f"--edge  \r\nContent-Disposition: {disposition}\r\n\r\nx\r\n--edge--\r\n".encode()
    ((head, content),) = read('multipart/form-data; charset=utf-8; boundary="edge"', b"preamble\r\n" + body, 7)
    assert (head.file_name, content) == (expected, b"x")


@pytest.mark.parametrize(
    "body",
    [
        b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n",
        b"--edgeless\r\n\r\n",
        b"--edge\r\n" + b"A: " + b"x" * 20_000,
    ],
)
def test_malformed_forms_are_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        read("multipart/form-data; boundary=edge", body, 1000)
    assert caught.value.status == 400
