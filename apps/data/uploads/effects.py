"""What an upload will do to the dataset, by what is chosen so far: rows before and after, in words and figures."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from apps.core.formats import format_number
from apps.data.uploads.forms import PARTITION, SendForm
from apps.data.uploads.known_partitions import KnownPartitions
from apps.jobs.models import Job


def plural(count: int, one: str, many: str) -> str:
    """Write a count with its noun."""
    return f"{format_number(count)} {one if count == 1 else many}"


class Effects:
    """Reads a planned job's preview and what was chosen; a form that was refused counts more than what is stored."""

    def __init__(self, job: Job, form: SendForm | None = None) -> None:
        self._preview: dict[str, Any] = job.preview
        self._params: dict[str, Any] = job.params if form is None else {**job.params, **form.chosen()}
        self._check: dict[str, Any] = self._preview["check"]

    @property
    def bad_rows(self) -> int:
        """Rows that can't be sent as they are."""
        return int(self._preview["bad_rows"])

    @property
    def decision(self) -> str:
        """What was chosen for them so far."""
        return str(self._params.get("decision", "stop"))

    @property
    def action(self) -> str:
        """APPEND, REPLACE or PARTITION, as chosen so far."""
        return PARTITION if self.partition else str(self._params.get("action") or "APPEND")

    @property
    def partition(self) -> str:
        """The partition whose data is replaced, as chosen so far."""
        return str(self._params.get("partition") or "")

    @property
    def partitions(self) -> KnownPartitions:
        """What was known of the dataset's partitions at the check."""
        return KnownPartitions.of(self._preview)

    @property
    def limit_warning(self) -> str:
        """What to say of the limit where one more partition comes close to it; empty for nothing."""
        return self.partitions.gauge.with_one_more() if self.partitions.told else ""

    @property
    def index(self) -> bool:
        """Whether the rows are to be indexed."""
        return bool(self._params.get("index", True))

    @property
    def rows_in_file(self) -> int:
        """Records below the header, blank lines left out."""
        return int(self._preview["rows_in_file"])

    @property
    def rows_aside(self) -> int:
        """Rows that will be set aside by the present decision."""
        return self.bad_rows if self.decision == "set_aside" else 0

    @property
    def rows_to_send(self) -> int:
        """Rows that will go up by the present decision."""
        return self.rows_in_file - self.rows_aside

    @property
    def rows_before(self) -> int | None:
        """Rows of the dataset when the file was checked; None when the upstream does not report them."""
        return self._preview["dataset"]["row_count"]  # type: ignore[no-any-return]

    @property
    def rows_after(self) -> int | None:
        """Rows of the dataset if all goes well."""
        if self.action == "REPLACE":
            return self.rows_to_send
        if self.partition:
            known = self.partitions.rows.get(self.partition, 0 if self.partitions.told else None)
            return None if known is None or self.rows_before is None else self.rows_before - known + self.rows_to_send
        return None if self.rows_before is None else self.rows_before + self.rows_to_send

    @property
    def append_effect(self) -> str:
        """What appending does to the data that is there."""
        if self.rows_before is None:
            return "Adds to the rows that are there"
        if self.rows_before == 0:
            return "The dataset is empty"
        return f"Adds to the {format_number(self.rows_before)} rows"

    @property
    def replace_effect(self) -> str:
        """What replacing does to the data that is there."""
        if self.rows_before == 0:
            return "The dataset is empty: nothing goes"
        rows = "All rows" if self.rows_before is None else f"All {format_number(self.rows_before)} rows"
        cards = self._preview["dataset"]["card_count"]
        return f"{rows} go" + (f"; {plural(cards, 'card shows', 'cards show')} the new ones" if cards else "")

    @property
    def partition_effect(self) -> str:
        """What replacing one partition does, and how many there are."""
        known = self.partitions
        if not known.told:
            return "Its rows go, the others stay. This upstream lists no partitions"
        if not known.count:
            return "The dataset has no partitions yet: this makes the first"
        return f"Its rows go, the others stay. {plural(known.count, 'partition', 'partitions')} so far"

    @property
    def part_count(self) -> int:
        """Parts that the file is cut into."""
        return len(self._check["parts"])

    @property
    def parallel(self) -> int:
        """Parts that go up side by side."""
        return int(settings.UPLOAD_PARALLEL_PARTS)

    @property
    def button(self) -> str:
        """The words of the main button: verb and number."""
        rows = plural(self.rows_to_send, "row", "rows")
        words = {"REPLACE": f"Replace all by {rows}", PARTITION: f"Replace {self.partition or 'a partition'} by {rows}"}
        return words.get(self.action, f"Append {rows}")
