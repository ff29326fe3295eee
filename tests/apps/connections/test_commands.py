"""manage.py connect and demo: what scripts rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.conf import settings as configured
from django.core.management import CommandError, call_command

from apps.accounts.demo import DEMO_PEOPLE
from apps.accounts.models import User
from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from tests.factories import ConnectionFactory

SANDBOX = {"sandbox_url": "http://127.0.0.1:8499", "sandbox_token": "plain-token-77"}
REPOSITORY = Path(str(configured.BASE_DIR))


def connect(**options: Any) -> str:
    given = {
        "kind": "domo",
        "name": "Halden Outdoor",
        "url": "https://halden.domo.com",
        "token_env": "HALDEN_TOKEN",
        "environment": "test",
        **options,
    }
    output = StringIO()
    call_command("connect", stdout=output, **given)
    assert "plain-token" not in output.getvalue()
    return output.getvalue().strip()


@pytest.mark.django_db
class TestConnect:
    @pytest.fixture(autouse=True)
    def token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HALDEN_TOKEN", "plain-token-77")

    def test_it_creates_and_prints_the_slug(self) -> None:
        assert connect() == "halden-outdoor"
        made = Connection.objects.get()
        assert (made.kind, made.environment, made.base_url) == ("domo", "test", "https://halden.domo.com")
        assert (made.gzip, made.roles, made.secrets()) == (False, [], {"token": "plain-token-77"})
        record = AuditRecord.objects.get()
        assert (record.operation, record.source, record.actor_name) == ("connections.create", "command", "command line")

    def test_the_same_name_updates(self, monkeypatch: pytest.MonkeyPatch) -> None:
        connect(gzip=True)
        monkeypatch.setenv("HALDEN_TOKEN", "plain-token-99")
        assert connect(url="https://other.domo.com", environment="production") == "halden-outdoor"
        made = Connection.objects.get()
        assert (made.base_url, made.environment, made.gzip) == ("https://other.domo.com", "production", True)
        assert made.secrets() == {"token": "plain-token-99"}

    def test_a_slug_is_found_first_and_may_rename(self) -> None:
        assert connect(slug="hq") == "hq"
        assert connect(slug="hq", name="Headquarters") == "hq"
        assert Connection.objects.get().name == "Headquarters"

    def test_gzip_can_be_switched_off_again(self) -> None:
        connect(gzip=True)
        connect(gzip=False)
        assert Connection.objects.get().gzip is False

    def test_roles_chosen_in_the_page_are_kept(self) -> None:
        ConnectionFactory.create(name="Halden Outdoor", slug="halden-outdoor", roles=["support", "admin"])
        connect()
        assert Connection.objects.get().roles == ["support", "admin"]

    def test_a_domain_api_takes_its_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HALDEN_KEY", "plain-key-88")
        connect(kind="domains", api_key_env="HALDEN_KEY")
        assert Connection.objects.get().secrets() == {"token": "plain-token-77", "api_key": "plain-key-88"}

    def test_domoscio_takes_its_scheme(self) -> None:
        connect(kind="domoscio", scheme="Token token=")
        assert Connection.objects.get().scheme == "Token token="

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"token_env": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE"),
            ({"kind": "domains"}, "--api-key-env"),
            ({"kind": "domains", "api_key_env": "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE"),
            ({"name": "例え"}, "--slug"),
        ],
    )
    def test_wrong_usage_ends_with_2(self, options: dict[str, str], message: str) -> None:
        with pytest.raises(CommandError, match=message) as raised:
            connect(**options)
        assert raised.value.returncode == 2
        assert not Connection.objects.exists()

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"url": "http://halden.domo.com:443"}, "DOMOADMIN_UPSTREAM_HOSTS"),
            ({"url": "https://domo.com.evil.net"}, "--url: .*DOMOADMIN_UPSTREAM_HOSTS"),
            ({"url": "not a url"}, "--url"),
            ({"slug": "two words"}, "--slug"),
            ({"name": "Taken", "slug": "other"}, "--name"),
            ({"slug": "tree"}, "a kind doesn't change"),
        ],
    )
    def test_a_refusal_ends_with_1_and_changes_nothing(self, options: dict[str, str], message: str) -> None:
        ConnectionFactory.create(name="Taken", slug="taken")
        ConnectionFactory.create(name="Tree", slug="tree", kind="domains")
        with pytest.raises(CommandError, match=message) as raised:
            connect(**options)
        assert raised.value.returncode == 1
        assert "plain-token" not in str(raised.value)
        assert Connection.objects.count() == 2

    def test_a_token_that_no_header_can_carry_is_not_quoted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HALDEN_TOKEN", "plain-token-77\nX-Evil: 1")
        with pytest.raises(CommandError, match="HALDEN_TOKEN") as raised:
            connect()
        assert "plain-token" not in str(raised.value)


@pytest.mark.django_db
class TestDemo:
    @pytest.fixture(autouse=True)
    def embedded_with_sandbox(self, settings: LazySettings) -> None:
        settings.EMBEDDED = True
        settings.SERVICES = SANDBOX
        settings.UPSTREAM_HOSTS = ["127.0.0.1:8499", "127.0.0.1:8500"]

    def demo(self) -> str:
        output = StringIO()
        call_command("demo", stdout=output)
        assert "plain-token" not in output.getvalue()
        return output.getvalue().strip()

    def test_it_makes_one_account_for_each_role_and_one_connection_of_each_kind(self) -> None:
        made = self.demo()
        assert made == "Made or updated: viewer, steward, support, admin, sandbox, sandbox-domains, sandbox-learning."
        assert {person.role for person in User.objects.all()} == {"viewer", "steward", "support", "admin"}
        assert set(Connection.objects.values_list("kind", flat=True)) == {"domo", "domains", "domoscio"}
        assert set(Connection.objects.values_list("environment", flat=True)) == {"sandbox"}
        for person in DEMO_PEOPLE:
            assert User.objects.get(username=person.username).check_password(person.password)

    def test_a_second_run_changes_nothing(self) -> None:
        self.demo()
        before = [*Connection.objects.values_list(), *User.objects.values_list()]
        assert self.demo() == "The demo is already there."
        assert [*Connection.objects.values_list(), *User.objects.values_list()] == before

    def test_a_new_address_and_token_are_taken_over_and_what_people_changed_stays(self, settings: LazySettings) -> None:
        self.demo()
        person = User.objects.get(username="steward")
        person.set_password("my-own-password-1")
        person.role = "viewer"
        person.save()
        Connection.objects.filter(slug="sandbox").update(name="My sandbox", gzip=True)
        settings.SERVICES = {"sandbox_url": "http://127.0.0.1:8500/", "sandbox_token": "plain-token-99"}
        assert self.demo() == "Made or updated: sandbox, sandbox-domains, sandbox-learning."
        person.refresh_from_db()
        assert person.check_password("my-own-password-1")
        assert person.role == "viewer"
        sandbox = Connection.objects.get(slug="sandbox")
        assert (sandbox.name, sandbox.gzip, sandbox.base_url) == ("My sandbox", True, "http://127.0.0.1:8500")
        assert sandbox.secrets() == {"token": "plain-token-99"}

    def test_a_connection_of_ones_own_under_that_slug_or_name_stays(self) -> None:
        own = ConnectionFactory.create(slug="sandbox", name="Halden Outdoor domains", environment="production")
        self.demo()
        own.refresh_from_db()
        assert (own.environment, own.base_url) == ("production", "https://halden-test.domo.com")
        assert Connection.objects.get(slug="sandbox-domains").name == "Halden Outdoor domains (sandbox-domains)"

    def test_data_that_outlived_its_key_gets_the_token_anew(self, settings: LazySettings) -> None:
        self.demo()
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
        assert "sandbox-learning" in self.demo()
        assert Connection.objects.get(slug="sandbox").secrets() == {"token": "plain-token-77"}

    def test_without_a_sandbox_there_are_only_the_accounts(self, settings: LazySettings) -> None:
        settings.SERVICES = {}
        self.demo()
        assert (User.objects.count(), Connection.objects.count()) == (4, 0)

    def test_production_refuses(self, settings: LazySettings) -> None:
        settings.EMBEDDED = False
        with pytest.raises(CommandError, match="DOMOADMIN_ENVIRONMENT"):
            self.demo()
        assert not User.objects.exists()


@pytest.mark.slow
def test_on_a_real_command_line_the_token_reaches_neither_output_nor_disk(tmp_path: Path) -> None:
    """The whole way with manage.py and SQLite on disk: exit codes, output, and the raw bytes of all files."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DOMOADMIN_", "DATABASE_URL"))},
        "DOMOADMIN_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "HALDEN_TOKEN": "plain-token-77",
        "HALDEN_KEY": "plain-key-88",
    }
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "services.json").write_text(json.dumps({"redis_url": ""}))

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "plain-" not in done.stdout + done.stderr
        return done

    assert manage("migrate", "--verbosity", "0").returncode == 0
    options = ["connect", "--kind", "domains", "--name", "Tree", "--environment", "test", "--token-env", "HALDEN_TOKEN"]
    made = manage(*options, "--url", "https://halden.domo.com", "--api-key-env", "HALDEN_KEY")
    assert (made.returncode, made.stdout) == (0, "tree\n")
    refused = manage(*options, "--url", "https://evil-domo.com", "--api-key-env", "HALDEN_KEY")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert manage(*options, "--url", "https://halden.domo.com").returncode == 2
    assert manage("connect", "--kind", "nonsense").returncode == 2
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert b"plain-token-77" not in content, file
        assert b"plain-key-88" not in content, file
