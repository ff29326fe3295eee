"""The page's form: who gets it, and for each kind whether somebody else does, or nobody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from apps.connections.models import Connection
from apps.governance.groups.people import Person, id_in, known_people
from apps.governance.leavers.holdings import SHOWN, Holding
from apps.governance.leavers.people import read_user
from apps.governance.leavers.settings import NOBODY, SAME, Choices
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound

OTHER = "other"


class PersonInput(forms.TextInput):
    """A text field that suggests people while one types."""

    template_name = "governance/leavers/person_input.html"

    def __init__(self, suggestions_url: str, **attrs: str) -> None:
        super().__init__(attrs={"autocomplete": "off", "maxlength": "200", **attrs})
        self.suggestions_url = suggestions_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the suggestions come from."""
        return super().get_context(name, value, attrs) | {"suggestions_url": self.suggestions_url}


class StartForm(forms.Form):
    """Who gets what. Cleaned: `choices`. People are typed as name, e-mail or id, or chosen from what is suggested."""

    to = forms.CharField(max_length=200, required=False, label="Who gets it")

    def __init__(
        self,
        data: Any,
        *,
        connection: Connection,
        client: Client,
        user_id: str,
        manager: Person | None,
        chosen: Choices | None = None,
    ) -> None:
        """Begin with what an earlier plan had chosen, else with the manager."""
        usual = f"{manager.shown} ({manager.id})" if manager is not None else ""
        super().__init__(data, initial={"to": chosen.to if chosen is not None and chosen.to else usual})
        self.connection, self.client, self.user_id = connection, client, user_id
        url = reverse("governance:leaver_people", args=[connection.slug])
        self.fields["to"].widget = PersonInput(url)
        for holding in SHOWN:
            if holding.moves:
                choice = (chosen.others.get(holding.key) if chosen is not None else "") or ""
                somebody = choice if choice not in ("", SAME, NOBODY) else ""
                self.fields[f"choice_{holding.key}"] = forms.ChoiceField(
                    choices=[(SAME, "The same person"), (OTHER, "Somebody else"), (NOBODY, "Nobody: leave it")],
                    initial=OTHER if somebody else choice or (SAME if holding.chosen else NOBODY),
                    required=False,
                    label=f"Who gets {holding.noun[1]}",
                )
                self.fields[f"to_{holding.key}"] = forms.CharField(
                    max_length=200,
                    required=False,
                    label=f"Somebody else for {holding.noun[1]}",
                    initial=somebody,
                    widget=PersonInput(url, placeholder="Name, e-mail or id"),
                )

    def of(self, holding: Holding) -> tuple[forms.BoundField, forms.BoundField] | None:
        """Return the two fields of a kind; None where it can't be given to anybody."""
        return (self[f"choice_{holding.key}"], self[f"to_{holding.key}"]) if holding.moves else None

    def clean(self) -> dict[str, Any]:
        """Find the people and put the choices together. A field that is wrong is named."""
        cleaned: dict[str, Any] = dict(super().clean() or self.cleaned_data)
        others: dict[str, str] = {}
        wants_same = False
        for holding in SHOWN:
            choice = cleaned.get(f"choice_{holding.key}") if holding.moves else None
            wants_same |= choice == SAME
            if choice == OTHER:
                others[holding.key] = self._person(f"to_{holding.key}", cleaned)
            elif choice in (SAME, NOBODY):
                others[holding.key] = str(choice)
        to = self._person("to", cleaned) if wants_same else ""
        choices = Choices(self.user_id, to, others)
        if not self.errors and not choices.people:
            raise ValidationError("Everything would be left as it is. Say who gets at least one kind.")
        return cleaned | {"choices": choices}

    def _person(self, name: str, cleaned: dict[str, Any]) -> str:
        """Return the id of the person meant; an error at the field, and "", where it is nobody, or not one."""
        text = str(cleaned.get(name) or "").strip()
        try:
            return self._found(text)
        except ValidationError as problem:
            self.add_error(name, problem)
            return ""

    def _found(self, text: str) -> str:
        if not text:
            raise ValidationError("Say who: a name, an e-mail address or an id.")
        user_id = id_in(text)
        if not user_id:
            wanted = text.casefold()
            people = known_people(self.connection, self.client).values()
            found = [each for each in people if wanted in (each.email.casefold(), each.name.casefold())]
            if len(found) != 1:
                many = f"{len(found)} people are called so" if found else "Nobody is called so"
                raise ValidationError(f"{many}: choose one of the suggestions, or give the e-mail address.")
            user_id = found[0].id
        if user_id == self.user_id:
            raise ValidationError("This is the person who leaves. Choose somebody else.")
        try:
            person = read_user(self.client, user_id)
        except NotFound:
            raise ValidationError(f"There is no user {user_id} whom this connection's token may see.") from None
        if person.active is False:
            raise ValidationError(f"{person.name or user_id} is not active. Choose somebody who is.")
        return user_id
