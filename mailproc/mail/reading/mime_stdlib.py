"""The MIME structure as the standard library sees it: more patient with broken mail than flanker."""

from email.message import Message as StdlibMessage
from email.parser import BytesParser
from email.policy import compat32

from mailproc.mail.reading.entity import Entity, MimeError
from mailproc.mail.reading.header_fields import fields_of, split_parameters

_DEPTH_MAX = 60
# It makes an expression of each boundary, and tries those of all enclosing multiparts on every line.
_BOUNDARIES_MAX = 200
_LINES_BY_BOUNDARIES_MAX = 1_000_000
_ENCLOSING = frozenset({"message/rfc822", "message/global", "message/news", "text/rfc822"})


def read_with_stdlib(content: bytes) -> Entity:
    """The tree of a mail. Raises MimeError, and whatever the library raises, on mail that it cannot make sense of."""
    boundaries = content.lower().count(b"boundary")
    if boundaries > _BOUNDARIES_MAX or boundaries * content.count(b"\n") > _LINES_BY_BOUNDARIES_MAX:
        raise MimeError("too many boundaries")
    # compat32 on purpose: the newer policies parse every header and take minutes on hostile ones.
    return _entity(BytesParser(policy=compat32).parsebytes(content), 0)


def _entity(message: "StdlibMessage[str, str]", depth: int) -> Entity:
    if depth > _DEPTH_MAX:
        raise MimeError("nested too deeply")
    fields = fields_of(_block_of(message))
    declared = next((value for name, value in fields if name.lower() == "content-type"), "")
    content_type, params = split_parameters(declared)
    if content_type.count("/") != 1:
        content_type = message.get_content_type()
    entity = Entity(content_type=content_type, params=params, fields=fields)
    payload = message.get_payload()
    parts = [part for part in payload if isinstance(part, StdlibMessage)] if isinstance(payload, list) else []
    if parts and content_type.startswith("multipart/"):
        entity.parts = [_entity(part, depth + 1) for part in parts]
    elif parts and content_type in _ENCLOSING and parts[0].keys():
        entity.enclosed = _entity(parts[0], depth + 1)
    elif parts:
        # The library reads every message/* as mails; the fields of a report must be text again.
        entity.body = memoryview(b"\n".join(_bytes_of(part) for part in parts))
    else:
        entity.body = memoryview(_undecoded(message))
    return entity


def _undecoded(message: "StdlibMessage[str, str]") -> bytes:
    """The body as it came. Without the header that says how it is encoded the library hands it out untouched."""
    del message["Content-Transfer-Encoding"]
    payload = message.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _block_of(message: "StdlibMessage[str, str]") -> bytes:
    lines = (f"{name}: {value}\n" for name, value in message.raw_items())
    return "".join(lines).encode("utf-8", "surrogateescape")


def _bytes_of(message: "StdlibMessage[str, str]") -> bytes:
    block = _block_of(message)
    return block + b"\n" + _undecoded(message)
