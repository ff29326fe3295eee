"""Which function answers which method and path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.body import Sink
from domoadmin.sandbox.http.message import Request

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World


class Handler(Protocol):
    """Answers a request; gives JSON, or a Response. Path parameters arrive by name, as text."""

    def __call__(self, world: World, request: Request, /, **parameters: str) -> Any: ...


@dataclass(frozen=True)
class Route:
    """One method and path. `heavy` ones run in a thread, so that others are served meanwhile.

    `sink` says where a body goes that is too large for memory; it is called when the head of the request is there.
    """

    operation: str
    method: str
    pattern: re.Pattern[str]
    handler: Callable[..., Any]
    mutates: bool
    heavy: bool
    api: str
    sink: Callable[..., Sink] | None = None


class Router:
    """Routes in the order in which they were declared. Before each path may stand the `mounts`, none, any or all."""

    def __init__(self, api: str = "domo", mounts: tuple[str, ...] = ()) -> None:
        self.api = api
        self._mounted = "".join(f"(?:{_pattern(mount)})?" for mount in mounts)
        self.routes: list[Route] = []

    def add(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        mutates: bool | None = None,
        heavy: bool = False,
        sink: Callable[..., Sink] | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declares a route; {name} in the path stands for one segment. Reads are GET unless said otherwise."""

        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            pattern = re.compile(self._mounted + _pattern(path) + r"/?\Z")
            changes = method != "GET" if mutates is None else mutates
            self.routes.append(Route(operation, method, pattern, handler, changes, heavy, self.api, sink))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and its path parameters; ApiError 404 or 405."""
        known = False
        for route in self.routes:
            match = route.pattern.match(path)
            if match is not None:
                if route.method == method:
                    return route, {name: text for name, text in match.groupdict().items() if text is not None}
                known = True
        if known:
            raise ApiError(405, f"Request method '{method}' is not supported")
        raise ApiError(404, "No handler found for this path")


def _pattern(path: str) -> str:
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
