"""Addresses of the API console, below /c/<connection>/console/."""

from django.urls import path

from apps.console import views

app_name = "console"
urlpatterns = [
    path("", views.index, name="index"),
    path("answers/<uuid:file_id>/", views.download, name="download"),
    path("<str:operation_id>/", views.operation, name="operation"),
    path("<str:operation_id>/request/", views.show_request, name="request"),
    path("<str:operation_id>/run/", views.run, name="run"),
]
