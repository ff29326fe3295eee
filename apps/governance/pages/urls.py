"""Addresses of the slice, below /c/<connection>/governance/. Pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
