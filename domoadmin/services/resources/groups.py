"""Group Documentation, with the list and the deletion that it lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Query, Whole
from domoadmin.services.request import Request
from domoadmin.services.results import Done, Group, Listing
from domoadmin.services.results.accepted import accepted
from domoadmin.services.roles import Role

_Members = Annotated[
    Sequence[Mapping[str, Any]], Keys({"type": str, "id": Identifier}, required=("type", "id")), Length()
]
Removals = Annotated[
    Sequence[Mapping[str, Any]],
    Keys({"groupId": Identifier, "removeMembers": _Members}, required=("groupId", "removeMembers")),
    Length(),
    Whole(),
]


class Groups(Resource):
    """Groups of users."""

    # The document calls the parameter group, not groupId.
    @operation(id="groups.get", method="GET", path="/api/content/v2/groups/{group}", heading="Fetch Group")
    def get(self, group: Identifier) -> Request[Group]:
        """Return one group with the ids of its members."""
        return Request(parse=Group.from_answer)

    @operation(
        id="groups.create",
        method="POST",
        path="/api/content/v2/groups",
        heading="Create a Group",
        role=Role.ADMIN,
        # The search and the list of groups tell whether a lost call made it. No document says how to delete one, so
        # this has no reverse that every upstream has.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self,
        name: Annotated[str, Length()],
        type: Literal["closed", "open", "dynamic"],
        description: str | None = None,
    ) -> Request[Group]:
        """Create a group; the answer holds only its id."""
        return Request(parse=Group.from_answer)

    @operation(
        id="groups.add_member",
        method="PUT",
        path="/api/content/v2/groups/{group}/user/{user_id}",
        heading="Add People to a Group",
        reverse="groups.remove_member",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def add_member(self, group: Identifier, user_id: Identifier) -> Request[Done]:
        """Put one person into a group: one per call, although the heading says people."""
        return Request(parse=lambda answer: accepted(answer, "the user wasn't added"))

    @operation(
        id="groups.remove_member",
        method="DELETE",
        path="/api/content/v2/groups/{group}/removeuser/{user_id}",
        heading="Remove a Person from a Group",
        reverse="groups.add_member",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove_member(self, group: Identifier, user_id: Identifier) -> Request[Done]:
        """Take one person out of a group."""
        return Request(parse=lambda answer: accepted(answer, "the user wasn't removed"))

    @operation(
        id="groups.remove_members",
        method="PUT",
        path="/api/content/v2/groups/access",
        heading="Remove Multiple People from a Group",
        reverse="groups.add_member",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove_members(self, removals: Removals) -> Request[Done]:
        """Take several people out of groups: [{"groupId", "removeMembers": [{"type": "USER", "id"}]}].

        Undone by adding them one by one: there is no counterpart for several.
        """
        # Ids are text here, as the example shows.
        body = [
            {
                **entry,
                "groupId": str(entry["groupId"]),
                "removeMembers": [{**member, "id": str(member["id"])} for member in entry["removeMembers"]],
            }
            for entry in removals
        ]
        return Request(parse=lambda answer: accepted(answer, "the users weren't removed"), json=body)

    @operation(
        id="groups.change_owners",
        method="PUT",
        # The path of the documented removal of members; public clients add and remove owners by it.
        path="/api/content/v2/groups/access",
        heading="Ownership is not one thing: groups have many owners (PUT content/v2/groups/access)",
        documented=False,
        reverse="groups.change_owners",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_owners(
        self, group: Identifier, add: Sequence[Identifier] = (), remove: Sequence[Identifier] = ()
    ) -> Request[Done]:
        """Add owners to a group and take others away; the list of groups shows them. Undone the other way round."""
        entry: dict[str, Any] = {"groupId": str(group)}
        for name, users in (("addOwners", add), ("removeOwners", remove)):
            if users:
                entry[name] = [{"type": "USER", "id": str(user)} for user in users]
        return Request(parse=lambda answer: accepted(answer, "the owners weren't changed"), json=[entry])

    @operation(
        id="groups.list",
        method="GET",
        path="/api/content/v2/groups/grouplist",
        heading="Groups: GET content/v2/groups/grouplist",
        documented=False,
        paging=Paging(),
    )
    def list(
        self,
        limit: Annotated[int, Between(1)] = 100,
        offset: Annotated[int, Between(0)] = 0,
        sort: str | None = "name",
        ascending: bool = True,
        search: str | None = None,
        owner: Identifier | None = None,
        owner_type: str | None = None,
        members: Annotated[str | Sequence[Identifier] | None, Query(joined=True)] = None,
        group_type: str | None = None,
    ) -> Request[Listing[Group]]:
        """Return a page of groups; the last page is shorter than `limit`, since no total is given."""
        return Request(parse=lambda answer: Group.listing(answer, "groups"))

    @operation(
        id="groups.delete",
        method="DELETE",
        path="/api/content/v2/groups",
        heading="Groups: DELETE content/v2/groups",
        destructive=True,
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
        documented=False,
    )
    def delete(self, groups: Annotated[Sequence[Identifier], Length(), Whole()]) -> Request[Done]:
        """Delete groups for good; what was shared with a group is shared with its people no more."""
        body = [str(group) for group in groups]
        return Request(parse=lambda answer: accepted(answer, "the groups weren't deleted"), json=body)
