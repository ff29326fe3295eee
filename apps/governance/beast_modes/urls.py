"""Addresses of the slice, below /c/<connection>/governance/. Beast Modes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
