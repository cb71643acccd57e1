"""The page of the provider: what arrived, and how it should behave."""

import html
import json
from collections.abc import Mapping
from typing import Any

from ops.provider import desk
from ops.provider.desk import Provider
from ops.provider.reports import HABITS, Reporter

BEHAVE_PATH = "/_behave"
_WAYS = {desk.SMS: "Text message", desk.PUSH: "Push", desk.WECHAT: "WeChat"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Message provider of the demo</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem; color: #1b1b1b }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border-bottom: 1px solid #ccc; padding: .4rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere }}
th, td:nth-child(-n + 2) {{ white-space: nowrap }}
button, select {{ font: inherit; min-height: 44px }}
</style></head><body>
<h1>Message provider of the demo</h1>
<p>Stands in for the providers of text messages, push messages and WeChat. Nothing leaves
this machine.</p>
<form method="post" action="{path}"><label>From now on it
<select name="always">{options}</select></label>
<label>and reports <select name="reports">{reports}</select></label> <button>Behave so</button></form>
<h2>{count}</h2>
<table><thead><tr><th>At (UTC)</th><th>Way</th><th>To</th><th>What it says</th>
<th>What became of it</th></tr></thead><tbody>{rows}</tbody></table>
</body></html>
"""


def as_html(provider: Provider, reporter: Reporter) -> bytes:
    """Return the page."""
    shown = _shown(provider)
    options = "".join(
        f'<option value="{name}"{" selected" * (name == provider.always)}>{text}</option>'
        for name, text in desk.BEHAVIOURS.items()
    )
    rows = "".join(_row(one) for one in shown)
    count = f"The last {len(shown)} requests" if shown else "Nothing has arrived yet"
    reports = "".join(
        f"<option{' selected' * (name == reporter.habit)}>{name}</option>"
        for name in HABITS
    )
    page = _PAGE.format(
        path=BEHAVE_PATH, options=options, reports=reports, rows=rows, count=count
    )
    return page.encode()


def _row(one: Mapping[str, str]) -> str:
    cells = (one[name] for name in ("at", "way", "to", "text", "became"))
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"


def as_json(provider: Provider) -> bytes:
    """Return the same for a program."""
    return json.dumps(
        {"always": provider.always, "requests": _shown(provider)}
    ).encode()


def _shown(provider: Provider) -> list[dict[str, str]]:
    """Return the last requests, the latest first; passwords and tokens left out."""
    with provider.lock:
        last = list(provider.requests[-desk.MOST_SHOWN :])
    return [_told(one) for one in reversed(last) if one["way"] != desk.TOKEN]


def _told(request: Mapping[str, Any]) -> dict[str, str]:
    became = desk.BEHAVIOURS[request["does"]]
    if request.get("again"):
        became = "known already: not carried twice"
    return {
        "at": f"{request['at']:%H:%M:%S}",
        "way": _WAYS[request["way"]],
        "to": _to(request),
        "text": _text(request),
        "became": became,
        "id": str(request.get("id", "")),
    }


def _to(request: Mapping[str, Any]) -> str:
    body = request["body"]
    if request["way"] == desk.PUSH:
        return str(request["path"]).removeprefix("/push/")
    names = ("to", "To", "touser", "phone")
    found = next((body[name] for name in names if name in body), "")
    return ", ".join(found) if isinstance(found, list) else str(found)


def _text(request: Mapping[str, Any]) -> str:
    body = request["body"]
    if request["way"] == desk.PUSH:
        return f"({len(body)} bytes that only the device can read)"
    if request["way"] == desk.WECHAT:
        return " · ".join(str(one["value"]) for one in body.get("data", {}).values())
    return str(body.get("text") or body.get("Body") or body.get("content") or body)
