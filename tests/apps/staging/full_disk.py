"""A staging storage on a disk without room."""

from __future__ import annotations

from django.core.files.base import File

from apps.staging.storage import LocalStagingStorage


class FullDiskStorage(LocalStagingStorage):
    """Writes to /dev/full, where the kernel says that no space is left."""

    def _save(self, name: str, content: File[bytes]) -> str:
        with open("/dev/full", "wb") as full:
            full.write(content.read())
        return name
