"""The control endpoint under /_control: switches, counters, log, and a small page."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from domoadmin.sandbox.control.faults import RULE_FIELDS
from domoadmin.sandbox.control.page import page, sign_in_page
from domoadmin.sandbox.errors import ApiError, error_body, new_toe
from domoadmin.sandbox.http.message import Request, Response, html_response, json_response

if TYPE_CHECKING:
    from domoadmin.sandbox.application import SandboxApplication

PREFIX = "/_control"
TEXT_FIELDS = ("match", "token_mode")


async def answer(application: SandboxApplication, request: Request) -> Response:
    """Answers a request under /_control. Wants the sandbox's token in X-Sandbox-Control, ?token= or the form."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"))) if _is_form(request) else {}
    try:
        if request.path == f"{PREFIX}/ready":
            return json_response({"ready": True})
        given = request.headers.get("x-sandbox-control") or request.query.get("token") or form.get("token", "")
        if not hmac.compare_digest(given.encode(), application.world.token.encode()):
            if request.path == f"{PREFIX}/":
                return html_response(sign_in_page(), 401)
            raise ApiError(401, "The control token is missing or wrong")
        return _act(application, request, form)
    except ApiError as error:
        return json_response(error_body(error, request.path, new_toe()), error.status)


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _act(application: SandboxApplication, request: Request, form: dict[str, str]) -> Response:
    world = application.world
    action = (request.method, request.path.removeprefix(PREFIX))
    if action in (("GET", "/"), ("POST", "/")):
        if "action" in form:
            _apply_form(application, form)
        return html_response(page(world.faults, world.statistics, world.token))
    if action == ("GET", ""):
        return json_response(world.faults.state())
    if action == ("PUT", ""):
        world.faults.set(request.json_object())
        return json_response(world.faults.state())
    if action == ("POST", "/reset"):
        world.faults.reset()
        world.statistics.clear()
        return json_response(world.faults.state())
    if action == ("GET", "/stats"):
        return json_response(world.statistics.report())
    if action == ("GET", "/activity"):
        return json_response(world.activity.proof())
    if action == ("GET", "/log"):
        count = request.number("count", 100, 2000)
        return json_response(list(world.statistics.requests)[-count:])
    raise ApiError(404, "No handler found for this path")


def _apply_form(application: SandboxApplication, form: dict[str, str]) -> None:
    faults = application.world.faults
    if form.get("action") == "off":
        faults.reset()
        return
    values: dict[str, Any] = {}
    for name, text in form.items():
        if name in TEXT_FIELDS:
            values[name] = text
        elif name in RULE_FIELDS or name == "search_rate_limit":
            try:
                number = float(text)
            except ValueError as error:
                raise ApiError(400, f"{name} must be a number") from error
            values[name] = int(number) if name in ("count", "search_rate_limit") else number
    limit = values.pop("search_rate_limit", 0)
    faults.set({**values, "search_rate_limit": limit})
