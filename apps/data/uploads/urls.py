"""Addresses of uploads."""

from django.urls import path

from apps.data.uploads import append_views, views

urlpatterns = [
    path("datasets/<str:dataset_id>/upload/", views.create, name="upload_create"),
    path("datasets/<str:dataset_id>/append/", append_views.append, name="rows_append"),
    path("uploads/<uuid:job_id>/", views.check, name="upload_check"),
    path("uploads/<uuid:job_id>/progress/", views.progress, name="upload_progress"),
    path("uploads/<uuid:job_id>/correct/", views.correct, name="upload_correct"),
    path("uploads/<uuid:job_id>/send/", views.send, name="upload_send"),
    path("uploads/<uuid:job_id>/problems.csv", views.problems, name="upload_problems"),
]
