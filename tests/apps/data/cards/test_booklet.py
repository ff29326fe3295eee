"""Booklets: composed from a selection, made by a job in this process, retried, downloaded."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.cards.booklet import booklet_file, create_booklet_job, problems_of
from apps.data.cards.booklet_document import Booklet, Cover, Entry, Unreadable, check_readable
from apps.data.cards.booklet_text import BOLD, wrapped
from apps.jobs import service
from apps.jobs.models import Job
from apps.staging.models import StagedFile
from tests.apps.data.bulk_support import Bulk
from tests.apps.data.cards.support import LIST, cards, renderable
from tests.apps.data.support import text_of
from tests.clients import client_of
from tests.factories import UserFactory
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(transactional_db: None, no_broker: None, halden: Connection) -> User:
    """A steward whose jobs wait for this process."""
    return UserFactory.create(username="steward", role="steward")


def chosen(found: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"id": each["databaseId"], "title": each["title"], "description": "Net of returns"} for each in found]


def pages_of(job: Job, client: Client) -> pikepdf.Pdf:
    response = client.get(f"/c/halden/data/cards/booklets/{job.pk}.pdf")
    content = b"".join(response)
    assert response.headers["Content-Length"] == str(len(content))
    return pikepdf.open(io.BytesIO(content))


def test_selected_cards_become_one_pdf_in_their_order(person: User, sandbox: SandboxProcess) -> None:
    found = renderable(sandbox, 3)
    ids = [each["databaseId"] for each in found]
    client = client_of(person)
    response = client.post(f"{LIST}selected/", {"action": "booklet", "id": ids})
    assert response.headers["Location"] == f"{LIST}booklet/"
    page = text_of(client.get(f"{LIST}booklet/"))
    assert [page.index(f'value="{each}"') for each in ids] == sorted(page.index(f'value="{each}"') for each in ids)
    form = {"card": list(reversed(ids)), "name": "Board pack “Q3”", "part": "imagePDF", "paper": "a4"}
    assert "Give the booklet a name." in text_of(client.post(f"{LIST}booklet/", {**form, "name": ""}), 422)
    assert "at least one card" in text_of(client.post(f"{LIST}booklet/", {**form, "card": []}), 422)
    assert not Job.objects.exists()
    client.post(f"{LIST}booklet/", form)
    job = service.run_inline(Job.objects.get())
    assert (job.state, job.counts) == ("succeeded", {"succeeded": 4}), job.message
    with pages_of(job, client) as document:
        assert len(document.pages) == 5
        assert document.docinfo["/Title"] == "Board pack “Q3”"
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == [each["title"] for each in reversed(found)]
        assert len(document.pages[1].obj.Annots) == 3
    assert "Download the booklet" in text_of(client.get(job.get_absolute_url()))
    assert StagedFile.objects.count() == 1, "the single pictures are removed"


def test_cards_that_fail_are_named_and_can_be_retried_alone(person: User, sandbox: SandboxProcess) -> None:
    found = renderable(sandbox, 2)
    missing = {"databaseId": "7", "title": "A card that is gone"}
    job = create_booklet_job(
        Connection.objects.get(), person, name="Pack", cards=chosen([found[0], missing, found[1]]), part="image"
    )
    service.confirm(job, person)
    job = service.run_inline(job)
    assert (job.state, job.counts) == ("partial", {"succeeded": 3, "failed": 1}), job.message
    assert "Card 7 was not found" in problems_of(job)["7"]
    client = client_of(person)
    with pages_of(job, client) as document:
        assert len(document.pages) == 4
    text = text_of(client.get(job.get_absolute_url()))
    assert "1 card could not be rendered" in text
    assert "A card that is gone" in text
    sandbox.reset()
    again = service.run_inline(service.plan_inline(service.retry(job, person, send=False)))
    assert again.counts == {"succeeded": 1, "failed": 1}
    assert sandbox.stats()["received"]["cards.render_kpi"] == 1, "what was rendered is not rendered again"
    with pages_of(again, client) as document:
        assert len(document.pages) == 4


def test_without_a_single_card_there_is_no_booklet(person: User) -> None:
    cards_of_nobody = chosen([{"databaseId": "7", "title": "Gone"}])
    job = create_booklet_job(Connection.objects.get(), person, name="Pack", cards=cards_of_nobody)
    service.confirm(job, person)
    job = service.run_inline(job)
    assert job.state == "failed"
    assert booklet_file(job) is None
    assert client_of(person).get(f"/c/halden/data/cards/booklets/{job.pk}.pdf").status_code == 404


def test_a_cancelled_booklet_renders_nothing_more(person: User, sandbox: SandboxProcess) -> None:
    job = create_booklet_job(Connection.objects.get(), person, name="Pack", cards=chosen(cards(sandbox, 3)))
    service.confirm(job, person)
    service.request_cancel(job, person)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert service.run_inline(job).state == "cancelled"
    assert "cards.render_kpi" not in sandbox.stats()["received"]


def test_too_many_cards_are_refused_before_anything_starts(person: User) -> None:
    client = client_of(person)
    response = client.post(f"{LIST}selected/", {"action": "booklet", "all": "1", "query": ""}, follow=True)
    assert "A booklet holds at most 300 cards" in text_of(response)
    assert "No cards chosen yet" in text_of(client.get(f"{LIST}booklet/"))


def test_the_cards_of_a_dataset_can_be_composed(person: User, sandbox: SandboxProcess) -> None:
    card = cards(sandbox, 1)[0]
    client = client_of(person)
    response = client.get(f"/c/halden/data/datasets/{card['datasetId']}/booklet/", follow=True)
    assert card["title"] in text_of(response)


def test_cards_are_certified_in_bulk_and_it_is_undone(bulk: Bulk) -> None:
    found = cards(bulk.sandbox, 40, 100)
    ids = [each["databaseId"] for each in found if not each["certification"]][:2]
    certified = next(each["databaseId"] for each in found if each["certification"])
    done = bulk.run("certify-cards", [*ids, certified])
    assert (done.state, done.counts) == ("succeeded", {"skipped": 1, "succeeded": 2}), done.message
    assert done.title == "Certify 2 cards"
    path = "/api/tags/v3/CARD/{}/system/CERTIFIED/state"
    assert [bulk.get(path.format(each))["state"] for each in ids] == ["ACTIVE", "ACTIVE"]
    assert bulk.undo(done).counts == {"succeeded": 2}
    assert [bulk.get(path.format(each))["state"] for each in (*ids, certified)] == [None, None, "ACTIVE"]


def test_memory_stays_flat_however_many_cards_there_are(tmp_path: Path) -> None:
    from PIL import Image

    # Noise can't be compressed.
    noise = Image.effect_noise((300, 300), 90)
    kept = io.BytesIO()
    noise.save(kept, "PNG")
    entries = [Entry(f"Card {number}", "", kept.getvalue) for number in range(8)]

    def peak(count: int) -> int:
        many = [entries[number % 8] for number in range(count)]
        tracemalloc.start()
        Booklet(Cover("Noise", ["x"]), many, "a4", at_once=3).write(tmp_path / f"{count}.pdf")
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    # Fonts are read once in a process.
    assert wrapped("Fonts", BOLD, 16, 100, 1)
    small, large = peak(3), peak(12)
    assert (tmp_path / "12.pdf").stat().st_size > 3 * (tmp_path / "3.pdf").stat().st_size
    assert large < small * 1.5


def test_titles_of_any_script_fit_their_lines() -> None:
    text = "売上高 매출 Umsätze ✓ \U0001f600 " + "and so on " * 40
    lines = wrapped(text, BOLD, 16, 400, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert wrapped("", BOLD, 16, 400, 2) == []
    assert wrapped("x" * 500, BOLD, 16, 100, 3)[0].startswith("xxx")


@pytest.mark.parametrize(("content", "kind"), [(b"%PDF-1.4 cut off", "pdf"), (b"\x89PNG\r\n\x1a\nbroken", "png")])
def test_broken_files_are_told_before_they_stop_a_booklet(content: bytes, kind: str) -> None:
    with pytest.raises(Unreadable, match="broken"):
        check_readable(content, kind)
