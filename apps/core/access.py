"""Who may open what: the refusal that names the role, and the check for pages without a connection."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from domoadmin.services.roles import Role, allows

P = ParamSpec("P")
Request = TypeVar("Request", bound=HttpRequest)
Response = TypeVar("Response", bound=HttpResponseBase)

ROLE_WORDS = {
    Role.VIEWER: "viewer",
    Role.STEWARD: "steward",
    Role.SUPPORT: "support",
    Role.ADMIN: "admin",
}


def roles_allowed(least: Role) -> list[Role]:
    """Return every role that includes the least one, in the order of the enumeration."""
    return [role for role in Role if allows(role, least)]


def role_sentence(roles: list[Role]) -> str:
    """Name roles as a sentence does: "support and admin"; "everyone" when none is left out."""
    words = [ROLE_WORDS[role] for role in roles]
    if len(roles) == len(Role):
        return "everyone"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


class RoleRequired(PermissionDenied):
    """A person's role does not allow what they asked for. The forbidden page says which roles do.

    roles: the roles that may, or the least one; doing: what is refused, as a verb phrase such as "run migrations".
    """

    def __init__(self, roles: Collection[Role] | Role = Role.VIEWER, doing: str = "") -> None:
        self.roles = roles_allowed(roles) if isinstance(roles, Role) else [role for role in Role if role in roles]
        self.doing = doing or "open this page"
        super().__init__(f"Only {role_sentence(self.roles)} may {self.doing}.")


def may(user: Any, least: Role) -> bool:
    """Say whether a signed-in person holds at least this role; an anonymous visitor never does."""
    return bool(user.is_authenticated and user.is_active and allows(Role(user.role), least))


def require(user: Any, least: Role, doing: str = "") -> None:
    """Raise RoleRequired unless the person holds at least this role."""
    if not may(user, least):
        raise RoleRequired(least, doing)


def role_required(
    least: Role, doing: str = ""
) -> Callable[[Callable[Concatenate[Request, P], Response]], Callable[Concatenate[HttpRequest, P], Response]]:
    """Decorate a view without a connection: raise RoleRequired unless the person holds at least this role.

    The view may ask for a subclass of HttpRequest that only adds types, such as accounts' SignedInRequest.
    """

    def decorate(
        view: Callable[Concatenate[Request, P], Response],
    ) -> Callable[Concatenate[HttpRequest, P], Response]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Response:
            require(request.user, least, doing)
            return view(cast(Request, request), *args, **kwargs)

        return checked

    return decorate
