"""The demo connections of the embedded default: all three kinds, served by the embedded sandbox."""

from __future__ import annotations

from collections.abc import Mapping

from apps.connections.changes import save_connection
from apps.connections.models import Connection, Environment, Kind
from apps.connections.sealing import Unsealable

DEMO_CONNECTIONS = (
    # (slug, kind, name, path behind the sandbox's address)
    ("sandbox", Kind.DOMO, "Halden Outdoor sandbox", ""),
    ("sandbox-domains", Kind.DOMAINS, "Halden Outdoor domains", ""),
    ("sandbox-learning", Kind.DOMOSCIO, "Halden Outdoor learning", "/v2/instances/1"),
)


def _secrets(kind: Kind, token: str) -> dict[str, str]:
    return {"token": token, "api_key": token} if kind == Kind.DOMAINS else {"token": token}


def load_demo_connections(services: Mapping[str, str]) -> list[str]:
    """Make the demo connections, or bring address and token up to date; return the slugs of those.

    `services` is what the supervisor wrote (`sandbox_url`, `sandbox_token`); without a sandbox nothing is made.
    """
    url, token = services.get("sandbox_url", "").rstrip("/"), services.get("sandbox_token", "")
    if not url or not token:
        return []
    changed = []
    for slug, kind, name, path in DEMO_CONNECTIONS:
        connection = Connection.objects.filter(slug=slug).first()
        if connection is None:
            taken = Connection.objects.filter(name=name).exists()
            shown = f"{name} ({slug})" if taken else name
            connection = Connection(slug=slug, kind=kind, name=shown, environment=Environment.SANDBOX)
        elif connection.kind != kind or connection.environment != Environment.SANDBOX:
            continue  # somebody made a connection of their own under this slug
        secrets = _secrets(kind, token)
        if connection.base_url == url + path and _holds(connection, secrets):
            continue
        connection.base_url = url + path
        connection.full_clean()
        save_connection(connection, secrets, actor=None, source="command")
        changed.append(slug)
    return changed


def _holds(connection: Connection, secrets: Mapping[str, str]) -> bool:
    try:
        return connection.secrets() == secrets
    except Unsealable:
        return False  # the data outlived its key: the token is written anew
