"""The tree of domains as it is now: the generated one with what clients have changed since."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from domoadmin.sandbox.domains.generated import Node, make_domains
from domoadmin.sandbox.domains.refusals import refusal
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.world import SIZES, World

KIND = "domain"
DEEPEST = 10


class DomainTree:
    """Domains by id. Who may do what is not looked at here. Callers hold `store.lock` while they change."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        size = next(name for name, size in SIZES.items() if size == world.company.size)
        self.nodes = {node.id: node for node in make_domains(size)}
        self._generated = frozenset(self.nodes)
        for identifier, kept in world.store.all(KIND).items():
            if kept.get("removed"):
                self.nodes.pop(identifier, None)
            else:
                self.nodes[identifier] = Node(**kept)
        self._children: dict[str, list[str]] = {}
        for node in self.nodes.values():
            insort(self._children.setdefault(node.parent, []), node.id)

    def children(self, identifier: str) -> list[str]:
        """The ids right below a domain, in order; those at the top for an empty id."""
        return self._children.get(identifier, [])

    def with_parents(self, identifier: str) -> list[str]:
        """The domain, its parent, and so on to the top."""
        found = []
        while identifier:
            found.append(identifier)
            identifier = self.nodes[identifier].parent
        return found

    def below(self, identifier: str) -> Iterator[Node]:
        """The domain and everything below it, parents first."""
        waiting = [identifier]
        while waiting:
            current = waiting.pop()
            yield self.nodes[current]
            waiting.extend(reversed(self.children(current)))

    def create(self, node: Node) -> None:
        """Adds a domain; refuses an id that is taken and a tree that would be too deep."""
        if node.id in self.nodes:
            raise refusal("DOMAIN_ID_EXISTS", f"Domain {node.id} exists already", "id")
        self._check_depth(len(self.with_parents(node.parent)) + 1)
        self._keep([(node.id, asdict(node))])
        self.nodes[node.id] = node
        insort(self._children.setdefault(node.parent, []), node.id)

    def update(self, identifier: str, values: dict[str, Any]) -> Node:
        """Changes fields of a domain; with `parent` it moves with everything below it."""
        before = self.nodes[identifier]
        after = replace(before, **values)
        if after.parent != before.parent:
            depth = max(len(self.with_parents(node.id)) for node in self.below(identifier))
            above = len(self.with_parents(before.parent))
            self._check_depth(len(self.with_parents(after.parent)) + depth - above)
        self._keep([(identifier, asdict(after))])
        self.nodes[identifier] = after
        if after.parent != before.parent:
            self._children[before.parent].remove(identifier)
            insort(self._children.setdefault(after.parent, []), identifier)
        return after

    def remove(self, identifier: str) -> None:
        """Removes a domain and everything below it, unless things, users or thing types are attached there."""
        gone = list(self.below(identifier))
        for attached, key in (("things", "THINGS"), ("users", "USERS"), ("thing_types", "THING_TYPES")):
            if any(getattr(node, attached) for node in gone):
                what = attached.replace("_", " ")
                raise refusal(f"DOMAIN_HAS_{key}", f"Domain {identifier} or a sub-domain has {what} attached")
        self._keep([(node.id, {"removed": True} if node.id in self._generated else None) for node in gone])
        self._children[self.nodes[identifier].parent].remove(identifier)
        for node in gone:
            del self.nodes[node.id]
            self._children.pop(node.id, None)

    def _check_depth(self, depth: int) -> None:
        if depth > DEEPEST:
            raise refusal("DOMAIN_DEPTH_EXCEEDED", f"The domain tree may not be deeper than {DEEPEST} levels")

    def _keep(self, changes: list[tuple[str, Document | None]]) -> None:
        self._store.put_all([(KIND, identifier, body) for identifier, body in changes])
