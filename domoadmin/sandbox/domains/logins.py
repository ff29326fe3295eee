"""Login tokens of the Domain API, as /auth/login hands them out: signed, so that they outlive a restart."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Any

LOGIN_SECONDS = 3600


def login_token(secret: str, email: str, name: str) -> str:
    """A JSON web token of an hour that says who logged in."""
    claims = {"email": email, "name": name, "cognito:username": email, "exp": int(time.time()) + LOGIN_SECONDS}
    head = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    return f"{head}.{_signature(secret, head)}"


def email_in(secret: str, token: str) -> str | None:
    """Whose login token it is; None when it is none of ours or over."""
    head, _, signature = token.rpartition(".")
    if not head or not hmac.compare_digest(_signature(secret, head).encode(), signature.encode()):
        return None
    try:
        text = head.partition(".")[2]
        claims: Any = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    return str(claims["email"]) if claims["exp"] > time.time() else None


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _signature(secret: str, head: str) -> str:
    digest = hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
