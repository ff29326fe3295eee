"""Addresses of the slice, below /c/<connection>/migrations/. What could be migrated, and the mapping of it."""

from django.urls import path

from apps.migrations.candidates import views

urlpatterns = [
    path("candidates/", views.choose, name="choose"),
    path("candidates/<slug:way>/<str:target_id>/", views.candidates, name="candidates"),
    path("candidates/<slug:way>/<str:target_id>/pick/", views.pick, name="pick"),
    path("candidates/<slug:way>/<str:target_id>/export.csv", views.export, name="candidates_export"),
]
