"""Addresses of the slice, below /c/<connection>/governance/. Activity log."""

from django.urls import path

from apps.governance.activity import export_views, views

urlpatterns = [
    path("activity/", views.activity_list, name="activity"),
    path("activity/entry/", views.activity_entry, name="activity_entry"),
    path("activity/export/", export_views.export, name="activity_export"),
    path("activity/exports/<uuid:job_id>/file/", export_views.download, name="activity_file"),
]
