"""Pages: create, move, revoke access; and the list and access list of public clients."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.pages.listing import access_list, admin_summary
from domoadmin.sandbox.pages.pages import Pages
from domoadmin.sandbox.reading import read_identifier, read_identifiers, text_field
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/content/v1/pages"


@router.add("pages.create_subpage", "POST", BASE)
def create_subpage(world: World, request: Request) -> Any:
    """Create Subpage; the parent comes as text or number, 0 stands for the top."""
    body = request.json_object()
    parent = read_identifier(body.get("parentPageId"), "parentPageId")
    title = text_field(body, "title")
    has_layout = body.get("hasLayout", True)
    if not isinstance(has_layout, bool):
        raise ApiError(400, "hasLayout must be true or false")
    pages = world.part(Pages)
    return pages.created_answer(pages.create(parent, title, has_layout))


@router.add("pages.bulk_move", "PUT", BASE + "/bulk/move")
def bulk_move(world: World, request: Request) -> Any:
    """Bulk Move Pages; parent 0 is the top."""
    body = request.json_object()
    page_ids = read_identifiers(body.get("pageIds"), "pageIds")
    parent = read_identifier(body.get("parentPageId"), "parentPageId")
    if body.get("pagePermission") != "ORIGINAL":
        raise ApiError(400, "pagePermission must be ORIGINAL")
    world.part(Pages).move(page_ids, parent)
    return Response(200)


@router.add("pages.add_owners", "PUT", BASE + "/bulk/owners")
def add_owners(world: World, request: Request) -> Any:
    """Makes people owners of pages, beside those they have; known from public clients."""
    world.part(Pages).change_owners(*_owners(request), added=True)
    return Response(200)


@router.add("pages.remove_owners", "POST", BASE + "/bulk/owners/remove")
def remove_owners(world: World, request: Request) -> Any:
    """Takes people off the owners of pages; known from public clients."""
    world.part(Pages).change_owners(*_owners(request), added=False)
    return Response(200)


def _owners(request: Request) -> tuple[list[str], list[str]]:
    body = request.json_object()
    owners = body.get("owners")
    if not isinstance(owners, list) or not owners or not all(isinstance(each, dict) for each in owners):
        raise ApiError(400, "owners must be a list of objects with id and type")
    return read_identifiers(body.get("pageIds"), "pageIds"), [read_identifier(each.get("id"), "id") for each in owners]


@router.add("pages.revoke_access", "DELETE", "/api/content/v1/share/page/{page_id}/user/{person_id}")
def revoke_access(world: World, request: Request, page_id: str, person_id: str) -> Any:
    """Revoke Page Access; someone who has none loses nothing."""
    world.part(Pages).revoke(page_id, person_id)
    return Response(200)


@router.add("pages.list", "POST", BASE + "/adminsummary", mutates=False, heavy=True)
def list_pages(world: World, request: Request) -> Any:
    """The list of public clients, paged by limit and skip in the query."""
    limit, skip = request.number("limit", 35, 1000), request.number("skip", 0, 1_000_000)
    return admin_summary(world, request.json_object(), limit, skip)


@router.add("pages.get_access", "GET", "/api/content/v1/share/accesslist/page/{page_id}")
def get_access(world: World, request: Request, page_id: str) -> Any:
    """Who may see a page, as public clients ask it."""
    return access_list(world, world.part(Pages).find(page_id), request.flag("expandUsers"))
