"""Bounces without structure: one interpreter for what all generators say."""

import re
from dataclasses import dataclass

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import Message, addresses_in, message_of_headers
from mailproc.mail.reading.report_fields import original_of
from mailproc.mail.reports.bounce import BounceClass, DeliveryStatus, RecipientStatus
from mailproc.mail.reports.bounce_class import classify_failure
from mailproc.mail.reports.bounce_recipients import find_own_mailboxes, find_recipients
from mailproc.mail.reports.bounce_signs import (
    Sender,
    has_office,
    has_role,
    has_smtp_reply,
    is_answer,
    is_bounce_subject,
    is_bounce_text,
    is_delay,
    recogniser_of,
    sender_of,
    tells_failure,
)
from mailproc.mail.reports.bounce_text import (
    addresses_on,
    report_text,
    returned_text,
    stretch_about,
    text_for_people,
)
from mailproc.mail.reports.bounce_wordings import find_wording
from mailproc.mail.reports.delivery_report import embedded_report, read_fields

_RECIPIENTS_MAX = 200
# Somebody speaks or asks.
_PERSON = re.compile(r"\?|\b(?:[Mm]e|[Mm]y|[Mm]ine|I)\b(?!'m (?:sorry|afraid))")
# Somebody speaks of himself, in other languages.
_MYSELF = re.compile(
    r"\b(?:ich|mich|mein\w*|je suis|j.ai|mon|ma|estoy|tengo|mi|sono|mio|mia|estou|minha|meu|ik|mijn|jag|mitt|jeg|min"
    r"|olen|jestem|mój|jsem|můj)\b(?!@)|(?:^|[ .,])(?:я|мой|мою|меня)[ .,]|私|我|저는|제가",
    re.IGNORECASE,
)
# Somebody else is to be written to: an address stands there for that.
_REDIRECTS = re.compile(
    r"contact|write to|instead|reach|wenden|schreib|richten|ansprech|adress|écri|dir[ií]j|escrib|rivolg|scriv|neem"
    r"|kontakt|vänd|skriv|обра[тщ]|пиши|連絡|联系|聯絡|연락",
    re.IGNORECASE,
)
_WORDING_CHARS_MAX = 4000


