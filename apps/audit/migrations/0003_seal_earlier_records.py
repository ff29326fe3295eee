"""Give the chain its head, and the records that were written before there was one their place in it."""

from django.db import migrations
from django.utils import timezone

from apps.audit import chain
from apps.audit.canonical import CONTENT


def seal_earlier_records(apps, schema_editor):
    records = apps.get_model("audit", "AuditRecord")._base_manager
    heads = apps.get_model("audit", "AuditHead")._base_manager
    sequence, previous, last = 0, chain.GENESIS, 0
    while rows := list(records.filter(pk__gt=last).order_by("pk").values("pk", *CONTENT)[: chain.BATCH]):
        places = []
        for row in rows:
            sequence += 1
            own = chain.hash_of(row, row["pk"], sequence, previous)
            places.append((sequence, previous, own, row["pk"]))
            previous, last = own, row["pk"]
        chain.store_places(places)
    heads.create(
        pk=1,
        sequence=sequence,
        hash=previous,
        signature=chain.head_signature(sequence, previous),
        sealed_at=timezone.now(),
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]

    operations = [migrations.RunPython(seal_earlier_records, migrations.RunPython.noop)]
