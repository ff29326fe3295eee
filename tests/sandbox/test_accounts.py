"""Data accounts."""

from __future__ import annotations

import httpx


def test_accounts_are_listed_read_and_created(client: httpx.Client) -> None:
    listed = client.get("/api/data/v1/accounts/").raise_for_status().json()
    assert {"accountId", "displayName"} == set(listed[0])
    states = {client.get(f"/api/data/v1/accounts/{each['accountId']}").json()["status"] for each in listed[:8]}
    assert states == {"Active", "Invalid"}
    body = {"displayName": "Zendesk repair workshop", "accountType": "Standard"}
    made = client.post("/api/data/v1/accounts", json=body)
    assert made.status_code == 200
    assert made.json() == {
        "accountId": made.json()["accountId"],
        "displayName": "Zendesk repair workshop",
        "status": "Active",
    }
    assert client.get(f"/api/data/v1/accounts/{made.json()['accountId']}").json() == made.json()
    assert client.get("/api/data/v1/accounts").json()[-1]["displayName"] == "Zendesk repair workshop"


def test_accounts_are_checked(client: httpx.Client) -> None:
    assert client.get("/api/data/v1/accounts/9999999").status_code == 404
    for body, field in (({"displayName": "x"}, "accountType"), ({"accountType": "Standard"}, "displayName")):
        answer = client.post("/api/data/v1/accounts", json=body)
        assert (answer.status_code, answer.json()["message"]) == (400, f"{field} is required")
