"""The errors that the Domain API names by key, in the words of what the person was about to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from domoadmin.services.errors import InvalidArguments, UpstreamError

_NO_ID = "The request named no domain. Open the domain again and repeat it."
_TOO_DEEP = "The tree would become deeper than this upstream allows. Choose a place further up"
_ATTACHED = (
    "{} are attached to this domain or to one below it. Move or remove them first, then remove the domain. "
    "No call of the Domain API does that"
)

# (operation, key, property) -> what happened and what to do next.
SENTENCES: Mapping[tuple[str, str, str], str] = {
    ("domains.create", "NOT_AUTHORIZED_DOMAIN", "parentId"): (
        "This connection’s token may not put a domain there. It needs the privilege Domains.CREATE on the parent"
    ),
    ("domains.create", "INVALID_ARGUMENTS", "id"): "The id is missing or can’t be used. Type another one",
    ("domains.create", "INVALID_ARGUMENTS", "parentId"): "The parent is missing. Open the parent and add it there",
    ("domains.create", "INVALID_ARGUMENTS", "name"): "The name is missing. Give the domain a name",
    ("domains.create", "DOMAIN_ID_EXISTS", "id"): (
        "There is a domain with this id already, perhaps where this connection doesn’t see it. Type another id"
    ),
    ("domains.create", "DOMAIN_DEPTH_EXCEEDED", ""): _TOO_DEEP,
    ("domains.get", "NOT_AUTHORIZED_DOMAIN", "parentId"): "There is no such domain that this connection may see",
    ("domains.get", "PROPERTY_REQUIRED", "id"): _NO_ID,
    ("domains.get", "DOMAIN_NOT_FOUND", "id"): "There is no such domain that this connection may see",
    ("domains.update", "NOT_AUTHORIZED_DOMAIN", "id"): (
        "This connection’s token may not change this domain, or may not move it: only domains of its own home domain "
        "can be moved"
    ),
    ("domains.update", "NOT_AUTHORIZED_DOMAIN", "parentId"): (
        "This connection’s token may not move a domain there. The new place must lie in its own home domain"
    ),
    ("domains.update", "PROPERTY_REQUIRED", "id"): _NO_ID,
    ("domains.update", "DOMAIN_DEPTH_EXCEEDED", ""): _TOO_DEEP,
    ("domains.remove", "NOT_AUTHORIZED_DOMAIN", "id"): (
        "This connection’s token may not remove this domain. It needs the privilege Domains.DELETE on a domain above "
        "it, and a domain outside its home domain must have none below it"
    ),
    ("domains.remove", "PROPERTY_REQUIRED", "id"): _NO_ID,
    ("domains.remove", "DOMAIN_HAS_THINGS", ""): _ATTACHED.format("Things"),
    ("domains.remove", "DOMAIN_HAS_USERS", ""): _ATTACHED.format("Users"),
    ("domains.remove", "DOMAIN_HAS_THING_TYPES", ""): _ATTACHED.format("Thing types"),
    ("domains.remove", "DOMAIN_NOT_FOUND", "id"): "The domain is gone already, or this connection may no longer see it",
}
# A change of a domain that is gone: the document has no key for it, but upstreams answer with that of the others.
_ANYWHERE: Mapping[str, str] = {
    "DOMAIN_NOT_FOUND": "There is no such domain that this connection may see",
    "INVALID_ARGUMENTS": "Something is missing or has a value that this upstream doesn’t take",
}


def sentence_for(operation: str, key: str, param: str) -> str:
    """Return the plain sentence for an error, without a full stop; empty for a key that isn't documented."""
    named = SENTENCES.get((operation, key, param)) or SENTENCES.get((operation, key, ""))
    if named:
        return named
    # Told without its property, a key that the operation has but once still says which it is.
    same = [text for (where, what, _), text in SENTENCES.items() if where == operation and what == key]
    return same[0] if len(same) == 1 and not param else _ANYWHERE.get(key, "")


@contextmanager
def told_plainly(operation: str, fields: Mapping[str, str] | None = None) -> Iterator[None]:
    """Put the plain sentence into an error that comes out; fields: the property -> the field of the form it is about.

    Such an error becomes InvalidArguments, so that the form shows it where it belongs. Raises UpstreamError.
    """
    try:
        yield
    except UpstreamError as error:
        text = sentence_for(operation, error.key, error.param)
        if not text:
            raise
        about = error.param or next(
            (param for where, key, param in SENTENCES if (where, key) == (operation, error.key)), ""
        )
        if fields and about in fields:
            request = f" Request id {error.request_id}." if error.request_id else ""
            refused = InvalidArguments(f"{text}.{request}", argument=fields[about], operation_id=operation)
            raise refused from error
        error.message = f"{text} ({error.key})"
        raise
