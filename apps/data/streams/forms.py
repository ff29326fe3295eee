"""The form of a stream: connector, provider, account, configuration, update method, schedule, dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms

from apps.data.accounts.search import AccountRow
from apps.data.streams.definition import Definition, SettingPair
from apps.data.streams.detail import is_secret
from apps.data.streams.schedule_fields import ScheduleForm

METHODS = (("REPLACE", "Replace: each run replaces all rows"), ("APPEND", "Append: each run adds rows"))
SPARE_ROWS = 2
MOST_SETTINGS = 200
KEPT = "kept; type to replace"


class SettingForm(forms.Form):
    """One row of the configuration; one without a name is no setting."""

    name = forms.CharField(required=False, max_length=200)
    value = forms.CharField(
        required=False, strip=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": 1, "spellcheck": "false"})
    )
    type = forms.CharField(required=False, max_length=60, initial="string")
    category = forms.CharField(required=False, max_length=60, initial="METADATA")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each row says which setting its fields belong to; the table's head says what they are.
        number = (self.prefix or "").rpartition("-")[2]
        row = f"row {int(number) + 1}" if number.isdecimal() else "new row"
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": f"{name.capitalize()}, {row}"}
        if is_secret(self.initial.get("name", "")):
            self.fields["value"].widget = forms.PasswordInput(
                attrs={"placeholder": KEPT, "autocomplete": "new-password", "aria-label": f"Value, {row}"}
            )

    def clean(self) -> dict[str, Any]:
        """A value wants a name."""
        values: dict[str, Any] = super().clean() or {}
        if not values.get("name", "").strip() and values.get("value", "").strip():
            self.add_error("name", "This value has no name: write one, or empty the row.")
        return values


class SettingFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # no generic when it runs
    """The rows of the configuration."""

    def add_fields(self, form: SettingForm, index: int | None) -> None:
        """Add the box that removes the row, with its own name."""
        super().add_fields(form, index)
        row = "new row" if index is None else f"row {index + 1}"
        form.fields["DELETE"].widget.attrs["aria-label"] = f"Remove, {row}"


SettingRows = forms.formset_factory(
    SettingForm,
    SettingFormSet,
    extra=SPARE_ROWS,
    can_delete=True,
    max_num=MOST_SETTINGS,
    absolute_max=2 * MOST_SETTINGS,
)


class StreamForm(forms.Form):
    """A whole definition. `before`: what stands there, None for a new stream; accounts: (of the provider, others)."""

    name = forms.CharField(
        label="Dataset name", max_length=400, error_messages={"required": "Name the dataset that the stream fills."}
    )
    description = forms.CharField(
        label="Dataset description", required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    transport_type = forms.CharField(
        label="Transport", max_length=60, initial="CONNECTOR", error_messages={"required": "Usually CONNECTOR."}
    )
    transport = forms.CharField(
        label="Connector",
        max_length=200,
        help_text="Its class, such as com.domo.connector.snowflakeunloadv2.",
        error_messages={"required": "Write the connector’s class, such as com.domo.connector.snowflakeunloadv2."},
        widget=forms.TextInput(attrs={"list": "connectors", "autocomplete": "off", "spellcheck": "false"}),
    )
    version = forms.CharField(label="Connector version", max_length=40, required=False)
    provider = forms.CharField(
        label="Provider",
        max_length=120,
        help_text="Its key, such as snowflake-unload-v2.",
        error_messages={"required": "Write the provider’s key, such as snowflake-unload-v2."},
        widget=forms.TextInput(attrs={"list": "providers", "autocomplete": "off", "spellcheck": "false"}),
    )
    account = forms.CharField(
        label="Account id",
        required=False,
        max_length=64,
        help_text="As the list of data accounts shows it; empty for none.",
    )
    update_method = forms.ChoiceField(label="Update method", choices=METHODS)
    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        before: Definition | None = None,
        accounts: tuple[Sequence[AccountRow], Sequence[AccountRow]] | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(before) if before else None)
        self.before = before
        kept = before.account if before else ""
        if accounts is not None:
            self.fields["account"] = account_choice(accounts, kept)
        method: Any = self.fields["update_method"]
        if before and before.update_method not in dict(METHODS):
            method.choices = [*METHODS, (before.update_method, before.update_method.capitalize() or "Not reported")]
        self.rows = SettingRows(data, initial=_rows(before) if before else None, prefix="setting")
        self.schedule = ScheduleForm(data, original=before.schedule if before else None, is_new=before is None)

    def is_valid(self) -> bool:
        """Check the fields, the configuration and the schedule, so that a person sees every error at once."""
        return all([super().is_valid(), self.rows.is_valid(), self.schedule.is_valid()])

    def definition(self) -> Definition:
        """Return what the form says, after is_valid()."""
        values = self.cleaned_data
        description = values["description"]
        untold = self.before is not None and self.before.description is None and not description
        return Definition(
            name=self._kept("name"),
            description=None if untold else description.replace("\r\n", "\n"),
            transport_type=values["transport_type"],
            transport=values["transport"],
            version=values["version"] or None,
            provider=values["provider"],
            account=values["account"],
            update_method=values["update_method"],
            schedule=self.schedule.cleaned_data["text"],
            settings=tuple(self._settings()),
        )

    def _kept(self, name: str) -> str:
        """Return a text as it stands there, where only its outer spaces went with the form."""
        given: str = self.cleaned_data[name]
        known: str = getattr(self.before, name) if self.before else ""
        return known if known.strip() == given else given

    def _settings(self) -> list[SettingPair]:
        old = list(self.before.settings) if self.before else []
        found = []
        for place, row in enumerate(self.rows.forms):
            values = row.cleaned_data
            if values.get("name", "").strip() and not values.get("DELETE"):
                found.append(_pair_of(values, old[place] if place < len(old) else None))
        return found


def _pair_of(values: dict[str, Any], was: SettingPair | None) -> SettingPair:
    """Return the setting of a row; what a form can't carry, secrets, outer spaces, line ends, stays as it was."""
    value = values["value"].replace("\r\n", "\n")
    pair = SettingPair(values["name"], value, values["type"] or "string", values["category"] or "METADATA")
    if was is None or was.name.strip() != pair.name:
        return pair
    untouched = (is_secret(was.name) and not value) or was.value.replace("\r\n", "\n") == value
    return replace(pair, name=was.name, value=was.value if untouched else value)


