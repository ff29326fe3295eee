"""Addresses of the slice exports, below /c/<connection>/data/."""

from django.urls import path

from apps.data.exports import file_views, s3_views, views

urlpatterns = [
    path("exports/", views.list_exports, name="exports"),
    path("exports/new/", views.choose, name="exports_new"),
    path("exports/s3/<uuid:job_id>/", s3_views.plan_selection, name="exports_s3_plan"),
    path("exports/s3/<uuid:job_id>/progress/", s3_views.plan_progress, name="exports_s3_progress"),
    path("exports/s3/<uuid:job_id>/start/", s3_views.start, name="exports_s3_start"),
    path("exports/s3/<uuid:job_id>/again/", s3_views.export_again, name="exports_s3_again"),
    path("exports/<uuid:job_id>/file/", file_views.download, name="exports_file"),
    path("datasets/<str:dataset_id>/export/s3/", s3_views.export_dataset, name="export_s3"),
    path("datasets/<str:dataset_id>/export/file/", file_views.export_dataset, name="export_file"),
]
