"""The bulk actions on datasets: certification, tags, index, streams. Access: job_access.py."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.core.states import state_look
from apps.data.datasets.job_forms import TagsForm
from apps.data.datasets.rows import certification_word
from apps.data.datasets.selection import DATASETS, DatasetRecord
from apps.jobs.bulk import UNTOLD, BulkAction, Settings, Skip, TargetSource
from apps.jobs.kinds import ItemOutcome, NotDone, Succeeded
from apps.jobs.models import JobItem
from apps.jobs.work import ItemWork
from domoadmin.services.client import Client
from domoadmin.services.resources.certified_content import EntityType
from domoadmin.services.results.base import Result
from domoadmin.services.results.streams import Execution

Badges = list[tuple[str, str, str]]


class DatasetAction(BulkAction):
    """What all of them share."""

    area = "data"
    target_kind = "dataset"
    source: ClassVar[TargetSource] = DATASETS


class CertificationAction(DatasetAction):
    """Sets or removes a certification. States: {"certification": "certified", "requested", "expired" or ""}."""

    icon = "rosette-discount-check"
    reads_records = True
    content: ClassVar[EntityType] = "DATA_SOURCE"

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the certification."""
        found = client.certified_content.get_status(self.content, key)
        return {"certification": "certified" if found.certified else certification_word(found.state)}

    def known(self, record: DatasetRecord, settings: Settings) -> Any:
        """Read it off the metadata, where that tells it."""
        if "certification" not in record.dataset.raw and not record.tells_certification:
            return UNTOLD
        return {"certification": certification_word(record.dataset.certification)}

    def shown(self, state: Any) -> Badges:
        """Draw it as the list does."""
        if not state["certification"]:
            return [("Not certified", "is-off", "circle-dashed")]
        look = state_look(state["certification"])
        return [(look.word, look.css, look.icon)]


class Certify(CertificationAction):
    """Certify datasets."""

    name = "certify"
    title = "Certify"
    operation = "certified_content.certify"
    reverse = "decertify"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Certified."""
        return Skip("Certified already.") if before["certification"] == "certified" else {"certification": "certified"}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Certify it."""
        return client.certified_content.certify(self.content, key)

    def undo_note(self, settings: Settings) -> str:
        """Say what stays lost."""
        return "Undo removes the certifications. It does not bring back requests, or who had certified expired ones."


class Decertify(CertificationAction):
    """Remove the certification of datasets."""

    name = "decertify"
    title = "Remove certification"
    phrase = "Remove the certification of {objects}"
    icon = "circle-minus"
    operation = "certified_content.decertify"
    reverse = "certify"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Not certified."""
        return {"certification": ""} if before["certification"] else Skip("Not certified anyway.")

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Remove it."""
        return client.certified_content.decertify(self.content, key)

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Only what was certified can be certified again; a request or an expired one can't be made anew."""
        if (item.before or {}).get("certification") == "certified":
            return {}
        return Skip("It was requested or expired before, which can't be brought back.")

    def undo_note(self, settings: Settings) -> str:
        """Say what stays lost."""
        return "Undo certifies them again, in the name of this connection's token and with a new date."


class TagAction(DatasetAction):
    """Changes the tags, which the upstream replaces as a whole. States: {"tags": [...]}."""

    form = TagsForm
    reads_records = True
    merges = True
    operation = "datasets.create_tag"

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the tags: off the metadata, or off the stream, the one answer in the documents that shows them."""
        dataset = client.datasets.get_metadata(key)
        if "tags" not in dataset.raw and dataset.stream_id:
            dataset = client.streams.get(dataset.stream_id).dataset or dataset
        return {"tags": list(dataset.tags)}

    def known(self, record: DatasetRecord, settings: Settings) -> Any:
        """Read them off the metadata."""
        return {"tags": list(record.dataset.tags)} if "tags" in record.dataset.raw else UNTOLD

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Write the whole list."""
        return client.datasets.create_tag(key, after["tags"])

    def changed_since(self, now: Any, item: JobItem) -> bool:
        """Other tags don't matter: only this item's own are taken back."""
        return False

    def describe(self, settings: Settings) -> str:
        """Name the tags."""
        return f"({', '.join(settings['tags'])})" if settings.get("tags") else ""

    def shown(self, state: Any) -> Badges:
        """Draw each tag."""
        return [(tag, "is-off", "") for tag in state["tags"]] or [("No tags", "is-off", "circle-dashed")]


