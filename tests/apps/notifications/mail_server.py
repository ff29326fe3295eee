"""A mail server of a few commands, which can break off when a test wants it to."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType


class MailServer:
    """Listens on a free port of 127.0.0.1 while the block lasts. `mails` holds what was accepted.

    refuses: answer 550 to the recipient. hangs_up: accept the mail and break off without an answer.
    """

    def __init__(self, *, refuses: bool = False, hangs_up: bool = False) -> None:
        self.mails: list[str] = []
        mails = self.mails

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

            def handle(self) -> None:
                self.say("220 test")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"RCPT" and refuses:
                        self.say("550 nobody of that name")
                    elif verb == b"DATA":
                        self.say("354 go on")
                        lines = []
                        while (text := self.rfile.readline()) not in (b".\r\n", b""):
                            lines.append(text.decode())
                        mails.append("".join(lines))
                        if hangs_up:
                            return
                        self.say("250 taken")
                    elif verb == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
