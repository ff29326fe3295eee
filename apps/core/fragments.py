"""When a page and its fragment share an address: who gets the fragment, and how caches are told."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

VARY = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request")


def is_fragment(request: HttpRequest) -> bool:
    """Say whether to answer with the fragment: htmx asks for a part and is not restoring history."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Request-Type") == "partial"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def patch_vary(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tell caches that the address has two answers; a fragment is never stored, or Back would show it alone."""
    patch_vary_headers(response, VARY)
    if is_fragment(request):
        response.headers["Cache-Control"] = "no-store"
    return response


def render_page(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render the page's template, or its fragment's ("page.html#list" or another file) when htmx asks for a part."""
    template = fragment if is_fragment(request) else page
    return patch_vary(request, render(request, template, context, status=status))
