"""Addresses of the schedules."""

from django.urls import path

from apps.schedules import views

app_name = "schedules"

urlpatterns = [
    path("", views.list_schedules, name="list"),
    path("new/", views.new, name="new"),
    path("new/<uuid:job>/", views.create, name="create"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/switch/", views.switch, name="switch"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
