"""Beast Modes: formulas over datasets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text, texts

VALID = "VALID"


@dataclass(frozen=True)
class BeastModeLink:
    """What a Beast Mode hangs on: a CARD or a DATA_SOURCE. `valid` is a text such as VALID or ILLEGAL_REFERENCE."""

    kind: str
    id: str
    valid: str
    visible: bool | None
    active: bool | None

    @property
    def card_id(self) -> str:
        """The id of the card, also when the link names a drill on it (dr:<drill>:<card>); empty for a dataset."""
        return self.id.rpartition(":")[2] if self.kind == "CARD" else ""

    @property
    def broken(self) -> bool:
        """Whether the link leads nowhere: it says a state other than VALID."""
        return self.valid not in ("", VALID)


@dataclass(frozen=True, kw_only=True)
class BeastMode(Result):
    """A Beast Mode; expression, data type and dependencies only where one is read alone, not in a search."""

    id: str
    name: str
    owner_id: str
    expression: str
    data_type: str
    status: str
    locked: bool | None
    archived: bool | None
    is_variable: bool | None
    checksum: str
    legacy_id: str
    links: tuple[BeastModeLink, ...]
    functions: tuple[str, ...]
    not_aggregated_columns: tuple[str, ...]
    dependencies: tuple[str, ...]
    created: datetime | None
    modified: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a Beast Mode of a search, a template, or an answer to a change: lists may be absent."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            owner_id=identifier(raw, "owner", "owner.id"),
            expression=text(raw, "expression"),
            data_type=text(raw, "dataType"),
            status=text(raw, "status"),
            locked=flag(raw, "locked"),
            archived=flag(raw, "archived"),
            is_variable=flag(raw, "variable"),
            checksum=text(raw, "checkSum"),
            legacy_id=text(raw, "legacyId"),
            links=tuple(_link(each) for each in mappings(raw, "links")),
            functions=texts(raw, "functions"),
            not_aggregated_columns=texts(raw, "nonAggregatedColumns"),
            dependencies=texts(raw, "functionTemplateDependencies"),
            created=moment(raw, "created"),
            modified=moment(raw, "lastModified"),
        )

    @property
    def dataset_ids(self) -> tuple[str, ...]:
        """The ids of the datasets it hangs on."""
        return tuple(link.id for link in self.links if link.kind == "DATA_SOURCE")

    @property
    def broken_links(self) -> tuple[BeastModeLink, ...]:
        """The links that lead nowhere."""
        return tuple(link for link in self.links if link.broken)


def _link(raw: Raw) -> BeastModeLink:
    resource = mapping(raw, "resource")
    valid: Any = raw.get("valid")
    return BeastModeLink(
        kind=text(resource, "type"),
        id=identifier(resource, "id"),
        # a text by the document; a plain yes or no would mean the same
        valid=(VALID if valid else "INVALID") if isinstance(valid, bool) else text(raw, "valid"),
        visible=flag(raw, "visible"),
        active=flag(raw, "active"),
    )


@dataclass(frozen=True, kw_only=True)
class BeastModeStatistics(Result):
    """How many Beast Modes there are. `total` is those on datasets and on cards; the other counts overlap with these.

    None where the answer doesn't say.
    """

    total: int | None
    on_datasets: int | None
    on_cards: int | None
    in_visualizations: int | None
    locked: int | None
    invalid: int | None
    invalid_link: int | None
    archived: int | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the counts; a total that is missing is what is on datasets and on cards."""
        on_datasets, on_cards = number(raw, "onDatasets"), number(raw, "onCards")
        total = number(raw, "total")
        if total is None and on_datasets is not None and on_cards is not None:
            total = on_datasets + on_cards
        return cls(
            raw=raw,
            request_id=request_id,
            total=total,
            on_datasets=on_datasets,
            on_cards=on_cards,
            in_visualizations=number(raw, "inVisualizations"),
            locked=number(raw, "locked"),
            invalid=number(raw, "invalid"),
            invalid_link=number(raw, "invalidLink"),
            archived=number(raw, "archived"),
        )
