"""The shapes in which the Domain API shows domains: trees keyed by id, flat ones, pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from domoadmin.sandbox.domains.callers import READ, Caller
from domoadmin.sandbox.domains.generated import Node
from domoadmin.sandbox.domains.refusals import invalid
from domoadmin.sandbox.domains.tree import DomainTree
from domoadmin.sandbox.http.message import Request

Shown = dict[str, Any]

TREE_ATTRIBUTES = ("name", "description", "data")
LARGEST_PAGE = 100
USUAL_PAGE = 20
MARKED = "after "


def wanted_attributes(request: Request) -> list[str]:
    """The attributes asked for; empty when none were."""
    return [name.strip() for name in request.query.get("attributes", "").split(",") if name.strip()]


class View:
    """The tree as one caller sees it."""

    def __init__(self, tree: DomainTree, caller: Caller) -> None:
        self.tree = tree
        self.caller = caller

    def sees(self, identifier: str) -> bool:
        """Whether a domain exists and the caller may read it."""
        return identifier in self.tree.nodes and self.may(READ, identifier)

    def may(self, privilege: str, identifier: str) -> bool:
        """Whether the caller holds a privilege on an existing domain."""
        return privilege in self.caller.held(self.tree.with_parents(identifier))

    def at_home(self, identifier: str) -> bool:
        """Whether a domain is the caller's home domain or below it."""
        return self.caller.home in self.tree.with_parents(identifier)

    def topmost(self) -> list[str]:
        """Home first, then the privileged domains that lie below no other domain of the caller."""
        roots = [self.caller.home, *sorted(self.caller.privileges)]
        seen = [each for each in roots if self.sees(each)]
        return [each for each in seen if not set(self.tree.with_parents(each)[1:]) & set(seen)]

    def elsewhere(self) -> list[str]:
        """Every domain outside home that the caller may read."""
        tops = [each for each in self.topmost() if each != self.caller.home]
        return [node.id for top in tops for node in self.tree.below(top)]

    def record(self, identifier: str, names: list[str]) -> Shown:
        """A domain of a page or of GET: its id and the attributes asked for."""
        node = self.tree.nodes[identifier]
        parents = [each for each in self.tree.with_parents(identifier)[1:] if self.sees(each)]
        values: Shown = {
            "parentId": node.parent if parents else None,
            "name": node.name,
            "description": node.description,
            "parents": parents,
            "data": node.data,
            "domainMetadata": node.metadata,
            "thingTypeMetadata": [],
            "settings": {"theme": {}, **node.settings},
        }
        return {"id": identifier} | {name: values[name] for name in names if name in values}

    def tree_of(self, top: str, attributes: Callable[[Node], Shown]) -> Shown:
        """The tree below a domain, itself included: ids are the keys, beside the key attributes.

        A child whose id is "attributes" loses its place in this shape to the attributes of its parent.
        """
        nodes: dict[str, Shown] = {}
        for node in self.tree.below(top):
            shown = nodes[node.id] = {"attributes": attributes(node)}
            if node.id != top:
                nodes[node.parent].setdefault(node.id, shown)
        return {top: nodes[top]}


def tree_attributes(node: Node, names: list[str]) -> Shown:
    """Name, description and data, or those of them that were asked for."""
    values = {"name": node.name, "description": node.description, "data": node.data}
    return {name: values[name] for name in TREE_ATTRIBUTES if name in (names or TREE_ATTRIBUTES)}


def changed_attributes(node: Node, body: Mapping[str, Any], optional: tuple[str, ...]) -> Shown:
    """What create and update tell of the domain they made; `optional` parts only when they were sent."""
    values = {"name": node.name, "description": node.description, "data": node.data}
    further = {"domainMetadata": node.metadata, "settings": node.settings}
    return values | {name: further[name] for name in optional if name in body}


def page_of(request: Request, identifiers: list[str], record: Callable[[str], Shown]) -> Shown:
    """A page of domains. A marker names the last domain of the page before, so that changes move nothing."""
    size = request.query.get("size") or str(USUAL_PAGE)
    if not size.isdecimal() or int(size) < 1:
        raise invalid("size must be a number from 1 to 100", "size")
    marker = request.query.get("marker") or None
    start = _after(identifiers, marker) if marker else 0
    end = start + min(int(size), LARGEST_PAGE)
    shown = identifiers[start:end]
    following = end < len(identifiers)
    info: Shown = {"itemCount": len(shown), "size": end - start, "hasNext": following, "marker": marker}
    info["nextMarker"] = _marker(shown[-1]) if following else None
    return {"domains": [record(each) for each in shown], "pageInfo": info}


def _marker(identifier: str) -> str:
    return base64.urlsafe_b64encode(f"{MARKED}{identifier}".encode()).decode().rstrip("=")


def _after(identifiers: list[str], marker: str) -> int:
    try:
        text = base64.b64decode(marker + "=" * (-len(marker) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not text.startswith(MARKED):
        raise invalid("marker is not one of an earlier answer", "marker")
    last = text.removeprefix(MARKED)
    if last in identifiers:
        return identifiers.index(last) + 1
    # It was removed since: the list is in order of the ids, so its place is still known.
    return next((place for place, each in enumerate(identifiers) if each > last), len(identifiers))
