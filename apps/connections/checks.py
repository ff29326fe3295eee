"""What `manage.py check` says of keys and listed hosts, before anyone meets it in a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from apps.connections.addresses import AddressRefused, read_listed
from apps.connections.sealing import box


@register(Tags.security)
def encryption_keys(**options: Any) -> list[CheckMessage]:
    """Report keys that can't encrypt."""
    try:
        box()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="connections.E001")]
    return []


@register(Tags.security)
def upstream_hosts(**options: Any) -> list[CheckMessage]:
    """Report entries of DOMOADMIN_UPSTREAM_HOSTS that no address can match."""
    found: list[CheckMessage] = []
    for entry in settings.UPSTREAM_HOSTS:
        try:
            read_listed(entry)
        except AddressRefused as refusal:
            hint = "Write “host” or “host:port”, without scheme and path."
            found.append(Error(f"DOMOADMIN_UPSTREAM_HOSTS: “{entry}”: {refusal}", hint=hint, id="connections.E002"))
    return found
