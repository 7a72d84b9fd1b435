"""Files that are clearly no mail, told for what they are and what to do; anything that might be mail passes."""

import re

from mailproc.mail.reading.message import read_headers

_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
_LOOKED_AT_BYTES = 65_536
_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"\x1f\x8b", "gzip data: unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an Outlook .msg file: save it as .eml"),
)
_ADVICE = (
    "it does not begin with header fields such as From: and Subject:; save the whole mail, with its header, as .eml"
)


def why_no_mail(content: bytes) -> str | None:
    """Why this is no mail, as the end of a sentence that begins with its name; None when it may be one.

    One header field on top is enough, or the line of an mbox; so is a header that begins with rubbish. Raises nothing.
    """
    if not content.strip():
        return "is empty: there is no mail in it"
    for begin, what in _KINDS:
        if content.startswith(begin):
            return f"is no mail but {what}"
    head = content[:_LOOKED_AT_BYTES]
    begins = content.startswith(b"From ") or _FIELD.match(head.lstrip()) is not None
    return None if begins or read_headers(head).names else f"is no mail: {_ADVICE}"
