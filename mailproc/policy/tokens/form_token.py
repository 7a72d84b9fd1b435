"""Form tokens: a form can be sent only by who was shown it, for the link and the deed that it was shown for, for a day.

There are no cookies, so that nothing else could prove it; a stranger's page that knows a link cannot make one up.
"""

import hmac
from base64 import b32encode

FORM_MINUTES = 24 * 60
_SKEW_MINUTES = 5  # whoever showed it may be another machine, with a fast clock
_CONTEXT = b"mailproc-form-v1"  # never the same text as what tokens of mail are signed over
_SIGNATURE_BYTES = 15
_LENGTH = 8 + 24


def make_form_token(link: str, deed: str, *, minute: int, key: bytes) -> str:
    """The token of one form, 32 letters and digits: when it was shown (minutes since 1970), and the signature."""
    return f"{minute:08x}{_signature(link, deed, minute, key)}"


def is_form_token(text: str, link: str, deed: str, *, minute: int, key: bytes) -> bool:
    """Whether that form was shown for this link and this deed, within the last day."""
    if len(text) != _LENGTH or not text.isascii():
        return False
    try:
        shown = int(text[:8], 16)
    except ValueError:
        return False
    is_fresh = -_SKEW_MINUTES <= minute - shown <= FORM_MINUTES
    return hmac.compare_digest(text[8:], _signature(link, deed, shown, key)) and is_fresh


def _signature(link: str, deed: str, minute: int, key: bytes) -> str:
    said = b"\x00".join((_CONTEXT, link.encode(), deed.encode(), b"%d" % minute))
    return b32encode(hmac.digest(key, said, "sha256")[:_SIGNATURE_BYTES]).decode().lower()
