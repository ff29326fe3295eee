"""A small real HTTP server that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any, Self

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Told:
    """An answer: `cut` closes the connection instead; `hold` waits for an event (at most 10 s) before answering."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hold: threading.Event | None = None
    drip: bool = False


def told(data: Any = None, status: int = 200, **headers: str) -> Told:
    """Return a JSON answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(status, b"" if data is None else json.dumps(data).encode(), {**JSON, **named})


def page(html: str, status: int = 200) -> Told:
    """Return an HTML answer."""
    return Told(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


CUT = Told(cut=True)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


Script = Callable[[Asked], Told]


class Upstream:
    """Answers by a list of answers in turn (the last one repeats) or by a function."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: list[Told] = [told({})]
        self._script: Script | None = None
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def answers(self, *answers: Told) -> Self:
        """Give these answers in turn, the last one for ever."""
        self._answers, self._script = list(answers), None
        return self

    def script(self, script: Script) -> Self:
        """Answer by a function."""
        self._script = script
        return self

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def last(self) -> Asked:
        """The last request."""
        return self.asked[-1]

    def next_for(self, asked: Asked) -> Told:
        """Note a request and return what to answer."""
        with self._lock:
            self.asked.append(asked)
            if self._script is not None:
                return self._script(asked)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self._open: set[socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, which its client may keep open for ever."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget it."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End all connections, and with them the threads that wait for the next request."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the console quiet: clients of these tests hang up on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the console quiet."""

    def _answer(self) -> None:
        body = self._chunked() if "chunked" in self.headers.get("Transfer-Encoding", "") else self._plain()
        answer = self.server.upstream.next_for(Asked(self.command, self.path, dict(self.headers), body))
        if answer.hold is not None:
            answer.hold.wait(10)
        if answer.cut:
            self.close_connection = True
            self.connection.shutdown(SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.drip:
            self.end_headers()
            self.close_connection = True
            stop = threading.Event()
            while not stop.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        if answer.status != 204 and "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        if int(answer.headers.get("Content-Length", 0)) > len(answer.body):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

    def _plain(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body
