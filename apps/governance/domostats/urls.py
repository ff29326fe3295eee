"""Addresses of the slice, below /c/<connection>/governance/. Domostats: applications and their jobs."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
