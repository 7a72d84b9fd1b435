"""The kinds of mail, by name; `kind.py` tells them apart, and is not needed by who only names them."""

from enum import StrEnum


class MailKind(StrEnum):
    """Every kind of mail that reaches a sender's reply addresses."""

    feedback_report = "feedback_report"  # ARF, XARF, legacy JMRP
    complaint = "complaint"  # a person writing to abuse@
    delivery_status = "delivery_status"  # a bounce
    unsubscribe_request = "unsubscribe_request"  # machine-made: mailto List-Unsubscribe, Apple, Gmail, …
    reply = "reply"  # a human being
    auto_reply = "auto_reply"  # out-of-office, acknowledgement
    challenge = "challenge"  # wants the sender to prove something
    own_mail = "own_mail"  # ours coming back
    receipt = "receipt"  # MDN, read receipts
    calendar = "calendar"  # answers to invitations
    bulk = "bulk"  # newsletters and list mail to us
    aggregate_report = "aggregate_report"  # TLS-RPT, DMARC aggregate
    unreadable = "unreadable"  # nothing could be made of it
