"""A small scripted upstream: real HTTP, answers of our choice, and what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings

Script = dict[str, tuple[int, Any] | tuple[int, Any, dict[str, str]]]


@dataclass
class ScriptedUpstream:
    """Answers by path; an unknown path is 404. `sent` keeps (path, headers) of each request."""

    script: Script = field(default_factory=dict)
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    address: str = ""


@pytest.fixture
def upstream(settings: LazySettings) -> Iterator[ScriptedUpstream]:
    """A running upstream on a free port, listed in UPSTREAM_HOSTS."""
    state = ScriptedUpstream()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            state.sent.append((path, {name.lower(): value for name, value in self.headers.items()}))
            status, content, *more = state.script.get(
                path, (404, {"status": 404, "message": "Not Found", "toe": "TOE404"})
            )
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.address = f"127.0.0.1:{server.server_address[1]}"
    state.url = f"http://{state.address}"
    settings.UPSTREAM_HOSTS = [state.address]
    yield state
    server.shutdown()
    server.server_close()
    thread.join()
