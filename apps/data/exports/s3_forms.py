"""Where exports to S3 go and with which keys. The keys are never shown again, not even after a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.exports.regions import REGIONS
from apps.data.exports.s3_target import PLACEHOLDERS, TargetRefused, checked_bucket, checked_pattern
from apps.jobs.models import Job

# Temporary keys of AWS begin like this, and need a session token.
TEMPORARY = "ASIA"
SINGLE_PATTERN = "domo/{name}/{date}"
MANY_PATTERN = "domo/{date}/{name}-{id}"
KEYS = ("access_key", "secret_key", "session_token")
_LONGEST_KEY = {"access_key": 128, "secret_key": 256, "session_token": 4096}


def _key_field(label: str, name: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    # No browser should offer to keep it, and Django does not send a password's value back.
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-1p-ignore": ""})
    messages = {"required": f"Type the {label[0].lower()}{label[1:]}." if not label.isupper() else f"Type {label}."}
    return forms.CharField(
        label=label,
        required=required,
        max_length=_LONGEST_KEY[name],
        widget=widget,
        help_text=help_text,
        error_messages=messages,
    )


class S3Form(forms.Form):
    """Bucket, region, path, what is exported, and the keys."""

    bucket = forms.CharField(
        help_text="The name alone, without s3://",
        error_messages={"required": "Type the name of the bucket."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "my-bucket"}),
    )
    region = forms.ChoiceField(
        help_text="The bucket’s own region: Domo does not export across regions.",
        choices=[("", "Choose the bucket’s region"), *((name, f"{name} · {words}") for name, words in REGIONS.items())],
        error_messages={
            "required": "Choose the region that the bucket lies in.",
            "invalid_choice": "%(value)s is no region of AWS. Choose one from the list.",
        },
    )
    pattern = forms.CharField(
        label="Path in the bucket",
        required=False,
        help_text=f"May hold {', '.join(f'{name}: {words}' for name, words in PLACEHOLDERS.items())}.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    access_key = _key_field("Access key id", "access_key")
    secret_key = _key_field("Secret access key", "secret_key")
    session_token = _key_field(
        "Session token", "session_token", required=False, help_text="Needed for temporary keys, which begin with ASIA."
    )
    columns = forms.MultipleChoiceField(
        label="Only these columns",
        required=False,
        help_text="None ticked: all of them.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "The dataset has no column %(value)s."},
    )
    include_bom = forms.BooleanField(
        label="Begin files with a byte order mark", required=False, help_text="Excel then reads them as UTF-8."
    )
    use_cache = forms.BooleanField(label="Domo may answer from its cache", required=False, initial=True)

    def __init__(self, *args: Any, many: bool = False, columns: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.many = many
        if columns:
            choices: Any = [(name, name) for name in columns]
            self.fields["columns"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["columns"]

    def clean_bucket(self) -> str:
        """Check the name by the rules of S3."""
        return _unless_refused(checked_bucket, self.cleaned_data["bucket"])

    def clean_pattern(self) -> str:
        """Check the path; for many datasets it has to tell them apart."""
        return _unless_refused(lambda text: checked_pattern(text, many=self.many), self.cleaned_data["pattern"])

    def clean_access_key(self) -> str:
        """Refuse what was surely pasted wrongly."""
        return _whole(self.cleaned_data["access_key"])

    def clean_secret_key(self) -> str:
        """Refuse what was surely pasted wrongly."""
        return _whole(self.cleaned_data["secret_key"])

    def clean_session_token(self) -> str:
        """Ask for it where the keys are temporary."""
        token = _whole(self.cleaned_data["session_token"])
        if not token and str(self.cleaned_data.get("access_key", "")).startswith(TEMPORARY):
            raise ValidationError("These keys are temporary (ASIA…): they only work with their session token.")
        return token

    @property
    def keys(self) -> dict[str, str]:
        """Return the keys to seal."""
        return {name: self.cleaned_data[name] for name in KEYS if self.cleaned_data[name]}

    @property
    def params(self) -> dict[str, Any]:
        """Return all but the keys."""
        values = self.cleaned_data
        chosen, offered = values.get("columns", []), self.fields.get("columns")
        everything = offered is not None and len(chosen) == len(offered.choices)  # type: ignore[attr-defined]
        return {
            "bucket": values["bucket"],
            "region": values["region"],
            "pattern": values["pattern"],
            "include_bom": values["include_bom"],
            "use_cache": values["use_cache"],
            "columns": [] if everything else chosen,
        }


def _whole(text: str) -> str:
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValidationError("There is a space or a line break in it: copy it once more, alone.")
    return text


def _unless_refused(check: Any, text: str) -> str:
    try:
        return str(check(text))
    except TargetRefused as refusal:
        raise ValidationError(str(refusal)) from None


def initial_for(connection: Connection, user: User, kind: str, *, many: bool) -> dict[str, Any]:
    """Return what a new form holds: the bucket and region that the person exported to last on this connection."""
    last = Job.objects.filter(kind=kind, connection=connection, actor=user, params__has_key="bucket")
    params: Mapping[str, Any] = next((job.params for job in last.only("params").order_by("-created_at")[:1]), {})
    kept = {name: params[name] for name in ("bucket", "region", "include_bom") if name in params}
    return {"use_cache": True, **kept, "pattern": MANY_PATTERN if many else SINGLE_PATTERN}
