"""The form of a formula."""

from __future__ import annotations

from hashlib import sha256

from django import forms

from apps.governance.beast_modes.formula import pieces_of
from domoadmin.services.results.beast_modes import BeastMode

MOST = 200_000


def mark_of(found: BeastMode) -> str:
    """Return what changes with the formula: nobody may overwrite a change that they did not see."""
    return sha256(found.expression.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class FormulaForm(forms.Form):
    """A formula that is well formed as far as its writing goes; Domo checks the rest."""

    expression = forms.CharField(
        label="Formula",
        max_length=MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": "12", "spellcheck": "false", "autocapitalize": "off", "class": "formula"}),
        error_messages={"required": "Write the formula; an empty one can't be saved."},
    )
    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_expression(self) -> str:
        """Refuse what can't be a formula: a mark or a parenthesis that is never closed."""
        formula = str(self.cleaned_data["expression"]).replace("\r\n", "\n")
        problem = problem_with(formula)
        if problem:
            raise forms.ValidationError(problem)
        return formula


def problem_with(formula: str) -> str:
    """Say in a sentence why a text can't be a formula; empty when it may be one."""
    if not formula.strip():
        return "Write the formula; an empty one can't be saved."
    open_at: list[int] = []
    place = 0
    for piece in pieces_of(formula):
        where = formula.count("\n", 0, place) + 1
        if piece.kind == "broken":
            return f"Line {where}: {_BROKEN[piece.text[0]]} is opened and never closed. Close it."
        if piece.text == "(":
            open_at.append(where)
        elif piece.text == ")":
            if not open_at:
                return f"Line {where}: a parenthesis is closed that was never opened. Remove it, or open one."
            open_at.pop()
        place += len(piece.text)
    return f"Line {open_at[-1]}: a parenthesis is opened and never closed. Close it." if open_at else ""


_BROKEN = {"'": "a text", '"': "a text", "`": "a column name", "/": "a comment"}
