"""Addresses of the slice, below /c/<connection>/governance/. Activity log."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
