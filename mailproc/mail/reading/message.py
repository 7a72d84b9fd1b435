"""MIME and header reading (RFC 5322, 2045-2049, 2047, 2231): bytes in, `Message` out, never an exception."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from mailproc.mail.reading.addresses import addresses_in
from mailproc.mail.reading.charset import text_of, undo_transfer_encoding
from mailproc.mail.reading.entity import Entity
from mailproc.mail.reading.header_fields import (
    HEADER_BYTES_MAX,
    HEADER_LINES_MAX,
    decode_header,
    end_of_header,
    fields_of,
    split_parameters,
    start_of_body,
)
from mailproc.mail.reading.media_types import ENCLOSING_TYPES, HEADER_TYPES, MACHINE_TYPES, REPORT_FILE
from mailproc.mail.reading.mending import mended
from mailproc.mail.reading.message_tree import Headers, Message, Part
from mailproc.mail.reading.mime_flanker import read_with_flanker
from mailproc.mail.reading.mime_single import read_single_text
from mailproc.mail.reading.mime_stdlib import read_with_stdlib
from mailproc.mail.reading.outline import Outline, outline_of

__all__ = [
    "Headers",
    "Message",
    "Part",
    "addresses_in",
    "decode_header",
    "load_readers",
    "message_of_headers",
    "read_headers",
    "read_message",
]

TEXT_BYTES_MAX = 1024 * 1024
MACHINE_PART_BYTES_MAX = 256 * 1024
REPORT_FILE_BYTES_MAX = 64 * 1024
ENCLOSED_DEPTH_MAX = 5
STDLIB_BYTES_MAX = 512 * 1024  # it needs a tenth of a second for each megabyte of lines
_BODILESS = ""  # the type of a mail of which only the header is at hand
T = TypeVar("T")


def read_message(content: bytes) -> Message:
    """Read a mail as it came over the wire.

    Bounded: 256 kB and 2,000 lines of header, 400 parts, 1 MiB of text in all, 256 kB of any machine part, enclosed
    mails 5 deep; attachments are not decoded, but for the beginning of files that are called like a delivery report.
    What was not read or is broken is told in `defects`. Raises nothing. Source: RFC 5322, RFC 2045-2049.
    """
    return _Reader().read(content, 0)


def read_headers(content: bytes) -> Headers:
    """Read only the header of a mail; no fields when there are none. Raises nothing."""
    content = _normalised(content)
    return Headers(fields_of(content[: end_of_header(content)]))


def load_readers() -> None:
    """Load the MIME library now, which takes a third of a second: otherwise the first mail waits for it."""
    read_message(b"From: pat@example.org, sam@example.org\r\n\r\n")


def message_of_headers(text: str) -> Message:
    """A mail of which only the header is at hand, as reports return it; leading empty lines are passed over."""
    return _Reader().headers_only(text, 0)


def _normalised(content: bytes) -> bytes:
    """Without byte order mark and empty lines on top; line ends of old Macs made line feeds."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.startswith((b"\n", b"\r")):
        content = content.lstrip(b"\r\n")
    if content.find(b"\r", 0, 1000) >= 0 and b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    return content


