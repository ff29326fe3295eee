"""Addresses of the slice, below /c/<connection>/governance/. Roles and authorities."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
