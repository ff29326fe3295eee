"""The HTTP server, spoken to over bare sockets where a client library would hide what matters."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.sandbox.http.body import ChunkedBody, LengthBody, MemorySink
from domoadmin.sandbox.http.message import BadRequestLine, parse_head
from tests.sandbox.clients import DatasetClient
from tests.sandbox_process import SandboxProcess

ME = "GET /api/content/v2/users/me HTTP/1.1\r\nHost: x\r\nX-DOMO-Developer-Token: {token}\r\n\r\n"


def _say(sandbox: SandboxProcess, *pieces: bytes) -> bytes:
    """Sends the pieces one by one and reads up to the end of the connection."""
    parts = urlsplit(sandbox.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def _listen(connection: socket.socket, until: bytes) -> bytes:
    answer = b""
    while until not in answer:
        piece = connection.recv(65536)
        assert piece, answer
        answer += piece
    return answer


def _connect(sandbox: SandboxProcess) -> socket.socket:
    parts = urlsplit(sandbox.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)


def test_requests_sent_together_are_answered_in_order(sandbox: SandboxProcess) -> None:
    me = ME.format(token=sandbox.token).encode()
    missing = me.replace(b"/content/v2/users/me", b"/nothing")
    with _connect(sandbox) as connection:
        connection.sendall(me + missing + me)
        answer = b""
        while answer.count(b"HTTP/1.1") < 3 or not answer.endswith(b"}"):
            answer += connection.recv(65536)
    statuses = [line.split()[1] for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.1")]
    statuses += [piece.split()[0] for piece in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses[-3:] == [b"200", b"404", b"200"]


def test_a_request_may_arrive_byte_by_byte(sandbox: SandboxProcess) -> None:
    request = ME.format(token=sandbox.token).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode()
    with _connect(sandbox) as connection:
        for position in range(len(request)):
            connection.sendall(request[position : position + 1])
        assert _listen(connection, b"Marta Lindqvist").startswith(b"HTTP/1.1 200 OK")


def test_expect_is_answered_before_the_body_comes(sandbox: SandboxProcess, dataset: DatasetClient) -> None:
    upload = dataset.open()
    head = (
        f"PUT {dataset.path}/uploads/{upload}/parts/1 HTTP/1.1\r\nX-DOMO-Developer-Token: {sandbox.token}\r\n"
        "Content-Length: 15\r\nExpect: 100-continue\r\n\r\n"
    )
    with _connect(sandbox) as connection:
        connection.sendall(head.encode())
        assert _listen(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"a,1,2026-01-01\n")
        assert b"200 OK" in _listen(connection, b"}")
    with _connect(sandbox) as connection:
        connection.sendall(head.replace(sandbox.token, "wrong").encode())
        assert b"401 Unauthorized" in _listen(connection, b"}")


def test_a_part_without_length_is_a_411(sandbox: SandboxProcess, dataset: DatasetClient) -> None:
    path = f"{dataset.path}/uploads/{dataset.open()}/parts/1"
    request = f"PUT {path} HTTP/1.1\r\nX-DOMO-Developer-Token: {sandbox.token}\r\nConnection: close\r\n\r\n"
    with _connect(sandbox) as connection:
        connection.sendall(request.encode())
        assert _listen(connection, b"}").startswith(b"HTTP/1.1 411 Length Required")


def test_an_upload_that_breaks_off_is_not_kept(dataset: DatasetClient, sandbox: SandboxProcess) -> None:
    upload = dataset.open()
    head = (
        f"PUT {dataset.path}/uploads/{upload}/parts/1 HTTP/1.1\r\nX-DOMO-Developer-Token: {sandbox.token}\r\n"
        "Content-Length: 1000\r\n\r\na,1,2026"
    )
    assert _say(sandbox, head.encode()) == b""
    assert dataset.commit(upload).json()["message"] == f"Upload {upload} has no parts"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [("NONSENSE\r\n\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400), ("GET /" + "a" * 70_000, 431)],
)
def test_malformed_heads_are_refused(sandbox: SandboxProcess, request_text: str, status: int) -> None:
    with _connect(sandbox) as connection:
        connection.sendall(request_text.encode())
        assert _listen(connection, b"\r\n").startswith(f"HTTP/1.1 {status}".encode())


def test_other_methods_and_paths(client: httpx.Client) -> None:
    assert client.delete("/api/content/v2/users/me").status_code == 405
    assert client.get("/api/nothing/like/it").status_code == 404
    assert client.post("/api/search/v1/query", content=b"{broken").status_code == 400
    assert client.post("/api/search/v1/query", content=b"x" * (65 * 1024 * 1024)).status_code == 413


def _chunked(content: bytes, sizes: list[int]) -> bytes:
    encoded, position = b"", 0
    for size in sizes:
        piece = content[position : position + size]
        position += size
        if piece:
            encoded += b"%x;extension=1\r\n%b\r\n" % (len(piece), piece)
    rest = content[position:]
    return encoded + (b"%X\r\n%b\r\n" % (len(rest), rest) if rest else b"") + b"0\r\nTrailer: x\r\n\r\n"


@given(st.binary(max_size=300), st.lists(st.integers(1, 60), max_size=8), st.integers(1, 50), st.binary(max_size=5))
def test_chunked_bodies_however_they_arrive(content: bytes, sizes: list[int], step: int, following: bytes) -> None:
    stream = _chunked(content, sizes) + following
    sink = MemorySink()
    body = ChunkedBody(sink)
    position = 0
    while not body.done:
        piece = memoryview(stream)[position : position + step]
        position += body.feed(piece)
    assert sink.content == content
    assert stream[position:] == following


@given(st.binary(max_size=200), st.integers(1, 50))
def test_bodies_with_a_length_take_no_more(content: bytes, step: int) -> None:
    stream = content + b"GET /next"
    sink = MemorySink()
    body = LengthBody(sink, len(content))
    position = 0
    while not body.done:
        position += body.feed(memoryview(stream)[position : position + step])
    assert sink.content == content
    assert position == len(content)


def test_heads_are_parsed() -> None:
    request = parse_head(b"GET /a%20b/c?x=1&x=2&empty= HTTP/1.1\r\nHost: h\r\nContent-Length: 7")
    assert (request.path, request.query, request.content_length) == ("/a b/c", {"x": "2", "empty": ""}, 7)
    with pytest.raises(BadRequestLine):
        parse_head(b"GET / HTTP/1.1\r\nContent-Length: minus")
