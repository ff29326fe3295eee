"""Forms in Tabler's markup, and the answers to a form: 422 with the form, 204 with events."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django_htmx.http import trigger_client_event


class KitRenderer(TemplatesSetting):
    """Renders `{{ form }}` and `{{ field.as_field_group }}` by the kit's templates."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


def refused(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer 422 with the form in it: the page, or for htmx the template's fragment. Nothing was saved."""
    return render(request, template, context, status=422)


def saved(
    request: HttpRequest, url: str, toast: str = "", events: dict[str, dict[str, Any]] | None = None
) -> HttpResponse:
    """Answer a form that did its work: 204 with events for htmx, else a redirect to url.

    toast is the text of an "ok" toast (without htmx it waits as a Django message); events maps names to details.
    """
    if request.headers.get("HX-Request") != "true":
        if toast:
            from django.contrib import messages

            messages.success(request, toast)
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    if toast:
        trigger_client_event(response, "toast", {"level": "ok", "text": toast})
    for name, detail in (events or {}).items():
        trigger_client_event(response, name, detail)
    return response
