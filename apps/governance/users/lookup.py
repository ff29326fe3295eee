"""Looking for one person: by mail address, and by a part of the name for suggestions."""

from __future__ import annotations

from apps.core.optional_calls import if_told
from apps.governance.users.directory import read_everybody
from domoadmin.services.client import Client
from domoadmin.services.results import User as Person
from domoadmin.services.results.fields import text

SUGGESTED = 20


def person_with_email(client: Client, email: str) -> Person | None:
    """Return who has this mail address, by the users search where there is one, else among everybody."""
    wanted = email.casefold()
    by_email = [{"filterType": "text", "field": "emailAddress", "text": email}]
    told = if_told(lambda: client.users.search(filters=by_email, limit=SUGGESTED))
    found = next((person for person in told or () if person.id and _email(person) == wanted), None)
    if found is not None:
        return found
    # What the search doesn't find may be too new for it.
    return next((person for person in read_everybody(client) if _email(person) == wanted), None)


def _email(person: Person) -> str:
    return (person.email or person.user_name).casefold()


def suggested(client: Client, words: str) -> list[tuple[str, str]]:
    """Return ("Hanna Becker (482716634)", what else tells them apart) of people with the words in their name.

    By the documented search; what it finds in other fields is nobody that was meant.
    """
    page = client.search.query(entities=["user"], query=f"*{words}*", count=SUGGESTED)
    return [
        (f"{hit.name} ({hit.id})", text(hit.raw, "emailAddress", "email", "title"))
        for hit in page.hits
        if hit.id and words.casefold() in hit.name.casefold()
    ]
