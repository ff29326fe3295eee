"""Where each kind of Domo object has its page: here, and in Domo.

Areas don't know each other; a list that leads to objects of another area asks here. An area registers its pages in
AppConfig.ready().
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.urls import NoReverseMatch, reverse

# Where Domo's own pages are, by kind. {id} is quoted already.
_IN_DOMO = {
    "dataset": "/datasources/{id}/details/overview",
    "card": "/kpis/details/{id}",
    "page": "/page/{id}",
    "user": "/admin/people/{id}",
    "group": "/admin/groups/{id}",
    "role": "/admin/security/roles/{id}",
    "alert": "/alerts/{id}",
    "dataflow": "/datacenter/dataflows/{id}/details",
    "app": "/assetlibrary/{id}/overview",
    "data_app": "/app-studio/{id}",
    "workflow": "/workflows/models/{id}",
    "queue": "/queues/{id}",
    "fileset": "/filesets/{id}",
}


@dataclass(frozen=True)
class ObjectPage:
    """The page of one kind of object. argument: the name of the id in the address."""

    kind: str
    url_name: str
    argument: str


_pages: dict[str, ObjectPage] = {}


def register_object_page(kind: str, url_name: str, argument: str) -> None:
    """Say where objects of a kind (dataset, card, page, user, group, role, beast_mode, ...) have their page here."""
    _pages[kind] = ObjectPage(kind, url_name, argument)


def object_url(connection: str, kind: str, identifier: object) -> str:
    """Return the address of an object's page on the connection with this slug; empty where its kind has none."""
    page = _pages.get(kind)
    # An id with a slash is none that Domo gives, and no address can hold it.
    if page is None or str(identifier) == "" or "/" in str(identifier):
        return ""
    try:
        return reverse(page.url_name, kwargs={"connection": connection, page.argument: str(identifier)})
    except NoReverseMatch:
        # Upstream ids are what somebody wrote: one with a slash has no page.
        return ""


def url_in_domo(base_url: str, kind: str, identifier: object) -> str:
    """Return the object's page at Domo; empty for an upstream that is no Domo instance, and for other kinds."""
    host = urlsplit(base_url).hostname or ""
    path = _IN_DOMO.get(kind)
    if path is None or not host.endswith(".domo.com"):
        return ""
    return f"https://{host}" + path.format(id=quote(str(identifier), safe=""))


__all__ = ["ObjectPage", "object_url", "register_object_page", "url_in_domo"]
