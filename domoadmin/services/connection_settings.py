"""What a client must know of a connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domoadmin.services.addresses import is_forbidden
from domoadmin.services.clock import Clock
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import Kind
from domoadmin.services.retry import RetryPolicy
from domoadmin.services.tokens import TokenStore


def _allow_all(url: str) -> None:
    """Allow every host; the addresses that are never called stay forbidden."""


@dataclass(frozen=True, kw_only=True)
class ConnectionSettings:
    """One upstream and how to treat it. Its repr shows no secret.

    `secrets` holds "token", for the Domain API also "api_key". `allowed` is called with the URL before each request
    and raises HostNotAllowed. `deadline_seconds` bounds a call with all its attempts and waits, except streamed ones.
    `search_per_minute` is shared by all processes through `redis_url`; None keeps it per process. `scheme` stands
    before the token of the Domain API and of Domoscio, `token_store` keeps the latter's session tokens (default: in
    this process).
    """

    kind: Kind
    slug: str
    base_url: str
    secrets: Mapping[str, str] = field(repr=False)
    gzip: bool = False
    scheme: str | None = None
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    write_seconds: float = 60.0
    deadline_seconds: float | None = 120.0
    search_per_minute: int = 110
    connections: int = 32
    most_answer_bytes: int = 64 * 1024 * 1024
    allowed: Callable[[str], None] = field(default=_allow_all, repr=False)
    forbidden_address: Callable[[str], bool] = field(default=is_forbidden, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    token_store: TokenStore | None = field(default=None, repr=False)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    clock: Clock = field(default_factory=Clock, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise InvalidArguments("the base URL must be an http or https address", argument="base_url")
        if parts.username or parts.password:
            raise InvalidArguments("the base URL must not hold a user name or password", argument="base_url")
        if self.kind not in ("domo", "domains", "domoscio"):
            raise InvalidArguments("kind must be domo, domains or domoscio", argument="kind")
