"""Addresses of the slice streams, below /c/<connection>/data/."""

from django.urls import path

from apps.data.streams import dataset_panel, editing, running, views

urlpatterns = [
    path("streams/", views.streams_list, name="streams_list"),
    path("streams/export.csv", views.export, name="streams_export"),
    path("streams/look/", views.look, name="streams_look"),
    path("streams/home/", views.home, name="streams_home"),
    path("streams/new/", editing.create, name="stream_create"),
    path("streams/new/send/", editing.create_send, name="stream_create_send"),
    path("streams/accounts/", editing.account_field, name="stream_accounts"),
    path("streams/<str:stream_id>/", views.stream_show, name="stream_show"),
    path("streams/<str:stream_id>/history/", views.history, name="stream_history"),
    path("streams/<str:stream_id>/executions/<str:execution_id>/", views.execution, name="stream_execution"),
    path("streams/<str:stream_id>/run/", running.run, name="stream_run"),
    path("streams/<str:stream_id>/edit/", editing.edit, name="stream_edit"),
    path("streams/<str:stream_id>/edit/send/", editing.edit_send, name="stream_edit_send"),
    path("datasets/<str:dataset_id>/panels/stream/", dataset_panel.stream, name="dataset_stream"),
]
