"""Factories of rows for tests, one section per app."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyFunction, Sequence
from factory.django import DjangoModelFactory

from apps.accounts.models import RoleChoices, User
from apps.connections.models import Connection, Environment, Kind

# Accounts

PASSWORD = "correct-horse-2026"


@cache
def _hashed() -> str:
    # Once per process: the real hasher takes a third of a second, as it should.
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory[User]):
    """A viewer who can sign in with PASSWORD; UserFactory(role="admin") for other roles."""

    class Meta:
        model = User

    username = Sequence(lambda n: f"person{n}")
    first_name = "Nora"
    last_name = Sequence(lambda n: f"Tester{n}")
    role = RoleChoices.VIEWER
    password = LazyFunction(_hashed)


# Connections


class ConnectionFactory(DjangoModelFactory[Connection]):
    """A Domo test instance with a sealed token; pass secrets={...} for others."""

    class Meta:
        model = Connection

    kind = Kind.DOMO
    name = Sequence(lambda n: f"Instance {n}")
    slug = Sequence(lambda n: f"instance-{n}")
    base_url = "https://halden-test.domo.com"
    environment = Environment.TEST

    @classmethod
    def _create(cls, model_class: type[Connection], *args: Any, **kwargs: Any) -> Connection:
        secrets = kwargs.pop("secrets", {"token": "factory-token-0001"})
        connection = model_class(**kwargs)
        connection.keep_secrets(secrets)
        connection.save()
        return connection
