"""Views below /c/<connection>/: which connection, and whether this person may use it for this."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, TypeVar, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.connections.models import Connection, Kind
from apps.core.access import RoleRequired, require
from domoadmin.services.roles import Role


class ConnectionRequest(SignedInRequest):
    """A request that passed `connection_view`: `connection` may be used by `user`."""

    connection: Connection


LAST_CONNECTION = "last_connection"

R = TypeVar("R", bound=HttpRequest)
Response = TypeVar("Response", bound=HttpResponseBase)


def require_connection(connection: Connection, user: User, least: Role) -> None:
    """Raise RoleRequired unless the person's role may use this connection and do what `least` may."""
    if not connection.may_be_used_by(user):
        raise RoleRequired(connection.permitted_roles, f"use the connection {connection.name}")
    require(user, least)


def connections_of(user: User) -> list[Connection]:
    """Return the connections that the person's role may use: Domo instances first, by name."""
    usable = [connection for connection in Connection.objects.all() if connection.may_be_used_by(user)]
    return sorted(usable, key=lambda connection: connection.kind != Kind.DOMO)


def connection_view(
    least: Role, kinds: Collection[str] = (Kind.DOMO,)
) -> Callable[[Callable[Concatenate[R, Connection, ...], Response]], Callable[..., Response]]:
    """Decorate a view(request, connection, ...) whose URL holds the slug as `connection`.

    A slug that doesn't exist, or whose kind the view isn't made for, is 404 (no kinds: made for all). A connection
    that the person's role may not use is 403 with the roles that may: names of connections are no secret inside
    one company, and "ask an admin" helps where "not found" misleads. The connection is also request.connection.
    """

    def decorate(view: Callable[Concatenate[R, Connection, ...], Response]) -> Callable[..., Response]:
        @wraps(view)
        def checked(request: HttpRequest, connection: str, *args: Any, **kwargs: Any) -> Response:
            # A page that draws its panels itself has read it already, for this very request.
            found = getattr(request, "connection", None)
            if found is None or found.slug != connection:
                found = Connection.objects.filter(slug=connection).first()
            if found is None:
                raise Http404(f"There is no connection “{connection}”.")
            require_connection(found, cast(User, request.user), least)
            if kinds and found.kind not in kinds:
                raise Http404(f"{found.name} is a {found.kind_label} connection: it has no such page.")
            cast(ConnectionRequest, request).connection = found
            if request.session.get(LAST_CONNECTION) != found.slug:
                # Pages without a connection in their address lead back to the one used last.
                request.session[LAST_CONNECTION] = found.slug
            return view(cast(R, request), found, *args, **kwargs)

        return checked

    return decorate
