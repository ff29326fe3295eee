"""The control page: a form with all switches, and what has come in."""

from __future__ import annotations

from html import escape

from domoadmin.sandbox.control.faults import SHARES, TOKEN_MODES, Faults, Rule
from domoadmin.sandbox.control.statistics import Statistics

LABELS = {
    "status_429": "429 too many requests",
    "status_500": "500 server error",
    "status_502": "502 bad gateway",
    "status_503": "503 unavailable",
    "html_maintenance": "HTML maintenance page with 200",
    "html_maintenance_503": "HTML maintenance page with 503",
    "blocked_html": "HTML page “Blocked”",
    "cut_before_effect": "Cut before the effect",
    "cut_after_effect": "Cut after the effect",
    "timeout": "Never answers, no effect",
    "timeout_after_effect": "Never answers, effect done",
}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #182433 }
fieldset { border: 1px solid #dce1e7; border-radius: 6px; margin: 0 0 1rem; padding: 1rem }
label { display: inline-block; width: 18rem; margin: .15rem 0 } input { width: 8rem; padding: .2rem .4rem }
button { padding: .4rem 1rem; margin-right: .5rem } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #dce1e7 } .wide { width: 24rem }
"""


def _number(name: str, label: str, value: float | None, step: str = "any", largest: str = "") -> str:
    shown = "" if value is None else f"{value:g}"
    limit = f' max="{largest}"' if largest else ""
    field = f'<input type="number" id="{name}" name="{name}" value="{shown}" min="0"{limit} step="{step}">'
    return f'<div><label for="{name}">{escape(label)}</label>{field}</div>'


def sign_in_page() -> str:
    """Asks for the token."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sandbox faults</title><style>{STYLE}</style></head><body>
<h1>Sandbox faults</h1><form method="post" action="/_control/">
<label for="token">The sandbox's token</label>
<input type="password" id="token" name="token" autocomplete="off" required> <button>Open</button>
</form></body></html>"""


def page(faults: Faults, statistics: Statistics, token: str) -> str:
    """The page as HTML. It shows the first rule; the token travels in a hidden field of the form."""
    rule = faults.rules[0] if faults.rules else Rule()
    shares = "".join(_number(name, LABELS[name], getattr(rule, name), "0.01", "1") for name in SHARES)
    modes = "".join(
        f'<option value="{mode}"{" selected" if mode == rule.token_mode else ""}>{mode.replace("_", " ")}</option>'
        for mode in TOKEN_MODES
    )
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{count}</td><td>{statistics.effects.get(name, 0)}</td></tr>"
        for name, count in sorted(statistics.received.items())
    )
    more = f"<p>{len(faults.rules) - 1} further rules are set by script.</p>" if len(faults.rules) > 1 else ""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sandbox faults</title><style>{STYLE}</style></head><body>
<h1>Sandbox faults</h1>{more}
<form method="post" action="/_control/"><input type="hidden" name="token" value="{escape(token)}">
<fieldset><legend>For which requests</legend>
<div><label for="match">Method, path or operation matches</label>
<input class="wide" id="match" name="match" value="{escape(rule.match)}" placeholder="regular expression, or empty">
</div>
{_number("count", "Only the next so many requests", rule.count, "1")}</fieldset>
<fieldset><legend>Delay</legend>{_number("latency_ms", "Milliseconds", rule.latency_ms)}
{_number("jitter_ms", "Up to so many more", rule.jitter_ms)}</fieldset>
<fieldset><legend>Share of requests, 0 to 1</legend>{shares}
{_number("retry_after", "Retry-After of a 429, seconds", rule.retry_after)}</fieldset>
<fieldset><legend>Token and limits</legend>
<div><label for="token_mode">Token</label><select id="token_mode" name="token_mode">{modes}</select></div>
{_number("search_rate_limit", "Searches a minute, 0: no limit", faults.search_rate_limit, "1")}</fieldset>
<button name="action" value="set">Set</button><button name="action" value="off">All off</button></form>
<h2>Requests</h2><table><tr><th>Operation</th><th>Received</th><th>Effects</th></tr>{rows}</table>
</body></html>"""
