"""Addresses of the slice, below /c/<connection>/migrations/. Federated migrations, there and back."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
