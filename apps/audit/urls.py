"""Addresses of the audit trail."""

from django.urls import path

from apps.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.list_records, name="list"),
    path("export.<str:format>", views.export, name="export"),
    path("<int:pk>/", views.show, name="show"),
]
