"""Addresses of the slice, below /c/<connection>/migrations/. Waves: run, report, history."""

from django.urls import path

from apps.migrations.waves import views

urlpatterns = [
    path("waves/<uuid:job_id>/", views.wave, name="wave"),
]
