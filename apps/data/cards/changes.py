"""What is changed on one card: title and description, certification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.cards.rows import CardRow
from apps.data.cards.search import read_card
from domoadmin.services.roles import Role

SECONDS = 20.0
MOST_TITLE, MOST_DESCRIPTION = 500, 5_000
CHANGED: dict[str, dict[str, Any]] = {"card-changed": {}}
NOTHING_TELLS = (
    "Domo's documents have no call that tells the present description. Left empty, it is left out of the request; "
    "the documents do not say what Domo then does with it."
)
LEAD = "Both are sent as plain text: values that Domo fills in by itself, such as a date in the title, go away."


class TitleForm(forms.Form):
    """Title and description. described: whether the present description is known, so that an empty one clears it."""

    title = forms.CharField(max_length=MOST_TITLE, error_messages={"required": "Give the card a title."})
    description = forms.CharField(
        required=False, max_length=MOST_DESCRIPTION, widget=forms.Textarea(attrs={"rows": "4"})
    )

    def __init__(self, data: Any = None, *, card: CardRow) -> None:
        super().__init__(data, initial={"title": card.name, "description": card.description or ""})
        self.card = card
        self.fields["title"].widget.attrs["autofocus"] = True
        if card.description is None:
            self.fields["description"].help_text = NOTHING_TELLS

    def clean(self) -> dict[str, Any]:
        """Refuse what changes nothing."""
        cleaned: dict[str, Any] = self.cleaned_data
        if "title" in cleaned and "description" in cleaned and self.wanted() == self.present():
            raise ValidationError("Title and description are the same as before. Change one of them.")
        return cleaned

    def present(self) -> dict[str, str]:
        """Return what is known of the card now."""
        known = {"title": self.card.name}
        return known if self.card.description is None else known | {"description": self.card.description}

    def wanted(self) -> dict[str, str]:
        """Return what is to be sent: nothing says what an omitted text does, so both go where both are known."""
        title, description = self.cleaned_data["title"], self.cleaned_data["description"]
        if self.card.description is None and not description:
            return {"title": title}
        return {"title": title, "description": description.replace("\r\n", "\n")}


def _card(connection: Connection, card_id: str) -> CardRow:
    client = connection.client()
    with client.deadline(SECONDS):
        return read_card(client, card_id) or CardRow(card_id, "")


def _parent(connection: Connection, card: CardRow) -> tuple[str, str]:
    return card.title, reverse("data:card_show", args=[connection.slug, card.id])


@connection_view(Role.STEWARD)
def edit_title(request: ConnectionRequest, connection: Connection, card_id: str) -> HttpResponse:
    """Change title and description."""
    card = _card(connection, card_id)

    def make_form(data: Any) -> TitleForm:
        return TitleForm(data, card=card)

    def act(cleaned: dict[str, Any]) -> str:
        form = make_form(request.POST)
        form.is_valid()
        after = form.wanted()
        change = Change("cards.update_title", Target("card", card.id, card.title), form.present(), after)
        make_change(
            connection,
            request.user,
            change,
            lambda client: client.cards.update_title(card.id, after["title"], after.get("description")),
        )
        return f"The card is now called “{after['title']}”."

    parent = _parent(connection, card)
    dialog = ChangeDialog(
        operation="cards.update_title",
        title="Edit title and description",
        button="Save title and description",
        act=act,
        parent=parent,
        done_url=parent[1],
        lead=LEAD,
        goes=True,
    )
    return answer_change(request, connection, dialog, make_form)


@connection_view(Role.STEWARD)
def certify(request: ConnectionRequest, connection: Connection, card_id: str) -> HttpResponse:
    """Certify the card."""
    return _change_certification(request, connection, card_id, certified=True)


@connection_view(Role.STEWARD)
def decertify(request: ConnectionRequest, connection: Connection, card_id: str) -> HttpResponse:
    """Remove the card's certification."""
    return _change_certification(request, connection, card_id, certified=False)


def _change_certification(
    request: ConnectionRequest, connection: Connection, card_id: str, *, certified: bool
) -> HttpResponse:
    card = _card(connection, card_id)
    operation = "certified_content.certify" if certified else "certified_content.decertify"
    after = {"certification": "certified" if certified else ""}

    def act(cleaned: dict[str, Any]) -> str:
        with (client := connection.client()).deadline(SECONDS):
            present = client.certified_content.get_status("CARD", card.id)
        before = {"certification": "certified" if present.certified else present.state.lower()}
        make_change(
            connection,
            request.user,
            Change(operation, Target("card", card.id, card.title), before, after),
            lambda client: (
                client.certified_content.certify("CARD", card.id)
                if certified
                else client.certified_content.decertify("CARD", card.id)
            ),
        )
        return f"{card.title} is certified." if certified else f"The certification of {card.title} is removed."

    dialog = ChangeDialog(
        operation=operation,
        title=f"Certify {card.title}" if certified else f"Remove the certification of {card.title}",
        button="Certify the card" if certified else "Remove the certification",
        act=act,
        parent=_parent(connection, card),
        button_icon="rosette-discount-check" if certified else "circle-minus",
        lead="Everybody who opens the card sees that it is certified, in the name of this connection's token."
        if certified
        else "The card stays as it is. It can be certified again, with a new date.",
        events=CHANGED,
    )
    return answer_change(request, connection, dialog, forms.Form)
