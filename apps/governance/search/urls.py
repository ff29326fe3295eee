"""Addresses of the slice, below /c/<connection>/governance/. Search over every kind of object."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
