"""The sockets below the transport: guarded when they connect, bounded by a deadline, fast when they send.

Used in place of httpcore's own network backend for three reasons. It looks at the address that a name resolved to
before connecting to exactly that address, so a name can't be turned to a metadata service between check and use. It
keeps a deadline for a whole call, where the others' time-outs begin anew with every byte. And it sends large chunks
without copying: httpcore slices off what was sent after each partial send, which costs more than the sending itself.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore

from domoadmin.services.addresses import is_forbidden
from domoadmin.services.errors import HostNotAllowed, NoLongerWanted

_EARLY_BYTES = 64 * 1024
# How often somebody who may give an answer up is asked, while nothing comes.
_LOOK_SECONDS = 0.25


class DeadlineError(TimeoutError):
    """The time for the whole call is over."""


# The synchronous client runs a request in the thread that asks for it, so the socket finds its exchange here.
# Not a context variable: an answer that is streamed may be read on in another context, which could not reset it.
_threads = threading.local()


def _wanted_here() -> Callable[[], bool] | None:
    return getattr(_threads, "wanted", None)


@dataclass
class Exchange:
    """One request on its way: when it must be over (monotonic seconds, None for never) and whether bytes left.

    wanted: asked again and again while the answer is read; once it says no, NoLongerWanted is raised.
    """

    ends: float | None
    sent: bool = False
    wanted: Callable[[], bool] | None = field(default_factory=_wanted_here)

    def within(self, seconds: float | None) -> float | None:
        """Return the time-out of one step, shortened by the deadline; raises DeadlineError."""
        if self.ends is None:
            return seconds
        left = self.ends - time.monotonic()
        if left <= 0:
            raise DeadlineError("the time for this call is over")
        return left if seconds is None else min(left, seconds)


@contextmanager
def while_wanted(wanted: Callable[[], bool]) -> Iterator[None]:
    """Give up the answers that this thread waits for inside the block once `wanted` says no."""
    before = _wanted_here()
    _threads.wanted = wanted
    try:
        yield
    finally:
        _threads.wanted = before


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[None]:
    """Let the sockets used in this thread keep the deadline of this exchange, and note what was sent."""
    before = _exchange()
    _threads.exchange = exchange
    try:
        yield
    finally:
        _threads.exchange = before


def _exchange() -> Exchange:
    found: Exchange | None = getattr(_threads, "exchange", None)
    return found or Exchange(ends=None)


class GuardedStream(httpcore.NetworkStream):
    """A connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._early = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, at most `max_bytes`; empty at the end."""
        if self._early:
            early, self._early = self._early[:max_bytes], self._early[max_bytes:]
            return early
        exchange = _exchange()
        try:
            if exchange.wanted is not None:
                return self._read_while_wanted(max_bytes, timeout, exchange, exchange.wanted)
            self._socket.settimeout(exchange.within(timeout))
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def _read_while_wanted(
        self, max_bytes: int, timeout: float | None, exchange: Exchange, wanted: Callable[[], bool]
    ) -> bytes:
        ends = None if timeout is None else time.monotonic() + timeout
        while wanted():
            left = exchange.within(None if ends is None else max(0.001, ends - time.monotonic()))
            self._socket.settimeout(_LOOK_SECONDS if left is None else min(_LOOK_SECONDS, left))
            try:
                return self._socket.recv(max_bytes)
            except TimeoutError:
                if ends is not None and time.monotonic() >= ends:
                    raise
        raise NoLongerWanted

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes; the time-out holds for each step that makes no progress.

        Stops when the answer comes before the end, as the refusal of a large body does: httpcore reads the answer after
        a failed write. To go on would block, or provoke a reset that takes the answer with it.
        """
        exchange = _exchange()
        view = memoryview(buffer)
        try:
            # What the wait below has found to be possible is done at once, without the socket's own wait before it.
            self._socket.settimeout(0)
            while view:
                seconds = exchange.within(timeout)
                if self._ready(select.POLLIN | select.POLLOUT, seconds) & ~select.POLLOUT and self._has_answered():
                    raise httpcore.WriteError("the answer came before the end of the request")
                try:
                    view = view[self._socket.send(view) :]
                    exchange.sent = True
                except ssl.SSLWantReadError:
                    self._ready(select.POLLIN, seconds)
                except (BlockingIOError, ssl.SSLWantWriteError):
                    continue
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return an encrypted stream over this socket; the certificate is checked against the name, not the address."""
        try:
            self._socket.settimeout(_exchange().within(timeout))
            return GuardedStream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname))
        except TimeoutError as error:
            self.close()
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        """Answer what the connection pool asks; is_readable on an idle connection means that it was closed."""
        if info == "is_readable":
            return self._is_readable()
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        return {"socket": self._socket}.get(info)

    def _is_readable(self) -> bool:
        return self._socket.fileno() < 0 or bool(self._ready(select.POLLIN, 0.0, raises=False))

    def _ready(self, events: int, seconds: float | None, *, raises: bool = True) -> int:
        """Return which of the events (or an error) came within the seconds; raises TimeoutError for none."""
        poll = select.poll()
        poll.register(self._socket.fileno(), events)
        found = poll.poll(None if seconds is None else seconds * 1000)
        if not found and raises:
            raise TimeoutError("nothing could be sent")
        return found[0][1] if found else 0

    def _has_answered(self) -> bool:
        """Whether there is an answer (or an end) to read; it is kept for `read`. TLS may have only talked to itself."""
        self._socket.settimeout(0)
        try:
            self._early += self._socket.recv(_EARLY_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        return True


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to the very address that was checked. `forbidden` may be replaced in tests."""

    def __init__(self, forbidden: Callable[[str], bool] = is_forbidden) -> None:
        self._forbidden = forbidden

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers; raises HostNotAllowed when any is forbidden."""
        exchange = _exchange()
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} can't be resolved") from error
        for *_, address in found:
            if self._forbidden(str(address[0])):
                raise HostNotAllowed(f"{host} leads to an address that is never called ({address[0]})")
        last: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for family, kind, protocol, _, address in found:
            connecting = socket.socket(family, kind, protocol)
            try:
                connecting.settimeout(exchange.within(timeout))
                connecting.connect(address)
                connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return GuardedStream(connecting)
            except TimeoutError:
                connecting.close()
                last = httpcore.ConnectTimeout(f"{host} doesn't answer")
            except OSError as error:
                connecting.close()
                last = httpcore.ConnectError(error.strerror or str(error))
        raise last
