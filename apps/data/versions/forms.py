"""What can be asked of the versions and partitions of a dataset: filters of lists, clean-ups, settings of deletions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from apps.jobs.bulk import SettingsForm

MOST = 10_000
STATUSES = (("", "Any"), ("success", "Succeeded"), ("error", "Failed"), ("processing", "Processing"))
STATES = (("", "Any"), ("data", "With data"), ("none", "Tag without data"))
ORDERS = (("date", "By their last load"), ("name", "By name"))


def _date(label: str, hint: str) -> forms.DateField:
    return forms.DateField(
        required=False, label=label, help_text=hint, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class VersionFilterForm(forms.Form):
    """The filters of the list of versions."""

    status = forms.ChoiceField(required=False, choices=STATUSES, label="State")
    older = forms.IntegerField(required=False, min_value=1, max_value=MOST, label="Older than days")


class PartitionFilterForm(forms.Form):
    """The filters of the list of partitions; the dates are the documented bounds MIN and MAX."""

    since = _date("Loaded since", "Sent as MIN of datecompleted.")
    until = _date("Loaded until", "Sent as MAX of datecompleted, that day included.")
    state = forms.ChoiceField(required=False, choices=STATES, label="Data")

    def clean(self) -> dict[str, Any]:
        """Take bounds in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "This day lies before the first one: swap the two.")
        return cleaned


class QueryForm(forms.Form):
    """What a selection of many parts asks; also `manage.py bulk ... --query`."""

    dataset = forms.CharField(max_length=100, error_messages={"required": "say which dataset (dataset=ID)"})
    q = forms.CharField(required=False, max_length=200)
    keep = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    older = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    noun: ClassVar[str]

    @classmethod
    def in_words(cls, query: Mapping[str, str]) -> str:
        """Return what is asked, without the dataset."""
        parts = [f"“{query['q']}”"] if query.get("q") else []
        if query.get("keep"):
            parts.append(f"all but the newest {query['keep']}")
        if query.get("older"):
            parts.append(f"older than {query['older']} days")
        parts += [f"{name} {query[name]}" for name in ("status", "since", "until", "state") if query.get(name)]
        return f"{cls.noun}, {', '.join(parts)}," if parts else f"all {cls.noun}"


class VersionQueryForm(QueryForm):
    """What a selection of versions asks."""

    status = forms.ChoiceField(required=False, choices=STATUSES)
    noun = "versions"


class PartitionQueryForm(QueryForm):
    """What a selection of partitions asks."""

    order = forms.ChoiceField(required=False, choices=[("", ""), *ORDERS])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    state = forms.ChoiceField(required=False, choices=STATES)
    noun = "partitions"


# Settings of the bulk actions


class DeleteVersionsForm(SettingsForm):
    """Whether versions that are in use go too."""

    active = forms.BooleanField(
        required=False,
        label="Also versions that are part of the present data",
        help_text="Their rows disappear from queries and cards. The newest version is never deleted by a job.",
    )


class DeleteTagsForm(SettingsForm):
    """Whether rows may stay behind without a tag."""

    keep_rows = forms.BooleanField(
        required=False,
        label="Also where the data is still there",
        help_text="Its rows then stay in the dataset without a partition, and no upload can replace them any more.",
    )


# The dialogs of a clean-up


class CleanUpForm(forms.Form):
    """Keep the newest N, or delete what is older than D days."""

    rule = forms.ChoiceField(
        choices=[("keep", "Keep the newest"), ("older", "Delete what is older than")],
        initial="keep",
        widget=forms.RadioSelect,
        label="Which go",
    )
    keep = forms.IntegerField(required=False, min_value=1, max_value=MOST, initial=10, label="How many are kept")
    older = forms.IntegerField(required=False, min_value=1, max_value=MOST, initial=90, label="Days")

    def clean(self) -> dict[str, Any]:
        """The number of the chosen rule is needed, the other one counts for nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        rule = cleaned.get("rule")
        if rule in ("keep", "older"):
            if cleaned.get(rule) is None and rule not in self.errors:
                what = "how many versions or partitions are kept" if rule == "keep" else "how many days"
                self.add_error(rule, f"Say {what}: a whole number from 1.")
            other = "older" if rule == "keep" else "keep"
            self.errors.pop(other, None)
            cleaned[other] = None
        return cleaned

    def query(self, dataset_id: str) -> dict[str, str]:
        """Return the selection that the rule stands for."""
        values = self.cleaned_data
        asked = {"dataset": dataset_id, "keep": values["keep"], "older": values["older"], "order": values.get("order")}
        return {name: str(value) for name, value in asked.items() if value}


class PartitionCleanUpForm(CleanUpForm):
    """The same for partitions: by date or name, their data or the tags that are left without data."""

    order = forms.ChoiceField(choices=ORDERS, initial="date", widget=forms.RadioSelect, label="Newest")
    what = forms.ChoiceField(
        choices=[
            ("delete-partition-data", "Their data: the rows go, the tags stay"),
            ("delete-partition-tags", "Their tags: they leave the list and the limit"),
        ],
        initial="delete-partition-data",
        widget=forms.RadioSelect,
        label="What is deleted",
    )
    field_order = ("what", "rule", "keep", "older", "order")
