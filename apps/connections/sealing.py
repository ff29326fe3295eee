"""Secrets at rest: small dictionaries, encrypted with a rotatable key.

Promise: whoever reads the database alone learns nothing but the length. The first of settings.ENCRYPTION_KEYS
encrypts, all of them decrypt; `manage.py rotate_secrets` re-seals what older keys encrypted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unsealable(Exception):
    """A sealed value that none of the present keys opens. str() is fit to show and names the setting."""

    def __init__(self) -> None:
        super().__init__(
            "The stored secrets can't be read: they were encrypted with a key that DOMOADMIN_ENCRYPTION_KEYS no "
            "longer lists. Add the old key after the first one, or type the secrets again."
        )


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys if key.strip()])
    except ValueError:
        # "from None": the library's message may quote a part of the key.
        raise ImproperlyConfigured(
            "DOMOADMIN_ENCRYPTION_KEYS holds a value that is no key: each is 32 bytes in URL-safe base64, "
            "several are separated by commas."
        ) from None


def box() -> MultiFernet:
    """Return the encryption box of the present keys. Raises ImproperlyConfigured when a key is malformed."""
    return _box(tuple(settings.ENCRYPTION_KEYS))


def seal(secrets: Mapping[str, str]) -> str:
    """Encrypt a dictionary of texts into URL-safe text; an empty one becomes ""."""
    return seal_text(json.dumps(dict(secrets), sort_keys=True)) if secrets else ""


def unseal(sealed: str) -> dict[str, str]:
    """Decrypt what `seal` made. Raises Unsealable when no present key opens it or it was altered."""
    if not sealed:
        return {}
    content: dict[str, str] = json.loads(unseal_text(sealed))
    return content


def seal_text(text: str) -> str:
    """Encrypt one text into URL-safe text."""
    return box().encrypt(text.encode()).decode("ascii")


def unseal_text(sealed: str) -> str:
    """Decrypt what `seal_text` made. Raises Unsealable."""
    try:
        return box().decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise Unsealable from None


def reseal(sealed: str) -> str:
    """Encrypt a sealed text again with the first key. Raises Unsealable."""
    return seal_text(unseal_text(sealed))


def sealed_with_first_key(sealed: str) -> bool:
    """Return whether the first key alone opens the text, so that older keys could be dropped."""
    try:
        Fernet(settings.ENCRYPTION_KEYS[0].strip()).decrypt(sealed.encode())
    except (InvalidToken, UnicodeError):
        return False
    return True
