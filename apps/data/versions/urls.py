"""Addresses of versions and partitions, below /c/<connection>/data/."""

from django.urls import path

from apps.data.versions import partition_views, views

DATASET = "datasets/<str:dataset_id>/"

urlpatterns = [
    path(f"{DATASET}versions/", views.versions, name="versions"),
    path(f"{DATASET}versions/magic/", views.magic, name="versions_magic"),
    path(f"{DATASET}versions/export.csv", views.versions_export, name="versions_export"),
    path(f"{DATASET}versions/clean-up/", views.versions_clean_up, name="versions_clean_up"),
    path(f"{DATASET}versions/<path:data_id>/delete/", views.version_delete, name="version_delete"),
    path(f"{DATASET}partitions/", partition_views.partitions, name="partitions"),
    path(f"{DATASET}partitions/export.csv", partition_views.partitions_export, name="partitions_export"),
    path(f"{DATASET}partitions/overview/", partition_views.overview, name="partitions_overview"),
    path(f"{DATASET}partitions/clean-up/", partition_views.partitions_clean_up, name="partitions_clean_up"),
    path(f"{DATASET}partitions/delete-data/", partition_views.partition_data_delete, name="partition_data_delete"),
    path(f"{DATASET}partitions/delete-tag/", partition_views.partition_tag_delete, name="partition_tag_delete"),
    path(f"{DATASET}panels/partitions/", partition_views.panel, name="dataset_partitions"),
]
