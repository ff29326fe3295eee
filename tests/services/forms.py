"""Reads a form as servers of other hands do: with werkzeug and with Django."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from werkzeug.formparser import parse_form_data

from tests.services.upstream import Asked

Form = dict[str, Any]


def read_with_werkzeug(content_type: str, body: bytes) -> Form:
    """Return fields as text and files as (name, content type, bytes)."""
    environ = {
        "wsgi.input": BytesIO(body),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": "POST",
    }
    _, fields, files = parse_form_data(environ)
    found: Form = dict(fields.items())
    for name, file in files.items():
        found[name] = (file.filename, file.content_type, file.read())
    return found


def read_with_django(content_type: str, body: bytes) -> Form:
    """Return fields as text and files as (name, content type, bytes)."""
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    parser = MultiPartParser(meta, BytesIO(body), [MemoryFileUploadHandler()], settings.DEFAULT_CHARSET)
    fields, files = parser.parse()
    found: Form = dict(fields.items())
    for name, file in files.items():
        found[name] = (file.name, file.content_type, file.read())
    return found


def form_of(asked: Asked) -> Form:
    """Return the form that an upstream was sent."""
    return read_with_werkzeug(asked.headers["Content-Type"], asked.body)
