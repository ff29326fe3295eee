"""Changes to connections, each written to the audit trail in the same transaction. No secret is in a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit.recording import record
from apps.connections.models import SECRET_NAMES, Connection


def facts_of(connection: Connection) -> dict[str, Any]:
    """Return what a record of a change keeps of a connection."""
    return {
        "kind": connection.kind,
        "name": connection.name,
        "slug": connection.slug,
        "base_url": connection.base_url,
        "environment": connection.environment,
        "roles": list(connection.roles),
        "gzip": connection.gzip,
        "scheme": connection.scheme,
    }


def _record(connection: Connection, verb: str, actor: User | None, source: str, **facts: Any) -> None:
    record(
        f"connections.{verb}",
        actor=actor,
        actor_name="" if actor else "command line",
        connection=connection.slug,
        source=source,
        target_kind="connection",
        target_id=connection.slug,
        target_name=connection.name,
        **facts,
    )


def save_connection(
    connection: Connection, secrets: Mapping[str, str], *, actor: User | None, source: str = "page"
) -> Connection:
    """Save a new or changed connection. `secrets` replaces those that it names and keeps the others.

    Raises sealing.Unsealable when some are to be kept and the kept ones can't be read.
    """
    with transaction.atomic():
        earlier = Connection.objects.select_for_update().filter(pk=connection.pk).first()
        if secrets:
            complete = set(SECRET_NAMES[connection.kind]) <= set(secrets)
            connection.keep_secrets(secrets if complete else {**connection.secrets(), **secrets})
        connection.save()
        before, after = facts_of(earlier) if earlier else None, facts_of(connection)
        if secrets or before != after:
            message = f"New {' and '.join(sorted(secrets))} kept.".replace("_", " ") if secrets else ""
            verb = "edit" if earlier else "create"
            _record(connection, verb, actor, source, before=before, after=after, message=message)
    return connection


def delete_connection(connection: Connection, actor: User, source: str = "page") -> None:
    """Delete a connection with its secrets. Jobs and records that name it stay."""
    with transaction.atomic():
        _record(connection, "delete", actor, source, before=facts_of(connection))
        connection.delete()
