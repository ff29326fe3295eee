"""Panels: content, error state with age, refresh that keeps the old rows."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from apps.core.panels import PanelContent, panel_view
from domoadmin.services.errors import ServerFailed

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@panel_view("schema", "Schema", refresh=("dataset-changed",))
def schema(request: HttpRequest) -> PanelContent:
    """Show a panel, or fail when asked to."""
    if "fail" in request.GET:
        raise ServerFailed("Busy <b>", status=503, request_id="QH3T7WB2LK")
    return PanelContent("ui/panel.html", subtitle="14 columns", as_of=timezone.now() - timedelta(minutes=5))


def test_a_panel_says_how_old_it_is_and_what_reloads_it() -> None:
    html = schema(RequestFactory().get("/schema/?x=1", headers=PARTIAL)).content.decode()
    assert "14 columns, as of" in html
    assert 'hx-trigger="panel-schema from:document, dataset-changed from:document"' in html
    assert 'hx-get="/schema/"' in html
    assert 'aria-label="Refresh Schema"' in html


def test_a_failure_is_the_panel_s_own() -> None:
    response = schema(RequestFactory().get("/schema/?fail=1", headers=PARTIAL))
    html = response.content.decode()
    assert response.status_code == 502
    assert 'id="panel-schema"' in html
    assert "Schema could not be loaded" in html
    assert "Busy &lt;b&gt;" in html
    assert "QH3T7WB2LK" in html
    assert "Try again" in html


def test_a_refresh_that_fails_keeps_the_old_rows_and_says_their_age() -> None:
    shown = (timezone.now() - timedelta(minutes=87)).isoformat()
    response = schema(RequestFactory().get("/schema/", {"fail": "1", "shown": shown}, headers=PARTIAL))
    html = response.content.decode()
    assert response.headers["HX-Retarget"] == "#panel-schema-state"
    assert response.headers["HX-Reswap"] == "innerHTML"
    assert "What is shown below was read" in html
    assert "1 h ago" in html
    assert "<section" not in html


def test_a_time_that_is_none_is_ignored() -> None:
    for shown in ("yesterday", "2026-11-19T10:00:00", "2026-99-99T10:00:00Z"):
        response = schema(RequestFactory().get("/schema/", {"fail": "1", "shown": shown}, headers=PARTIAL))
        assert "HX-Retarget" not in response.headers
