"""Addresses of the slice, below /c/<connection>/migrations/. What could be migrated, and the mapping of it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