def _missing(these: Any, there: Any) -> list[str]:
    """Return the tags of these that are not there."""
    return [tag for tag in these["tags"] if tag not in there["tags"]]


class Tag(TagAction):
    """Add tags to datasets; what they have stays."""

    name = "tag"
    title = "Add tags"
    phrase = "Add tags to {objects}"
    icon = "tag"
    reverse = "untag"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """All that are there, and the new ones behind."""
        new = [tag for tag in settings["tags"] if tag not in before["tags"]]
        return {"tags": [*before["tags"], *new]} if new else Skip("Has these tags already.")

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Take away what was added, not what was there."""
        return {"tags": _missing(item.after, item.before)}

    def undo_note(self, settings: Settings) -> str:
        """Say what it takes away."""
        return "Undo removes the tags that this job added, from the datasets that did not have them."


class Untag(TagAction):
    """Remove tags from datasets; the others stay."""

    name = "untag"
    title = "Remove tags"
    phrase = "Remove tags from {objects}"
    icon = "tags"
    reverse = "tag"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """All but these."""
        left = [tag for tag in before["tags"] if tag not in settings["tags"]]
        return {"tags": left} if len(left) < len(before["tags"]) else Skip("Has none of these tags.")

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Add again what was taken away."""
        return {"tags": _missing(item.before, item.after)}

    def undo_note(self, settings: Settings) -> str:
        """Say what it does."""
        return "Undo adds the tags again to the datasets that had them."


class Reindex(DatasetAction):
    """Index datasets anew. No state tells whether that is needed."""

    name = "reindex"
    title = "Re-index"
    icon = "refresh"
    operation = "datasets.reindex"
    reads = 0

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Nothing to read."""
        return {"index": "present"}

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Asked for, whatever there is."""
        return {"index": "asked for"}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Ask for it."""
        return client.datasets.reindex(key)

    def notes(self, settings: Settings) -> list[str]:
        """There is nothing to take back."""
        return ["Indexing changes no data, so there is nothing to undo. Large datasets take Domo some minutes."]

    def shown(self, state: Any) -> Badges:
        """Say it in words."""
        return [("Indexed anew", "is-run", "refresh") if state["index"] == "asked for" else ("As it is", "is-off", "")]


class RunStream(DatasetAction):
    """Run the streams that fill datasets. States: {"stream", "execution", "state"}."""

    name = "run-stream"
    title = "Run stream"
    phrase = "Run the streams of {objects}"
    icon = "player-play"
    operation = "streams.execute"
    reads: ClassVar[int] = 2

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the stream and its newest run."""
        stream_id = client.datasets.get_metadata(key).stream_id
        if not stream_id:
            return {"stream": "", "execution": "", "state": ""}
        stream = client.streams.get(stream_id)
        newest = stream.current_execution or stream.last_execution
        running = stream.state == "ACTIVE" or (newest is not None and newest.running)
        word = "running" if running else (newest.state if newest else stream.state).lower()
        return {"stream": stream_id, "execution": newest.id if newest else "", "state": word}

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Running, by a run that doesn't exist yet."""
        if not before["stream"]:
            return Skip("No stream fills it.")
        if before["state"] == "running":
            return Skip("Its stream runs already.")
        return {"stream": before["stream"], "execution": "", "state": "running"}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Start a run."""
        return client.streams.execute(after["stream"])

    def settled(self, answer: Result, after: Any) -> Any:
        """Note which run it is, where the answer says it."""
        return {**after, "execution": answer.id} if isinstance(answer, Execution) else after

    def read_back(self, work: ItemWork, settings: Settings) -> ItemOutcome | NotDone:
        """A run that wasn't there before is ours."""
        now = self.state(work.client, work.item.key, settings)
        if now["execution"] != (work.item.before or {}).get("execution"):
            return Succeeded(after=now)
        return NotDone()

    def irreversible(self, settings: Settings) -> list[str]:
        """Say that a run stays."""
        return ["A run that was started can't be taken back, nor what it writes into the dataset."]

    def shown(self, state: Any) -> Badges:
        """Say how the newest run stands."""
        if not state["stream"]:
            return [("No stream", "is-off", "circle-dashed")]
        if state["state"] == "running":
            return [("Running", "is-run", "player-play")]
        css = "is-bad" if state["state"] == "error" else "is-off"
        return [(f"Last run: {state['state'] or 'none'}", css, "history")]
