"""Gives things of all kinds to one person in the sandbox, by its public API, and looks at where they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

SEARCH = "/api/search/v1/query"
ALERTS, QUEUES, FILES = "/api/social/v4/alerts", "/api/queues/v1", "/api/data/v1/data-files"
REPORTS, GROUPS = "/api/content/v1/reportschedules", "/api/content/v2/groups"
FULL = "READ_WRITE_DELETE_SHARE_ADMIN"


@dataclass
class Leaver:
    """A new person in the sandbox, who owns and receives only what a test gives them."""

    client: httpx.Client
    id: str
    email: str
    given: dict[str, list[str]] = field(default_factory=dict)
    _listed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, client: httpx.Client, name: str = "Hanna Leaver", address: str = "") -> Leaver:
        """Create the person."""
        count = len(client.get("/api/identity/v1/users").json()["users"])
        email = address or f"leaver{count}@halden-outdoor.example"
        body = {"displayName": name, "emailAddress": email, "roleId": 2}
        answer = client.post("/api/identity/v1/users", json=body).raise_for_status().json()
        return cls(client, str(answer["id"]), email)

    # Giving

    def give_datasets(self, count: int) -> None:
        """New datasets, in one call."""
        schema = {"columns": [{"name": "n", "type": "LONG"}]}
        ids: list[str] = []
        for number in range(count):
            body = {"userDefinedType": "api", "dataSourceName": f"Leaver orders {number}", "schema": schema}
            ids.append(self._send("POST", "/api/data/v2/datasources", body)["dataSource"]["id"])
        entity = {"id": self.id, "type": "USER"}
        self._send("PUT", "/api/data/ui/v3/datasources/ownedBy", [{"dataSourceIds": ids, "entityIdentifier": entity}])
        self.given["dataset"] = ids

    def give_cards(self, count: int) -> None:
        """Cards that others own, taken from them."""
        ids: list[str] = []
        me = [{"id": self.id, "type": "USER"}]
        for hit in self._found("card", count * 3):
            card, owner = hit["databaseId"], {"id": hit["owners"][0]["id"], "type": "USER"}
            body = {"cardIds": [card], "cardOwners": me}
            # Some are not visible to the token.
            if len(ids) == count or not self.client.post("/api/content/v1/cards/owners/add", json=body).is_success:
                continue
            self._send("POST", "/api/content/v1/cards/owners/remove", {"cardIds": [card], "cardOwners": [owner]})
            ids.append(card)
        self.given["card"] = ids

    def give_pages(self, count: int) -> None:
        """Pages, beside their owners."""
        ids: list[str] = []
        me = [{"id": self.id, "type": "USER"}]
        for hit in self._found("page", count * 3):
            body = {"pageIds": [hit["databaseId"]], "owners": me}
            if self.client.put("/api/content/v1/pages/bulk/owners", json=body).is_success:
                ids.append(hit["databaseId"])
            if len(ids) == count:
                break
        self.given["page"] = ids

    def give_groups(self, members: int, owned: int) -> None:
        """New groups: some they are a member of, some they own."""
        for kind, count in (("group_member", members), ("group", owned)):
            ids: list[str] = []
            for number in range(count):
                body = {"name": f"Leaver {kind} {number} of {self.id}", "type": "closed", "description": ""}
                group = str(self._send("POST", GROUPS, body)["id"])
                if kind == "group_member":
                    self._send("PUT", f"{GROUPS}/{group}/user/{self.id}")
                else:
                    me = [{"type": "USER", "id": self.id}]
                    self._send("PUT", f"{GROUPS}/access", [{"groupId": group, "addOwners": me}])
                ids.append(group)
            self.given[kind] = ids

    def give_alerts(self, subscribed: int, owned: int) -> None:
        """Alerts that tell them, and alerts that are theirs."""
        listed = self._send("GET", f"{ALERTS}?fields=all&all=true")
        ids: list[str] = []
        for alert in listed:
            if len(ids) < owned:
                answer = self.client.patch(f"{ALERTS}/{alert['id']}", json={"id": alert["id"], "owner": int(self.id)})
                ids += [str(alert["id"])] if answer.is_success else []
        self.given["alert"] = ids
        told = [str(alert["id"]) for alert in listed if str(alert["id"]) not in ids][:subscribed]
        for alert in told:
            self._send("POST", f"{ALERTS}/{alert}/subscriptions", {"subscriberId": int(self.id), "type": "USER"})
        self.given["alert_subscription"] = told

    def give_reports(self, recipients: int, owned: int) -> None:
        """Report schedules that are mailed to them, and schedules that are theirs."""
        listed = self._send("GET", f"{REPORTS}?filter=ALL&limit=0")
        ids: dict[str, list[str]] = {"report_recipient": [], "report": []}
        for report in listed:
            kind = "report" if len(ids["report"]) < owned else "report_recipient"
            if len(ids["report_recipient"]) == recipients:
                break
            extra = [*(report["schedule"].get("additionalRecipients") or []), {"type": "USER", "value": self.id}]
            rule = {**report["schedule"], "additionalRecipients": extra}
            rule.pop("nextRunDate", None)
            body = {"ownerId": int(self.id)} if kind == "report" else {"schedule": rule}
            if self.client.put(f"{REPORTS}/{report['id']}", json=body).is_success:
                ids[kind].append(str(report["id"]))
        self.given |= ids

    def give_tasks(self, count: int) -> None:
        """Open tasks."""
        ids: list[str] = []
        for task in self._send("POST", f"{QUEUES}/tasks/list", {"status": ["OPEN"]}):
            body = {"tasksId": [], "type": "USER", "userId": self.id}
            path = f"{QUEUES}/{task['queueId']}/tasks/{task['id']}/assign"
            if len(ids) < count and self.client.put(path, json=body).is_success:
                ids.append(task["id"])
        self.given["task"] = ids

    def give_queues(self, count: int) -> None:
        """Queues."""
        ids: list[str] = []
        for queue in self._send("GET", f"{QUEUES}/"):
            if len(ids) < count and self.client.put(f"{QUEUES}/{queue['id']}/owner/{self.id}").is_success:
                ids.append(queue["id"])
        self.given["queue"] = ids

    def give_beast_modes(self, count: int) -> None:
        """Beast Modes."""
        body = {"name": "", "filters": [{"field": "notvariable"}], "sort": {"field": "name", "ascending": True}}
        found = self._send("POST", "/api/query/v1/functions/search", {**body, "limit": count * 3, "offset": 0})
        ids: list[str] = []
        for each in found["results"]:
            update = {"update": [{"id": each["id"], "owner": int(self.id)}]}
            if len(ids) < count and self.client.post("/api/query/v1/functions/bulk/template", json=update).is_success:
                ids.append(str(each["id"]))
        self.given["beast_mode"] = ids

    def give_file_grants(self, count: int) -> None:
        """New files of the token's owner, with a grant."""
        ids: list[str] = []
        for number in range(count):
            parts = {"file": (f"note {number}.txt", b"note")}
            name = f"Leaver note {number}"
            answer = self.client.post(FILES, params={"name": name, "public": "false"}, files=parts).raise_for_status()
            file = str(answer.json()["dataFileId"])
            permissions = self._send("GET", f"{FILES}/{file}/permissions")
            entry = {"entityType": "USER", "entityId": self.id, "grant": "READ_WRITE", "pass": "NONE"}
            body = {"publicAccess": False, "entries": [*permissions["entries"], entry]}
            self._send("PUT", f"{FILES}/{file}/permissions", body)
            ids.append(file)
        self.given["file_grant"] = ids

    def give_filesets(self, count: int) -> None:
        """New FileSets: only their owner may give them on."""
        ids: list[str] = []
        for number in range(count):
            made = self._send("POST", "/api/files/v1/filesets", {"name": f"Leaver set {number}"})
            self._send("POST", f"/api/files/v1/filesets/{made['id']}/ownership", {"userId": int(self.id)})
            ids.append(made["id"])
        self.given["fileset"] = ids

    def give_accounts(self, count: int) -> None:
        """New accounts, taken from the token's owner."""
        ids: list[str] = []
        me = str(self._send("GET", "/api/content/v2/users/me")["id"])
        for number in range(count):
            body = {"displayName": f"Leaver account {number}", "accountType": "Standard"}
            account = str(self._send("POST", "/api/data/v1/accounts", body)["accountId"])
            for person, level in ((self.id, "OWNER"), (me, "NONE")):
                share = {"type": "USER", "id": int(person), "accessLevel": level}
                self._send("PUT", f"/api/data/v2/accounts/share/{account}", share)
            ids.append(account)
        self.given["account"] = ids

    def give_dataflows(self, count: int) -> None:
        """Dataflows."""
        ids = [hit["databaseId"] for hit in self._found("dataflow", count)]
        for each in ids:
            path = f"/api/dataprocessing/v1/dataflows/{each}/patch"
            self._send("PUT", path, {"responsibleUserId": int(self.id)})
        self.given["dataflow"] = ids

    def give_some(self) -> None:
        """A few things of each kind."""
        self.give_datasets(3)
        self.give_cards(2)
        self.give_pages(2)
        self.give_groups(2, 2)
        self.give_alerts(2, 2)
        self.give_reports(2, 1)
        self.give_tasks(2)
        self.give_queues(1)
        self.give_beast_modes(2)
        self.give_file_grants(2)
        self.give_accounts(1)
        self.give_dataflows(2)

    # Looking

    def holders(self) -> dict[str, str]:
        """Return who holds each thing that was given, by "<kind>:<id>", as the sandbox tells; ids of people, sorted."""
        self._listed.clear()
        return {f"{kind}:{each}": self._holder(kind, each) for kind, ids in self.given.items() for each in ids}

    def _holder(self, kind: str, identifier: str) -> str:
        found: list[str] = getattr(self, f"_of_{kind}")(identifier)
        return " ".join(sorted(found))

    def _of_dataset(self, key: str) -> list[str]:
        return [self._send("GET", f"/api/data/v3/datasources/{key}")["owner"]["id"]]

    def _of_card(self, key: str) -> list[str]:
        listed = self._send("GET", f"/api/content/v1/cards?urns={key}")
        return [owner["id"] for owner in listed[0]["owners"]]

    def _of_page(self, key: str) -> list[str]:
        listed = self._once("/api/content/v1/pages/adminsummary?limit=1000")["pageAdminSummaries"]
        return [owner["id"] for page in listed if str(page["pageId"]) == key for owner in page["owners"]]

    def _of_group_member(self, key: str) -> list[str]:
        return [str(each) for each in self._send("GET", f"{GROUPS}/{key}")["userIds"]]

    def _of_group(self, key: str) -> list[str]:
        answer = self._send("POST", f"{GROUPS}/permissions", [key])
        return [str(owner["id"]) for owner in answer[0]["permissions"]["owners"]]

    def _of_alert(self, key: str) -> list[str]:
        return [str(self._send("GET", f"{ALERTS}/{key}")["owner"])]

    def _of_alert_subscription(self, key: str) -> list[str]:
        listed = self._send("GET", f"{ALERTS}/{key}")["subscriptions"]
        return [str(each["subscriberId"]) for each in listed if each["type"] == "USER"]

    def _of_report(self, key: str) -> list[str]:
        return [str(self._send("GET", f"{REPORTS}/{key}")["ownerId"])]

    def _of_report_recipient(self, key: str) -> list[str]:
        listed = self._send("GET", f"{REPORTS}/{key}")["schedule"]["additionalRecipients"]
        return [str(each["value"]) for each in listed]

    def _of_task(self, key: str) -> list[str]:
        listed = self._once(f"{QUEUES}/tasks/list")
        return [str(task["assignedTo"]) for task in listed if task["id"] == key]

    def _of_queue(self, key: str) -> list[str]:
        return [str(self._send("GET", f"{QUEUES}/{key}")["owner"])]

    def _of_beast_mode(self, key: str) -> list[str]:
        return [str(self._send("GET", f"/api/query/v1/functions/template/{key}")["owner"])]

    def _of_file_grant(self, key: str) -> list[str]:
        entries = self._send("GET", f"{FILES}/{key}/permissions")["entries"]
        return [f"{each['entityId']}:{each['grant']}" for each in entries]

    def _of_account(self, key: str, entity: str = "account") -> list[str]:
        criteria = [{"filterType": "term", "field": "databaseId", "value": key}]
        found = self._send("POST", SEARCH, {"query": "*", "entityList": [[entity]], "filters": criteria})
        return [str(owner["id"]) for owner in found["searchObjects"][0]["owners"]]

    def _of_dataflow(self, key: str) -> list[str]:
        return self._of_account(key, "dataflow")

    def _of_fileset(self, key: str) -> list[str]:
        return [str(self._send("GET", f"/api/files/v1/filesets/{key}")["owner"])]

    def _once(self, path: str) -> Any:
        """Ask for a list once for all who look."""
        if path not in self._listed:
            self._listed[path] = self._send("POST", path, {})
        return self._listed[path]

    def _found(self, entity: str, count: int) -> list[dict[str, Any]]:
        body = {"query": "*", "entityList": [[entity]], "count": count}
        return list(self._send("POST", SEARCH, body)["searchObjects"])

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None


def after_hand_over(holders: dict[str, str], leaver: str, to: str) -> dict[str, str]:
    """Return who is to hold each thing once the person has left."""
    return {key: " ".join(sorted(held.replace(leaver, to).split())) for key, held in holders.items()}


def as_recorded(rows: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return by "<kind>:<id>" which of the two people hold a thing, by the record's states."""
    found = {}
    for row in rows:
        state = row["after"] if row["state"] == "succeeded" else row["before"]
        people = {"leaver": row["from"][0], "to": row["to"][0]}
        held = [state["owner"]] if "owner" in state else [people[role] for role in people if state.get(role)]
        found[f"{row['kind']}:{row['id']}"] = tuple(sorted(held))
    return found


def as_told(holders: dict[str, str], *people: str) -> dict[str, tuple[str, ...]]:
    """Return the same by what the sandbox tells: which of these people hold a thing."""
    told = {key: [holder.partition(":")[0] for holder in held.split()] for key, held in holders.items()}
    return {key: tuple(sorted(each for each in held if each in people)) for key, held in told.items()}
