"""Users API, with the searches and the who-am-I that its document lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Query
from domoadmin.services.request import Request
from domoadmin.services.results import Done, Listing, User
from domoadmin.services.results.accepted import accepted
from domoadmin.services.results.fields import wire_number
from domoadmin.services.results.people import UserTeams
from domoadmin.services.roles import Role

# Upper case in the Users section, lower case in the example of the Groups section: both are sent as given.
Parts = Literal["MINIMAL", "SIMPLE", "DETAILED", "GROUPS", "ROLE", "detailed"]
Sort = Annotated[Mapping[str, Any], Keys({"field": str, "order": Literal["ASC", "DESC"]}, required=("field",))]


class Users(Resource):
    """The people of the instance."""

    @operation(
        id="users.create",
        method="POST",
        path="/api/identity/v1/users",
        heading="Create User",
        reverse="users.delete",
        role=Role.ADMIN,
        # Mail addresses are unique, so a search tells whether a lost call made the person.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self,
        display_name: Annotated[str, Length()],
        email_address: Annotated[str, Length(3)],
        role_id: Identifier,
    ) -> Request[User]:
        """Create a person. Whether Domo mails an invitation isn't documented."""
        # No table says what is required; without one of the three the person would be of no use.
        body = {"displayName": display_name, "emailAddress": email_address, "roleId": wire_number(role_id)}
        return Request(parse=User.single, json=body)

    @operation(
        id="users.get",
        method="GET",
        path="/api/identity/v1/users/{id}",
        heading="Get User By Id",
        aliases=("groups.get_user",),
    )
    def get(self, id: Identifier, parts: Parts | None = None) -> Request[User]:
        """Return one person; raises UnexpectedAnswer when the answer holds somebody else."""
        return Request(parse=lambda answer: User.single(answer, str(id)))

    @operation(
        id="users.list",
        method="GET",
        path="/api/identity/v1/users",
        heading="Get All Users",
        paging=Paging(usual=500),
    )
    def list(
        self,
        parts: Parts | None = None,
        limit: Annotated[int | None, Between(1)] = None,
        offset: Annotated[int | None, Between(0)] = None,
    ) -> Request[Listing[User]]:
        """Return the people. No paging is documented: limit and offset come from clients that use them."""
        return Request(parse=User.page)

    @operation(
        id="users.update",
        method="PATCH",
        path="/api/identity/v1/users/{id}",
        heading="Update User",
        reverse="users.update",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update(self, id: Identifier, role_id: Identifier) -> Request[User]:
        """Give a person another role, the only change that is documented; undone by the earlier role."""
        # The example shows the body inside the headers: it goes as the JSON body.
        return Request(parse=User.single, json={"roleId": wire_number(role_id)})

    @operation(
        id="users.delete",
        method="DELETE",
        path="/api/identity/v1/users/{id}",
        heading="Delete User",
        destructive=True,
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete(self, id: Identifier) -> Request[Done]:
        """Delete a person for good. What happens to the content isn't documented: move it to others first."""
        # The example carries the body of the update, which means nothing here: none is sent.
        return Request(parse=lambda answer: accepted(answer, "the user wasn't deleted"))

    @operation(
        id="users.me",
        method="GET",
        path="/api/content/v2/users/me",
        heading="Auth: who am I",
        documented=False,
    )
    def me(self) -> Request[User]:
        """Return the person that the token acts as."""
        return Request(parse=User.single)

    @operation(
        id="users.teams",
        method="GET",
        path="/api/content/v2/users/{id}/teams",
        heading="Users: GET content/v2/users/{id}/teams",
        documented=False,
    )
    def teams(self, id: Identifier) -> Request[UserTeams]:
        """Return whom a person reports to."""
        return Request(parse=UserTeams.from_answer)

    @operation(
        id="users.search",
        method="POST",
        path="/api/identity/v1/users/search",
        heading="Users: POST identity/v1/users/search",
        mutates=False,  # reads, although it is a POST
        documented=False,
        paging=Paging(),
    )
    def search(
        self,
        filters: Sequence[Mapping[str, Any]] = (),
        ids: Sequence[Identifier] = (),
        parts: Sequence[Parts] = ("DETAILED", "ROLE"),
        attributes: Sequence[str] = (),
        sort: tuple[str, Literal["ASC", "DESC"]] | Sort | None = ("displayName", "ASC"),
        limit: Annotated[int, Between(1)] = 50,
        offset: Annotated[int, Between(0)] = 0,
        include_deleted: bool | None = None,
        only_deleted: bool | None = None,
        explain: Annotated[bool, Query()] = False,
    ) -> Request[Listing[User]]:
        """Return a page of people with the total (in `total` of the listing)."""
        body: dict[str, Any] = {
            "filters": list(filters),
            "parts": list(parts),
            "attributes": list(attributes),
            "limit": limit,
            "offset": offset,
            # The count comes only when asked for; two spellings are in use (facts.md, 1.4 and 1.5).
            "showCount": True,
            "count": True,
        }
        body |= {"ids": [str(user_id) for user_id in ids]} if ids else {}
        if sort is not None:
            body["sort"] = dict(sort) if isinstance(sort, Mapping) else {"field": sort[0], "order": sort[1]}
        switches = {"includeDeleted": include_deleted, "onlyDeleted": only_deleted}
        body |= {name: value for name, value in switches.items() if value is not None}
        return Request(parse=User.page, json=body)
