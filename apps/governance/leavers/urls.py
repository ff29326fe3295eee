"""Addresses of the slice, below /c/<connection>/governance/. When somebody leaves."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
