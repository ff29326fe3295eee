"""Mails, each handed to the mail server at most once.

A worker takes a waiting mail by compare-and-set before it hands it over; one that dies in between leaves it as handed
over, and nobody does it again: the notification itself stands in the dashboard. Only what surely did not reach the
server, because the connection to it failed, is tried again.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from apps.notifications.models import MailState, Notification

logger = logging.getLogger(__name__)

MAIL = "notifications.mail"
MOST_TRIES = 8
# The first wait after the server could not be reached; it doubles.
FIRST_WAIT = timedelta(minutes=1)
# A mail that was taken and never heard of again: its worker died.
LOST_AFTER = timedelta(minutes=10)


def ask_for(pk: int) -> None:
    """Ask a worker to send the mail; without a broker the sweeper asks later."""
    try:
        current_app.send_task(MAIL, [pk], retry=False, ignore_result=True)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("The broker can't be reached (%s): a mail will be asked for later.", type(error).__name__)


def send(pk: int, now: datetime) -> bool:
    """Hand the mail to the server, if it waits; True when this call did."""
    taken = Notification.objects.filter(pk=pk, mail=MailState.WAITING, mail_due_at__lte=now).update(
        mail=MailState.SENDING, mail_tries=F("mail_tries") + 1, mail_due_at=now + LOST_AFTER
    )
    if not taken:
        return False
    told = Notification.objects.select_related("person").get(pk=pk)
    if not (told.person.email and told.person.is_active):
        _settle(pk, MailState.NONE)
        return False
    connection = get_connection()
    try:
        connection.open()
    except OSError as problem:  # SMTPException is one too
        _not_reached(told, problem, now)
        return False
    try:
        _message(told, connection).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as problem:
        logger.warning("The mail server refused a mail: %s", type(problem).__name__)
        _settle(pk, MailState.FAILED)
        return False
    except OSError as problem:
        logger.warning("Nobody knows whether a mail was sent: %s", type(problem).__name__)
        _settle(pk, MailState.UNKNOWN)
        return False
    finally:
        connection.close()
    _settle(pk, MailState.SENT)
    return True


def sweep(now: datetime) -> None:
    """Ask again for what waits, and give up what a dead worker took."""
    lost = Notification.objects.filter(mail=MailState.SENDING, mail_due_at__lte=now)
    lost.update(mail=MailState.UNKNOWN, mail_due_at=None)
    for pk in Notification.objects.filter(mail=MailState.WAITING, mail_due_at__lte=now).values_list("pk", flat=True):
        ask_for(pk)


def _message(told: Notification, connection: BaseEmailBackend) -> EmailMessage:
    address = f"{settings.PUBLIC_URL.rstrip('/')}{told.url}"
    lines = [
        told.title,
        told.text,
        address,
        f"You get this mail because of what you started in DomoAdmin. Switch such "
        f"mails off: {settings.PUBLIC_URL.rstrip('/')}/notifications/",
    ]
    subject = " ".join(told.title.split())[:200]
    body = "\n\n".join(line for line in lines if line)
    headers = {"Message-ID": f"<notification-{told.pk}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, to=[told.person.email], connection=connection, headers=headers)


def _settle(pk: int, state: MailState) -> None:
    Notification.objects.filter(pk=pk, mail=MailState.SENDING).update(mail=state, mail_due_at=None)


def _not_reached(told: Notification, problem: OSError, now: datetime) -> None:
    logger.warning("The mail server can't be reached: %s", type(problem).__name__)
    if told.mail_tries >= MOST_TRIES:
        _settle(told.pk, MailState.FAILED)
        return
    due = now + FIRST_WAIT * 2 ** (told.mail_tries - 1)
    Notification.objects.filter(pk=told.pk, mail=MailState.SENDING).update(mail=MailState.WAITING, mail_due_at=due)
