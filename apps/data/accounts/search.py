"""Finding data accounts: by the search where it knows them, else off the list of all, which tells only names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound
from domoadmin.services.results import SearchHit, SearchPage
from domoadmin.services.results.accounts import DataAccount
from domoadmin.services.results.fields import flag, moment, text

ENTITY = "account"
REACH = 10_000
NAME = "display_name_sort"
MOST_CHOICES = 1_000


@dataclass(frozen=True)
class AccountRow:
    """An account as lists show it. Only id, name and status stand in the documents; the rest is None where untold."""

    id: str
    name: str
    status: str
    provider_key: str
    provider: str
    type: str
    owner: str
    modified: datetime | None
    valid: bool | None

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return (word, css class, icon) of its status; none where nothing tells it."""
        return status_badges(self.status, self.valid)


@dataclass(frozen=True)
class AccountPage:
    """Some of the accounts that match, and how many do. searched: whether the search told of them."""

    rows: list[AccountRow]
    total: int
    searched: bool = True
    request_id: str | None = None


def status_badges(status: str, valid: bool | None = None) -> list[tuple[str, str, str]]:
    """Draw a status as Domo writes it ("Active"); `valid` where only that is told."""
    if status:
        good = status.upper() in ("ACTIVE", "VALID", "OK")
        return [(status[:1].upper() + status[1:], "is-ok" if good else "is-bad", "check" if good else "plug-x")]
    if valid is None:
        return []
    return [("Active", "is-ok", "check")] if valid else [("Invalid", "is-bad", "plug-x")]


def find(client: Client, words: str, count: int, offset: int = 0, *, descending: bool = False) -> AccountPage:
    """Return accounts by their name, in the order of names, by one call as the Data Accounts section has it."""
    direction: Literal["ASC", "DESC"] = "DESC" if descending else "ASC"
    try:
        page: SearchPage = client.search.query(
            entities=[ENTITY],
            query=f"*{words.strip()}*" if words.strip() else "*",
            sort=[(NAME, direction)],
            count=count,
            offset=offset,
            combine_results=False,
            query_profile="GLOBAL",
        )
    except (NotFound, BadRequest):
        return _listed(client, words, count, offset, descending)
    come = offset + len(page.hits)
    total = page.total if page.total is not None else come + (1 if len(page.hits) >= count else 0)
    return AccountPage([_of_hit(hit) for hit in page.hits if hit.id], max(total, come), True, page.request_id)


def _listed(client: Client, words: str, count: int, offset: int, descending: bool) -> AccountPage:
    """Return the same off the list of all accounts, which says neither status nor provider."""
    found = [_of_account(account) for account in client.accounts.list()]
    wanted = words.strip().casefold()
    rows = [row for row in found if wanted in row.name.casefold()]
    rows.sort(key=lambda row: (row.name.casefold(), row.id), reverse=descending)
    return AccountPage(rows[offset : offset + count], len(rows), searched=False)


def _of_hit(hit: SearchHit) -> AccountRow:
    raw = hit.raw
    return AccountRow(
        id=hit.id,
        name=text(raw, "displayName", "name", "winnerText") or hit.name,
        status=hit.status,
        provider_key=text(raw, "dataProviderType", "dataProviderKey", "dataProvider.key"),
        provider=text(raw, "dataProviderName", "dataProvider.name", "dataProviderType"),
        type=text(raw, "accountType"),
        owner=hit.owner_name,
        modified=moment(raw, "lastModified", "modifiedAt", "createDate"),
        valid=flag(raw, "valid"),
    )


def _of_account(account: DataAccount) -> AccountRow:
    raw = account.raw
    key = text(raw, "dataProviderType", "dataProviderKey")
    return AccountRow(account.id, account.name, account.status, key, key, "", "", None, flag(raw, "valid"))


def accounts_for(client: Client, provider_key: str) -> tuple[list[AccountRow], list[AccountRow]] | None:
    """Return the accounts of a provider, and all others; where no account tells its provider, all are others.

    None when there are more than anybody would choose from.
    """
    page = find(client, "", MOST_CHOICES)
    if page.total > len(page.rows):
        return None
    rows = page.rows
    key = provider_key.strip().casefold()
    own = [row for row in rows if key and row.provider_key.casefold() == key]
    return own, [row for row in rows if row not in own]
