"""The Domain API: at the root, and behind /domain-api for those who want one address for each API."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.domains import checks
from domoadmin.sandbox.domains.answers import (
    Shown,
    View,
    changed_attributes,
    page_of,
    tree_attributes,
    wanted_attributes,
)
from domoadmin.sandbox.domains.callers import CREATE, DELETE, READ, UPDATE, Callers
from domoadmin.sandbox.domains.generated import Node
from domoadmin.sandbox.domains.refusals import invalid, not_authorized, not_found, refusal
from domoadmin.sandbox.domains.tree import DomainTree
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.signing_in import LOGIN
from domoadmin.sandbox.world import World

router = Router("domains", mounts=("/domain-api",))
EVERY_ATTRIBUTE = ["parentId", "name", "description", "data", "domainMetadata", "settings"]


def _view(world: World, request: Request) -> View:
    return View(world.part(DomainTree), world.part(Callers).of(request))


def _existing(view: View, identifier: str, privilege: str, param: str = "id") -> str:
    """The id of a domain on which the caller has a privilege."""
    if not identifier.strip():
        raise refusal("PROPERTY_REQUIRED", "id is required", "id")
    if identifier not in view.tree.nodes:
        raise not_found(identifier)
    if not view.may(privilege, identifier):
        raise not_authorized(identifier, param)
    return identifier


@router.add(LOGIN, "POST", "/auth/login", mutates=False)
def log_in(world: World, request: Request) -> Any:
    """The login that the document names: user and credentials, as clients of that API read them."""
    body = request.json_object()
    email = str(body.get("userName") or "")
    caller, token = world.part(Callers).log_in(email, str(body.get("password") or ""))
    first, _, last = caller.name.partition(" ")
    user: Shown = {"userName": email, "firstName": first, "lastName": last, "email": email, "roleName": caller.role}
    user |= {"domainName": caller.home, "domainPath": f"/{caller.home}", "data": {}}
    return {"user": user, "credentials": {"identityId": email, "token": token, "refreshToken": token}}


@router.add("domains.list_top_domains", "GET", "/domains/list")
def list_top_domains(world: World, request: Request) -> Any:
    """LIST_TOP_DOMAINS."""
    view = _view(world, request)
    return page_of(request, view.topmost(), lambda each: view.record(each, wanted_attributes(request)))


@router.add("domains.list", "GET", "/domains")
def list_domains(world: World, request: Request) -> Any:
    """LIST: the tree of the home domain, and flat beside it the domains that the caller may read elsewhere."""
    if request.path.endswith("/"):
        raise refusal("PROPERTY_REQUIRED", "id is required", "id")
    view, names = _view(world, request), wanted_attributes(request)
    if not view.sees(view.caller.home):
        raise not_authorized(view.caller.home, "id")
    flat = {each: tree_attributes(view.tree.nodes[each], names) for each in view.elsewhere()}
    return flat | view.tree_of(view.caller.home, lambda node: tree_attributes(node, names))


@router.add("domains.list_subdomains", "GET", "/domains/{domain_id}/list")
def list_subdomains(world: World, request: Request, domain_id: str) -> Any:
    """LIST_SUBDOMAINS: those right below the domain."""
    view = _view(world, request)
    children = view.tree.children(_existing(view, domain_id, READ))
    return page_of(request, children, lambda each: view.record(each, wanted_attributes(request)))


@router.add("domains.create", "POST", "/domains")
def create_domain(world: World, request: Request) -> Any:
    """CREATE."""
    view, body = _view(world, request), request.json_object()
    view.caller.must_write()
    identifier, parent, name = (checks.required_text(body, each) for each in ("id", "parentId", "name"))
    if not checks.ID.fullmatch(identifier):
        raise invalid("id may only hold letters, digits and _ . , -", "id")
    metadata = checks.checked_metadata(body.get("domainMetadata"))
    data = checks.checked_data(body.get("data"), metadata)
    settings = checks.checked_settings(body.get("settings"))
    kept = {each: settings[each] for each in checks.CREATE_SETTINGS if settings.get(each) is not None}
    with world.store.lock:
        if not view.sees(parent) or not view.may(CREATE, parent):
            raise not_authorized(parent, "parentId")
        node = Node(identifier, parent, name, checks.optional_text(body, "description"), data, metadata, kept)
        view.tree.create(node)
    return _changed(view, request, node, changed_attributes(node, body, ("settings",)))


@router.add("domains.get", "GET", "/domains/{domain_id}")
def get_domain(world: World, request: Request, domain_id: str) -> Any:
    """GET. A domain out of the caller's sight is refused with the param parentId, as the document says."""
    view = _view(world, request)
    found = _existing(view, domain_id, READ, "parentId")
    return view.record(found, wanted_attributes(request) or EVERY_ATTRIBUTE)


