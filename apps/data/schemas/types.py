"""The types that a column may be given, in the words of the page."""

from __future__ import annotations

from domoadmin.tabular.column_types import ColumnType

# The document gives STRING and LONG as examples; these are the ones that real clients send.
TYPES = (
    ColumnType.STRING,
    ColumnType.LONG,
    ColumnType.DECIMAL,
    ColumnType.DOUBLE,
    ColumnType.DATE,
    ColumnType.DATETIME,
)
TYPE_CHOICES = tuple((kind.value, kind.label) for kind in TYPES)
_LABELS = dict(TYPE_CHOICES)


def is_known(upstream_type: str) -> bool:
    """Say whether a column may be given this type."""
    return upstream_type in _LABELS


def type_label(upstream_type: str) -> str:
    """Return a type in plain words; one that is not known stays as the upstream writes it."""
    return _LABELS.get(upstream_type) or upstream_type or "not reported"


def choices_with(upstream_type: str) -> list[tuple[str, str]]:
    """Return what a column may be given, and what it has where that is something else."""
    others = [] if is_known(upstream_type) else [(upstream_type, type_label(upstream_type))]
    return [*others, *TYPE_CHOICES]
