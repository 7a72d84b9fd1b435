"""What a POST says: the fields of a body that is urlencoded or multipart, and whether it is a one-click request."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

MAX_FIELDS = 2000  # two for each list that somebody is on, and a page may show hundreds
_MARK = b"\xef\xbb\xbf"  # of UTF-8, which says nothing
_BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,70})', re.IGNORECASE)
_NAME = re.compile(r'\bname="?([^";\r\n]{1,200})"?', re.IGNORECASE)
Fields = Sequence[tuple[str, str]]


def posted_fields(body: bytes, content_type: str) -> Fields:
    """Name and value of each field, in order; what cannot be read is left out. Values without a final line end.

    Urlencoded or `multipart/form-data` (RFC 7578), whichever it is: clients that name the other, or nothing, mean what
    they say all the same. At most 2,000.
    """
    body = body.removeprefix(_MARK)
    is_multipart = body.lstrip().startswith(b"--") or content_type.strip().lower().startswith("multipart/")
    return (is_multipart and _multipart(body, content_type)) or _urlencoded(body)


def values_of(fields: Fields, name: str) -> tuple[str, ...]:
    """Every value of that field, in order."""
    return tuple(value for known, value in fields if known == name)


def value_of(fields: Fields, name: str) -> str:
    """The first value of that field; empty when there is none."""
    return next(iter(values_of(fields, name)), "")


def is_one_click(fields: Fields) -> bool:
    """Whether it says `List-Unsubscribe=One-Click`, in any case and beside whatever else (RFC 8058 §3.2)."""
    return any(name.lower() == "list-unsubscribe" and value.strip().lower() == "one-click" for name, value in fields)


def _urlencoded(body: bytes) -> Fields:
    text = body.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:  # more fields than any form of ours has
        return ()
    return tuple((name.strip(), _ended(value)) for name, value in pairs)


def _multipart(body: bytes, content_type: str) -> Fields:
    found = _BOUNDARY.search(content_type[:1000])
    boundary = found[1].encode() if found else b""
    if not boundary or b"--" + boundary not in body:  # forgotten, or another than the body begins with
        boundary = body.lstrip().split(b"\n", 1)[0].strip().removeprefix(b"--")
    if not boundary:
        return ()
    fields = []
    for part in body.split(b"--" + boundary, MAX_FIELDS + 1)[1 : MAX_FIELDS + 1]:
        head, _, value = part.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
        if name := _NAME.search(head[:2000].decode("utf-8", "replace")):
            fields.append((name[1].strip(), _ended(value.decode("utf-8", "replace"))))
    return tuple(fields)


def _ended(value: str) -> str:
    return value.rstrip("\r\n")
