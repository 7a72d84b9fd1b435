"""Whether anything in a mail is worth asking if a machine made it: all signs at once, which spares most mail the rest.

A sign proves nothing: it says that the finders of kind.py must be asked. Without any they would all say no; whoever
gives them something new to look for gives it a sign here. A test holds them together.
"""

from mailproc.mail.auto_phrases import AWAY, BARE_SUBJECTS, DECLARATIONS, SUBJECTS
from mailproc.mail.auto_reply import CHALLENGE_HEADER, MAX_RAW, any_of, decisive_header, in_one_line, start_of_text
from mailproc.mail.auto_tables import (
    ABANDONED,
    ACK_TEXTS,
    CHALLENGE_DOMAINS,
    CHALLENGE_LOCALS,
    CHALLENGE_SUBJECTS,
    ROBOTS,
)
from mailproc.mail.bounce_signs import DAEMON, OFFICE, SUBJECT, has_null_sender
from mailproc.mail.delivery_report import is_report_part
from mailproc.mail.envelope import Envelope
from mailproc.mail.list_headers import BULK_NAMES
from mailproc.mail.message import Message, Part
from mailproc.mail.receipt import AGGREGATE_SUBJECT, RECEIPT_SUBJECT
from mailproc.mail.report_fields import report_type_of
from mailproc.mail.unsubscribe_mail import CLUES, SUBJECT_CLUE

_FOR_PEOPLE = frozenset({"text/plain", "text/html"})
_NAMES = BULK_NAMES | {"x-apple-unsubscribe", "x-failed-recipients", "x-hmxmroriginalrecipient", "tls-report-domain"}
_MAX_SENDER = 300
_MAX_SUBJECT = 300
_LONGEST_HEAD = 4_000  # of an HTML text
_SENDER = any_of((r"amazonaws\.com", DAEMON.pattern, OFFICE.pattern, *ROBOTS, *CHALLENGE_LOCALS, *CHALLENGE_DOMAINS))
_SUBJECT = any_of(
    (
        SUBJECT.pattern,
        RECEIPT_SUBJECT.pattern,
        AGGREGATE_SUBJECT.pattern,
        SUBJECT_CLUE,
        *CHALLENGE_SUBJECTS,
        *BARE_SUBJECTS,
        *(one for several in SUBJECTS.values() for one in several),
    )
)
_TEXT = any_of((*DECLARATIONS, *AWAY, *ACK_TEXTS, *ABANDONED, *CLUES))


def has_machine_signs(message: Message, envelope: Envelope) -> bool:
    """Whether a mail must be looked at closely; False only for texts of which no finder would claim any."""
    return (
        envelope.mail_from is None
        or not _NAMES.isdisjoint(message.headers.names)
        or has_null_sender(message, envelope)
        or _is_signed_by_address(message)
        or decisive_header(message) is not None
        or CHALLENGE_HEADER.search("\n".join(message.headers.names)) is not None
        or bool(report_type_of(message.root))
        or any(_is_signed(part) for part in message.root.walk())
    )


def _is_signed_by_address(message: Message) -> bool:
    """Whether sender or subject tell something; where they are not plain ASCII only the finders can say."""
    sender = ", ".join((*message.headers.all("from"), *message.from_addresses[:1])).lower()
    subject = message.subject.lower()
    return (
        not (sender and sender.isascii() and subject.isascii())
        or len(sender) > _MAX_SENDER
        or len(subject) > _MAX_SUBJECT
        or _SENDER.search(sender) is not None
        or _SUBJECT.search(subject) is not None
    )


def _is_signed(part: Part) -> bool:
    if part.parts:
        return False
    text = part.text
    if part.content_type not in _FOR_PEOPLE or part.filename is not None or text is None:
        return True
    start = start_of_text(part)
    return (
        start > _LONGEST_HEAD or is_report_part(part) or _TEXT.search(in_one_line(text[: start + MAX_RAW])) is not None
    )