def read_plain_bounce(message: Message, envelope: Envelope) -> DeliveryStatus | None:
    """Read a bounce without machine part; None when the mail is none.

    `format` is the generator's name, `text` when only the wording tells. Addresses come from `X-Failed-Recipients`, the
    text, or the returned mail. Raises nothing. Source: the generators' habits; there is no standard.
    """
    failed = addresses_in(message.headers.get("x-failed-recipients") or "")
    sender = sender_of(message, envelope)
    if not failed and sender is Sender.other and not is_bounce_subject(message.subject, from_start=True):
        return None
    text = report_text(message)
    parts = tuple(part for part in message.root.walk() if not part.parts)
    original = original_of(parts[1:]) or _returned(text_for_people(message))
    mentioned = find_recipients(text, message, original.to_addresses if original is not None else ())
    recogniser = recogniser_of(message, text)
    look = _Look(message=message, text=text, known=recogniser is not None, named=mentioned, original=original)
    if not failed and not _is_bounce(look, sender):
        return None
    fields = embedded_report(text)
    status = read_fields(fields, original, message.headers, text) if fields is not None else None
    if status is not None and status.recipients:
        return status
    returned_to = original.to_addresses[:1] if original is not None else ()
    recipients = failed or mentioned or returned_to or find_own_mailboxes(text, message)
    return DeliveryStatus(
        format=recogniser.name if recogniser is not None else "text",
        recipients=_statuses(
            recipients[:_RECIPIENTS_MAX],
            # Some write the reason into the subject, and nothing below it.
            f"{message.subject}\n{text}" if has_smtp_reply(message.subject) else text,
            delayed=is_delay(message.subject, text),
        ),
        original=original,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What a mail looks like: `known`: like one generator's bounces; `named`: the addresses that may have failed."""

    message: Message
    text: str
    known: bool
    named: tuple[str, ...]
    original: Message | None

    @property
    def answers(self) -> bool:
        """Whether the subject is that of an answer, as a responder's and a person's."""
        return is_answer(self.message.subject)

    @property
    def returns_what_failed(self) -> bool:
        """Whether it returns a mail that went to somebody else whom it names: who answers is there."""
        to = self.original.to_addresses if self.original is not None else ()
        own, said = self._own, f"{self.message.subject}\n{self.text}".lower()
        return any(address.lower() in said and address.lower() not in own for address in to[:_RECIPIENTS_MAX])

    @property
    def lists_who_failed(self) -> bool:
        """Whether somebody else's address stands on a line of its own, as in a report, and nobody speaks or asks."""
        if _PERSON.search(self.text) or "?" in self.message.subject:
            return False
        named = {address.lower() for address in self.named} - self._own
        return any(named & alone for alone in map(_alone_on, self.text.split("\n")))

    @property
    def is_told_by_an_office(self) -> bool:
        """Whether a mail server by its name says why somebody got no mail, in whatever words, and nobody speaks."""
        if not (self.named and has_office(self.message)) or self.answers:
            return False
        if _PERSON.search(self.text) or _MYSELF.search(self.text) or "?" in self.message.subject:
            return False
        if _is_refusal(self.text) or is_delay(self.message.subject, self.text):
            return True
        return not _REDIRECTS.search(self.text) and any(map(self._is_neighbour, self.named))

    def _is_neighbour(self, address: str) -> bool:
        """Whether an address is another of the domain that writes: `mx.example.org` of its users."""
        domain, mine = address.rpartition("@")[2].lower(), self._own
        servers = [one.rpartition("@")[2] for one in mine]
        return address.lower() not in mine and any(one == domain or one.endswith(f".{domain}") for one in servers)

    @property
    def _own(self) -> set[str]:
        return {address.lower() for address in self.message.from_addresses}


def _is_bounce(look: _Look, sender: Sender) -> bool:
    """The less the sender looks like a machine, the more the mail must look like a bounce."""
    subject, text = look.message.subject, look.text
    if sender is Sender.other:
        titled, worded = is_bounce_subject(subject, from_start=True), is_bounce_text(text)
        # People tell of what came back, and ask; they do not return it.
        reported = look.original is not None or (has_role(look.message) and look.lists_who_failed)
        return titled and bool(look.named) and (worded or look.known) and reported
    titled = is_bounce_subject(subject) or tells_failure(subject)
    worded = is_bounce_text(text) or tells_failure(text)
    if sender is Sender.daemon:
        refused = look.original is not None or has_smtp_reply(text)
        return titled or worded or look.known or (bool(look.named) and refused) or look.is_told_by_an_office
    if look.returns_what_failed and (worded or titled or _is_refusal(text)):
        return True
    if sender is Sender.server and look.named and not look.answers and not _PERSON.search(text):
        return worded or titled or (look.lists_who_failed and _is_refusal(text)) or look.is_told_by_an_office
    return (titled and (worded or look.known or bool(look.named))) or (look.known and (worded or bool(look.named)))


def _alone_on(line: str) -> set[str]:
    """The addresses of a line on which there is nothing else; empty when there is."""
    addresses = addresses_on(line)
    rest = line
    for address in addresses:
        rest = rest.replace(address, "", 1)
    return {address.lower() for address in addresses} if not any(map(str.isalnum, rest)) else set()


def _is_refusal(text: str) -> bool:
    return has_smtp_reply(text) or find_wording(" ".join(text[:_WORDING_CHARS_MAX].split())) is not None


def _returned(text: str) -> Message | None:
    """The returned mail at the end of the only text part, its header at least."""
    header = returned_text(text)
    return message_of_headers(header) if header else None


def _statuses(addresses: tuple[str, ...], text: str, *, delayed: bool) -> tuple[RecipientStatus, ...]:
    if not addresses:
        return (_status(None, text, "", delayed=delayed),)
    alone = len(addresses) == 1
    return tuple(
        _status(address, text if alone else "", stretch_about(text, [address], alone=False), delayed=delayed)
        for address in addresses
    )


def _status(address: str | None, text: str, about: str, *, delayed: bool) -> RecipientStatus:
    verdict = classify_failure(status=None, diagnostic=about, text=text, delayed=delayed)
    return RecipientStatus(
        address=address,
        bounce_class=verdict.bounce_class,
        reason=verdict.reason,
        action="delayed" if verdict.bounce_class is BounceClass.delayed else "failed",
        status=verdict.status,
        diagnostic=" ".join((about or text).split())[:1000] or None,
        text_only=verdict.text_only,
    )
