"""The commonest mail of all, one text and nothing else: its structure is seen without asking a MIME library."""

import re
from collections.abc import Mapping
from functools import lru_cache

from mailproc.mail.reading.entity import Entity
from mailproc.mail.reading.header_fields import fields_of, split_parameters, start_of_body

# In small letters. Nothing in it that two readers could read differently; whatever else stands there is flanker's.
_PLAIN_FIELD = re.compile(
    rb"content-type:[ \t]*(text/(?:plain|html)"
    rb'(?:;(?:[ \t]*|\r?\n[ \t]+)(?:charset|format|delsp)=(?:"[a-z0-9_-]{1,40}"|[a-z0-9_-]{1,40})){0,3})\r?\n(?![ \t])'
)


def read_single_text(content: bytes, header_end: int) -> Entity | None:
    """The tree of a mail that is a single plain text or HTML, as flanker sees it; None for every other mail.

    Content-Type must be named once at most, in a plain field, and behind the empty line there must be something.
    """
    body_start = start_of_body(content, header_end)
    if body_start == header_end or len(content) - body_start < 2:
        return None
    block, said = content[:header_end].lower(), b"text/plain"
    named = block.count(b"content-type")
    if named:
        at = block.find(b"\ncontent-type:") + 1
        field = _PLAIN_FIELD.match(block, at) if named == 1 else None
        if field is None:
            return None
        said = content[field.start(1) : field.end(1)]
    content_type, params = _split(said)
    return Entity(
        content_type=content_type,
        params=params,
        fields=fields_of(content[:header_end]),
        body=memoryview(content)[body_start:],
    )


@lru_cache(maxsize=256)
def _split(field: bytes) -> tuple[str, Mapping[str, str]]:
    """A plain field in parts; mail programs write a handful of them again and again."""
    return split_parameters(field.decode("ascii"))
