"""Upstreams: where they are, who may use them, and their sealed secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from apps.accounts.models import User
from apps.connections import sealing
from apps.connections.addresses import AddressRefused, check_address
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from domoadmin.services.client import Client


class Kind(models.TextChoices):
    """Which of the three APIs an upstream speaks."""

    DOMO = "domo", "Domo"
    DOMAINS = "domains", "Domain API"
    DOMOSCIO = "domoscio", "Domoscio"


class Environment(models.TextChoices):
    """How careful one has to be; shown as a badge on every page."""

    SANDBOX = "sandbox", "Sandbox"
    TEST = "test", "Test"
    PRODUCTION = "production", "Production"


class Scheme(models.TextChoices):
    """What stands before a token in the header Authorization; empty is what the API's document shows.

    That is Bearer for Domoscio, whose older clients send the other, and nothing at all for the Domain API.
    """

    BEARER = "Bearer", "Bearer <token>"
    TOKEN = "Token token=", "Token token=<token>"


# The secrets of each kind, in the words of its form and of `manage.py connect`.
SECRET_NAMES: Mapping[str, tuple[str, ...]] = {
    Kind.DOMO: ("token",),
    Kind.DOMAINS: ("token", "api_key"),
    Kind.DOMOSCIO: ("token",),
}


def check_base_url(url: str) -> None:
    """Refuse a base URL that no token may be sent to; the message names the setting to change."""
    try:
        check_address(url, settings.UPSTREAM_HOSTS)
    except AddressRefused as refusal:
        raise ValidationError(str(refusal), code="address") from refusal


def check_roles(value: object) -> None:
    """Refuse anything but a list of role names without repetition."""
    known = [role.value for role in Role]
    if not isinstance(value, list) or any(value.count(name) != 1 or name not in known for name in value):
        raise ValidationError(f"Roles are a list of {', '.join(known)}, each once.", code="roles")


class Connection(models.Model):
    """One upstream. The secrets are sealed columns: they have no field in any form and no place in repr or str."""

    kind = models.CharField(max_length=16, choices=Kind)
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    base_url = models.CharField("base URL", max_length=300, validators=[check_base_url])
    environment = models.CharField(max_length=16, choices=Environment)
    roles = models.JSONField(default=list, blank=True, validators=[check_roles])
    gzip = models.BooleanField("compress uploads with gzip", default=False)
    scheme = models.CharField("authorization scheme", max_length=16, choices=Scheme, default="", blank=True)
    sealed_secrets = models.TextField(default="", blank=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="connections_kind_known"),
            models.CheckConstraint(
                condition=models.Q(environment__in=Environment.values), name="connections_environment_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scheme_sent(self) -> str:
        """What stands before the token in the header Authorization; empty for nothing."""
        return self.scheme or (Scheme.BEARER.value if self.kind == Kind.DOMOSCIO else "")

    @property
    def environment_label(self) -> str:
        """The environment as pages write it: Sandbox, Test or Production."""
        return str(Environment(self.environment).label)

    @property
    def kind_label(self) -> str:
        """The API as pages write it: Domo, Domain API or Domoscio."""
        return str(Kind(self.kind).label)

    @property
    def is_production(self) -> bool:
        """Whether what can't be undone here wants the slug typed."""
        return self.environment == Environment.PRODUCTION

    @property
    def permitted_roles(self) -> tuple[Role, ...]:
        """The roles that may use this connection; admins always may, since they could change it."""
        if not self.roles:
            return tuple(Role)
        return tuple(role for role in Role if role.value in self.roles or role == Role.ADMIN)

    def may_be_used_by(self, user: User) -> bool:
        """Return whether the person's role may use this connection."""
        return user.is_active and Role(user.role) in self.permitted_roles

    def secrets(self) -> dict[str, str]:
        """Return the secrets in plain text, by name. Raises sealing.Unsealable."""
        return sealing.unseal(self.sealed_secrets)

    def keep_secrets(self, secrets: Mapping[str, str]) -> None:
        """Seal new secrets into the row (not saved)."""
        self.sealed_secrets = sealing.seal(secrets)

    def client(self) -> Client:
        """Return this process's client for the connection, made anew when the row has changed.

        Raises an UpstreamError when the secrets can't be read; each of its calls raises HostNotAllowed when the host
        is no longer allowed.
        """
        from apps.connections import clients  # it needs this class

        return clients.client_of(self)
