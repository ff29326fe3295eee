"""Addresses of schemas: changing one, a new dataset, a dataset's type."""

from django.urls import path

from apps.data.schemas import create_views, type_views, views

urlpatterns = [
    path("datasets/new/", create_views.create, name="dataset_create"),
    path("datasets/new/sources/", create_views.sources, name="dataset_create_sources"),
    path("datasets/<str:dataset_id>/schema/", views.edit, name="schema_edit"),
    path("datasets/<str:dataset_id>/type/", type_views.change_type, name="dataset_type"),
]
