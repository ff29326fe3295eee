"""manage.py connect: create or update a connection from a script."""

from __future__ import annotations

import os
from argparse import BooleanOptionalAction
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from apps.connections.addresses import AddressRefused, read_address
from apps.connections.changes import save_connection
from apps.connections.models import SECRET_NAMES, Connection, Environment, Kind, Scheme

WRONG_USAGE = 2


class Command(BaseCommand):
    """Creates a connection, or updates the one of that slug or name. Prints its slug; never a secret."""

    help = (
        "Create a connection or update the one with the same slug (else the same name). Tokens come from "
        "environment variables. Prints the slug. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--kind", required=True, choices=Kind.values)
        parser.add_argument("--name", required=True, help="as people read it")
        parser.add_argument("--url", required=True, help="base URL, such as https://company.domo.com")
        parser.add_argument("--token-env", required=True, metavar="VAR", help="environment variable with the token")
        parser.add_argument("--api-key-env", metavar="VAR", help="the same for the API key of a Domain API")
        parser.add_argument("--environment", required=True, choices=Environment.values)
        parser.add_argument("--slug", help="the short name in addresses; made from the name where it is left out")
        parser.add_argument(
            "--gzip", action=BooleanOptionalAction, default=None, help="compress uploads (off for a new connection)"
        )
        parser.add_argument(
            "--scheme",
            choices=Scheme.values,
            help="what stands before the token (Bearer for a new Domoscio connection, nothing for a Domain API)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create or update, and print the slug."""
        secrets = _secrets(options)
        connection = _connection(options)
        earlier_kind = connection.kind
        connection.kind = options["kind"]
        if connection.pk and earlier_kind != connection.kind:
            raise CommandError(
                f"{connection.name} is a {Kind(earlier_kind).label} connection, and a kind doesn't change. "
                "Choose another name or slug."
            )
        connection.name = options["name"]
        connection.environment = options["environment"]
        if options["gzip"] is not None:
            connection.gzip = options["gzip"]
        if options["scheme"] is not None:
            connection.scheme = options["scheme"]
        try:
            connection.base_url = read_address(options["url"]).url
            connection.full_clean()
        except AddressRefused as refusal:
            raise CommandError(f"--url: {refusal}") from refusal
        except ValidationError as error:
            raise CommandError(_sentences(error)) from error
        save_connection(connection, secrets, actor=None, source="command")
        self.stdout.write(connection.slug)


def _connection(options: dict[str, Any]) -> Connection:
    slug = options["slug"]
    if slug:
        return Connection.objects.filter(slug=slug).first() or Connection(slug=slug)
    made = slugify(options["name"])[:40].strip("-")
    if not made:
        raise CommandError("--name has no letters for a slug. Give one with --slug.", returncode=WRONG_USAGE)
    found = Connection.objects.filter(name=options["name"]).first() or Connection.objects.filter(slug=made).first()
    return found or Connection(slug=made)


def _secrets(options: dict[str, Any]) -> dict[str, str]:
    variables = {"token": options["token_env"], "api_key": options["api_key_env"]}
    wanted = SECRET_NAMES[options["kind"]]
    if "api_key" in wanted and not variables["api_key"]:
        raise CommandError("--kind domains needs --api-key-env.", returncode=WRONG_USAGE)
    secrets = {}
    for name in wanted:
        value = os.environ.get(variables[name], "").strip()
        if not value:
            raise CommandError(
                f"The environment variable {variables[name]} is not set or empty. "
                f"It must hold the {name.replace('_', ' ')}.",
                returncode=WRONG_USAGE,
            )
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise CommandError(f"{variables[name]} holds blanks or characters that no HTTP header can carry.")
        secrets[name] = value
    return secrets


_OPTIONS = {"base_url": "url", "__all__": "connect"}


def _sentences(error: ValidationError) -> str:
    return " ".join(
        f"--{_OPTIONS.get(field, field)}: {' '.join(messages)}" for field, messages in error.message_dict.items()
    )
