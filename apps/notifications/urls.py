"""Addresses of the notifications."""

from django.urls import path

from apps.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.list_notifications, name="list"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read_all, name="read_all"),
    path("mails/", views.choose_mails, name="mails"),
    path("<int:pk>/read/", views.read_one, name="read"),
    path("<int:pk>/open/", views.open_one, name="open"),
]
