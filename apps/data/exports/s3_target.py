"""Where an export goes in S3: names of buckets, paths, and paths made for each dataset out of a pattern."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import IPv4Address

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# An object's key may have 1,024 bytes; the upstream adds the names of the files.
MOST_PATH_BYTES = 900
_UNFIT = re.compile(r'[\x00-\x1f\x7f\\{}^%`"<>\[\]~#|]')
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = {
    "{name}": "the dataset’s name, with - for what does not fit",
    "{id}": "its id",
    "{date}": "the day of the export",
}
_NAME_UNFIT = re.compile(r"[^\w.-]+")


class TargetRefused(ValueError):
    """A bucket or path that can't be; the message says what to change."""


def checked_bucket(text: str) -> str:
    """Return the bucket's name by the rules of S3. Raises TargetRefused."""
    name = text.strip()
    if "/" in name or name.lower().startswith("s3:"):
        raise TargetRefused("Only the bucket’s name belongs here, without s3:// and without a path.")
    if not 3 <= len(name) <= 63:
        raise TargetRefused(f"A bucket’s name has 3 to 63 characters; this one has {len(name)}.")
    if not _BUCKET.fullmatch(name):
        raise TargetRefused(
            "A bucket’s name has small letters, digits, hyphens and dots, and begins and ends with a letter or digit."
        )
    if ".." in name or _is_address(name):
        raise TargetRefused("A bucket’s name is no IP address and has no two dots in a row.")
    if name.startswith(_RESERVED_STARTS) or name.endswith(_RESERVED_ENDS):
        raise TargetRefused("AWS keeps this beginning or ending of a name for itself: no bucket is called so.")
    return name


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except ValueError:
        return False
    return True


def checked_path(text: str) -> str:
    """Return the path in the bucket without slashes around it; empty for its root. Raises TargetRefused."""
    path = text.strip().strip("/")
    if path.lower().startswith("s3:"):
        raise TargetRefused("Only the path inside the bucket belongs here, such as exports/sales.")
    if unfit := _UNFIT.search(path):
        shown = unfit.group() if unfit.group().isprintable() else "a control character"
        raise TargetRefused(f"A path can’t have {shown} in it: AWS advises against it. Take letters, digits, / - _ .")
    if any(part in ("", ".", "..") for part in path.split("/")) and path:
        raise TargetRefused("A path can’t have empty parts (//), and no part that is . or ..")
    if len(path.encode()) > MOST_PATH_BYTES:
        raise TargetRefused(f"The path is too long: {len(path.encode()):,} bytes, at most {MOST_PATH_BYTES:,}.")
    return path


def checked_pattern(text: str, *, many: bool) -> str:
    """Return a pattern of paths; for many datasets it has to tell them apart. Raises TargetRefused."""
    for found in _PLACEHOLDER.finditer(text):
        if found.group() not in PLACEHOLDERS:
            raise TargetRefused(f"{found.group()} is not known. There are {', '.join(PLACEHOLDERS)}.")
    checked_path(_PLACEHOLDER.sub("x", text))
    pattern = text.strip().strip("/")
    if many and "{id}" not in pattern and "{name}" not in pattern:
        raise TargetRefused("All datasets would go to the same place: put {name} or {id} into the path.")
    return pattern


def path_for(pattern: str, dataset_id: str, name: str, day: date) -> str:
    """Return the path of one dataset. Raises TargetRefused when what is filled in makes it unfit."""
    values = {"{name}": fit_name(name) or dataset_id, "{id}": dataset_id, "{date}": day.isoformat()}
    return checked_path(_PLACEHOLDER.sub(lambda found: values.get(found.group(), found.group()), pattern))


def fit_name(name: str) -> str:
    """Return a name as a part of a path: letters and digits of any script, dots, hyphens and underscores."""
    return _NAME_UNFIT.sub("-", name).strip("-.")[:120]
