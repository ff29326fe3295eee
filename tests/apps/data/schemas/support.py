"""What the tests of schemas read off pages and send back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from tests.sandbox_process import SandboxProcess


class _Fields(HTMLParser):
    """Collects the fields of the last POST form outside of templates, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._select, self._first, self._inside, self._template = "", "", False, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = values.get("method") == "post" and "hx-post" not in values
            if self._inside:
                self.fields = []
        if tag == "template":
            self._template += 1
        if not self._inside or self._template:
            return
        if tag == "select":
            self._select, self._first = values.get("name", ""), ""
        elif tag == "option" and self._select:
            if "selected" in values or not self._first:
                self.fields = [*self.fields[:-1], (self._select, values["value"])] if self._first else [
                    *self.fields, (self._select, values["value"])
                ]  # fmt: skip
                self._first = "seen"
        elif tag == "input" and "disabled" not in values and values.get("type") != "file":
            is_box = values.get("type") in ("checkbox", "radio")
            if values.get("name") and (not is_box or "checked" in values):
                self.fields.append((values["name"], values.get("value", "on")))

    def handle_endtag(self, tag: str) -> None:
        """Leave a select, a template or a form."""
        if tag == "template":
            self._template -= 1
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._inside = False


class Posted:
    """The fields of a page's form, to be changed as a person would and sent."""

    def __init__(self, page: str) -> None:
        parser = _Fields()
        parser.feed(page)
        self.fields: dict[str, list[str]] = {}
        for name, value in parser.fields:
            if name != "csrfmiddlewaretoken":
                self.fields.setdefault(name, []).append(value)

    def place(self, name: str) -> int:
        """Return where a column stands."""
        return self.fields["name"].index(name)

    def key(self, name: str) -> str:
        """Return the key of a column's row."""
        return self.fields["row"][self.place(name)]

    def rename(self, name: str, to: str) -> Posted:
        """Type another name."""
        self.fields["name"][self.place(name)] = to
        return self

    def retype(self, name: str, to: str) -> Posted:
        """Choose another type."""
        self.fields["type"][self.place(name)] = to
        return self

    def drop(self, name: str) -> Posted:
        """Tick "Drop"."""
        self.fields.setdefault("drop", []).append(self.key(name))
        return self

    def hide(self, name: str) -> Posted:
        """Take the tick from "Shown"."""
        self.fields["visible"].remove(self.key(name))
        return self

    def add(self, name: str, kind: str, key: str = "+1") -> Posted:
        """Fill a new row."""
        for field, value in (("row", key), ("name", name), ("type", kind)):
            self.fields.setdefault(field, []).append(value)
        return self

    def sent(self, do: str, **others: Any) -> dict[str, Any]:
        """Return what a press of a button sends."""
        return {**self.fields, "do": do, **others}


def latest(sandbox: SandboxProcess, dataset_id: str) -> list[dict[str, Any]]:
    """Return the latest columns as the sandbox tells them."""
    with sandbox.client() as client:
        answer = client.get(f"/api/data/v2/datasources/{dataset_id}/schemas/latest")
        answer.raise_for_status()
        columns: list[dict[str, Any]] = answer.json()["schema"]["columns"]
        return columns


def names(sandbox: SandboxProcess, dataset_id: str) -> list[str]:
    """Return the names of the latest columns."""
    return [column["name"] for column in latest(sandbox, dataset_id)]
