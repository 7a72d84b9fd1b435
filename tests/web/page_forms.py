"""Forms as a browser would send them."""

import re
from typing import Any


def form_of(html: str, deed: str) -> tuple[str, dict[str, Any]]:
    """Where the form for a deed goes, and its hidden fields with the switches that are on."""
    for action, content in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', html, re.DOTALL):
        if f'name="do" value="{deed}"' in content:
            fields: dict[str, Any] = {}
            for tag in re.findall(r"<input [^>]+>", content):
                kind, name, value = (_attribute(tag, wanted) for wanted in ("type", "name", "value"))
                if kind == "hidden" or (kind == "checkbox" and " checked" in tag):
                    fields.setdefault(name, []).append(value)
            return action, fields
    raise AssertionError(f"no form that does {deed}")


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""
