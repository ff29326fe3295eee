"""Addresses of the slice, below /c/<connection>/governance/. Groups."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
