"""What a bounce says about each recipient, whatever its format."""

from dataclasses import dataclass
from enum import StrEnum

from mailproc.mail.reading.message import Message


class BounceClass(StrEnum):
    """What a failure says about the address."""

    hard = "hard"  # the address is dead
    soft = "soft"  # the mailbox or its server cannot take mail now
    delayed = "delayed"  # the reporting server is still trying
    policy = "policy"  # blocked, refused for its content, or the sender's own fault: the address is fine


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientStatus:
    """One recipient block (RFC 3464 §2.3). `address` is the best answer to whom this is about; None when unknown.

    `status` is the most specific enhanced code found, `5.1.1` (RFC 3463); None when there is none.
    `reason` is a short phrase of ours (`user unknown`, `mailbox full`, `blocked`, …).
    `text_only` is True when no code was found and the class comes from text.
    """

    address: str | None
    bounce_class: BounceClass
    reason: str
    action: str | None = None
    status: str | None = None
    original_recipient: str | None = None
    final_recipient: str | None = None
    diagnostic: str | None = None
    remote_mta: str | None = None
    text_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """A bounce. `recipients` are the failed or delayed ones, in order; empty for a pure success report.

    `format` is rfc3464 or the generator's name (qmail, exim, …). `original` is the returned mail, if any came along.
    """

    format: str
    recipients: tuple[RecipientStatus, ...] = ()
    reporting_mta: str | None = None
    original_envelope_id: str | None = None
    original: Message | None = None
