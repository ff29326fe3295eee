"""Addresses of the shell."""

from django.urls import path

from apps.shell import hub, palette, status, views

app_name = "shell"

urlpatterns = [
    path("", views.start, name="start"),
    path("c/<slug:connection>/", views.home, name="home"),
    path("c/<slug:connection>/home/connection/", views.connection_panel, name="connection_panel"),
    path("c/<slug:connection>/home/jobs/", views.jobs_panel, name="jobs_panel"),
    path("c/<slug:connection>/home/changes/", views.changes_panel, name="changes_panel"),
    path("palette/", palette.palette, name="palette"),
    path("palette/upstream/", palette.palette_upstream, name="palette_upstream"),
    path("settings/", hub.settings_hub, name="settings"),
    path("settings/status/", status.status, name="status"),
    path("health/", status.health, name="health"),
]
