"""The browser's side of staging: announce a file, send its chunks, ask what is missing."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.core.access import role_required
from apps.staging import service
from apps.staging.models import StagedFile
from domoadmin.services.roles import Role


def _owned(request: HttpRequest, file_id: UUID) -> StagedFile:
    file = get_object_or_404(StagedFile, pk=file_id)
    if file.owner_id != request.user.pk:
        raise PermissionDenied("This file was staged by somebody else.")
    return file


def _state(file: StagedFile) -> dict[str, object]:
    return {
        "id": str(file.id),
        "chunk_bytes": file.chunk_bytes,
        "missing": service.missing_chunks(file),
        "chunk_url": reverse("staging:chunk", args=[file.id, 0]),
        "show_url": reverse("staging:show", args=[file.id]),
    }


def _refusal(problem: service.StagingRefused) -> HttpResponse:
    return JsonResponse({"message": str(problem)}, status=problem.status)


@require_POST
@role_required(Role.STEWARD)
def create(request: HttpRequest) -> HttpResponse:
    """Announce a file by `name` and `size` (bytes); answers its id and the chunks to send."""
    size = request.POST.get("size", "")
    if not size.isdigit():
        return JsonResponse({"message": "size: give the number of bytes."}, status=400)
    owner = request.user if isinstance(request.user, User) else None
    try:
        file = service.create_staged_file(request.POST.get("name", ""), int(size), owner)
    except service.StagingRefused as problem:
        return _refusal(problem)
    return JsonResponse(_state(file), status=201)


@require_GET
@role_required(Role.STEWARD)
def show(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Answer which chunks are missing, so that a broken transfer can go on."""
    return JsonResponse(_state(_owned(request, file_id)))


@require_http_methods(["PUT"])
@role_required(Role.STEWARD)
def chunk(request: HttpRequest, file_id: UUID, number: int) -> HttpResponse:
    """Take one chunk as the raw body; sending it again does no harm."""
    file = _owned(request, file_id)
    length = int(request.headers.get("Content-Length") or 0)
    if length > file.chunk_bytes:
        return JsonResponse({"message": f"A chunk has at most {file.chunk_bytes:,} bytes."}, status=413)
    try:
        service.write_chunk(file, number, request.read(length))
    except service.StagingRefused as problem:
        return _refusal(problem)
    return HttpResponse(status=204)
