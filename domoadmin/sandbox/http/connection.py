"""One client connection: takes requests off the socket, hands them to the application, sends the answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Protocol, cast

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.body import ChunkedBody, LengthBody, Sink
from domoadmin.sandbox.http.message import BadRequestLine, Request, Response, parse_head

HEAD_LIMIT = 64 * 1024
HEAD_BUFFER = 64 * 1024
BODY_BUFFER = 1024 * 1024
HELD_LIMIT = 1024 * 1024


class CutConnection(Exception):
    """The connection is to be closed without an answer."""


class Exchange(Protocol):
    """One request on its way through the application."""

    sink: Sink
    cut_now: bool

    @property
    def refused_early(self) -> bool: ...

    async def answer(self) -> Response: ...


class Application(Protocol):
    """What the connection needs of the application."""

    def begin(self, request: Request) -> Exchange: ...


class Connection(asyncio.BufferedProtocol):
    """HTTP/1.1 with keep-alive, pipelining, Expect and chunked bodies. Large bodies never lie in memory."""

    def __init__(self, application: Application, connections: set[Connection]) -> None:
        self._application = application
        self._connections = connections
        self._transport: asyncio.Transport
        self._small = memoryview(bytearray(HEAD_BUFFER))
        self._large: memoryview | None = None
        self._buffer = self._small
        self._head = bytearray()
        self._body: LengthBody | ChunkedBody | None = None
        self._held = bytearray()
        self._arriving: tuple[Exchange, Request] | None = None
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports do not inherit from asyncio's
        self._connections.add(self)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self._writable.set()
        if self._task is not None:
            self._task.cancel()
        elif self._arriving is not None:
            self._arriving[0].sink.abandon()
        self._arriving = None

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        self._feed(self._buffer[:count])

    def eof_received(self) -> bool:
        return False

    def abort(self) -> None:
        """Closes at once, with a reset rather than a clean end."""
        self._transport.abort()

    def _feed(self, data: memoryview) -> None:
        while data and not self._transport.is_closing():
            if self._body is not None:
                data = self._feed_body(self._body, data)
            elif self._task is not None:
                self._held += data
                if len(self._held) > HELD_LIMIT:
                    self._transport.pause_reading()
                return
            else:
                data = self._feed_head(data)

    def _feed_head(self, data: memoryview) -> memoryview:
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            if len(self._head) > HEAD_LIMIT:
                self._reject(431)
            return data[len(data) :]
        head, rest = bytes(self._head[:end]), bytes(self._head[end + 4 :])
        self._head.clear()
        try:
            self._start(parse_head(head.lstrip(b"\r\n")))
        except BadRequestLine:
            self._reject(400)
        return memoryview(rest)

    def _reject(self, status: int) -> None:
        self._transport.write(Response(status, headers={"Connection": "close"}).head())
        self._transport.close()

    def _start(self, request: Request) -> None:
        exchange = self._application.begin(request)
        if exchange.cut_now:
            exchange.sink.abandon()
            self.abort()
            return
        length = request.content_length or 0
        if "expect" in request.headers and (length or request.chunked):
            if exchange.refused_early:
                request.headers = {**request.headers, "connection": "close"}
                self._respond_soon(exchange, request)
                return
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.chunked:
            self._body = ChunkedBody(exchange.sink)
        elif length:
            self._body = LengthBody(exchange.sink, length)
        else:
            self._respond_soon(exchange, request)
            return
        self._arriving = (exchange, request)
        if length > HEAD_BUFFER or request.chunked:
            self._large = self._large or memoryview(bytearray(BODY_BUFFER))
            self._buffer = self._large

    def _feed_body(self, body: LengthBody | ChunkedBody, data: memoryview) -> memoryview:
        try:
            taken = body.feed(data)
        except ValueError:
            self._reject(400)
            return data[len(data) :]
        if body.done and self._arriving is not None:
            exchange, request = self._arriving
            self._body = self._arriving = None
            rest = memoryview(bytes(data[taken:]))
            self._buffer = self._small
            self._respond_soon(exchange, request)
            return rest
        return data[taken:]

    def _respond_soon(self, exchange: Exchange, request: Request) -> None:
        self._task = asyncio.get_running_loop().create_task(self._respond(exchange, request))

    async def _respond(self, exchange: Exchange, request: Request) -> None:
        try:
            exchange.sink.close()
            response = await exchange.answer()
            keep = request.headers.get("connection", "").lower() != "close"
            response.headers["Connection"] = "keep-alive" if keep else "close"
            await self._send(response)
            if not keep:
                self._transport.close()
        except CutConnection:
            self.abort()
        self._task = None
        self._continue()

    async def _send(self, response: Response) -> None:
        if isinstance(response.body, bytes):
            self._transport.write(response.head() + response.body)
            return
        self._transport.write(response.head())
        await self._send_chunks(response.body)

    async def _send_chunks(self, chunks: AsyncIterator[bytes]) -> None:
        try:
            async for chunk in chunks:
                self._transport.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                await self._writable.wait()
        except ApiError:
            self.abort()
            return
        self._transport.write(b"0\r\n\r\n")

    def _continue(self) -> None:
        if self._held and not self._transport.is_closing():
            held = memoryview(bytes(self._held))
            self._held.clear()
            self._transport.resume_reading()
            self._feed(held)
