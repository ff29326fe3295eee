"""Addresses of the slice, below /c/<connection>/governance/. Certification."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
