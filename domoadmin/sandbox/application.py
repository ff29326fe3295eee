"""Takes each request through sign-in, faults, routing and counting."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from domoadmin.sandbox.control import surface
from domoadmin.sandbox.control.faults import Fault
from domoadmin.sandbox.control.limiter import MinuteLimiter
from domoadmin.sandbox.errors import ERROR_BODIES, ApiError, new_toe
from domoadmin.sandbox.http.body import MemorySink, NullSink, Sink
from domoadmin.sandbox.http.connection import CutConnection
from domoadmin.sandbox.http.message import Request, Response, html_response, json_response
from domoadmin.sandbox.routes import ROUTERS
from domoadmin.sandbox.routes.uploads import COMMIT_UPLOAD
from domoadmin.sandbox.routing import Route
from domoadmin.sandbox.signing_in import SigningIn
from domoadmin.sandbox.world import World

logger = logging.getLogger(__name__)

LONGEST_SILENCE = 3600
TOE_HEADER = "X-DOMO-RequestId"
SEARCH = "search.query"
MAINTENANCE = """<!DOCTYPE html><html><head><title>Domo Maintenance</title></head>
<body><h1>We'll be right back</h1><p>Domo is down for scheduled maintenance.</p></body></html>"""
BLOCKED = """<!DOCTYPE html><html><head><title>Domo - Blocked</title></head>
<body><h1>Blocked</h1><p>Your IP address is not on the list of allowed addresses of this instance.</p></body></html>"""


class SandboxApplication:
    """All requests of all connections come through here."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.signing_in = SigningIn(world.token, world.statistics)
        self.search_limiter = MinuteLimiter()
        self.threads = ThreadPoolExecutor(6, "reading")
        self.loading_threads = ThreadPoolExecutor(4, "loading")

    def begin(self, request: Request) -> RequestExchange:
        """Called when the head of a request has arrived: decides where its body goes."""
        return RequestExchange(self, request)

    def find(self, request: Request) -> tuple[Route, dict[str, str]]:
        """The route of a request; ApiError 404 or 405."""
        refused: ApiError | None = None
        for router in ROUTERS:
            try:
                return router.find(request.method, request.path)
            except ApiError as error:
                if refused is None or error.status == 405:
                    refused = error
        raise refused or ApiError(404, "No handler found for this path")


class RequestExchange:
    """One request from its head to its answer."""

    def __init__(self, application: SandboxApplication, request: Request) -> None:
        self._application = application
        self._world = application.world
        self.request = request
        self.toe = new_toe()
        self.route: Route | None = None
        self._parameters: dict[str, str] = {}
        self._headers: dict[str, str] = {}
        self._refusal: ApiError | None = None
        self._fault = Fault()
        self.sink: Sink = NullSink()
        self.cut_now = False
        self._control = request.path.startswith(surface.PREFIX)
        try:
            self._prepare()
        except ApiError as error:
            self._refusal = error
        if self._fault.kind == "cut_before_effect":
            self.cut_now = True
            self._log("cut")

    @property
    def refused_early(self) -> bool:
        """True when the body need not be sent at all."""
        return self._refusal is not None

    def _prepare(self) -> None:
        if self._control:
            self.sink = MemorySink()
            return
        self.route, self._parameters = self._application.find(self.request)
        operation = self.route.operation
        self._world.statistics.count_received(operation)
        self._fault = self._world.faults.decide(self.request.method, self.request.path, operation)
        self._headers = self._application.signing_in.check(self.request, self.route, self._fault.token_mode)
        if operation == SEARCH:
            self._application.search_limiter.take(self._world.faults.search_rate_limit)
        if self._fault.kind not in (None, "cut_after_effect", "timeout_after_effect"):
            return
        sink = self.route.sink
        self.sink = MemorySink() if sink is None else sink(self._world, self.request, **self._parameters)

    async def answer(self) -> Response:
        """Does what is asked. Raises CutConnection when the client is to get no answer."""
        if self._control:
            self._take_body()
            return await surface.answer(self._application, self.request)
        fault = self._fault
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.kind == "timeout":
            await self._stay_silent()
        try:
            response = await self._result()
        except ApiError as error:
            self.sink.abandon()
            response = self._error(error)
        except Exception:
            logger.exception("request %s failed", self.toe)
            self.sink.abandon()
            response = self._error(ApiError(500, "An unexpected error has occurred"))
        if fault.kind == "timeout_after_effect":
            await self._stay_silent()
        if fault.kind == "cut_after_effect":
            self._log("cut after effect")
            raise CutConnection
        if response.after_seconds:
            try:
                await asyncio.sleep(response.after_seconds)
            except asyncio.CancelledError:
                # Who asked has gone; what was asked for goes on.
                self._log("gone after effect")
                raise
        response.headers |= {TOE_HEADER: self.toe, **self._headers}
        self._log(response.status)
        return response

    def _take_body(self) -> None:
        if isinstance(self.sink, MemorySink):
            self.request.body = self.sink.content

    async def _stay_silent(self) -> None:
        self._log("silence")
        await asyncio.sleep(LONGEST_SILENCE)
        raise CutConnection

    async def _result(self) -> Response:
        route = self.route
        if self._refusal is not None or route is None:
            raise self._refusal or ApiError(404, "No handler found for this path")
        injected = self._injected()
        if injected is not None:
            return injected
        if self.sink.failure is not None:
            raise self.sink.failure
        self._take_body()
        self.request.received = self.sink
        if route.heavy:
            loop = asyncio.get_running_loop()
            application = self._application
            threads = application.loading_threads if route.operation == COMMIT_UPLOAD else application.threads
            response = await loop.run_in_executor(threads, self._handle, route)
        else:
            response = self._handle(route)
        if route.mutates:
            self._world.statistics.count_effect(route.operation)
        return response

    def _handle(self, route: Route) -> Response:
        value: Any = route.handler(self._world, self.request, **self._parameters)
        return value if isinstance(value, Response) else json_response(value)

    def _injected(self) -> Response | None:
        kind = self._fault.kind
        if kind is None or kind in ("cut_after_effect", "timeout_after_effect"):
            return None
        if kind in ("html_maintenance", "html_maintenance_503"):
            return html_response(MAINTENANCE, 503 if kind.endswith("503") else 200)
        if kind == "blocked_html":
            return html_response(BLOCKED)
        status = int(kind.removeprefix("status_"))
        messages = {429: "Too many requests", 500: "An unexpected error has occurred", 502: "Bad gateway"}
        error = ApiError(status, messages.get(status, "The service is temporarily unavailable"))
        response = self._error(error)
        if self._fault.retry_after is not None:
            response.headers["Retry-After"] = f"{self._fault.retry_after:g}"
        return response

    def _error(self, error: ApiError) -> Response:
        make_body = ERROR_BODIES[self.route.api if self.route is not None else "domo"]
        response = json_response(make_body(error, self.request.path, self.toe), error.status)
        retry_after = error.extra.get("retryAfter")
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return response

    def _log(self, status: int | str) -> None:
        operation = self.route.operation if self.route is not None else "unknown"
        request = self.request
        self._world.statistics.log(request.method, request.path, operation, status, self.toe, self._fault.kind)
