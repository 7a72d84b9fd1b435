"""Whether anything in a mail is worth asking if a machine made it: all signs at once, which spares most mail the rest.

A sign proves nothing: it says that the finders of kind.py must be asked. Without any they would all say no; whoever
gives them something new to look for gives it a sign here. A test holds them together.
"""

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.automatic.auto_reply import HEADER_NAMES, MAX_RAW, decisive_header, raw_text, start_of_text
from mailproc.mail.automatic.auto_subjects import BARE_SUBJECTS, SUBJECTS
from mailproc.mail.automatic.auto_tables import CHALLENGE_DOMAINS, CHALLENGE_LOCALS, CHALLENGE_SUBJECTS, ROBOTS
from mailproc.mail.automatic.auto_text import has_hint
from mailproc.mail.automatic.compared import core_of, signs_of
from mailproc.mail.automatic.list_headers import BULK_NAMES
from mailproc.mail.automatic.notices import NOTICE_SUBJECTS, SURVEY_SUBJECTS
from mailproc.mail.automatic.receipt import AGGREGATE_SUBJECT, ANSWER_SUBJECT, RECEIPT_SUBJECT
from mailproc.mail.automatic.unsubscribe_mail import SUBJECT_CLUE
from mailproc.mail.reading.message import Message, Part
from mailproc.mail.reading.report_fields import report_type_of
from mailproc.mail.reports.bounce_signs import DAEMON, OFFICE, SUBJECT, has_null_sender
from mailproc.mail.reports.delivery_report import is_report_part

_FOR_PEOPLE = frozenset({"text/plain", "text/html"})
_NAMES = BULK_NAMES | {"x-apple-unsubscribe", "x-failed-recipients", "x-hmxmroriginalrecipient", "tls-report-domain"}
_MAX_SENDER = 300
_MAX_SUBJECT = 300
_LONGEST_HEAD = 4_000  # of an HTML text


_SENDER_OR_SUBJECT = signs_of(
    (
        r"amazonaws\.com",
        DAEMON.pattern,
        OFFICE.pattern,
        *ROBOTS,
        *CHALLENGE_LOCALS,
        *CHALLENGE_DOMAINS,
        SUBJECT.pattern,
        RECEIPT_SUBJECT.pattern,
        ANSWER_SUBJECT.pattern,
        AGGREGATE_SUBJECT.pattern,
        SUBJECT_CLUE,
        *CHALLENGE_SUBJECTS,
        *BARE_SUBJECTS,
        *map(core_of, NOTICE_SUBJECTS),
        *map(core_of, SURVEY_SUBJECTS),
        *(one for several in SUBJECTS.values() for one in several),
    ),
)


def has_machine_signs(message: Message, envelope: Envelope) -> bool:
    """Whether a mail must be looked at closely; False only for texts of which no finder would claim any."""
    return (
        envelope.mail_from is None
        or not _NAMES.isdisjoint(message.headers.names)
        or has_null_sender(message, envelope)
        or _is_signed_by_address(message)
        or decisive_header(message) is not None
        or any(name.startswith(HEADER_NAMES) for name in message.headers.names)
        or bool(report_type_of(message.root))
        or any(map(_is_signed, message.root.walk()))
    )


def _is_signed_by_address(message: Message) -> bool:
    """Whether sender or subject tell something; only the finders can say where they are not plain ASCII, or empty."""
    sender = ", ".join((*message.headers.all("from"), *message.from_addresses[:1])).lower()
    subject = message.subject.lower()
    return (
        not (sender and sender.isascii() and subject.isascii())
        or not (subject or message.from_addresses)
        or len(sender) > _MAX_SENDER
        or len(subject) > _MAX_SUBJECT
        or _SENDER_OR_SUBJECT(f"{sender}\n{subject}")
    )


def _is_signed(part: Part) -> bool:
    if part.parts:
        return False
    if part.content_type not in _FOR_PEOPLE or part.filename is not None or part.text is None:
        return True
    start = start_of_text(part)
    return start > _LONGEST_HEAD or is_report_part(part) or has_hint(raw_text(part, 0, start + MAX_RAW))
