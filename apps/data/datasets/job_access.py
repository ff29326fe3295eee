"""The bulk actions on who may see datasets."""

from __future__ import annotations

from typing import Any

from apps.data.datasets.job_forms import PersonForm, ShareForm
from apps.data.datasets.jobs import Badges, DatasetAction
from apps.jobs.bulk import Settings, Skip
from apps.jobs.kinds import ItemOutcome, NotDone, Succeeded, Unknown
from apps.jobs.models import JobItem
from apps.jobs.states import Level
from apps.jobs.work import ItemWork
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound, UpstreamError
from domoadmin.services.results.base import Result

OWNER = "OWNER"
NO_GROUPS = (
    "Taking access away is documented for people, not for groups: what a group gets here has to be taken away in Domo."
)


def holder_of(settings: Settings) -> tuple[str, str]:
    """Return the type and the id of who gets or loses access."""
    return ("USER", str(settings["user"])) if settings.get("user") else ("GROUP", str(settings.get("group", "")))


class AccessAction(DatasetAction):
    """Changes the access of one person or group. States: {"access_level": "CAN_VIEW"}, empty for none."""

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the holder's line of the access list."""
        kind, identifier = holder_of(settings)
        held = [each for each in client.datasets.list_permissions(key) if (each.type, each.id) == (kind, identifier)]
        return {"access_level": held[0].access_level if held else ""}

    def shown(self, state: Any) -> Badges:
        """Write the level as Domo does."""
        level = state["access_level"]
        return [(level, "is-run", "user-check")] if level else [("No access", "is-off", "circle-dashed")]

    def describe(self, settings: Settings) -> str:
        """Name the holder and the level."""
        kind, identifier = holder_of(settings)
        return self._with_level(f"{kind.lower()} {identifier}", settings)

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Name them by name. One that is not found is told, and no more: the sharing call has the last word."""
        kind, identifier = holder_of(settings)
        if not identifier:
            return self.describe(settings), ""
        try:
            name = (client.users.get(identifier) if kind == "USER" else client.groups.get(identifier)).name
        except NotFound:
            return self.describe(settings), f"Domo does not find the {kind.lower()} {identifier}. Is the id right?"
        except UpstreamError:
            name = ""
        return self._with_level(name or f"{kind.lower()} {identifier}", settings), ""

    def _with_level(self, holder: str, settings: Settings) -> str:
        level = settings.get("access_level")
        return f"with {holder} ({level})" if level else f"for {holder}"


def share(client: Client, key: str, settings: Settings, level: str, *, send_email: bool) -> Result:
    """Give a level of access."""
    kind, identifier = holder_of(settings)
    return client.datasets.share(key, [{"id": identifier, "type": kind, "accessLevel": level}], send_email=send_email)


class Share(AccessAction):
    """Share datasets with a person or a group."""

    name = "share"
    title = "Share"
    icon = "share"
    operation = "datasets.share"
    reverse = "revoke"
    form = ShareForm

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """The level asked for, unless they own it."""
        if before["access_level"] == OWNER:
            return Skip("They own it.")
        if before["access_level"] == settings["access_level"]:
            return Skip("They have this access already.")
        return {"access_level": settings["access_level"]}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Share it; a mail goes out when that was asked for."""
        return share(client, key, settings, after["access_level"], send_email=self.mails(settings))

    def read_back(self, work: ItemWork, settings: Settings) -> ItemOutcome | NotDone:
        """The access list tells whether it happened. It doesn't tell about a mail, so that is never sent again."""
        now = self.state(work.client, work.item.key, settings)
        if now["access_level"] in (settings["access_level"], OWNER):
            if self.mails(settings):
                work.event(f"{work.item}: the access is there. Whether the mail was sent is not known.", Level.WARN)
            return Succeeded(result={"mail": "unknown"} if self.mails(settings) else {}, after=now)
        if self.mails(settings):
            return Unknown("The access is not there, but a mail may have been sent. It is not sent again by itself.")
        return NotDone()

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Give back the level they had, or take the access away, which goes for people alone."""
        kind, identifier = holder_of(settings)
        holder = {"user": identifier} if kind == "USER" else {"user": "", "group": identifier}
        level = (item.before or {}).get("access_level")
        if level:
            return {**holder, "restore_level": level}
        return holder if kind == "USER" else Skip(NO_GROUPS)

    def mails(self, settings: Settings) -> bool:
        """As chosen."""
        return bool(settings.get("send_email"))

    def notes(self, settings: Settings) -> list[str]:
        """Say what becomes of the message."""
        if not settings.get("message"):
            return []
        return ["Domo's call for sharing has no place for a message: yours stays with the job and in the audit trail."]

    def irreversible(self, settings: Settings) -> list[str]:
        """Mails, and what a group gets."""
        mails = ["Mails that were sent can't be taken back."] if self.mails(settings) else []
        return [*mails, *([NO_GROUPS] if settings.get("group") else [])]

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        if settings.get("group"):
            return "Undo gives a group the level back that it had. Where it had none, it keeps what it gets now."
        return "Undo takes the access away again, or gives back the level that they had."


class Revoke(AccessAction):
    """Take a person's access to datasets away; as an undo, give back the level they had before."""

    name = "revoke"
    title = "Revoke access"
    phrase = "Revoke access to {objects}"
    icon = "user-off"
    operation = "datasets.revoke_access"
    reverse = "share"
    form = PersonForm

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """None, or the level to give back."""
        if before["access_level"] == OWNER:
            return Skip("They own it, and an owner's access can't be taken away.")
        level = settings.get("restore_level", "")
        if before["access_level"] == level:
            return Skip("They have this access already." if level else "They have no access of their own.")
        return {"access_level": level}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Take it away, or share at the earlier level without a mail."""
        if after["access_level"]:
            return share(client, key, settings, after["access_level"], send_email=False)
        return client.datasets.revoke_access(key, settings["user"])

    def operation_for(self, settings: Settings) -> str:
        """Giving a level back is sharing."""
        return "datasets.share" if settings.get("restore_level") else self.operation

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Share again at the level they had."""
        kind, identifier = holder_of(settings)
        level = (item.before or {}).get("access_level")
        if not level:
            return Skip("It is not known which access they had.")
        holder = {"user": identifier} if kind == "USER" else {"group": identifier}
        return {**holder, "access_level": level, "send_email": False}

    def notes(self, settings: Settings) -> list[str]:
        """Groups stay."""
        return ["What they see through a group they still see."]

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        return "Undo shares again at the level that each dataset had, without a mail."
