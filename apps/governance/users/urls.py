"""Addresses of the slice, below /c/<connection>/governance/. Users."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
