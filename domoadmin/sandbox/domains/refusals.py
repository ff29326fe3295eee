"""The refusals that the Domain API's document names by key. Their HTTP statuses are ours: it gives none."""

from __future__ import annotations

from domoadmin.sandbox.errors import ApiError

STATUSES = {
    "NOT_AUTHORIZED": 403,
    "NOT_AUTHORIZED_DOMAIN": 403,
    "INVALID_ARGUMENTS": 400,
    "INVALID_LOGIN": 401,
    "PROPERTY_REQUIRED": 400,
    "DOMAIN_ID_EXISTS": 409,
    "DOMAIN_DEPTH_EXCEEDED": 400,
    "DOMAIN_NOT_FOUND": 404,
    "DOMAIN_HAS_THINGS": 409,
    "DOMAIN_HAS_USERS": 409,
    "DOMAIN_HAS_THING_TYPES": 409,
}


def refusal(key: str, message: str, param: str | None = None) -> ApiError:
    """The refusal with this key; `param` is the property that the document names with it."""
    return ApiError(STATUSES[key], message, key=key, param=param)


def not_authorized(domain_id: str, param: str) -> ApiError:
    """The caller may not see the domain, or not do this to it."""
    return refusal("NOT_AUTHORIZED_DOMAIN", f"You are not authorized for domain {domain_id}", param)


def not_found(domain_id: str) -> ApiError:
    """There is no such domain."""
    return refusal("DOMAIN_NOT_FOUND", f"Domain {domain_id} does not exist", "id")


def invalid(message: str, param: str) -> ApiError:
    """An argument is missing or has a value that can't be."""
    return refusal("INVALID_ARGUMENTS", message, param)
