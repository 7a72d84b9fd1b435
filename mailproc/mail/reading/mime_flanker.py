"""The MIME structure as flanker sees it; the only module that touches flanker.

flanker is given the outline as latin-1 text, so that it guesses no charset, and is asked for structure only: its header
values and bodies are not used, because it decodes them by guessing and lets some bodies swallow their siblings.
"""

import contextlib
import functools
import io
from collections.abc import Callable
from typing import Any

from mailproc.mail.reading.entity import Entity, MimeError
from mailproc.mail.reading.header_fields import fields_of, start_of_body
from mailproc.mail.reading.outline import Outline

_DEPTH_MAX = 60
_CONTAINERS = frozenset({"message/rfc822", "message/news"})


@functools.cache
def _scanner() -> Callable[[str], Any]:
    """flanker's scanner; its import takes a third of a second and prints warnings about its grammar."""
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        from flanker.addresslib._parser import lexer
        from flanker.mime.message.headers import encodedword
        from flanker.mime.message.scanner import scan
    # They log each word that they cannot read; here that is an answer, not an event.
    lexer.log.disabled = encodedword._log.disabled = True
    return scan  # type: ignore[no-any-return]


@functools.cache
def _list_parser() -> Callable[..., Any]:
    _scanner()
    from flanker.addresslib.address import parse_list

    return parse_list  # type: ignore[no-any-return]


def strict_addresses(value: str) -> tuple[str, ...] | None:
    """Bare addresses of an address list, None when flanker's strict grammar does not accept every element.

    May raise whatever flanker raises.
    """
    found, refused = _list_parser()(value, strict=True, as_tuple=True)
    if refused or not found:
        return None
    return tuple(one.address for one in found if one.addr_type == "email")


def read_with_flanker(outline: Outline) -> Entity:
    """The tree of a mail.

    Raises MimeError, and whatever flanker raises, on mail that it cannot make sense of.
    """
    return _entity(_scanner()(outline.text()), outline, 0)


def _entity(part: Any, outline: Outline, depth: int) -> Entity:
    if depth > _DEPTH_MAX:
        raise MimeError("nested too deeply")
    stream, content = part._container, outline.content
    start = outline.start_in_content(stream.start)
    end = outline.end_in_content(stream.end) + 1
    header_end = outline.header_ends[start]
    fields = fields_of(content[start:header_end])
    value, params = part.content_type
    declared = _declared_type(fields)
    if declared in _CONTAINERS and value == "text/plain":
        # flanker gives up enclosed mails of broken structure inside reports; they are read again by themselves.
        value, params = declared, {}
    elif declared.startswith(("multipart/", "message/")) and declared != value:
        # It overlooks a Content-Type that begins on a folded line, and one with 8-bit characters: what it makes of the
        # rest is wrong without a sign.
        raise MimeError("Content-Type was overlooked")
    parts = [_entity(child, outline, depth + 1) for child in part.parts]
    if value == "multipart/digest":
        _default_to_mail(parts)
    return Entity(
        content_type=value,
        params={key: text for key, text in params.items() if isinstance(text, str)} if declared else {},
        fields=fields,
        body=memoryview(content)[start_of_body(content, header_end) : end],
        parts=parts,
        # Of report fields flanker keeps a shadow as an enclosed mail: no use for it.
        enclosed=_entity(part.enclosed, outline, depth + 1) if part.enclosed and value in _CONTAINERS else None,
    )


def _default_to_mail(parts: list[Entity]) -> None:
    """What does not say otherwise in a digest is a mail (RFC 2046 §5.1.5)."""
    for part in parts:
        if not _declared_type(part.fields):
            part.content_type = "message/rfc822"


def _declared_type(fields: tuple[tuple[str, str], ...]) -> str:
    """The type that the first Content-Type declares, lower-case; empty when there is none."""
    for name, value in fields:
        if len(name) == 12 and name.lower() == "content-type":
            return value.partition(";")[0].strip().lower()
    return ""
