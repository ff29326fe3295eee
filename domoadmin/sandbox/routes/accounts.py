"""Data Accounts."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.accounts.accounts import Accounts, shown
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
PATH = "/api/data/v1/accounts"


@router.add("accounts.list", "GET", PATH)
def list_accounts(world: World, request: Request) -> Any:
    """GET all accounts; the items lack status."""
    listed = [shown(record) for record in world.part(Accounts).records()]
    return [{name: each[name] for name in ("accountId", "displayName")} for each in listed]


@router.add("accounts.get", "GET", PATH + "/{account_id}")
def get_account(world: World, request: Request, account_id: str) -> Any:
    """GET Account by ID."""
    return shown(world.part(Accounts).find(account_id))


@router.add("accounts.create", "POST", PATH)
def create_account(world: World, request: Request) -> Any:
    """Create Account: 200, not 201."""
    body = request.json_object()
    return shown(world.part(Accounts).create(body.get("displayName"), body.get("accountType")))


@router.add("accounts.share", "PUT", "/api/data/v2/accounts/share/{account_id}")
def share(world: World, request: Request, account_id: str) -> Any:
    """What a user may do with an account; known from public clients."""
    body = request.json_object()
    if body.get("type") != "USER":
        raise ApiError(400, "type must be USER")
    world.part(Accounts).share(account_id, str(body.get("id") or ""), body.get("accessLevel"))
    return {}
