"""Addresses of the slice, below /c/<connection>/governance/. Domostats: applications and their jobs."""

from django.urls import path

from apps.governance.domostats import editing, views

urlpatterns = [
    path("domostats/", views.application_list, name="domostats"),
    path("domostats/<str:application_id>/", views.job_list, name="domostats_jobs"),
    path("domostats/<str:application_id>/jobs/<str:job_id>/", views.job_show, name="domostats_job"),
    path("domostats/<str:application_id>/jobs/<str:job_id>/edit/", editing.job_edit, name="domostats_job_edit"),
]
