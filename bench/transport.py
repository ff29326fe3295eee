"""How fast parts go out: our transport beside bare httpx, to a server that only counts; and gzip by level.

Run: python bench/transport.py. Prints MB/s of one connection; both sides share the machine.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
import zlib
from collections.abc import Callable
from functools import partial
from itertools import repeat
from multiprocessing.connection import Connection

import httpx

from domoadmin.services.client import ConnectionSettings, connect

MEGABYTE = 1_000_000
PLAIN_BYTES = 1 << 30
GZIP_BYTES = 1 << 28
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


def sink(told: Connection) -> None:
    """Take one request after another, throw its body away, and answer."""
    server = socket.create_server(("127.0.0.1", 0))
    told.send(server.getsockname()[1])
    while True:
        connection, _ = server.accept()
        with connection:
            while _take_request(connection):
                connection.sendall(ANSWER)


def _take_request(connection: socket.socket) -> bool:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return False
        received += chunk
    head, _, rest = received.partition(b"\r\n\r\n")
    buffer = bytearray(1 << 20)
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            left = int(line.partition(b":")[2]) - len(rest)
            while left > 0:
                left -= connection.recv_into(buffer, min(left, len(buffer)))
            return True
    while not rest.endswith(b"0\r\n\r\n"):
        size = connection.recv_into(buffer)
        rest = (rest + bytes(buffer[max(0, size - 5) : size]))[-5:]
    return True


def measured(title: str, size: int, send: Callable[[], object]) -> None:
    """Print how fast something was sent."""
    started = time.perf_counter()
    send()
    print(f"{title:40} {size / MEGABYTE / (time.perf_counter() - started):8.0f} MB/s")


def send_part(url: str, chunk: bytes, times: int, gzip: bool) -> None:
    """Send one part through the service layer."""
    settings = ConnectionSettings(kind="domo", slug="bench", base_url=url, secrets={"token": "bench"}, gzip=gzip)
    with connect(settings) as client:
        client.datasets.upload_part("d", "1", 1, lambda: repeat(chunk, times), times * len(chunk))


def send_bare(url: str, chunk: bytes, times: int) -> None:
    """Send the same with the HTTP library alone."""
    with httpx.Client(trust_env=False) as client:
        client.put(url, content=repeat(chunk, times), headers={"Content-Length": str(times * len(chunk))})


def pack(rows: bytes, level: int) -> None:
    """Compress eight times the rows."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    for _ in range(8):
        packer.compress(rows)


def main() -> None:
    """Run all measurements."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=sink, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    rows = b"".join(b'%d,"Alice ""A"" Example",2024-01-%02d,%d.55\n' % (n, n % 28 + 1, n * 7919) for n in range(50_000))
    for gzip, total in ((False, PLAIN_BYTES), (True, GZIP_BYTES)):
        for kilobytes in (16, 64, 256, 1024):
            chunk = rows[: kilobytes * 1024]
            times = total // len(chunk)
            title = f"ours, {'gzip' if gzip else 'plain'}, chunks of {kilobytes} KB"
            measured(title, times * len(chunk), partial(send_part, url, chunk, times, gzip))
    chunk = rows[: 1 << 20]
    times = PLAIN_BYTES // len(chunk)
    measured("bare httpx, chunks of 1024 KB", times * len(chunk), partial(send_bare, url, chunk, times))
    for level in range(1, 7):
        share = len(zlib.compress(rows, level)) / len(rows)
        measured(f"gzip level {level} alone, to {share:.1%}", 8 * len(rows), partial(pack, rows, level))
    server.terminate()


if __name__ == "__main__":
    main()
