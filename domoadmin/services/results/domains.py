"""Domains of the Domain API, in its lists, its tree and by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, text

# Values of a domain that are objects themselves: without the wrapper "attributes" they look like children.
_OBJECTS_OF_A_DOMAIN = ("data", "settings", "domainMetadata", "thingTypeMetadata")


@dataclass(frozen=True, kw_only=True)
class DataField:
    """The definition of one field of a domain's custom data; `type` is text or number."""

    id: str
    label: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Domain(Result):
    """A domain; all but the id only where it was asked for.

    `parents` are the ids above it as they came: the document doesn't say in which order. `data` is keyed by the ids of
    `fields`, but may have further keys.
    """

    id: str
    name: str
    description: str
    parent_id: str
    parents: tuple[str, ...] = ()
    data: Raw = field(default_factory=dict)
    fields: tuple[DataField, ...] = ()
    settings: Raw = field(default_factory=dict)

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a domain; without parentId, an only parent is the one above it."""
        parents = tuple(_parent_ids(raw.get("parents")))
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            description=text(raw, "description"),
            parent_id=identifier(raw, "parentId") or (parents[0] if len(parents) == 1 else ""),
            parents=parents,
            data=mapping(raw, "data"),
            fields=tuple(
                DataField(id=identifier(each, "id"), label=text(each, "label"), type=text(each, "type"))
                for each in mappings(raw, "domainMetadata")
            ),
            settings=mapping(raw, "settings"),
        )


def _parent_ids(parents: Any) -> Iterator[str]:
    for parent in parents if isinstance(parents, list) else ():
        found = identifier(parent, "id") if isinstance(parent, dict) else str(parent)
        if found:
            yield found


class DomainPage(Listing[Domain]):
    """A page of domains; `next_marker` is empty on the last one."""

    @property
    def domains(self) -> Listing[Domain]:
        """The domains."""
        return self

    @classmethod
    def from_answer(cls, answer: Answer) -> DomainPage:
        """Read a page, or a bare list of domains.

        pageInfo is documented for subdomains only, but expected for the topmost ones as well. A marker counts unless
        the answer says that nothing follows.
        """
        data: Any = answer.data
        info = mapping(data, "pageInfo") if isinstance(data, dict) else {}
        return cls(
            (Domain.from_raw(raw, answer.request_id) for raw in answer.records("domains")),
            request_id=answer.request_id,
            next_marker=text(info, "nextMarker") if flag(info, "hasNext") is not False else "",
        )


@dataclass(frozen=True, kw_only=True)
class DomainNode:
    """A domain in a tree with those right below it. `attributes` is what the answer tells of it."""

    id: str
    name: str
    description: str
    data: Raw
    attributes: Raw = field(repr=False)
    children: list[DomainNode] = field(default_factory=list, repr=False)


@dataclass(frozen=True, kw_only=True)
class DomainTree(Result):
    """Trees of domains as the caller sees them: its home domain, and flat beside it domains that it may read elsewhere.

    Empty where the upstream answers nothing, as after removing a domain outside the home domain.
    """

    roots: tuple[DomainNode, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a tree whose keys are the ids, however deep and large."""
        roots: list[DomainNode] = []
        waiting: list[tuple[list[DomainNode], str, Raw]] = [
            (roots, name, value) for name, value in raw.items() if isinstance(value, dict)
        ]
        for siblings, name, value in waiting:
            node, below = _node_of(name, value)
            siblings.append(node)
            waiting.extend((node.children, child, inner) for child, inner in below)
        return cls(raw=raw, request_id=request_id, roots=tuple(roots))

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read a tree, or no answer as an empty one."""
        data: Any = answer.data
        return cls.from_raw(answer.mapping() if data else {}, answer.request_id)

    def nodes(self) -> Iterator[tuple[int, DomainNode]]:
        """Yield every domain with its depth (0 at the top), each before those below it."""
        waiting = [(0, node) for node in reversed(self.roots)]
        while waiting:
            depth, node = waiting.pop()
            yield depth, node
            waiting.extend((depth + 1, child) for child in reversed(node.children))

    def find(self, domain_id: str) -> DomainNode | None:
        """Return a domain of the tree, or None."""
        return next((node for _, node in self.nodes() if node.id == domain_id), None)


def _node_of(name: str, value: Raw) -> tuple[DomainNode, list[tuple[str, Raw]]]:
    """Return a domain, and the names and values of those below it."""
    attributes = value.get("attributes")
    # A child may be called "attributes" as well. Attributes of a domain have no attributes of their own: a child has.
    child_in_its_place = isinstance(attributes, dict) and isinstance(attributes.get("attributes"), dict)
    kept: tuple[str, ...]
    if isinstance(attributes, dict) and not child_in_its_place:
        kept = ("attributes",)
    else:
        attributes = value
        kept = _OBJECTS_OF_A_DOMAIN
    below: list[tuple[str, Raw]] = [
        (key, inner) for key, inner in value.items() if key not in kept and isinstance(inner, dict)
    ]
    node = DomainNode(
        id=name,
        name=text(attributes, "name"),
        description=text(attributes, "description"),
        data=mapping(attributes, "data"),
        attributes=attributes,
    )
    return node, below


@dataclass(frozen=True, kw_only=True)
class ChangedDomain(Result):
    """What a create or update answers: the domain as it is now, and the tree where it was asked for.

    `domain` holds only what the answer tells of it: name, description, data, and what was sent of the rest.
    """

    domain: Domain
    tree: DomainTree

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an answer that holds one domain only."""
        tree = DomainTree.from_raw(raw, request_id)
        return cls._found(tree, tree.roots[0].id if len(tree.roots) == 1 else "")

    @classmethod
    def of(cls, domain_id: str, answer: Answer) -> Self:
        """Read either answer: the whole tree, or only this domain; one that tells nothing is accepted too."""
        return cls._found(DomainTree.from_answer(answer), domain_id)

    @classmethod
    def _found(cls, tree: DomainTree, domain_id: str) -> Self:
        node = tree.find(domain_id)
        domain = Domain.from_raw({**(node.attributes if node else {}), "id": domain_id}, tree.request_id)
        return cls(raw=tree.raw, request_id=tree.request_id, domain=domain, tree=tree)
