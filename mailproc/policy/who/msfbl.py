"""`X-MSFBL`: what Momentum and SparkPost stamp for feedback loops, JSON in base64; redactors leave it as it is."""

import base64
import binascii
import json
from collections.abc import Iterator

_MAX_VALUE = 8000
_MAX_PIECES = 4


def msfbl_texts(value: str) -> Iterator[str]:
    """The JSON texts in a field's value, which may stand behind a signature and a `|`; none for anything else.

    White space, also of folding, means nothing. Raises nothing.
    """
    for piece in "".join(value[:_MAX_VALUE].split()).split("|")[:_MAX_PIECES]:
        try:
            text = base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        if text.startswith("{"):
            yield text


def msfbl_recipients(value: str) -> Iterator[str]:
    """The recipient that a field names, `{"r": "pat@example.org", …}`; nothing where there is none."""
    for text in msfbl_texts(value):
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            continue
        recipient = said.get("r") if isinstance(said, dict) else None
        if isinstance(recipient, str):
            yield recipient
