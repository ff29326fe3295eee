"""From a row to a client of the service layer, one per process and connection."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Hashable
from functools import lru_cache
from typing import ClassVar, cast

import redis
from django.conf import settings

from apps.connections.addresses import AddressRefused, check_address
from apps.connections.models import Connection, Kind
from apps.connections.sealing import Unsealable, seal_text, unseal_text
from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import Delivery, HostNotAllowed, UpstreamError
from domoadmin.services.operations import Kind as ServiceKind
from domoadmin.services.retry import RetryPolicy
from domoadmin.services.tokens import MemoryTokenStore, RedisTokenStore, TokenStore

_clients: dict[tuple[int, int], tuple[Hashable, Client]] = {}
_lock = threading.Lock()


class SecretsUnreadable(UpstreamError):
    """The connection's secrets were sealed with a key that is gone; nothing was sent."""

    lead: ClassVar[str] = "The connection can't be used"
    usual_delivery: ClassVar[Delivery] = Delivery.NOT_SENT


def allowed(url: str) -> None:
    """Refuse, before a request leaves, a host that is not or no longer allowed. Raises HostNotAllowed."""
    # The path belongs to the operation. The authority ends where the transport's reader lets it end, not earlier.
    origin = re.match(r"[^:/?#]*://[^/?#]*", url)
    try:
        check_address(origin.group() if origin else url, settings.UPSTREAM_HOSTS)
    except AddressRefused as refusal:
        raise HostNotAllowed(str(refusal)) from None


@lru_cache(maxsize=2)
def _redis(url: str, process: int) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)


def _token_store(connection: Connection) -> TokenStore | None:
    """Return where a Domoscio connection keeps its session tokens; new secrets never meet those of the old ones."""
    if connection.kind != Kind.DOMOSCIO:
        return None
    if not settings.REDIS_URL:
        return MemoryTokenStore()
    mark = hashlib.sha256(connection.sealed_secrets.encode()).hexdigest()[:16]
    return RedisTokenStore(_redis(settings.REDIS_URL, os.getpid()), f"{connection.slug}:{mark}", seal_text, unseal_text)


def settings_of(connection: Connection) -> ConnectionSettings:
    """Return what the service layer needs to know. Raises SecretsUnreadable."""
    try:
        secrets = connection.secrets()
    except Unsealable as problem:
        raise SecretsUnreadable(str(problem)) from None
    return ConnectionSettings(
        kind=cast(ServiceKind, connection.kind),
        slug=connection.slug,
        base_url=connection.base_url,
        secrets=secrets,
        gzip=connection.gzip,
        scheme=connection.scheme_sent,
        connect_seconds=settings.UPSTREAM_CONNECT_SECONDS,
        read_seconds=settings.UPSTREAM_READ_SECONDS,
        retry=RetryPolicy(first_back_off=settings.UPSTREAM_RETRY_SECONDS),
        search_per_minute=settings.UPSTREAM_SEARCH_PER_MINUTE,
        allowed=allowed,
        redis_url=settings.REDIS_URL or None,
        token_store=_token_store(connection),
    )


def client_of(connection: Connection) -> Client:
    """Return this process's client for the row as it is; a changed row gets a new one. Raises UpstreamError."""
    # Threads share a client; a forked worker may not share sockets with its parent.
    key = (os.getpid(), connection.pk)
    version = (connection.updated, connection.base_url, connection.sealed_secrets, connection.gzip, connection.scheme)
    with _lock:
        kept = _clients.get(key)
        if kept is not None and kept[0] == version:
            return kept[1]
        # An outdated client isn't closed: another thread may be in the middle of a call. It goes with its last user.
        client = connect(settings_of(connection))
        _clients[key] = (version, client)
        return client
