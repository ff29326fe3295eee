"""Secrets at rest: sealed, rotatable, and never in plain text."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection as database
from hypothesis import given
from hypothesis import strategies as st

from apps.connections.checks import encryption_keys, upstream_hosts
from apps.connections.management.commands.rotate_secrets import sealed_columns
from apps.connections.models import Connection
from apps.connections.sealing import Unsealable, seal, sealed_with_first_key, unseal
from apps.jobs.models import Job
from tests.factories import ConnectionFactory

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@given(secrets=st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=4))
def test_what_was_sealed_comes_back(secrets: dict[str, str]) -> None:
    assert unseal(seal(secrets)) == secrets


@given(secret=st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=8))
def test_sealed_text_shows_nothing_and_differs_each_time(secret: str) -> None:
    first, second = seal({"token": secret}), seal({"token": secret})
    assert secret not in first
    assert first != second


@given(secrets=st.just({"token": "tok-1"}), at=st.integers(0, 80), letter=st.sampled_from("Aa0_"))
def test_an_altered_text_is_refused(secrets: dict[str, str], at: int, letter: str) -> None:
    sealed = seal(secrets)
    changed = sealed[:at] + letter + sealed[at + 1 :]
    if changed != sealed:
        with pytest.raises(Unsealable):
            unseal(changed)


def test_a_lost_key_is_said_with_the_setting_and_without_the_value(settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal({"token": "tok-1"})
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(Unsealable, match="DOMOADMIN_ENCRYPTION_KEYS") as raised:
        unseal(sealed)
    assert sealed not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_malformed_key_is_a_check_that_does_not_show_it(settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = ["not-a-key-at-all"]
    [message] = encryption_keys()
    assert message.id == "connections.E001"
    assert "not-a-key" not in str(message)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert encryption_keys() == []


def test_a_malformed_host_is_a_check(settings: LazySettings) -> None:
    settings.UPSTREAM_HOSTS = ["fine.example", "fine.example:8443", "https://not.fine"]
    [message] = upstream_hosts()
    assert message.id == "connections.E002"
    assert "https://not.fine" in str(message)


@pytest.mark.django_db
class TestRotation:
    def rotate(self) -> str:
        output = StringIO()
        call_command("rotate_secrets", stdout=output)
        return output.getvalue()

    def test_everything_is_sealed_with_the_first_key_and_the_old_one_can_go(self, settings: LazySettings) -> None:
        settings.ENCRYPTION_KEYS = [OLD]
        kept = ConnectionFactory.create(secrets={"token": "tok-1"})
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        assert not sealed_with_first_key(kept.sealed_secrets)
        updated = kept.updated
        assert self.rotate().strip() == "1 sealed again."
        settings.ENCRYPTION_KEYS = [NEW]
        kept.refresh_from_db()
        assert kept.secrets() == {"token": "tok-1"}
        assert kept.updated == updated

    def test_a_second_run_does_nothing(self, settings: LazySettings) -> None:
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        kept = ConnectionFactory.create()
        before = kept.sealed_secrets
        assert self.rotate().strip() == "0 sealed again."
        kept.refresh_from_db()
        assert kept.sealed_secrets == before

    def test_a_row_that_no_key_opens_is_named_and_the_others_are_done(self, settings: LazySettings) -> None:
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        lost = ConnectionFactory.create()
        settings.ENCRYPTION_KEYS = [OLD]
        good = ConnectionFactory.create()
        settings.ENCRYPTION_KEYS = [NEW, OLD]
        with pytest.raises(CommandError, match=f"connection {lost.pk}") as raised:
            self.rotate()
        assert raised.value.returncode == 1
        good.refresh_from_db()
        assert sealed_with_first_key(good.sealed_secrets)

    def test_it_reaches_every_sealed_column_of_every_app(self) -> None:
        columns = set(sealed_columns())
        assert {(Connection, "sealed_secrets"), (Job, "sealed")} <= columns


@pytest.mark.django_db(transaction=True)
def test_no_secret_stands_in_the_database_in_plain_text() -> None:
    ConnectionFactory.create(kind="domains", secrets={"token": "plain-token-77", "api_key": "plain-key-88"})
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            content = repr(cursor.fetchall())
            assert "plain-token-77" not in content
            assert "plain-key-88" not in content
