"""Domain API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Query
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Domain, DomainPage
from domoadmin.services.results.domains import ChangedDomain, DomainTree
from domoadmin.services.roles import Role

TreeAttribute = Literal["name", "description", "data"]
ListAttribute = Literal["id", "name", "description", "parents", "data", "domainMetadata", "settings"]
Attribute = Literal["parentId", "name", "description", "data", "domainMetadata", "thingTypeMetadata", "settings"]
# Several as a list, or the text with commas as it goes out.
Joined = Query(joined=True)

_LIMITS: Mapping[str, Any] = {"max_users": int, "max_things": int, "max_thingtypes": int, "publicUrl": str}
Definitions = Annotated[Sequence[Mapping[str, Any]], Keys({"id": str, "label": str, "type": Literal["text", "number"]})]
NewSettings = Annotated[Mapping[str, Any], Keys(_LIMITS)]
Settings = Annotated[Mapping[str, Any], Keys({**_LIMITS, "theme": Mapping[str, Any]})]

_ID = re.compile(r"[a-zåäöA-ZÅÄÖ0-9_.,-]+")
# size and marker are documented for both lists; pageInfo with the next marker for one, but expected for both.
_BY_MARKER = Paging(size="size", place="marker", style="marker", usual=100, most=100)


class Domains(Resource):
    """The tree of domains, as far as the token sees it."""

    @operation(id="domains.list", method="GET", path="/domains", heading="LIST")
    def list(self, attributes: Annotated[str | Sequence[TreeAttribute] | None, Joined] = None) -> Request[DomainTree]:
        """Return the whole tree of the home domain, and flat beside it the domains that may be read elsewhere.

        It isn't paged: for a tree of thousands walk list_top_domains and list_subdomains. What comes without
        `attributes` is not documented. A child called "attributes" may be missing from this shape.
        """
        return Request(parse=DomainTree.from_answer)

    # Shares its place with {id}: a domain whose id is "list" can't be read.
    @operation(
        id="domains.list_top_domains",
        method="GET",
        path="/domains/list",
        heading="LIST_TOP_DOMAINS",
        paging=_BY_MARKER,
    )
    def list_top_domains(
        self,
        size: Annotated[int | None, Between(1, 100)] = None,
        marker: str | None = None,
        attributes: Annotated[str | Sequence[ListAttribute], Joined] = ("id", "name"),
    ) -> Request[DomainPage]:
        """Return a page of the topmost domains; of each only the id comes unless `attributes` asks for more."""
        return Request(parse=DomainPage.from_answer)

    @operation(
        id="domains.list_subdomains",
        method="GET",
        path="/domains/{id}/list",
        heading="LIST_SUBDOMAINS",
        paging=_BY_MARKER,
    )
    def list_subdomains(
        self,
        id: Identifier,
        size: Annotated[int | None, Between(1, 100)] = None,
        marker: str | None = None,
        attributes: Annotated[str | Sequence[ListAttribute], Joined] = ("id", "name", "parents"),
    ) -> Request[DomainPage]:
        """Return a page of the domains below one. Whether all or only those right below is not documented.

        So `parents` is asked for: a domain that has others of the page among its parents lies deeper.
        """
        return Request(parse=DomainPage.from_answer)

    @operation(
        id="domains.create",
        method="POST",
        path="/domains",
        heading="CREATE",
        reverse="domains.remove",
        role=Role.ADMIN,
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self,
        id: Annotated[str, Length()],
        parent_id: Identifier,
        name: Annotated[str, Length()],
        description: str | None = None,
        data: Mapping[str, Any] | None = None,
        domain_metadata: Definitions | None = None,
        settings: NewSettings | None = None,
        return_domain_tree: Annotated[bool, Query("returnDomainTree")] = False,
    ) -> Request[ChangedDomain]:
        """Add a domain below another; get() of its id tells whether it is there.

        `id`: letters (Swedish ones too), digits and _ . , - only. `settings`: max_users, max_things, max_thingtypes,
        publicUrl (protocol://host); a theme can be set only by update(). `domain_metadata` defines the fields of
        `data`: {"id", "label", "type": text or number}. The tree comes back only with `return_domain_tree`, which
        makes the call slow; the upstream's own default is true.
        """
        if not _ID.fullmatch(id):
            raise InvalidArguments("id may hold only letters, digits and _ . , -", argument="id")
        if settings is not None and "theme" in settings:
            raise InvalidArguments("settings can't have a theme yet: set it by domains.update", argument="settings")
        _check_data(data, domain_metadata)
        return Request(parse=lambda answer: ChangedDomain.of(id, answer), expects=Expects.ANYTHING)

    @operation(id="domains.get", method="GET", path="/domains/{id}", heading="GET")
    def get(
        self,
        id: Identifier,
        attributes: Annotated[str | Sequence[Attribute], Joined] = ("parentId", "name", "description"),
    ) -> Request[Domain]:
        """Return one domain with the attributes asked for. The id "list" stands for another call."""
        # The text separates the values by |, but calls it a comma separated list.
        if str(id) == "list":
            raise InvalidArguments('a domain whose id is "list" can\'t be read', argument="id")
        return Request(parse=Domain.from_answer)

    @operation(
        id="domains.update",
        method="PATCH",
        path="/domains/{id}",
        heading="UPDATE",
        reverse="domains.update",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update(
        self,
        id: Identifier,
        parent_id: Identifier | None = None,
        name: Annotated[str | None, Length()] = None,
        description: str | None = None,
        data: Mapping[str, Any] | None = None,
        domain_metadata: Definitions | None = None,
        settings: Settings | None = None,
        return_domain_tree: Annotated[bool, Query("returnDomainTree")] = False,
    ) -> Request[ChangedDomain]:
        """Change a domain; with `parent_id` move it and everything below it. What isn't given stays as it is.

        `domain_metadata` replaces all definitions: send every field. In `settings` None takes a limit away, an absent
        key leaves it. Only domains of the home domain can be moved, and only within it. Undone by the same call with
        the earlier values, as get() gave them.
        """
        if parent_id is not None and str(parent_id) == str(id):
            raise InvalidArguments("parent_id can't be the domain itself", argument="parent_id")
        _check_data(data, domain_metadata)
        return Request(parse=lambda answer: ChangedDomain.of(str(id), answer), expects=Expects.ANYTHING)

    @operation(
        id="domains.remove",
        method="DELETE",
        path="/domains/{id}",
        heading="REMOVE",
        destructive=True,
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove(
        self, id: Identifier, return_domain_tree: Annotated[bool, Query("returnDomainTree")] = False
    ) -> Request[DomainTree]:
        """Remove a domain and all domains below it; there is no way back.

        Refused (Conflict) while users, things or thing types are attached anywhere below; needs the privilege on a
        parent. Returns the tree that is left where it was asked for, else an empty one.
        """
        return Request(parse=DomainTree.from_answer, expects=Expects.ANYTHING)


def _check_data(data: Mapping[str, Any] | None, definitions: Sequence[Mapping[str, Any]] | None) -> None:
    """Refuse custom data that doesn't fit the definitions sent with it.

    Keys without a definition pass: the document's own example has one, and the definitions may stand elsewhere.
    """
    for definition in definitions or ():
        value = (data or {}).get(str(definition.get("id")))
        kind = definition.get("type")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and ((kind == "number" and not number) or (kind == "text" and not isinstance(value, str))):
            raise InvalidArguments(f"data.{definition['id']} must be a {kind}", argument="data")
