"""Addresses. Pages of one upstream stand below /c/<connection>/, so that two tabs can hold two instances."""

from django.urls import include, path

handler400 = "apps.shell.errors.bad_request"
handler403 = "apps.shell.errors.forbidden"
handler404 = "apps.shell.errors.not_found"
handler500 = "apps.shell.errors.server_error"

urlpatterns = [
    path("", include("apps.shell.urls")),
    path("", include("apps.accounts.urls")),
    path("settings/connections/", include("apps.connections.urls")),
    path("jobs/schedules/", include("apps.schedules.urls")),
    path("jobs/", include("apps.jobs.urls")),
    path("notifications/", include("apps.notifications.urls")),
    path("audit/", include("apps.audit.urls")),
    path("staging/", include("apps.staging.urls")),
    path("c/<slug:connection>/data/", include("apps.data.urls")),
    path("c/<slug:connection>/governance/", include("apps.governance.urls")),
    path("c/<slug:connection>/migrations/", include("apps.migrations.urls")),
    path("c/<slug:connection>/console/", include("apps.console.urls")),
]