def account_choice(accounts: tuple[Sequence[AccountRow], Sequence[AccountRow]], kept: str) -> forms.ChoiceField:
    """Return the field of accounts: those of the provider first; the one in use is always there."""
    own, others = accounts
    known = {row.id for row in (*own, *others)}
    groups: list[Any] = [("", "None: the connector needs no sign-in")]
    if kept and kept not in known:
        groups.append((kept, f"Account {kept}, in use now"))
    if own:
        groups.append(("Of this provider", [_choice(row) for row in own]))
    if others:
        groups.append(("Others" if own else "Accounts", [_choice(row) for row in others]))
    return forms.ChoiceField(
        label="Account",
        required=False,
        choices=groups,
        error_messages={"invalid_choice": "This account is not there any more: choose another one."},
    )


def _choice(row: AccountRow) -> tuple[str, str]:
    invalid = ", invalid" if row.valid is False else ""
    provider = f", {row.provider}" if row.provider else ""
    return (row.id, f"{row.name or 'No name'} ({row.id}{provider}{invalid})")


def _initial(before: Definition) -> dict[str, Any]:
    return {
        "name": before.name,
        "description": before.description or "",
        "transport_type": before.transport_type,
        "transport": before.transport,
        "version": before.version or "",
        "provider": before.provider,
        "account": before.account,
        "update_method": before.update_method,
        "mark": before.mark,
    }


def _rows(before: Definition) -> list[dict[str, str]]:
    return [
        {
            "name": pair.name,
            "value": "" if is_secret(pair.name) else pair.value,
            "type": pair.type,
            "category": pair.category,
        }
        for pair in before.settings
    ]
