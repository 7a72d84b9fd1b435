import pytest

from mailproc.mail.automatic.receipt import is_aggregate_report, is_calendar, is_receipt
from mailproc.mail.reading.message import Message, read_message


def mail(head: str, body: str = "hello") -> Message:
    return read_message(f"From: pat@example.org\nTo: news@example.net\n{head}\n\n{body}\n".encode())


def report(kind: str, machine: str) -> Message:
    return mail(
        f"Content-Type: multipart/report; report-type={kind}; boundary=b",
        (
            f"--b\n\nfor people\n--b\nContent-Type: {machine}\n"
            f"\nDisposition: manual-action/MDN-sent-manually; deleted\n--b--"
        ),
    )


@pytest.mark.parametrize("machine", ["message/disposition-notification", "message/global-disposition-notification"])
def test_a_disposition_notification_is_a_receipt(machine: str) -> None:
    assert is_receipt(report("disposition-notification", machine)) == f"Content-Type: {machine}"


def test_a_receipt_that_lost_its_machine_part_is_one() -> None:
    assert is_receipt(report("disposition-notification", "text/plain")) == "report-type=disposition-notification"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Read: March", "Your message was read on Tuesday, 3 March 2026 10:00:00."),
        ("Not read: March", "Your message was deleted without being read on Tuesday."),
        ("Gelesen: März", "Ihre Nachricht wurde am Dienstag gelesen."),
        ("Lu : Mars", "Votre message a été lu le mardi."),
        ("Leído: Marzo", "Su mensaje se ha leído el martes."),
        ("Return Receipt (displayed) - March", "This is a Return Receipt for the mail that you sent."),
    ],
)
def test_receipts_of_clients_in_plain_text_are_recognised(subject: str, body: str) -> None:
    assert is_receipt(mail(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8", body)) is not None


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Read: this book", "I liked it, please stop the newsletter."),
        ("Re: March", "Your message was read on the train, remove me."),
        ("unsubscribe", ""),
        ("Ready", "was read on"),
    ],
)
def test_a_persons_mail_is_no_receipt(subject: str, body: str) -> None:
    assert is_receipt(mail(f"Subject: {subject}", body)) is None


@pytest.mark.parametrize("method", ["REPLY", "request", "CANCEL", "COUNTER"])
def test_calendar_answers_are_recognised_wherever_they_stand(method: str) -> None:
    message = mail(
        "Content-Type: multipart/alternative; boundary=b",
        f"--b\n\nDeclined\n--b\nContent-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\n--b--",
    )
    assert is_calendar(message) == f"Content-Type: text/calendar; method={method.lower()}"


def test_the_method_may_stand_in_the_calendar_only() -> None:
    assert is_calendar(mail("Content-Type: text/calendar", "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR")) is not None


@pytest.mark.parametrize("method", ["PUBLISH", ""])
def test_a_published_calendar_is_no_answer(method: str) -> None:
    assert is_calendar(mail("Content-Type: text/calendar", f"BEGIN:VCALENDAR\nMETHOD:{method}\n")) is None


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Accepted: Open studio @ Sat 14 Mar", "June has accepted this invitation."),
        ("Declined: Open studio", "Open studio\nWhen: Saturday 10 am"),
        ("Zugesagt: Werkstatttag", "Ute hat diese Einladung angenommen."),
    ],
)
def test_an_answer_in_words_alone_is_known_in_text_and_html(subject: str, body: str) -> None:
    head = f"Subject: {subject}\nContent-Type: text/"
    assert is_calendar(mail(f"{head}plain; charset=utf-8", body)) is not None
    assert is_calendar(mail(f"{head}html; charset=utf-8", f"<p>{body}</p>".replace("\n", "<br>"))) is not None


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Accepted: the blue one", "When can we pick it up?"),
        ("Re: Accepted: Open studio", "June has accepted this invitation."),
        ("Accepted: the blue one", "See you there.\n\nOn 4 May 2026 Acme wrote:\n> Open studio\n> When: Saturday\n"),
    ],
)
def test_a_person_who_accepts_something_is_no_calendar(subject: str, body: str) -> None:
    assert is_calendar(mail(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8", body)) is None


def test_a_receipt_in_html_is_one() -> None:
    head = "Subject: Gelesen: Neues\nContent-Type: text/html; charset=utf-8"
    assert is_receipt(mail(head, "<p>Ihre Nachricht wurde am Montag gelesen.</p>")) is not None
    assert is_receipt(mail(head, "<p>Habe ich gerne.</p>")) is None


def test_declined_in_a_subject_is_no_calendar() -> None:
    assert is_calendar(mail("Subject: Declined: take me off")) is None


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: multipart/report; report-type=tlsrpt; boundary=b",
        "TLS-Report-Domain: example.net",
        "Content-Type: application/tlsrpt+gzip",
        "Subject: Report Domain: example.net Submitter: mx.example.org Report-ID: <1>",
        "Content-Type: application/zip; name=mx.example.org!example.net!1700000000!1700086399.zip",
        (
            "Content-Type: application/gzip\nContent-Disposition: attachment;"
            " filename=mx.example.org!example.net!1700000000!1700086399.xml.gz"
        ),
    ],
)
def test_aggregate_reports_are_recognised(head: str) -> None:
    assert is_aggregate_report(mail(head)) is not None


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Report Domain",
        "Subject: Re: Report Domain: example.net Submitter: mx.example.org",
        "Content-Type: application/zip; name=report!final.zip",
        "Content-Type: application/json",
    ],
)
def test_other_mail_is_no_aggregate_report(head: str) -> None:
    assert is_aggregate_report(mail(head)) is None
