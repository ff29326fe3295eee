"""What a person asks of the AI services: the fields of the document, each checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from apps.core.formats import format_number

# The documents name no limits; beyond these nobody types, and an accident with the clipboard would be billed.
MOST_INPUT = 100_000
MOST_QUESTION = 4_000
MOST_TEMPLATE = 20_000
MOST_WORDS = 10_000
# What the service fills in by itself.
OWN_PLACEHOLDERS = frozenset({"input", "system"})
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_NAME = re.compile(r"\w+")
STYLES: Mapping[str, str] = {"PARAGRAPH": "Paragraph", "BULLETED": "Bulleted list", "NUMBERED": "Numbered list"}


def _text(label: str, rows: int, most: int, **options: Any) -> forms.CharField:
    """Return a field for long text. No maxlength in the page: the browser would cut what is pasted, unasked."""
    widget = forms.Textarea(attrs={"rows": str(rows), "autocomplete": "off"})
    too_long = MaxLengthValidator(most, f"Shorten it: at most {format_number(most)} characters are sent.")
    return forms.CharField(label=label, widget=widget, validators=[too_long], **options)


class ModelForm(forms.Form):
    """What all three services take beside the text."""

    default_model = ""

    model = forms.CharField(required=False, max_length=200, label="Model")
    system = _text("System message", 2, MOST_TEMPLATE, required=False)
    temperature = forms.DecimalField(required=False, min_value=0, max_value=2, max_digits=4)
    max_tokens = forms.IntegerField(required=False, min_value=1, max_value=1_000_000, label="Most tokens of the answer")
    template = _text("Prompt template", 3, MOST_TEMPLATE, required=False)
    parameters = _text("Parameters", 2, MOST_TEMPLATE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].help_text = "Empty: the service's default. Else one that Domo or your admin provides."
        self.fields["model"].widget.attrs |= {"placeholder": self.default_model, "spellcheck": "false"}
        self.fields["system"].help_text = "Empty: the service's default."
        self.fields["template"].help_text = "${input} stands for the text. Other names need a value below."
        self.fields["template"].widget.attrs["placeholder"] = "Respond to the following in ${language}: ${input}"
        self.fields["parameters"].help_text = "One on each line: language = Japanese"
        self.fields["parameters"].widget.attrs["placeholder"] = "language = Japanese"

    @property
    def main_fields(self) -> list[Any]:
        """Return the fields that are always shown."""
        return [field for field in self.visible_fields() if field.name not in ModelForm.base_fields]

    @property
    def further_fields(self) -> list[Any]:
        """Return the fields that are folded away at first."""
        return [field for field in self.visible_fields() if field.name in ModelForm.base_fields]

    @property
    def shows_further(self) -> bool:
        """Say whether any of them is set or wrong."""
        return any(field.errors or (self.is_bound and field.value()) for field in self.further_fields)

    def clean_parameters(self) -> dict[str, str]:
        """Read "name = value" lines."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["parameters"].splitlines(), 1):
            if not line.strip():
                continue
            name, equals, value = line.partition("=")
            name = name.strip()
            if not equals or not _NAME.fullmatch(name):
                raise ValidationError(f"Line {number}: write a name, an equals sign and the value.")
            if name in found or name in OWN_PLACEHOLDERS:
                raise ValidationError(f"Line {number}: {name} has a value already.")
            found[name] = value.strip()
        return found

    def clean(self) -> dict[str, Any]:
        """Compare the template's placeholders with the parameters."""
        cleaned: dict[str, Any] = self.cleaned_data
        template, parameters = cleaned.get("template"), cleaned.get("parameters")
        if template is None or parameters is None:
            return cleaned
        wanted = set(_PLACEHOLDER.findall(template))
        if template and "input" not in wanted:
            self.add_error("template", "Put ${input} where the text belongs: without it, the text would not be used.")
        missing = sorted(wanted - OWN_PLACEHOLDERS - set(parameters))
        unused = sorted(set(parameters) - wanted)
        if missing:
            self.add_error("parameters", f"Give a value for {', '.join(missing)}: the template holds it.")
        elif unused:
            self.add_error("parameters", f"The template has no ${{{unused[0]}}}. Add it there, or remove the line.")
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """Return the call's arguments; what is not set is left out, so that the service's defaults count."""
        cleaned = self.cleaned_data
        configuration: dict[str, Any] = {}
        if cleaned["temperature"] is not None:
            configuration["temperature"] = float(cleaned["temperature"])
        if cleaned["max_tokens"] is not None:
            configuration["max_tokens"] = cleaned["max_tokens"]
        given = {
            "model": cleaned["model"],
            "system": cleaned["system"],
            "model_configuration": configuration,
            # The table says text; the document's example, which is known to work, sends an object.
            "prompt_template": {"template": cleaned["template"]} if cleaned["template"] else None,
            "parameters": cleaned["parameters"],
        }
        return {name: value for name, value in given.items() if value}


class GenerationForm(ModelForm):
    """Text generation."""

    default_model = "domo.domo_ai.domogpt-chat-small-v1:anthropic"
    input = _text("Text", 6, MOST_INPUT, error_messages={"required": "Write what is to be answered."})

    field_order = ("input",)


class SummaryForm(ModelForm):
    """Summaries."""

    default_model = "domo.domo_ai.domogpt-summarize-v1:anthropic"
    input = _text("Text", 10, MOST_INPUT, error_messages={"required": "Paste the text to summarise."})
    style = forms.ChoiceField(required=False, choices=[("", "The service's own"), *STYLES.items()])
    least_words = forms.IntegerField(required=False, min_value=1, max_value=MOST_WORDS, label="Words, at least")
    most_words = forms.IntegerField(required=False, min_value=1, max_value=MOST_WORDS, label="Words, at most")

    field_order = ("input", "style", "least_words", "most_words")

    def clean(self) -> dict[str, Any]:
        """Compare the two lengths."""
        cleaned = super().clean()
        least, most = cleaned.get("least_words"), cleaned.get("most_words")
        if least and most and least > most:
            self.add_error("most_words", f"It is below the {format_number(least)} words asked for at least.")
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """Add style and length."""
        cleaned = self.cleaned_data
        length = {"min": cleaned["least_words"], "max": cleaned["most_words"]}
        length = {name: words for name, words in length.items() if words}
        own = {"output_style": cleaned["style"], "output_word_length": length}
        return super().arguments() | {name: value for name, value in own.items() if value}


class QuestionForm(forms.Form):
    """A question in words. The datasets are fields of their own: a list that is searched."""

    question = _text(
        "Question", 3, MOST_QUESTION, error_messages={"required": "Write what you want to know of the data."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].widget.attrs["placeholder"] = "What are my total sales by region?"
