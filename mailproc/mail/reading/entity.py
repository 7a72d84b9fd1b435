"""A MIME entity as the readers find it, before anything is decoded (RFC 2045 §2.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Entity:
    """One node of the tree.

    `content_type` is lower-case, `params` have lower-case names. `body` is still in its transfer encoding; empty for
    multiparts. `enclosed` is the mail inside a message/rfc822, None where it must be decoded first.
    """

    content_type: str
    params: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[tuple[str, str], ...] = ()
    body: memoryview = field(default_factory=lambda: memoryview(b""))
    parts: list["Entity"] = field(default_factory=list)
    enclosed: "Entity | None" = None


class MimeError(Exception):
    """A reader cannot make sense of the structure; the next one is asked."""
