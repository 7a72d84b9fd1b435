import json
from typing import Any

import pytest

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import Message, read_message
from mailproc.mail.reports.bounce import BounceClass
from mailproc.mail.reports.delivery_status import parse_delivery_status
from mailproc.mail.reports.feedback import parse_feedback_report
from mailproc.mail.reports.ses_notification import parse_ses_bounce, parse_ses_complaint

MAIL = {
    "timestamp": "2026-03-03T09:12:00.000Z",
    "source": "news@sender.example",
    "headers": [{"name": "Message-ID", "value": "<1@sender.example>"}, {"name": "To", "value": "pat@example.org"}],
}
BOUNCE = {
    "notificationType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": "pat@example.org",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "reportingMTA": "dsn; mta.example.net",
    },
    "mail": MAIL,
}
COMPLAINT = {
    "notificationType": "Complaint",
    "complaint": {"complainedRecipients": [{"emailAddress": "pat@example.org"}], "complaintFeedbackType": "abuse"},
    "mail": MAIL,
}


def mail(payload: Any, sender: str = "no-reply@sns.amazonaws.com") -> Message:
    text = json.dumps(payload) + "\n\n--\nIf you wish to stop receiving notifications, unsubscribe here\n"
    return read_message(f"From: SES <{sender}>\nSubject: AWS Notification Message\n\n{text}".encode())


def test_a_bounce_is_read() -> None:
    status = parse_ses_bounce(mail(BOUNCE))
    assert status is not None
    (recipient,) = status.recipients
    assert (recipient.address, recipient.bounce_class, recipient.status) == (
        "pat@example.org",
        BounceClass.hard,
        "5.1.1",
    )
    assert status.original is not None
    assert status.original.headers.get("message-id") == "<1@sender.example>"
    assert status.original.headers.get("return-path") == "<news@sender.example>"


def test_what_sns_has_wrapped_once_more_is_read() -> None:
    assert parse_ses_bounce(mail({"Type": "Notification", "Message": json.dumps(BOUNCE)})) is not None


def test_a_line_that_a_relay_has_broken_is_joined() -> None:
    broken = (mail(BOUNCE).root.text or "").replace("emailAddress", "email!\n Address")
    status = parse_ses_bounce(read_message(b"From: no-reply@sns.amazonaws.com\n\n" + broken.encode()))
    assert status is not None
    assert status.recipients[0].address == "pat@example.org"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (("Transient", "MailboxFull"), BounceClass.soft),
        (("Permanent", "NoEmail"), BounceClass.hard),
        (("Transient", "ContentRejected"), BounceClass.policy),
    ],
)
def test_what_ses_has_judged_itself_counts(kind: tuple[str, str], expected: BounceClass) -> None:
    bounce = {**BOUNCE["bounce"], "bounceType": kind[0], "bounceSubType": kind[1]}  # type: ignore[dict-item]
    status = parse_ses_bounce(mail({**BOUNCE, "bounce": bounce}))
    assert status is not None
    assert status.recipients[0].bounce_class is expected


def test_a_delivery_is_a_success_report() -> None:
    status = parse_delivery_status(
        mail({"notificationType": "Delivery", "mail": MAIL}),
        Envelope(mail_from="a@b.example", rcpt_tos=("c@d.example",)),
    )
    assert status is not None
    assert status.recipients == ()


def test_a_complaint_is_a_feedback_report() -> None:
    report = parse_feedback_report(mail(COMPLAINT))
    assert report is not None
    assert (report.format, report.feedback_type, report.original_rcpt_tos) == ("ses", "abuse", ("pat@example.org",))
    assert report.original_mail_from == "news@sender.example"


@pytest.mark.parametrize("payload", [{}, {"notificationType": "Received"}, {"Message": "hello"}, [], {"complaint": []}])
def test_other_notifications_are_none(payload: Any) -> None:
    assert parse_ses_bounce(mail(payload)) is None
    assert parse_ses_complaint(mail(payload)) is None


def test_others_than_sns_are_not_believed() -> None:
    assert parse_ses_bounce(mail(BOUNCE, "pat@example.org")) is None
    assert parse_ses_complaint(mail(COMPLAINT, "pat@amazonaws.com.example")) is None
