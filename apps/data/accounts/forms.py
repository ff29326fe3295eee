"""The form of a new data account: a name and a type, which is all that the documented call takes."""

from __future__ import annotations

from django import forms

MOST_NAME = 255


class AccountForm(forms.Form):
    """Name and type."""

    display_name = forms.CharField(
        label="Name",
        max_length=MOST_NAME,
        error_messages={"required": "Give the account a name, such as “Snowflake finance”."},
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    account_type = forms.CharField(
        label="Type",
        max_length=60,
        initial="Standard",
        help_text="Domo’s documents show “Standard”.",
        error_messages={"required": "Say which type the account has: “Standard” will do."},
    )
