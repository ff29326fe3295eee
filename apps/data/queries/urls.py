"""Addresses of the slice queries, below /c/<connection>/data/."""

from django.urls import path

from apps.data.queries import downloads, named_views, panels, views

urlpatterns = [
    path("query/", views.choose, name="query"),
    path("query/history/", panels.list_runs, name="query_history"),
    path("query/named/", named_views.list_named, name="named_queries"),
    path("query/named/<int:pk>/", named_views.edit, name="named_query_edit"),
    path("query/named/<int:pk>/delete/", named_views.delete, name="named_query_delete"),
    path("query/cancel/", views.cancel, name="query_cancel"),
    path("query/jobs/<uuid:job_id>/result.csv", downloads.job_file, name="query_job_file"),
    path("datasets/<str:dataset_id>/query/", views.dataset_query, name="dataset_query"),
    path("datasets/<str:dataset_id>/query/result.csv", downloads.result_csv, name="dataset_query_csv"),
    path("datasets/<str:dataset_id>/query/job/", downloads.result_job, name="dataset_query_job"),
    path("datasets/<str:dataset_id>/query/name/", named_views.add, name="named_query_add"),
    path("datasets/<str:dataset_id>/query/panels/named/", panels.named, name="dataset_named_queries"),
    path("datasets/<str:dataset_id>/query/panels/runs/", panels.runs, name="dataset_query_runs"),
]
