"""Forms of an upload: how the file is read, how its columns are matched, what is done with it."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.connections.models import Connection
from apps.jobs.models import Job
from domoadmin.tabular.dialect import Encoding

DETECTED = "detected"
DELIMITERS = [(DETECTED, "As detected"), (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")]
QUOTES = [(DETECTED, "As detected"), ('"', 'Double quote "'), ("'", "Single quote '"), ("none", "None")]
HEADERS = [(DETECTED, "As detected"), ("yes", "The first line names the columns"), ("no", "There is no header")]
ENCODINGS = [(DETECTED, "As detected"), *[(str(encoding), encoding.label) for encoding in Encoding]]
LEAVE_EMPTY = "empty"


MATCHES = [("name", "By name"), ("position", "By position")]


class ReadingForm(forms.Form):
    """Corrections of what was detected, and how columns are matched. The values go into the job's params."""

    encoding = forms.ChoiceField(choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(choices=DELIMITERS, required=False)
    quote = forms.ChoiceField(choices=QUOTES, required=False, label="Quoting")
    header = forms.ChoiceField(choices=HEADERS, required=False)
    match = forms.ChoiceField(choices=MATCHES, required=False, label="Columns are matched")

    def overrides(self) -> dict[str, Any]:
        """Return only what differs from the detected dialect."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "match"}
        chosen = {name: value for name, value in values.items() if value and value != DETECTED}
        if "quote" in chosen:
            chosen["quote"] = None if chosen["quote"] == "none" else chosen["quote"]
        if "header" in chosen:
            chosen["header"] = chosen["header"] == "yes"
        return chosen

    @classmethod
    def of(cls, job: Job) -> ReadingForm:
        """Make the form show what the job's params hold."""
        overrides = job.params.get("dialect", {})
        initial: dict[str, Any] = dict.fromkeys(cls.base_fields, DETECTED)
        initial["match"] = "position" if job.params.get("mapping", {}).get("by_position") else "name"
        for name, value in overrides.items():
            initial[name] = {True: "yes", False: "no", None: "none"}.get(value, value) if name != "encoding" else value
        return cls(initial=initial)


def mapping_of(data: Any, job: Job) -> dict[str, Any]:
    """Read the matching that a person chose: by position, or a file column for each dataset column.

    Only choices that differ from the match by name are kept. Raises forms.ValidationError naming the column.
    """
    if data.get("match") == "position":
        return {"by_position": True}
    file_columns: list[str] = job.preview.get("file_columns", [])
    chosen: dict[str, int | None] = {}
    for number, column in enumerate(job.preview.get("columns", [])):
        value = data.get(f"column-{number}")
        if value is None:
            continue
        if value == LEAVE_EMPTY:
            source = None
        elif value.isdigit() and int(value) < len(file_columns):
            source = int(value)
        else:
            raise forms.ValidationError(f"Column {column['name']}: choose a column of the file, or “Leave empty”.")
        if source != column["source"] or column["how"] == "chosen":
            chosen[column["name"]] = source
    used = [source for source in chosen.values() if source is not None]
    if len(used) != len(set(used)):
        raise forms.ValidationError("One column of the file was chosen twice. Choose another for one of the two.")
    return {"chosen": chosen}


PARTITION = "PARTITION"
LONGEST_PARTITION = 200


def clean_partition(text: str) -> str:
    """Return the name of a partition. Raises forms.ValidationError with what is wrong with it."""
    name = text.strip()
    if len(name) > LONGEST_PARTITION:
        raise forms.ValidationError(f"The partition’s name has at most {LONGEST_PARTITION} characters.")
    if not name.isprintable():
        raise forms.ValidationError("The partition’s name holds a character that can’t be seen: type it anew.")
    return name


class SendForm(forms.Form):
    """What is done with the file. Nothing is sent before this form is."""

    action = forms.ChoiceField(
        choices=[("APPEND", "Append"), ("REPLACE", "Replace"), (PARTITION, "Replace one partition’s data")]
    )
    partition = forms.CharField(required=False, strip=True)
    index = forms.BooleanField(required=False)
    decision = forms.ChoiceField(
        choices=[("stop", "Stop"), ("set_aside", "Set aside"), ("empty", "Send as empty")], required=False
    )
    confirmation = forms.CharField(required=False)

    def __init__(self, *args: Any, job: Job, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        self.connection = connection

    def clean_decision(self) -> str:
        """Ask for a decision where rows can't be sent as they are."""
        decision: str = self.cleaned_data["decision"] or "stop"
        preview = self.job.preview
        if preview["bad_rows"] and decision == "stop":
            raise forms.ValidationError(
                f"{preview['bad_rows']:,} rows can’t be sent as they are. "
                "Choose what happens with them, or fix the file."
            )
        if decision == "empty" and preview["check"]["ragged_count"]:
            raise forms.ValidationError(
                "Rows with a wrong number of values can’t be sent as empty. Set them aside, or fix the file."
            )
        return decision

    def clean_partition(self) -> str:
        """A partition is named where its data is replaced; with another choice the name counts for nothing."""
        if self.cleaned_data.get("action") != PARTITION:
            return ""
        name = clean_partition(self.cleaned_data["partition"])
        if not name:
            raise forms.ValidationError("Name the partition whose data is replaced, for example 2026-11.")
        return name

    def clean(self) -> dict[str, Any]:
        """On production, replacing data wants the connection's slug typed."""
        cleaned = super().clean() or {}
        needs_slug = self.connection.is_production and cleaned.get("action") in ("REPLACE", PARTITION)
        if needs_slug and cleaned.get("confirmation", "").strip() != self.connection.slug:
            self.add_error(
                "confirmation",
                f"Replacing data on production: type {self.connection.slug} to confirm. Nothing was sent.",
            )
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen, whether it is valid or not, so that a refused page shows it again."""
        known = {"decision": ("stop", "set_aside", "empty"), "action": ("APPEND", "REPLACE", PARTITION)}
        chosen: dict[str, Any] = {
            name: self.data[name] for name, values in known.items() if self.data.get(name) in values
        }
        partition = self.data.get("partition", "").strip() if chosen.get("action") == PARTITION else ""
        return {**chosen, "partition": partition, "index": "index" in self.data}

    def decided(self) -> dict[str, Any]:
        """Return the decision as the job keeps it."""
        values = self.cleaned_data
        action = "REPLACE" if values["action"] == PARTITION else values["action"]
        chosen = {name: values[name] for name in ("index", "decision", "partition")}
        return {"action": action, **chosen}
