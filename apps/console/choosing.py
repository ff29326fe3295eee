"""Which connection a call at the command line goes to, and in whose name."""

from __future__ import annotations

from apps.accounts.models import User
from apps.connections.demo import DEMO_CONNECTIONS
from apps.connections.models import Connection, Environment, Kind
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import Operation
from domoadmin.services.roles import Role

_DEMO_SLUGS = {str(kind): slug for slug, kind, _, _ in DEMO_CONNECTIONS}


class Connections:
    """The connections, each looked up once, so that a batch asks the database no more often than needed."""

    def __init__(self) -> None:
        self._named: dict[str, Connection] = {}
        self._usual: dict[str, Connection] = {}

    def choose(self, operation: Operation, name: str | None) -> Connection:
        """Return the connection of this name or slug, or without one the only or demo one of the operation's kind.

        Raises InvalidArguments naming `connection`.
        """
        connection = self._usual_of(operation.kind) if name is None else self._of_name(name)
        if connection.kind != operation.kind:
            raise InvalidArguments(
                f"{operation.id} belongs to {Kind(operation.kind).label} connections, "
                f"and {connection.slug} is a {connection.kind_label} connection",
                argument="connection",
                operation_id=operation.id,
            )
        return connection

    def _of_name(self, name: str) -> Connection:
        if name not in self._named:
            found = Connection.objects.filter(slug=name).first() or Connection.objects.filter(name=name).first()
            if found is None:
                raise InvalidArguments(f"there is no connection {name!r}; known: {_known()}", argument="connection")
            self._named[name] = found
        return self._named[name]

    def _usual_of(self, kind: str) -> Connection:
        if kind not in self._usual:
            found = list(Connection.objects.filter(kind=kind))
            if len(found) > 1:
                # More than one: only the demo's own sandbox goes without saying.
                found = [
                    each for each in found if each.slug == _DEMO_SLUGS[kind] and each.environment == Environment.SANDBOX
                ]
            if not found:
                label = Kind(kind).label
                raise InvalidArguments(
                    f"say which connection: this needs a {label} connection; known: {_known(kind)}",
                    argument="connection",
                )
            self._usual[kind] = found[0]
        return self._usual[kind]


def _known(kind: str | None = None) -> str:
    rows = Connection.objects.filter(kind=kind) if kind else Connection.objects.all()
    return ", ".join(rows.values_list("slug", flat=True)) or "none yet"


def acting_user(username: str | None) -> User | None:
    """Return the person to act as: the named one, else the first active admin, else nobody.

    Raises InvalidArguments naming `user` for a name that nobody active has.
    """
    if username is None:
        return User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").first()
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise InvalidArguments(f"nobody active is called {username!r}", argument="user")
    return found
