"""Roles Governance API, with the authorities and members that its document can't read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from domoadmin.services.answers import Answer
from domoadmin.services.arguments import Between, Identifier, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Authority, Done, Listing, UpstreamRole, User
from domoadmin.services.results.fields import text, wire_number
from domoadmin.services.roles import Role


class Roles(Resource):
    """The roles of the instance. To change some of a role's authorities see services/role_authorities.py."""

    @operation(
        id="roles.create",
        method="POST",
        path="/api/authorization/v1/roles",
        heading="Create Role",
        reverse="roles.delete",
        role=Role.ADMIN,
        # The list of roles shows name and time of creation, so it tells whether a lost call made one.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def create(
        self, name: Annotated[str, Length()], description: str, from_role_id: Identifier
    ) -> Request[UpstreamRole]:
        """Create a role with the authorities of the role `from_role_id`; the answer lacks the counts."""
        # The table calls fromRoleId "the ID of the role to fetch", copied from another call: it is copied from.
        body = {"name": name, "description": description, "fromRoleId": wire_number(from_role_id)}
        return Request(parse=UpstreamRole.from_answer, json=body)

    @operation(id="roles.list", method="GET", path="/api/authorization/v1/roles", heading="Get All Roles")
    def list(self) -> Request[Listing[UpstreamRole]]:
        """Return all roles."""
        return Request(parse=lambda answer: UpstreamRole.listing(answer, "roles"))

    @operation(id="roles.get", method="GET", path="/api/authorization/v1/roles/{role_id}", heading="Get Role By Id")
    def get(self, role_id: Identifier) -> Request[UpstreamRole]:
        """Return one role; only the number of its authorities is in it."""
        return Request(parse=UpstreamRole.from_answer)

    @operation(
        id="roles.update_authorities",
        method="PATCH",
        path="/api/authorization/v1/roles/{role_id}/authorities",
        heading="Update Role Authorities",
        destructive=True,
        reverse="roles.update_authorities",
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_authorities(
        self, role_id: Identifier, authorities: Annotated[Sequence[str], Length(), Whole()]
    ) -> Request[Done]:
        """Replace a role's authorities by this complete list: what is left out is taken away.

        Undone by sending the earlier list, which no documented call returns: change_authorities reads it before.
        """
        return Request(parse=_updated, json=list(dict.fromkeys(authorities)))

    @operation(
        id="roles.delete",
        method="DELETE",
        path="/api/authorization/v1/roles/{role_id}",
        heading="Delete Role",
        destructive=True,
        role=Role.ADMIN,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def delete(self, role_id: Identifier) -> Request[Done]:
        """Delete a role; refused with Conflict while people have it (user_count says how many)."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="roles.list_authorities",
        method="GET",
        path="/api/authorization/v1/roles/{role_id}/authorities",
        heading="Auth: authorities of a role",
        documented=False,
    )
    def list_authorities(self, role_id: Identifier) -> Request[Listing[Authority]]:
        """Return the authorities of one role."""
        return Request(parse=Authority.all_of)

    @operation(
        id="roles.list_users",
        method="GET",
        path="/api/authorization/v1/roles/{role_id}/users",
        heading="Auth: members of a role",
        documented=False,
        paging=Paging(),
    )
    def list_users(
        self,
        role_id: Identifier,
        limit: Annotated[int | None, Between(1)] = None,
        offset: Annotated[int | None, Between(0)] = None,
    ) -> Request[Listing[User]]:
        """Return the people who have a role, with the total."""
        return Request(parse=User.page)


def _updated(answer: Answer) -> Done:
    """Read the status inside the answer: only SUCCESS, or none at all, is a success."""
    done = Done.from_answer(answer)
    status = text(done.raw, "status")
    if status and status.upper() != "SUCCESS":
        raise answer.unexpected(f"{status} {text(done.raw, 'message')}".strip())
    return done
