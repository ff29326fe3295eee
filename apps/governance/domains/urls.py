"""Addresses of the slice, below /c/<connection>/governance/. Domains."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
