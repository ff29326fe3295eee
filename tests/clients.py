"""Test clients that are signed in."""

from __future__ import annotations

from django.test import Client

from apps.accounts.models import User
from tests.factories import UserFactory


def client_of(person: User) -> Client:
    """Return a client signed in as a person; CSRF checks are off, as in every test client."""
    client = Client()
    client.force_login(person)
    return client


def client_with_role(role: str) -> Client:
    """Return a client signed in as a new person with that role."""
    return client_of(UserFactory.create(role=role))
