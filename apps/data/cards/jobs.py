"""The bulk actions on cards: certification."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.data.cards.selection import CARDS
from apps.data.datasets.jobs import Certify, Decertify
from apps.jobs.bulk import UNTOLD, BulkAction, Settings, TargetSource
from domoadmin.services.resources.certified_content import EntityType


class CardAction(BulkAction):
    """What all of them share."""

    target_kind = "card"
    source: ClassVar[TargetSource] = CARDS
    content: ClassVar[EntityType] = "CARD"
    # What the search tells of a certification may be older than the certification itself: each card is asked.
    reads_records = False

    def known(self, record: Any, settings: Settings) -> Any:
        """Tell nothing by the search."""
        return UNTOLD


class CertifyCards(CardAction, Certify):
    """Certify cards."""

    name = "certify-cards"
    reverse = "decertify-cards"


class DecertifyCards(CardAction, Decertify):
    """Remove the certification of cards."""

    name = "decertify-cards"
    reverse = "certify-cards"
