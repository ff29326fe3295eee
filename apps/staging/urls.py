"""Addresses of staging; used by the upload pages, not by people."""

from django.urls import path

from apps.staging import views

app_name = "staging"
urlpatterns = [
    path("", views.create, name="create"),
    path("<uuid:file_id>/", views.show, name="show"),
    path("<uuid:file_id>/chunks/<int:number>/", views.chunk, name="chunk"),
]
