"""Forms of connections. A secret goes in and never comes out again: no form is rendered with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from apps.connections.addresses import AddressRefused, read_address
from apps.connections.models import SECRET_NAMES, Connection, Environment, Kind, Scheme
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    ConnectionModelForm = forms.ModelForm[Connection]
else:  # Django's form classes can't be subscripted when they run
    ConnectionModelForm = forms.ModelForm

_CHOSEN_ROLES = tuple(role for role in Role if role != Role.ADMIN)
_TOKEN_LABELS = {
    Kind.DOMO: ("Access token", "From Domo: Admin, Authentication, Access tokens. It acts as its owner."),
    Kind.DOMAINS: ("Login token", "The token that /auth/login returns."),
    Kind.DOMOSCIO: ("Authorization token", "The token of the instance; access and refresh tokens follow from it."),
}
_DOMAINS_SCHEMES = (("", "<token>"), (Scheme.BEARER.value, Scheme.BEARER.label))
_URL_EXAMPLES = {
    Kind.DOMO: "https://company.domo.com",
    Kind.DOMAINS: "https://api.example.com/prod",
    Kind.DOMOSCIO: "https://adaptive-engine.domoscio.com/v2/instances/12",
}


class SecretField(forms.CharField):
    """A secret to type. It is never rendered; where one is kept, an empty field keeps it."""

    def __init__(self, *, label: str, help_text: str, kept: bool) -> None:
        # new-password: browsers otherwise fill in the person's own password for this site.
        attributes = {"autocomplete": "new-password", "spellcheck": "false"}
        super().__init__(
            label=label,
            help_text="Kept. Type a new one to replace it." if kept else help_text,
            required=not kept,
            max_length=4096,
            widget=forms.PasswordInput(attrs=attributes, render_value=False),
        )

    def clean(self, value: Any) -> str:
        """Strip, and refuse what can't travel in an HTTP header."""
        text: str = super().clean(value)
        if text and not (text.isascii() and text.isprintable() and " " not in text):
            raise ValidationError("A token has no blanks, line breaks or other than ASCII characters. Paste it anew.")
        return text


def roles_to_keep(chosen: list[str]) -> list[str]:
    """Return what the row keeps for the roles ticked in the form: nothing when all may, only admin when none."""
    kept = [role.value for role in Role if role == Role.ADMIN or role.value in chosen]
    return [] if len(kept) == len(Role) else kept


class ConnectionForm(ConnectionModelForm):
    """One connection of a kind that is fixed before the form is shown; so is the slug once it exists."""

    # Declared, since a model field's radio buttons would offer an empty choice; nobody should get one by default.
    environment = forms.ChoiceField(choices=Environment.choices, widget=forms.RadioSelect)
    scheme = forms.ChoiceField(
        label="Token is sent as", choices=Scheme.choices, initial=Scheme.BEARER, widget=forms.RadioSelect
    )
    role_choices = forms.MultipleChoiceField(
        label="Who may use it",
        choices=[(role.value, role.value.capitalize()) for role in _CHOSEN_ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Admins always may.",
    )

    class Meta:
        model = Connection
        fields = ("name", "slug", "environment", "base_url", "scheme", "gzip")
        labels = {"base_url": "Base URL", "gzip": "Compress uploads with gzip"}
        help_texts = {
            "slug": "The short name in every address, such as “halden”. Empty: made from the name. It stays as it is.",
            "gzip": "Saves time on a slow line, costs processor time on a fast one.",
        }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = Kind(kind)
        self.exists = self.instance.pk is not None
        # The model form writes what was typed into the instance before it is known to be valid.
        self.saved_url = self.instance.base_url
        self.fields["base_url"].help_text = f"Such as {_URL_EXAMPLES[self.kind]}. Only https, and only allowed hosts."
        self.fields["slug"].required = False
        if self.exists:
            del self.fields["slug"]
        if self.kind == Kind.DOMO:
            del self.fields["scheme"]
        elif self.kind == Kind.DOMAINS:
            self.fields["scheme"] = forms.ChoiceField(
                label="Token is sent as", choices=_DOMAINS_SCHEMES, required=False, widget=forms.RadioSelect
            )
        elif not self.instance.scheme:
            self.initial["scheme"] = self.instance.scheme_sent or Scheme.BEARER
        if self.kind != Kind.DOMO:
            del self.fields["gzip"]
        roles = self.instance.roles or [role.value for role in _CHOSEN_ROLES]
        self.fields["role_choices"].initial = roles
        self._add_secrets()

    def _add_secrets(self) -> None:
        kept = bool(self.instance.sealed_secrets)
        label, help_text = _TOKEN_LABELS[self.kind]
        self.fields["token"] = SecretField(label=label, help_text=help_text, kept=kept)
        if "api_key" in SECRET_NAMES[self.kind]:
            help_text = "Sent as x-api-key with every request."
            self.fields["api_key"] = SecretField(label="API key", help_text=help_text, kept=kept)
        names = ("name", "slug", "environment", "base_url", "token", "scheme", "api_key", "role_choices", "gzip")
        self.order_fields(names)

    def clean_base_url(self) -> str:
        """Bring the URL into its one spelling, so that the check and the transport read the same host."""
        try:
            return read_address(self.cleaned_data["base_url"]).url
        except AddressRefused as refusal:
            raise ValidationError(str(refusal), code="address") from refusal

    def clean_slug(self) -> str:
        """Keep slugs in small letters: two that differ by capitals alone would be mixed up."""
        slug: str = self.cleaned_data["slug"].lower()
        return slug

    def clean(self) -> dict[str, Any]:
        """Make the slug, and never send a kept secret to a new host."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.exists and not cleaned.get("slug"):
            cleaned["slug"] = slugify(cleaned.get("name", ""))[:40].strip("-")
            if not cleaned["slug"] and cleaned.get("name"):
                self.add_error("slug", "This name has no letters for a slug. Type one.")
        url = cleaned.get("base_url")
        moved = self.exists and url and _origin(url) != _origin(self.saved_url)
        if moved and self.typed_secrets().keys() != set(SECRET_NAMES[self.kind]):
            # Whoever may edit could otherwise send a token that they can't read to a host of their own.
            self.add_error("token", "The host is another one: type the secrets for it. Kept ones aren't sent there.")
        return cleaned

    def typed_secrets(self) -> dict[str, str]:
        """Return the secrets that were typed, by name; those left empty are kept."""
        names = SECRET_NAMES[self.kind]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    def save(self, commit: bool = True) -> Connection:
        """Return the instance with everything but the secrets; the view saves it through `save_connection`."""
        connection = super().save(commit=False)
        connection.kind = self.kind
        connection.roles = roles_to_keep(self.cleaned_data["role_choices"])
        return connection


def _origin(url: str) -> tuple[str, str, int]:
    address = read_address(url)
    return address.scheme, address.host, address.port


class DeleteForm(forms.Form):
    """Confirms a deletion; a production connection wants its slug typed."""

    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        if connection.is_production:
            self.fields["slug"] = forms.CharField(
                label=f"Type “{connection.slug}” to confirm",
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )

    def clean_slug(self) -> str:
        """Refuse anything but the slug."""
        typed: str = self.cleaned_data["slug"].strip()
        if typed != self.connection.slug:
            raise ValidationError(f"This is not the slug. Type “{self.connection.slug}”.")
        return typed
