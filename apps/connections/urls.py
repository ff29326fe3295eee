"""Addresses of the pages of connections, below /settings/connections/."""

from django.urls import path

from apps.connections import views

app_name = "connections"

urlpatterns = [
    path("", views.connection_list, name="list"),
    path("add/", views.create, name="create"),
    # The verb stands behind the slug, so that no slug can hide another page.
    path("<slug:slug>/edit/", views.edit, name="edit"),
    path("<slug:slug>/delete/", views.delete, name="delete"),
    path("<slug:slug>/test/", views.test, name="test"),
]
