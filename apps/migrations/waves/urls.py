"""Addresses of the slice, below /c/<connection>/migrations/. Waves: run, report, history."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
