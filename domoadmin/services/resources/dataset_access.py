"""Datasets API: who may see a dataset, and three ways of taking it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Identifier, Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.places import Whole
from domoadmin.services.request import Expects, Request
from domoadmin.services.results import Done, Listing, Permission
from domoadmin.services.roles import Role

PermissionEntry = Mapping[str, Any]
OwnerType = Literal["USER", "GROUP"]
_HOLDER = {"id": Identifier, "type": Literal["USER", "GROUP"]}


class DatasetAccess(Resource):
    """The operations of client.datasets about access."""

    @operation(
        id="datasets.list_permissions",
        method="GET",
        path="/api/data/v3/datasources/{dataset_id}/permissions",
        heading="Dataset Access List",
    )
    def list_permissions(self, dataset_id: Identifier) -> Request[Listing[Permission]]:
        """Return who has access, people and groups; no paging is documented."""
        return Request(parse=lambda answer: Permission.listing(answer, "list"))

    @operation(
        id="datasets.share",
        method="POST",
        path="/api/data/v3/datasources/{dataset_id}/share",
        heading="Share Dataset with Access permissions",
        reverse="datasets.revoke_access",
        role=Role.STEWARD,
        # With send_email a repeat would mail twice; the access list tells whether it happened.
        retry_safety=RetrySafety.VERIFIABLE,
    )
    def share(
        self,
        dataset_id: Identifier,
        permissions: Annotated[
            Sequence[PermissionEntry], Length(), Keys({**_HOLDER, "accessLevel": str}, ("id", "type", "accessLevel"))
        ],
        send_email: bool = False,
    ) -> Request[Done]:
        """Give access: `permissions` are {"id", "type": USER or GROUP, "accessLevel": e.g. CO_OWNER}.

        The set of levels isn't documented: CO_OWNER, CAN_EDIT, CAN_SHARE and CAN_VIEW are in use.
        """
        # Ids are text here; the call upstream wants sendEmail said.
        return Request(
            parse=Done.from_answer,
            json={"permissions": _with_text_ids(permissions), "sendEmail": send_email},
            expects=Expects.ANYTHING,
        )

    @operation(
        id="datasets.revoke_access",
        method="DELETE",
        path="/api/data/v3/datasources/{dataset_id}/permissions/USER/{user_id}",
        heading="Revoke Dataset Access",
        reverse="datasets.share",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def revoke_access(self, dataset_id: Identifier, user_id: Identifier) -> Request[Done]:
        """Take a user's access away; undone by sharing with the earlier level. Groups are not documented."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.remove_user",
        method="DELETE",
        path="/api/data/v3/datasources/{dataset_id}/USERS/{user_id}",
        heading="Remove user from dataset",
        reverse="datasets.share",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove_user(self, dataset_id: Identifier, user_id: Identifier) -> Request[Done]:
        """Take a user off a dataset: the second documented spelling of revoke_access, for instances that want it."""
        return Request(parse=Done.from_answer, expects=Expects.ANYTHING)

    @operation(
        id="datasets.remove_users",
        method="DELETE",
        path="/api/data/v3/datasources/{dataset_id}/users",
        heading="Remove multiple users from dataset",
        reverse="datasets.share",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def remove_users(
        self,
        dataset_id: Identifier,
        users: Annotated[Sequence[PermissionEntry], Length(), Keys(_HOLDER, ("id", "type")), Whole()],
    ) -> Request[Done]:
        """Take several users off a dataset at once: {"id", "type"}; only type USER is documented."""
        return Request(parse=Done.from_answer, json=_with_text_ids(users), expects=Expects.ANYTHING)

    @operation(
        id="datasets.change_owner",
        method="PUT",
        path="/api/data/ui/v3/datasources/ownedBy",
        heading="Datasets: PUT data/ui/v3/datasources/ownedBy",
        documented=False,
        reverse="datasets.change_owner",
        role=Role.STEWARD,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def change_owner(
        self, dataset_ids: Annotated[Sequence[Identifier], Length()], owner: Identifier, type: OwnerType = "USER"
    ) -> Request[Done]:
        """Give datasets to another user or group; undone by giving them back. `get_metadata` shows the owner."""
        body = [
            {
                "dataSourceIds": [str(dataset_id) for dataset_id in dataset_ids],
                "entityIdentifier": {"id": str(owner), "type": type},
            }
        ]
        return Request(parse=Done.from_answer, json=body, expects=Expects.ANYTHING)


def _with_text_ids(entries: Sequence[PermissionEntry]) -> list[dict[str, Any]]:
    """Return the entries with their ids as text, as every example has them."""
    return [{**entry, "id": str(entry["id"])} for entry in entries]
