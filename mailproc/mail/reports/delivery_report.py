"""The machine part of a delivery status notification (RFC 3464 §2, RFC 6533 §3)."""

import re
from collections.abc import Iterable

from mailproc.mail.reading.message import Headers, Message, Part, addresses_in
from mailproc.mail.reading.report_fields import after_type, field_blocks, original_of
from mailproc.mail.reports.bounce import DeliveryStatus, RecipientStatus
from mailproc.mail.reports.bounce_class import classify_failure
from mailproc.mail.reports.bounce_text import report_text, stretch_about

_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status", "message/delivery-report"})
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_SUCCESS = frozenset({"delivered", "relayed", "expanded", "delivery"})
_DELAYED = frozenset({"delayed", "delay"})
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient", "action", "status")
_FIRST_FIELD = re.compile(
    r"\s*(?:reporting-mta|original-envelope-id|final-recipient|original-recipient|x-postfix-queue-id)[ \t]*:",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(r"^[ \t]{0,8}(?:reporting-mta|final-recipient)[ \t]*:", re.IGNORECASE | re.MULTILINE)


def is_report_part(part: Part) -> bool:
    """Whether this part holds the fields of a delivery report, also under a wrong name."""
    if part.text is None:
        return False
    if part.content_type in _TYPES:
        return True
    named = part.content_type.startswith(("text/", "application/")) and part.content_type != "text/html"
    return named and bool(_FIRST_FIELD.match(part.text)) and "final-recipient" in part.text.lower()


def embedded_report(text: str) -> str | None:
    """The fields of a delivery report inside a text for people, from their first line on; None when there are none."""
    found = _EMBEDDED.search(text)
    return text[found.start() :] if found and "final-recipient" in text.lower() else None


def read_report(message: Message, part: Part) -> DeliveryStatus | None:
    """Read the delivery report in this part of the mail; `recipients` are those that failed or are delayed.

    None when it has no block about any recipient. Raises nothing. Source: RFC 3464 §2.
    """
    leaves = [leaf for leaf in message.root.walk() if not leaf.parts]
    index = next((number for number, leaf in enumerate(leaves) if leaf is part), len(leaves))
    # What is returned stands behind the fields; some put it in front.
    original = original_of(tuple(leaves[index + 1 :])) or original_of(tuple(leaves[:index]))
    human = "" if message.root is part else report_text(message)
    return read_fields(part.text or "", original, message.headers, human)


def read_fields(text: str, original: Message | None, headers: Headers, human: str) -> DeliveryStatus | None:
    """Read the fields of a delivery report; `human` is what it says to people, asked where the fields are silent.

    None when no block is about a recipient.
    """
    blocks = _joined(field_blocks(text))
    about_recipients = [block for block in blocks if _is_about_recipient(block)]
    addressed = [block for block in about_recipients if block.get("final-recipient") or block.get("original-recipient")]
    about_recipients = addressed or about_recipients
    if not about_recipients:
        return None
    about_mail = Headers(tuple(field for block in blocks for field in block.fields))
    failed_header = addresses_in(headers.get("x-failed-recipients") or "")
    alone = len(about_recipients) == 1
    recipients = (
        _recipient(block, human, alone_address=_only_address(failed_header, original) if alone else None, alone=alone)
        for block in about_recipients
    )
    reporting_mta = about_mail.get("reporting-mta")
    return DeliveryStatus(
        format="rfc3464",
        recipients=tuple(recipient for recipient in recipients if recipient is not None),
        reporting_mta=after_type(reporting_mta) if reporting_mta else None,
        original_envelope_id=about_mail.get("original-envelope-id") or None,
        original=original,
    )


def _joined(blocks: Iterable[Headers]) -> list[Headers]:
    """The blocks, those made one that an empty line too many has torn apart: recipient above, what befell it below."""
    joined: list[Headers] = []
    for block in blocks:
        above = joined[-1] if joined else Headers(())
        torn = _names_recipient(above) and not _tells_outcome(above)
        if torn and _tells_outcome(block) and not _names_recipient(block):
            joined[-1] = Headers(above.fields + block.fields)
        else:
            joined.append(block)
    return joined


def _names_recipient(block: Headers) -> bool:
    return block.get("final-recipient") is not None or block.get("original-recipient") is not None


def _tells_outcome(block: Headers) -> bool:
    return block.get("action") is not None or block.get("status") is not None


def _is_about_recipient(block: Headers) -> bool:
    return any(block.get(name) is not None for name in _RECIPIENT_FIELDS)


def _only_address(failed_header: tuple[str, ...], original: Message | None) -> str | None:
    """Whom a report of a single failure without address is about, as far as header and returned mail tell."""
    if len(failed_header) == 1:
        return failed_header[0]
    returned_to = original.to_addresses if original is not None else ()
    return returned_to[0] if len(returned_to) == 1 else None


def _recipient(block: Headers, human: str, *, alone_address: str | None, alone: bool) -> RecipientStatus | None:
    """One recipient that failed or is delayed; None when the mail reached it."""
    action = _action(block)
    if action in _SUCCESS:
        return None
    original = recipient_address(block.get("original-recipient"))
    final = recipient_address(block.get("final-recipient"))
    actual = recipient_address(block.get("x-actual-recipient"))
    address = next((one for one in (original, actual, final) if one and "@" in one), None) or alone_address
    diagnostic = _diagnostic(block)
    about = stretch_about(human, [one for one in (final, original, address) if one], alone=alone)
    verdict = classify_failure(
        status=block.get("status"), diagnostic=diagnostic, text=about, delayed=action in _DELAYED
    )
    return RecipientStatus(
        address=address or final or original,
        bounce_class=verdict.bounce_class,
        reason=verdict.reason,
        action=action or None,
        status=verdict.status,
        original_recipient=original,
        final_recipient=final,
        diagnostic=diagnostic or None,
        remote_mta=after_type(block.get("remote-mta") or "") or None,
        text_only=verdict.text_only,
    )


def _action(block: Headers) -> str:
    """The action word; where there is none a status of success counts as delivered."""
    words = (block.get("action") or "").lower().replace("(", " ").replace(";", " ").split()
    if words:
        return {"failure": "failed", "fail": "failed", "deliverable": "delivered"}.get(words[0], words[0])
    return "delivered" if (block.get("status") or "").strip().startswith("2.") else ""


def _diagnostic(block: Headers) -> str:
    """What the remote server said, and what some generators put beside it."""
    said = [after_type(value) for value in block.all("diagnostic-code")]
    said.extend(block.all("x-supplementary-info"))
    status = (block.get("status") or "").strip()
    # `Status: 5.1.1 (bad destination mailbox)`
    said.append(status.partition(" ")[2])
    return " ".join(text for text in said if text)[:4000]


def recipient_address(value: str | None) -> str | None:
    """The address of a typed recipient field: xtext and the escapes of RFC 6533 undone, angle brackets off.

    None when the field is absent or empty; a local part without domain comes back as it is. Source: RFC 3464 §2.3.1,
    RFC 3461 §4, RFC 6533 §3.
    """
    if value is None:
        return None
    text = after_type(value).lstrip("; ")
    if value.strip().lower().startswith("utf-8"):
        text = _UNITEXT.sub(_unicode_character, text)
    if "+" in text:
        # Only `+` and `=` are ever encoded in practice: `user+2Btag@…`. A tag such as `+DE` is no xtext.
        text = re.sub(r"\+(2B|3D|20)", lambda match: chr(int(match[1], 16)), text)
    found = addresses_in(text)
    if found:
        return found[0]
    return text.strip(" <>\"'").partition(" ")[0] or None


def _unicode_character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else match[0]
