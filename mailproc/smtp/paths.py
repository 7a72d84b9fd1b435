"""Addresses and parameters of MAIL and RCPT (RFC 5321 §4.1.2)."""

import re

from mailproc.smtp import replies

# `<local@domain> parameters`, or the null reverse-path: nearly everything that is ever sent. What does not match
# (quoted local parts, source routes, address literals) is left to aiosmtpd's grammar, which is 50 times slower.
_PLAIN_PATH = re.compile(r"<([^\s<>()\[\]:;@\\,\"]+@[^\s<>()\[\]:;@\\,\"]+|)>(?: (.*))?\Z")
_BODIES = frozenset({"7BIT", "8BITMIME"})  # RFC 6152; BINARYMIME needs CHUNKING
_MAX_SIZE_DIGITS = 20  # RFC 1870 §4


def parse_plain_path(text: str) -> tuple[str, str] | None:
    """Split `<address> parameters`; the null reverse-path is an empty address. None: not of the plain kind."""
    match = _PLAIN_PATH.match(text)
    if match is None:
        return None
    address, parameters = match.groups()
    if ".." in address or address.startswith(".") or ".@" in address or "@." in address:
        return None
    return address, parameters or ""


def parse_parameters(text: str) -> dict[str, str | None] | None:
    """Split `KEY=value KEY …` into a dict with upper-case keys, None for a key without a value.

    None when one is malformed or named twice (RFC 5321 §4.1.1.11).
    """
    parameters: dict[str, str | None] = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        key = key.upper()
        if not key.replace("-", "").isalnum() or key in parameters or (equals and not value):
            return None
        parameters[key] = value if equals else None
    return parameters


def read_mail_parameters(text: str) -> tuple[int, bytes | None]:
    """Read the parameters of MAIL: announced size (0 when there is none), and the refusal of a bad one or None."""
    if not text:
        return 0, None
    parameters = parse_parameters(text)
    if parameters is None:
        return 0, replies.BAD_PARAMETER
    size = parameters.pop("SIZE", "0")
    if size is None or not (size.isascii() and size.isdigit()) or len(size) > _MAX_SIZE_DIGITS:
        return 0, replies.BAD_PARAMETER
    body = parameters.pop("BODY", "7BIT")
    if body is None or body.upper() not in _BODIES or parameters.pop("SMTPUTF8", None) is not None:
        return 0, replies.BAD_PARAMETER
    return int(size), replies.UNKNOWN_PARAMETER if parameters else None
