"""Addresses of the slice, below /c/<connection>/migrations/. Federated migrations, both families and both directions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
