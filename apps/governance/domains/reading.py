"""One domain, and the domains above it, as far as the connection's token sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.http import Http404

from apps.connections.models import Connection
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, NotFound, UpstreamError
from domoadmin.services.resources.domains import Attribute
from domoadmin.services.results import Domain

SECONDS = 20.0
PATH_SECONDS = 10.0
EVERYTHING: tuple[Attribute, ...] = ("parentId", "name", "description", "data", "domainMetadata", "settings")
OF_A_PARENT: tuple[Attribute, ...] = ("parentId", "name", "settings")
# Deeper than any tree that people keep: an upstream whose parents lead in a circle is left in the end.
DEEPEST = 60


def is_out_of_sight(error: UpstreamError) -> bool:
    """Say whether an error means that a domain isn't there or may not be seen: people are told the same of both."""
    return isinstance(error, NotFound) or error.key == "NOT_AUTHORIZED_DOMAIN"


def absence(domain_id: str) -> str:
    """Return the sentence for a domain out of sight; it doesn't tell whether there is one."""
    return f"There is no domain “{domain_id}” that this connection may see."


@contextmanager
def or_absent(domain_id: str) -> Iterator[None]:
    """Raise Http404 for a domain out of sight; other failures pass."""
    try:
        yield
    except UpstreamError as error:
        if is_out_of_sight(error):
            raise Http404(absence(domain_id)) from error
        raise


def fetch(client: Client, domain_id: str) -> Domain:
    """Return all that the API tells of a domain. Raises UpstreamError."""
    found: Domain = client.domains.get(domain_id, EVERYTHING)
    # An answer without the id is still about what was asked.
    return found if found.id == domain_id else replace(found, id=domain_id)


def read_domain(connection: Connection, domain_id: str) -> Domain:
    """Return a domain. Raises Http404 where it is out of sight, UpstreamError."""
    client = connection.client()
    with or_absent(domain_id), client.deadline(SECONDS):
        return fetch(client, domain_id)


def title_of(domain: Domain) -> str:
    """Return what people call a domain: its name, else its id."""
    return domain.name.strip() or domain.id


@dataclass(frozen=True)
class Path:
    """The domains above one, the topmost that the token sees first. complete: none of them failed to be read."""

    above: tuple[Domain, ...]
    complete: bool = True

    @property
    def ids(self) -> tuple[str, ...]:
        """Return their ids."""
        return tuple(domain.id for domain in self.above)


def chain(client: Client, parent_id: str) -> list[Domain]:
    """Return a domain and those above it, topmost first; it ends where the token sees nothing. Raises UpstreamError."""
    found: list[Domain] = []
    seen: set[str] = set()
    while parent_id.isprintable() and parent_id and parent_id not in seen and len(found) < DEEPEST:
        seen.add(parent_id)
        try:
            domain: Domain = client.domains.get(parent_id, OF_A_PARENT)
        except InvalidArguments:
            break  # the id "list", which no call reads
        except UpstreamError as error:
            if is_out_of_sight(error):
                break
            raise
        found.append(domain if domain.id == parent_id else replace(domain, id=parent_id))
        parent_id = domain.parent_id
    return found[::-1]


def read_path(client: Client, domain: Domain) -> Path:
    """Return what is above a domain; a page doesn't fail because of it."""
    try:
        with client.deadline(PATH_SECONDS):
            above = chain(client, domain.parent_id)
    except UpstreamError:
        return Path((), complete=False)
    return Path(tuple(each for each in above if each.id != domain.id))
