"""Changing some of a role's authorities, although the upstream only takes the complete list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from domoadmin.services.base_client import BaseClient
from domoadmin.services.errors import (
    BadRequest,
    Delivery,
    Forbidden,
    InvalidArguments,
    NotFound,
    UnexpectedAnswer,
    UpstreamError,
)
from domoadmin.services.resources.roles import Roles

Found = TypeVar("Found")
_OPERATION = "roles.update_authorities"


class AuthoritiesUnknown(UpstreamError):
    """The present authorities of a role can't be read, so nothing was sent: it might have taken some away."""

    lead = "What this role may do now can't be read, so it wasn't changed"
    usual_delivery = Delivery.NOT_SENT


@dataclass(frozen=True)
class AuthoritiesChange:
    """What a change did. `before` in full is what undoes it, by roles.update_authorities."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    request_id: str | None

    @property
    def changed(self) -> bool:
        """Whether anything had to be sent."""
        return set(self.before) != set(self.after)


def present_authorities(client: BaseClient, role_id: str | int) -> tuple[str, ...]:
    """Return all authorities of a role.

    Raises NotFound for an unknown role, and AuthoritiesUnknown where the upstream has no such call (it isn't
    documented) or where the list isn't as long as the role's authorityCount says.
    """
    roles = Roles(client)
    counted = roles.get(role_id).authority_count
    listed = _read(lambda: roles.list_authorities(role_id))
    names = tuple(dict.fromkeys(entry.authority for entry in listed if entry.authority))
    if counted is not None and counted != len(names):
        raise AuthoritiesUnknown(
            f"it has {counted:,} authorities, but {len(names):,} are listed",
            request_id=listed.request_id,
            operation_id=_OPERATION,
        )
    return names


def change_authorities(
    client: BaseClient, role_id: str | int, *, add: Collection[str] = (), remove: Collection[str] = ()
) -> AuthoritiesChange:
    """Give a role some authorities and take others away; all the rest stays as it is.

    Reads the present list, merges and sends the complete one, then reads again: UnexpectedAnswer when the role doesn't
    have then what was sent. Raises InvalidArguments when nothing would be left, else as `present_authorities`.
    """
    both = sorted(set(add) & set(remove))
    if both:
        raise InvalidArguments(f"{both[0]} is both added and removed", argument="add", operation_id=_OPERATION)
    before = present_authorities(client, role_id)
    after = tuple(name for name in dict.fromkeys((*before, *add)) if name not in set(remove))
    if not after:
        raise InvalidArguments("a role without any authority is of no use: delete it", argument="remove")
    if set(after) == set(before):
        return AuthoritiesChange(before, before, client.last_request_id)
    request_id = Roles(client).update_authorities(role_id, list(after)).request_id
    now = present_authorities(client, role_id)
    if set(now) != set(after):
        differing = ", ".join(sorted(set(now) ^ set(after)))
        raise UnexpectedAnswer(
            f"the role differs from what was sent in {differing}", request_id=request_id, operation_id=_OPERATION
        )
    return AuthoritiesChange(before, after, request_id or client.last_request_id)


def _read(call: Callable[[], Found]) -> Found:
    try:
        return call()
    except (BadRequest, Forbidden, NotFound, UnexpectedAnswer) as error:
        raise AuthoritiesUnknown(
            f"this upstream doesn't list them ({error.message or type(error).__name__})",
            status=error.status,
            request_id=error.request_id,
            operation_id=_OPERATION,
        ) from error
