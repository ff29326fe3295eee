"""Addresses of the slice, below /c/<connection>/governance/. Search over every kind of object."""

from django.urls import path

from apps.governance.search import views

urlpatterns = [
    path("search/", views.results, name="search"),
    path("search/export.csv", views.export, name="search_export"),
    path("search/counts/", views.counts, name="search_counts"),
    path("search/condition/", views.condition, name="search_condition"),
    path("search/fields/", views.hit, name="search_hit"),
]