@router.add("domains.update", "PATCH", "/domains/{domain_id}")
def update_domain(world: World, request: Request, domain_id: str) -> Any:
    """UPDATE."""
    view, body = _view(world, request), request.json_object()
    view.caller.must_write()
    with world.store.lock:
        before = view.tree.nodes[_existing(view, domain_id, UPDATE)]
        node = view.tree.update(domain_id, _changes(view, before, body))
    return _changed(view, request, node, changed_attributes(node, body, ("domainMetadata", "settings")))


def _changes(view: View, before: Node, body: checks.Values) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "name" in body:
        values["name"] = checks.required_text(body, "name")
    if "description" in body:
        values["description"] = checks.optional_text(body, "description")
    if "data" in body or "domainMetadata" in body:
        sent = "domainMetadata" in body
        metadata = checks.checked_metadata(body["domainMetadata"]) if sent else before.metadata
        values |= {"metadata": metadata, "data": checks.checked_data(body.get("data", before.data), metadata)}
    if "settings" in body:
        merged = before.settings | checks.checked_settings(body["settings"])
        values["settings"] = {name: value for name, value in merged.items() if value is not None}
    if body.get("parentId") not in (None, before.parent):
        values["parent"] = _new_parent(view, before, checks.required_text(body, "parentId"))
    return values


def _new_parent(view: View, node: Node, parent: str) -> str:
    if not view.at_home(node.id) or node.id == view.caller.home:
        raise not_authorized(node.id, "id")
    if not view.sees(parent) or not view.at_home(parent):
        raise not_authorized(parent, "parentId")
    if node.id in view.tree.with_parents(parent):
        raise invalid("a domain can't be moved below itself", "parentId")
    return parent


@router.add("domains.remove", "DELETE", "/domains/{domain_id}")
def remove_domain(world: World, request: Request, domain_id: str) -> Any:
    """REMOVE: needs the privilege on the parent."""
    view = _view(world, request)
    view.caller.must_write()
    with world.store.lock:
        parent = view.tree.nodes[_existing(view, domain_id, READ)].parent
        at_home = view.at_home(domain_id)
        # No key is documented for a domain elsewhere that has sub-domains; this one says at least that it is denied.
        crowded = not at_home and bool(view.tree.children(domain_id))
        if not parent or not view.may(DELETE, parent) or crowded:
            raise not_authorized(domain_id, "id")
        view.tree.remove(domain_id)
    if not at_home or not request.flag("returnDomainTree", True):
        return {}
    named = {"id": parent, "name": view.tree.nodes[parent].name}
    return view.tree_of(view.caller.home, lambda node: named if node.id == parent else {})


@router.add("domains.update", "PATCH", "/domains")
@router.add("domains.remove", "DELETE", "/domains")
@router.add("domains.list_subdomains", "GET", "/domains//list")
def without_id(world: World, request: Request) -> Any:
    """No id was given."""
    raise refusal("PROPERTY_REQUIRED", "id is required", "id")


def _changed(view: View, request: Request, node: Node, shown: Shown) -> Shown:
    """The whole tree of home with what was changed, or only the changed domain."""
    if not view.at_home(node.id) or not request.flag("returnDomainTree", True):
        return {node.id: shown}
    return view.tree_of(view.caller.home, lambda each: shown if each.id == node.id else {})
