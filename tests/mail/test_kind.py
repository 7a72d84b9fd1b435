import pytest

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.kind import KindFinding, MailKind, kind_of
from mailproc.mail.reading.message import read_message

PERSON = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@sender.example",))
NULL = Envelope(mail_from=None, rcpt_tos=("bounce@sender.example",))


def kind(head: str, body: str = "hello", envelope: Envelope = PERSON) -> KindFinding:
    return kind_of(read_message(f"{head}\n\n{body}\n".encode()), envelope)


def report(report_type: str, machine: str, fields: str) -> tuple[str, str]:
    head = f"From: x@example.org\nContent-Type: multipart/report; report-type={report_type}; boundary=b"
    return head, f"--b\n\nfor people\n--b\nContent-Type: {machine}\n\n{fields}\n--b--"


FEEDBACK = report("feedback-report", "message/feedback-report", "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1")
BOUNCE = report(
    "delivery-status",
    "message/delivery-status",
    "Final-Recipient: rfc822; pat@example.org\nAction: failed\nStatus: 5.1.1",
)
RECEIPT = report(
    "disposition-notification",
    "message/disposition-notification",
    "Disposition: manual-action/MDN-sent-manually; deleted",
)
PAT = "From: Pat <pat@example.org>\nTo: reply@sender.example\nSubject: Re: March"


def test_a_feedback_report_comes_with_its_report() -> None:
    finding = kind(*FEEDBACK)
    assert (finding.kind, finding.evidence, finding.where) == (
        MailKind.feedback_report,
        "Feedback-Type: abuse",
        "report",
    )
    assert finding.report is not None


def test_a_bounce_comes_with_its_status() -> None:
    finding = kind(*BOUNCE, envelope=NULL)
    assert finding.kind is MailKind.delivery_status
    assert finding.delivery_status is not None
    assert finding.delivery_status.recipients[0].address == "pat@example.org"


def test_automatic_mail_comes_with_its_signal() -> None:
    finding = kind(PAT + "\nAuto-Submitted: auto-replied", "I am on holiday.")
    assert finding.kind is MailKind.auto_reply
    assert finding.auto_reply is not None
    assert finding.where == finding.auto_reply.signal


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (*RECEIPT, MailKind.receipt),
        ("From: pat@example.org\nContent-Type: text/calendar; method=REPLY", "BEGIN:VCALENDAR", MailKind.calendar),
        ("From: mx@example.org\nTLS-Report-Domain: sender.example", "x", MailKind.aggregate_report),
        (PAT + "\nList-Id: <friends.example.org>", "please unsubscribe me", MailKind.bulk),
        (PAT, "please unsubscribe me", MailKind.reply),
        (PAT, "", MailKind.reply),
        ("", "", MailKind.unreadable),
    ],
)
def test_each_kind_is_told(head: str, body: str, expected: MailKind) -> None:
    assert kind(head, body).kind is expected


@pytest.mark.parametrize(
    "more",
    ["Auto-Submitted: auto-generated", "Precedence: bulk", "List-Id: <x.example.org>", "X-Apple-Unsubscribe: true"],
)
def test_a_report_stays_a_report_whatever_its_header_says(more: str) -> None:
    assert kind(f"{more}\n{FEEDBACK[0]}", FEEDBACK[1]).kind is MailKind.feedback_report
    assert kind(f"{more}\n{BOUNCE[0]}", BOUNCE[1], NULL).kind is MailKind.delivery_status


def test_an_unsubscribe_mail_that_calls_itself_automatic_is_a_request() -> None:
    head = "From: pat@example.org\nSubject: unsubscribe\nAuto-Submitted: auto-replied\nX-Apple-Unsubscribe: true"
    assert (
        kind(head, "Apple Mail sent this email to unsubscribe from the message “March”.").kind
        is MailKind.unsubscribe_request
    )


def test_automatic_mail_of_a_list_is_automatic() -> None:
    assert kind(PAT + "\nAuto-Submitted: auto-replied\nList-Id: <x.example.org>").kind is MailKind.auto_reply


def test_a_reply_that_quotes_a_bounce_is_a_reply() -> None:
    body = (
        "What is this? Please remove me.\n\n> From: MAILER-DAEMON@mx.example.net\n> <old@example.org>: user unknown\n"
    )
    assert kind(PAT, body).kind is MailKind.reply


def test_text_without_header_is_a_reply() -> None:
    finding = kind_of(read_message(b"please take me off\n"), PERSON)
    assert (finding.kind, finding.evidence) == (MailKind.reply, "")


@pytest.mark.parametrize("envelope", [PERSON, NULL])
def test_noise_without_sender_and_subject_is_unreadable_even_from_the_null_sender(envelope: Envelope) -> None:
    noise = bytes((number * 37 + 128) % 256 for number in range(2000))
    found = kind_of(read_message(b"Received: from a by b; Tue, 3 Mar 2026 10:00:00 +0000\n\n" + noise), envelope)
    assert found.kind is MailKind.unreadable


@pytest.mark.parametrize("words", ["unsubscribe", "退订", "отпишите меня", "配信停止をお願いします"])
def test_words_of_any_script_without_header_are_a_reply(words: str) -> None:
    content = b"Content-Type: text/plain; charset=utf-8\n\n" + words.encode() + b"\n"
    assert kind_of(read_message(content), PERSON).kind is MailKind.reply


HELD = (
    "This message was created automatically by mail delivery software (TMDA).\n\nYour message is being held because "
    "its sender has not been verified. To release your message, simply reply to this message."
)


def test_a_challenge_in_the_words_of_a_bounce_is_a_challenge() -> None:
    found = kind("From: theo@tmda.example\nSubject: Please confirm your message\n", HELD, NULL)
    assert found.kind is MailKind.challenge


def test_the_same_words_of_a_daemon_are_a_bounce() -> None:
    found = kind("From: MAILER-DAEMON@mx.example\nSubject: Please confirm your message: failure notice\n", HELD, NULL)
    assert found.kind is MailKind.delivery_status


def test_who_cites_what_a_machine_says_is_a_person() -> None:
    said = "This message was automatically generated by Gmail."
    assert (
        kind("From: pat@example.org\nSubject: What is this?\n", f'It says "{said}" What is that?').kind
        is MailKind.reply
    )
    assert kind("From: pat@example.org\nSubject: Hello\n", said).kind is not MailKind.reply
