"""Telling a person something: a row in the caller's transaction, and a mail after it where one is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.notifications import mails
from apps.notifications.models import MailState, Notification, Preference

if TYPE_CHECKING:
    from apps.accounts.models import User


def wants_mails(person: User) -> bool:
    """Say whether the person gets mails: they are set up here, the person has an address and did not say no."""
    return bool(settings.NOTIFY_BY_MAIL and person.email and chosen(person))


def chosen(person: User) -> bool:
    """Say whether the person chose mails; yes until they say no."""
    return not Preference.objects.filter(person=person, mails=False).exists()


def choose(person: User, mails_wanted: bool) -> None:
    """Keep whether the person wants mails. Those that wait are dropped with a no."""
    Preference.objects.update_or_create(person=person, defaults={"mails": mails_wanted})
    if not mails_wanted:
        waiting = Notification.objects.filter(person=person, mail=MailState.WAITING)
        waiting.update(mail=MailState.NONE, mail_due_at=None)


def notify(person: User, *, key: str, level: str, title: str, text: str = "", url: str) -> Notification | None:
    """Tell the person, once for each key; None when they know already or can't sign in any more."""
    if not person.is_active:
        return None
    by_mail = wants_mails(person)
    told = Notification(
        person=person,
        key=key,
        level=level,
        title=title[:300],
        text=text,
        url=url,
        mail=MailState.WAITING if by_mail else MailState.NONE,
        mail_due_at=timezone.now() if by_mail else None,
    )
    try:
        with transaction.atomic():
            told.save(force_insert=True)
    except IntegrityError:
        return None
    if by_mail:
        transaction.on_commit(lambda: mails.ask_for(told.pk))
    return told


def unread_of(person: User) -> int:
    """Return how many the person has not seen."""
    return Notification.objects.filter(person=person, read_at__isnull=True).count()


def mark_read(person: User, pk: int | None = None) -> int:
    """Mark one of the person's notifications, or all of them, as read; return how many were not."""
    unread = Notification.objects.filter(person=person, read_at__isnull=True)
    if pk is not None:
        unread = unread.filter(pk=pk)
    return unread.update(read_at=timezone.now())
