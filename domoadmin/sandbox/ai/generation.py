"""Answers a prompt without a model: a few known questions, else an honest word on what was asked."""

from __future__ import annotations

from domoadmin.sandbox.ai.prompts import Prompt

SYSTEM = "You are a helpful assistant."
KNOWN = {
    "why is the sky blue": "The sky is blue because of Rayleigh scattering.",
    "what is domo": "Domo is a platform for data, dashboards and apps.",
    "who are you": "A rule-based stand-in for a language model, part of a simulated instance.",
}


def generate(prompt: Prompt) -> str:
    """The text that the service gives back: at most as many words as were asked for."""
    known = KNOWN.get(prompt.text.strip().rstrip("?").lower()) if prompt.system == SYSTEM else None
    # what went into the prompt is shown, so that templates, parameters and system messages can be checked
    text = known or f"No language model answers here. System: {prompt.system} Prompt: {prompt.text}"
    return " ".join(text.split(" ")[: prompt.most_words]) if prompt.most_words else text
