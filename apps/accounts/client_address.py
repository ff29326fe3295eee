"""Where a request comes from, for the throttle of the sign-in."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address of who asks: the connection's own, or what the outermost of our proxies saw.

    Each proxy appends the address that it saw to X-Forwarded-For, so only as many entries from the right are true as
    DOMOADMIN_PROXY_COUNT says; whatever stands further left was written by the client. A shorter header, or one that
    holds no address there, means that the request did not come through all of them: then the connection's own counts.
    """
    own: str | None = request.META.get("REMOTE_ADDR")
    proxies: int = settings.PROXY_COUNT
    said = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies < 1 or len(said) < proxies:
        return own
    try:
        return str(ip_address(said[-proxies]))
    except ValueError:
        return own
