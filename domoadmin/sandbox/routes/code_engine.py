"""Code Engine."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.code_engine.packages import package_record
from domoadmin.sandbox.code_engine.running import run_function
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
PACKAGE = "/api/codeengine/v2/packages/{package_id}"


@router.add("code_engine.run_function", "POST", PACKAGE + "/versions/{version}/functions/{function_name}", heavy=True)
def run(world: World, request: Request, package_id: str, version: str, function_name: str) -> Any:
    """Run Function. Neither inputVariables nor settings is said to be required."""
    body = request.json_object()
    given, settings = body.get("inputVariables") or {}, body.get("settings") or {}
    if not isinstance(given, dict):
        raise ApiError(400, "inputVariables must be an object")
    if not isinstance(settings, dict) or not isinstance(settings.get("getLogs", False), bool):
        raise ApiError(400, "settings.getLogs must be true or false")
    return run_function(world, package_id, version, function_name, dict(given), settings.get("getLogs", False))


@router.add("code_engine.get_package", "GET", PACKAGE)
def get_package(world: World, request: Request, package_id: str) -> Any:
    """A package with its versions and functions, as public clients read it."""
    return package_record(world, package_id)
