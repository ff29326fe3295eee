"""The pages of waves: from the candidates to the report, mapping and its faults, settings, roles, the list."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.connections.models import Connection, Environment
from apps.jobs.models import Job
from apps.jobs.runner import Runner
from tests.apps.migrations.support import ACCOUNT, INTEGRATION, TOE, OtherDomo
from tests.apps.migrations.waves.steps import AMPLIFIER, HERE, V1, address, download, mapped, picked, started, text
from tests.clients import client_with_role

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_target_to_the_report_and_back(support: Client, domo: OtherDomo) -> None:
    domo.collisions = {"y"}
    chosen = text(support, f"{HERE}candidates/?way=v2-amplifier&type=BIGQUERY")
    assert f"candidates/v2-amplifier/{INTEGRATION}/" in chosen
    listed = text(support, AMPLIFIER)
    assert "The other one" in listed
    assert "it needs no migration then" in listed
    job = picked(support, AMPLIFIER, "x", "z")
    assert "Migrate 2 datasources" in text(support, address(job))
    started(support, job)
    page = text(support, address(job))
    assert "2 of 2" in page
    assert "2 calls sent, 2 answered, none on the way, none in doubt." in page
    report = text(support, f"{address(job)}report/")
    assert TOE in report
    rows = list(csv.DictReader(io.StringIO(download(support, f"{address(job)}report.csv").decode("utf-8-sig"))))
    assert [(row["Datasource id"], row["Outcome"], row["toe"], row["Table"]) for row in rows] == [
        ("x", "COMPLETE", TOE, "sales"),
        ("z", "COMPLETE", TOE, "carts"),
    ]
    pdf = support.get(f"{address(job)}report.pdf")
    assert pdf.content.startswith(b"%PDF-")
    back = support.post(f"{address(job)}reverse/")
    reverse = Job.objects.get(undo_of=job)
    assert back.headers["Location"] == address(reverse)
    assert "Reverse 2 datasources" in text(support, address(reverse))
    started(support, reverse)
    assert domo.migrated == set()
    history = text(support, f"{HERE}history/x/")
    assert history.count("COMPLETE") == 2
    assert "Federated V2: my-project.my-schema.sales" in history
    assert "4</strong> attempts" in text(support, f"{HERE}history/")


def test_mapping_by_grid_paste_file_and_pattern(support: Client, domo: OtherDomo) -> None:
    job = picked(support, V1, "a", "b", "F-c")
    page = text(support, address(job))
    assert "3 mappings to correct first" in page
    assert support.post(f"{address(job)}start/").status_code == 422
    assert mapped(job, support, a="CAT.NULL.ORDERS").status_code == 302
    bad = support.post(f"{address(job)}mapping/fill/", {"pattern": "CAT.{what}.{NAME}"})
    assert (bad.status_code, b"holds braces" in bad.content) == (422, True)
    assert support.post(f"{address(job)}mapping/fill/", {"pattern": "CAT.NULL.{NAME}"}).status_code == 302
    assert {item.key: item.payload["mapping"]["table"] for item in job.items.all()} == {
        "a": "ORDERS",
        "b": "RETURNS",
        "F-c": "STOCK",
    }
    pasted = "datasource\tcatalog\tschema\ttable\nStock\tCAT\tS\tstock_v2"
    assert support.post(f"{address(job)}mapping/file/", {"pasted": pasted}).status_code == 302
    file = SimpleUploadedFile("m.csv", b"\xef\xbb\xbfdatasource_id;catalog;schema;table\r\nb;CAT;S;returns_v2\r\n")
    assert support.post(f"{address(job)}mapping/file/", {"file": file}).status_code == 302
    told = download(support, f"{address(job)}mapping.csv").decode("utf-8-sig").splitlines()
    assert told == [
        "datasource_id,catalog,schema,table",
        "a,CAT,NULL,ORDERS",
        "b,CAT,S,returns_v2",
        "F-c,CAT,S,stock_v2",
    ]
    started(support, job)
    assert domo.moves[2] == ("F-c", "V1_TO_V2", {"catalog": "CAT", "schema": "S", "table": "stock_v2"})


def test_a_bad_mapping_is_named_and_changes_nothing(support: Client, domo: OtherDomo) -> None:
    job = picked(support, V1, "a", "b")
    content = "datasource_id,catalog,schema,table\na,C,S,T\na,C,S,U\nF-c,C,S,V\nB,C,S,W\n"
    refused = support.post(f"{address(job)}mapping/file/", {"pasted": content})
    page = refused.content.decode()
    assert refused.status_code == 422
    for fault in ("Lines 2 and 3 both map Orders", "“F-c” is none of the datasources", "the datasource is called “b”"):
        assert fault in page
    assert not any(item.payload["mapping"]["table"] for item in job.items.all())
    missing = support.post(f"{address(job)}mapping/file/", {"pasted": "datasource_id,catalog,table\na,C,T"})
    assert b"The column schema is missing." in missing.content
    assert support.post(f"{address(job)}mapping/file/", {}).status_code == 422
    mapped(job, support, a="C.null.T", b="c.S.T")
    page = text(support, address(job))
    assert "is in the wrong case: write NULL" in page
    assert "differs only in case from" in page
    mapped(job, support, a="C.S.T", b="C.S.T")
    assert "Same table as Orders." in text(support, address(job))
    assert support.post(f"{address(job)}start/").status_code == 422
    support.post(f"{address(job)}mapping/meant/", {"meant": "1"})
    assert started(support, job).state == "succeeded"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["y"], "can’t be picked"),
        (["nobody"], "no longer among the candidates"),
        ([], "None of these can move"),
    ],
)
def test_what_cannot_move_cannot_be_picked(support: Client, domo: OtherDomo, keys: list[str], said: str) -> None:
    domo.collisions = {"y"}
    answer = support.post(f"{AMPLIFIER}pick/", {"id": keys}, headers={"HX-Request": "true"})
    assert (answer.status_code, Job.objects.count()) == (422, 0)
    assert said.replace("’", "'") in answer.content.decode().replace("’", "'").replace("&#x27;", "'")


@pytest.mark.django_db
def test_all_that_match_are_picked_without_those_that_collide(support: Client, domo: OtherDomo) -> None:
    domo.collisions = {"y"}
    answer = support.post(f"{AMPLIFIER}pick/", {"all": "1", "query": "q=s"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert set(Job.objects.get().items.values_list("key", flat=True)) == {"x", "z"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            f"candidates/v1-v2/{ACCOUNT}/?type=snowflake-federated",
            "is of type mysql-federated, not snowflake-federated",
        ),
        ("candidates/v1-v2/99/", "There is no account 99"),
        (f"candidates/v1-v2/{INTEGRATION}/", "is a Cloud Amplifier integration"),
    ],
)
def test_an_account_of_the_wrong_type_is_refused(support: Client, path: str, said: str) -> None:
    answer = support.get(f"{HERE}{path}")
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_on_production_the_slug_is_typed(support: Client, domo: OtherDomo) -> None:
    Connection.objects.update(environment=Environment.PRODUCTION)
    job = picked(support, AMPLIFIER, "x")
    assert support.post(f"{address(job)}start/", {"confirm": "yes"}).status_code == 422
    assert domo.moves == []
    assert started(support, job, confirm="halden").state == "succeeded"
    dialog = f"{address(job)}items/{job.items.get().pk}/reverse/"
    assert support.post(dialog, {"confirm": "no"}).status_code == 422
    assert Job.objects.filter(undo_of=job).count() == 0


def test_a_rehearsal_runs_up_to_the_first_call(support: Client, domo: OtherDomo) -> None:
    job = picked(support, AMPLIFIER, "x")
    answer = support.post(f"{address(job)}rehearse/")
    made = Job.objects.exclude(pk=job.pk).get()
    assert answer.headers["Location"] == address(made)
    Runner(made.pk, patient=True).run()
    assert domo.moves == []
    assert "Rehearsal" in text(support, address(made))
    assert "To the wave itself" in text(support, address(made))
    job.refresh_from_db()
    assert job.state == "draft"
    # And at once from the list of candidates.
    picked_form = {"id": ["y"], "action": "rehearse"}
    answer = support.post(f"{AMPLIFIER}pick/", picked_form)
    assert Job.objects.get(pk=answer.headers["Location"].rstrip("/").rpartition("/")[2]).params["rehearsal"]


@pytest.mark.django_db
def test_settings_are_checked(support: Client, domo: OtherDomo) -> None:
    job = picked(support, AMPLIFIER, "x", "y", "z")
    given = {"name": "Night", "at_once": "2", "wave_size": "1", "pause_seconds": "5", "stop_incomplete": "2"}
    bad = support.post(
        f"{address(job)}settings/", {**given, "stop_failures": "-1", "opens": "22:00", "zone": "Nowhere"}
    )
    page = bad.content.decode()
    assert (bad.status_code, "Give both ends" in page, "no such time zone" in page) == (422, True, True)
    good = {**given, "stop_failures": "0", "opens": "22:00", "closes": "05:00", "zone": "Europe/Berlin"}
    assert support.post(f"{address(job)}settings/", good).status_code == 302
    job.refresh_from_db()
    assert job.title == "Night"
    assert list(job.items.order_by("position").values_list("stage", flat=True)) == [0, 1, 2]
    assert "in waves of" in text(support, address(job)) or "between" in text(support, address(job))


@pytest.mark.django_db
def test_viewers_read_and_change_nothing(domo: OtherDomo, support: Client) -> None:
    job = picked(support, AMPLIFIER, "x")
    viewer = client_with_role("viewer")
    assert "nothing to run" not in text(viewer, address(job))
    for path in (f"{AMPLIFIER}pick/", f"{address(job)}start/", f"{address(job)}reverse/", f"{address(job)}mapping/"):
        assert viewer.post(path, {"id": "x"}).status_code == 403
    assert domo.moves == []
    other = client_with_role("support")
    assert other.post(f"{address(job)}start/").status_code in (403, 422)
    assert domo.moves == []


def test_home_shows_what_waits_and_what_may_be_down(support: Client, domo: OtherDomo) -> None:
    assert "No wave runs or waits" in text(support, f"{HERE}home/")
    domo.ends = {"x": "INCOMPLETE"}
    started(support, picked(support, AMPLIFIER, "x", "y"))
    home = text(support, f"{HERE}home/")
    assert "Halted by its stop rule" in home
    assert "1 may be down" in home
    assert client_with_role("viewer").get(f"{HERE}home/").status_code == 403


def test_the_list_and_the_live_part(support: Client, domo: OtherDomo) -> None:
    assert "No waves yet" in text(support, f"{HERE}waves/")
    job = started(support, picked(support, AMPLIFIER, "x"))
    assert "1 COMPLETE" in text(support, f"{HERE}waves/")
    live = support.get(f"{address(job)}live/")
    assert live.headers["HX-PTag"]
    assert b"every 2s" not in live.content
    assert job.get_absolute_url() not in text(support, f"{HERE}waves/")
    assert "Open the wave" in text(support, job.get_absolute_url())


def test_hostile_names_stay_text_everywhere(support: Client, domo: OtherDomo) -> None:
    hostile = '=HYPERLINK("x") <script>alert(1)</script> 売上 مبيعات ' + "long " * 60
    domo.v2 = {f"x{number}": hostile for number in range(60)}
    domo.ends = {"x0": "INCOMPLETE", "x1": "ABORTED"}
    assert "<script>alert" not in text(support, AMPLIFIER)
    job = picked(support, AMPLIFIER, *domo.v2)
    given = {"name": "<b>Night</b>", "at_once": "8", "wave_size": "0", "pause_seconds": "0", "stop_incomplete": "0"}
    assert support.post(f"{address(job)}settings/", {**given, "stop_failures": "0"}).status_code == 302
    started(support, job)
    for url in (address(job), f"{address(job)}report/", f"{HERE}waves/", f"{HERE}history/", f"{HERE}history/x0/"):
        page = text(support, url)
        assert "<script>alert" not in page
        assert "<b>Night" not in page
    rows = download(support, f"{address(job)}report.csv").decode("utf-8-sig")
    assert "'=HYPERLINK" in rows
    pdf = support.get(f"{address(job)}report.pdf")
    assert pdf.content.count(b"/Type /Page\n") + pdf.content.count(b"/Type /Page ") > 3, "it goes over many pages"