class _Reader:
    """Reads one mail and all that is enclosed in it, within one budget of text and one list of defects."""

    def __init__(self) -> None:
        self._text_left = TEXT_BYTES_MAX
        self._defects: dict[str, None] = {}

    def read(self, content: bytes, depth: int) -> Message:
        content = _normalised(content)
        header_end = end_of_header(content)
        if header_end >= HEADER_BYTES_MAX // 2 or content.count(b"\n", 0, header_end) > HEADER_LINES_MAX:
            content = self._bounded_header(content, header_end)
            header_end = end_of_header(content)
        entity, parser = self._climb(content, header_end)
        return self._message(entity, parser, depth)

    def _bounded_header(self, content: bytes, end: int) -> bytes:
        """The mail with the end of an over-long header block left out."""
        lines = content[: min(end, HEADER_BYTES_MAX)].split(b"\n", HEADER_LINES_MAX)
        kept = b"\n".join(lines[:HEADER_LINES_MAX]).rstrip(b"\r\n") + b"\n"
        if len(kept) >= end - 2:
            return content
        self._note("header block cut off")
        breaks = [at for at in (content.find(b"\n\n", end - 2), content.find(b"\n\r\n", end - 2)) if at >= 0]
        return kept + b"\n" + content[min(breaks) + 1 :].lstrip(b"\r\n") if breaks else kept

    def _climb(self, content: bytes, header_end: int) -> tuple[Entity, str]:
        """The ladder: the first reader that answers wins."""
        if header_end == 0:
            return Entity(content_type="text/plain", body=memoryview(content)), "raw"
        single = read_single_text(content, header_end)
        if single is not None:  # flanker would say the same, and need ten times as long
            return single, "single"
        outline = outline_of(content)
        if not outline.excessive:
            entity = self._ask_flanker(outline) or self._ask_flanker_again(content)
            if entity is not None:
                return entity, "flanker"
            entity = _ask(read_with_stdlib, content[:STDLIB_BYTES_MAX])
            if entity is not None:
                self._note("text cut off" if len(content) > STDLIB_BYTES_MAX else None)
                self._note("bare CR in header" if b"\r" in content[:header_end].replace(b"\r\n", b"") else None)
                return entity, "stdlib"
        self._note("broken MIME structure")
        fields = fields_of(content[:header_end])
        body = memoryview(content)[start_of_body(content, header_end) :]
        return Entity(content_type="text/plain", fields=fields, body=body), "headers"

    def _ask_flanker(self, outline: Outline) -> Entity | None:
        entity = _ask(read_with_flanker, outline)
        self._note("too many parts" if entity is not None and not outline.complete else None)
        return entity

    def _ask_flanker_again(self, content: bytes) -> Entity | None:
        """What flanker makes of the mail with its structure mended; None when there is nothing to mend."""
        repaired = mended(content)
        outline = outline_of(repaired) if repaired is not None else None
        if outline is None or outline.excessive:
            return None
        entity = self._ask_flanker(outline)
        self._note("structure mended" if entity is not None else None)
        return entity

    def _message(self, entity: Entity, parser: str, depth: int) -> Message:
        headers = Headers(entity.fields)
        root = self._part(entity, headers, depth, attached=False)
        return Message(
            headers=headers,
            root=root,
            defects=tuple(self._defects) if depth == 0 else (),
            parser=parser,
            subject=decode_header(headers.get("subject") or ""),
            from_addresses=addresses_in(", ".join(headers.all("from"))),
        )

    def _part(self, entity: Entity, headers: Headers, depth: int, *, attached: bool) -> Part:
        content_type = entity.content_type
        disposition, filename = _disposition_of(headers, entity.params)
        if content_type.startswith("multipart/") and not entity.parts:
            self._note("multipart without parts")
            content_type = "text/plain"
        # A text marked as attachment is one only beside something else: some gateways mark the body itself.
        beside = attached or len(entity.parts) > 1
        text, message = None, None
        if content_type in ENCLOSING_TYPES:
            message = self._enclosed(entity, headers, depth)
        elif content_type in MACHINE_TYPES or content_type in HEADER_TYPES or _is_json(filename):
            text = self._decoded(entity, headers, MACHINE_PART_BYTES_MAX)
            message = self.headers_only(text, depth) if content_type in HEADER_TYPES else None
        elif content_type.startswith("text/") and not (attached and disposition == "attachment"):
            text = self._decoded(entity, headers, self._text_left)
            self._text_left -= len(text)
        elif content_type.startswith(("text/", "application/octet-stream")) and _is_report_file(filename):
            text = self._decoded(entity, headers, min(REPORT_FILE_BYTES_MAX, self._text_left))
            self._text_left -= len(text)
        return Part(
            content_type=content_type or "text/plain",
            params=tuple(entity.params.items()),
            headers=headers,
            disposition=disposition,
            filename=filename,
            text=text,
            size_bytes=len(entity.body),
            parts=tuple(self._part(part, Headers(part.fields), depth, attached=beside) for part in entity.parts),
            message=message,
        )

    def _decoded(self, entity: Entity, headers: Headers, limit: int) -> str:
        """The text of a leaf, at most `limit` characters of it."""
        encoding = headers.get("content-transfer-encoding") or ""
        encoded_limit = limit * (4 if "quoted" in encoding.lower() else 2)
        data, defect = undo_transfer_encoding(bytes(entity.body[:encoded_limit]), encoding)
        self._note(defect)
        if len(data) > limit or len(entity.body) > encoded_limit:
            self._note("text cut off" if entity.content_type.startswith("text/") else "machine part cut off")
        text, defect = text_of(data[:limit], entity.params.get("charset"))
        self._note(defect)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _enclosed(self, entity: Entity, headers: Headers, depth: int) -> Message | None:
        if depth >= ENCLOSED_DEPTH_MAX:
            self._note("enclosed mails nested too deeply")
            return None
        encoding = (headers.get("content-transfer-encoding") or "").strip().lower()
        # RFC 2046 §5.2.1 forbids it, generators do it: the enclosed mail is encoded as a whole.
        if encoding in {"base64", "quoted-printable"}:
            data, defect = undo_transfer_encoding(bytes(entity.body[: 4 * TEXT_BYTES_MAX]), encoding)
            if end_of_header(_normalised(data)):
                self._note(defect)
                return self.read(data, depth + 1)
        if entity.enclosed is None or not entity.enclosed.fields:
            return self.read(bytes(entity.body), depth + 1)
        return self._message(entity.enclosed, "flanker", depth + 1)

    def headers_only(self, text: str, depth: int) -> Message:
        data = text.lstrip("\n").encode("utf-8", "replace")
        fields = fields_of(data[: end_of_header(data)])
        return self._message(Entity(content_type=_BODILESS, fields=fields), "headers", depth + 1)

    def _note(self, defect: str | None) -> None:
        if defect:
            self._defects.setdefault(defect)


def _ask(read: Callable[[T], Entity], content: T) -> Entity | None:
    """What a MIME library makes of a mail; None when it gives up, for which both have ten kinds of exception."""
    try:
        return read(content)
    except Exception:  # noqa: BLE001  # whatever they raise: the next reader is asked
        return None


def _disposition_of(headers: Headers, params: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Content-Disposition and file name (RFC 2183), None when absent."""
    value = headers.get("content-disposition")
    filename = params.get("name")
    if value is None:
        return None, filename or None
    disposition, given = split_parameters(value)
    return disposition or None, given.get("filename") or filename or None


def _is_json(filename: str | None) -> bool:
    return filename is not None and filename.lower().endswith(".json")


def _is_report_file(filename: str | None) -> bool:
    return filename is not None and REPORT_FILE.search(filename.lower()[-100:]) is not None
