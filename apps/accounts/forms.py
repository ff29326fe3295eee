"""Forms of sign-in, preferences and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError

from apps.accounts.models import ROLE_MEANINGS, RoleChoices, User
from apps.accounts.zones import time_zone_choices, time_zone_names

if TYPE_CHECKING:
    UserModelForm = forms.ModelForm[User]
    UserPasswordForm = SetPasswordForm[User]
else:  # Django's form classes can't be subscripted when they run
    UserModelForm = forms.ModelForm
    UserPasswordForm = SetPasswordForm

PASSWORD_HELP = "At least 10 characters, not a common password, not like the name."  # noqa: S105 - a sentence


class SignInForm(AuthenticationForm):
    """Name and password. One message for every wrong pair, so that nobody learns which names exist."""

    error_messages = {
        "invalid_login": "This name and password don't belong together. Check both; passwords are case-sensitive.",
        "inactive": "This name and password don't belong together. Check both; passwords are case-sensitive.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Name"


class PreferencesForm(UserModelForm):
    """How a person likes their pages."""

    time_zone = forms.ChoiceField(help_text="Times on every page are shown in this zone.")

    class Meta:
        model = User
        fields = ("theme", "time_zone", "page_size", "shortcuts")
        widgets = {"theme": forms.RadioSelect}
        help_texts = {
            "page_size": "For lists; a list can still be paged.",
            "shortcuts": "Keys such as / for search and ? for help. Ctrl+K always works.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = list(time_zone_choices())
        kept = self.instance.time_zone
        if kept in time_zone_names() and not any(kept == value for _, group in choices for value, _ in group):
            choices.insert(0, (kept, kept))
        zone = self.fields["time_zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101 - declared above
        zone.choices = choices


class ThemeForm(UserModelForm):
    """The theme alone, for the menu in the top bar."""

    class Meta:
        model = User
        fields = ("theme",)


class OwnPasswordForm(PasswordChangeForm):
    """A new password of one's own; the old one is asked again."""

    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Password now"
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].label = "New password"
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].help_text = ""


class PersonForm(UserModelForm):
    """Who a person is and what they may do."""

    role = forms.ChoiceField(
        choices=[(role.value, f"{role.label}: {ROLE_MEANINGS[role]}") for role in RoleChoices],
        widget=forms.RadioSelect,
        initial=RoleChoices.VIEWER.value,
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "role")
        labels = {"username": "Sign-in name", "email": "E-mail"}
        help_texts = {"username": "Letters, digits and @ . + - _"}

    def clean_username(self) -> str:
        """Refuse a name that differs from another one only by capitals."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is already a person with this sign-in name.")
        return name


class NewPersonForm(PersonForm):
    """A new person, with a first password to hand over."""

    password = forms.CharField(
        strip=False,
        help_text=f"{PASSWORD_HELP} Hand it over safely; the person can change it in Preferences.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    field_order = ("username", "first_name", "last_name", "email", "password", "role")

    def _post_clean(self) -> None:
        # After the model's own cleaning: the validators compare the password with the person's names.
        super()._post_clean()  # type: ignore[misc]
        password = self.cleaned_data.get("password")
        if password:
            try:
                password_validation.validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)


class ResetPasswordForm(UserPasswordForm):
    """A new password for somebody else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = "New password"
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password1"].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].help_text = ""
