"""A request as it would go out, for people and scripts to read: without secrets, and nothing is sent.

The same request as HTTP, as curl and as `manage.py call`.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from apps.audit.masking import MASK
from apps.connections.models import Connection
from apps.console.masking import masked_text
from apps.console.performing import PreparedCall
from domoadmin.services import exact_json
from domoadmin.services.authentication import CREDENTIAL_HEADERS
from domoadmin.services.places import FormField, Query, Upload
from domoadmin.services.transport import Outgoing, all_headers


@dataclass(frozen=True)
class Preview:
    """A request without its secrets. `text` is a body that is text, `file` says what a file part holds.

    `form` are the other fields of a form.
    """

    prepared: PreparedCall
    connection: Connection
    method: str
    url: str
    headers: dict[str, str]
    text: str | None = None
    file: str = ""
    form: dict[str, str] | None = None

    @property
    def body(self) -> Any:
        """The body as JSON shows it: a value, a text, or what stands for a file."""
        if self.form is not None:
            return {**self.form, "file": self.file}
        if self.file:
            return self.file
        if self.text is None:
            return None
        is_json = self.headers.get("Content-Type") == "application/json"
        return exact_json.loads(self.text) if is_json else self.text

    @property
    def target(self) -> str:
        """The path with its query."""
        parts = urlsplit(self.url)
        return urlunsplit(("", "", parts.path or "/", parts.query, ""))

    def as_json(self, indent: int | None = None) -> str:
        """Return it as a JSON object: method, url, headers, body."""
        parts = {"method": self.method, "url": self.url, "headers": self.headers, "body": self.body}
        return exact_json.dumps(parts, indent)

    def as_http(self) -> str:
        """Return it as a message of HTTP."""
        host = urlsplit(self.url).netloc
        headers = "\n".join(f"{name}: {value}" for name, value in {"Host": host, **self.headers}.items())
        return f"{self.method} {self.target} HTTP/1.1\n{headers}\n{self._shown_body()}".rstrip()

    def as_curl(self) -> str:
        """Return it as a command line of curl; the token comes from an environment variable."""
        lines = [f"curl -X {self.method} {shlex.quote(self.url)}"]
        for name, value in self.headers.items():
            if name in ("User-Agent", "Accept-Encoding", "Content-Length") or (
                self.form is not None and name == "Content-Type"
            ):
                continue  # curl sets its own
            credential = name in CREDENTIAL_HEADERS[self.connection.kind]
            lines.append(
                f'-H "{name}: {_variable(name, value)}"' if credential else f"-H {shlex.quote(f'{name}: {value}')}"
            )
        if self.form is not None:
            lines += [f"-F {shlex.quote(f'{name}={value}')}" for name, value in self.form.items()]
            lines.append(f"-F {shlex.quote(f'{self._upload_name}=@{self._file_name}')}")
        elif self.file:
            lines.append(f"--data-binary {shlex.quote(f'@{self._file_name}')}")
        elif self.text is not None:
            lines.append(f"--data-binary {shlex.quote(self.text)}")
        return " \\\n  ".join(lines)

    def as_command(self) -> str:
        """Return it as `manage.py call`."""
        operation = self.prepared.call.operation
        secret = {parameter.wire_name for parameter in operation.parameters if parameter.secret}
        lines = [f"python manage.py call {self.prepared.id}", f"--connection {self.connection.slug}"]
        for name, value in self.prepared.args.items():
            if value is None:
                continue
            shown = MASK if name in secret else value if isinstance(value, str) else json.dumps(value)
            lines.append(f"--arg {shlex.quote(f'{name}={shown}')}")
        if self.prepared.body is not None:
            lines.append(f"--body {shlex.quote(masked_text(operation, self.prepared.body))}")
        if self.prepared.file is not None:
            lines.append(f"--file {shlex.quote(self._file_name)}")
        if operation.mutates and self.connection.is_production:
            lines.append("--yes")
        return " \\\n  ".join(lines)

    @property
    def _file_name(self) -> str:
        return self.prepared.file.name if self.prepared.file else "body.csv"

    @property
    def _upload_name(self) -> str:
        places = self.prepared.call.operation.parameters
        return next(parameter.wire_name for parameter in places if isinstance(parameter.place, Upload))

    def _shown_body(self) -> str:
        if self.form is not None:
            fields = "".join(f"{name}={value}\n" for name, value in self.form.items())
            return f"\n{fields}{self._upload_name}={self.file}"
        return f"\n{self.file or self.text}" if self.file or self.text is not None else ""


def preview(prepared: PreparedCall, connection: Connection) -> Preview:
    """Return the request of a call; raises InvalidArguments as the call itself would. Nothing is sent."""
    outgoing = connection.client().preview_exchange(prepared.call)
    headers = dict(all_headers(outgoing))
    headers |= {name: _scheme(connection, name) + MASK for name in CREDENTIAL_HEADERS[connection.kind]}
    url = _without_secrets(prepared, outgoing.url)
    if outgoing.chunks is None:
        return Preview(prepared, connection, outgoing.method, url, headers, _text(prepared, outgoing))
    file = prepared.file
    if file is None and prepared.body is not None:
        return Preview(prepared, connection, outgoing.method, url, headers, str(prepared.body.value))
    told = f"({file.name}, {file.length:,} bytes)" if file and file.length is not None else "(a file)"
    return Preview(prepared, connection, outgoing.method, url, headers, None, told, _form(prepared))


def _text(prepared: PreparedCall, outgoing: Outgoing) -> str | None:
    if not outgoing.content:
        return None
    if prepared.body is not None and prepared.call.body is not None:
        return masked_text(prepared.call.operation, prepared.body)
    return outgoing.content.decode()


def _form(prepared: PreparedCall) -> dict[str, str] | None:
    """Return the other fields of a form, or None where the body is none."""
    operation = prepared.call.operation
    if not any(isinstance(parameter.place, Upload) for parameter in operation.parameters):
        return None
    return {
        parameter.wire_name: MASK if parameter.secret else str(prepared.call.arguments[parameter.name])
        for parameter in operation.parameters
        if isinstance(parameter.place, FormField) and prepared.call.arguments[parameter.name] is not None
    }


def _without_secrets(prepared: PreparedCall, url: str) -> str:
    secret = {
        parameter.wire_name
        for parameter in prepared.call.operation.parameters
        if parameter.secret and isinstance(parameter.place, Query)
    }
    if not secret:
        return url
    parts = urlsplit(url)
    pairs = [
        (name, MASK if name in secret else value) for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit(parts._replace(query=urlencode(pairs, quote_via=quote)))


def _scheme(connection: Connection, header: str) -> str:
    """Return what stands in front of the credential in its header."""
    scheme = connection.scheme_sent if header == "Authorization" else ""
    return scheme if not scheme or scheme.endswith("=") else f"{scheme} "


def _variable(header: str, value: str) -> str:
    """Return the value of a credential's header with an environment variable for the secret in it."""
    name = "DOMO_API_KEY" if header == "x-api-key" else "DOMO_TOKEN"
    return value.replace(MASK, f"${name}")
