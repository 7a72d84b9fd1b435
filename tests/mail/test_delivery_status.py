import base64

import pytest

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.delivery_status import BounceClass, DeliveryStatus, parse_delivery_status

NULL = Envelope(mail_from=None, rcpt_tos=("bounce@sender.example",))
PERSON = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@sender.example",))
HEAD = (
    "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n"
    "To: bounce@sender.example\nSubject: Undelivered Mail Returned to Sender\n"
)
PER_MESSAGE = (
    "Reporting-MTA: dns; mx.example.net\nOriginal-Envelope-Id: token-1\nArrival-Date: Tue, 3 Mar 2026 10:00:00 +0000\n"
)
RETURNED = (
    "Content-Type: message/rfc822\n\nFrom: news@sender.example\n"
    "To: pat@example.org\nMessage-ID: <1@sender.example>\nSubject: March\n\nHello\n"
)


def dsn(
    *recipients: str, machine: str = "message/delivery-status", human: str = "could not be delivered", head: str = HEAD
) -> bytes:
    blocks = "\n".join([PER_MESSAGE, *recipients])
    return (
        f"{head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\n{human}\n--b\nContent-Type: {machine}\n\n{blocks}\n--b\n{RETURNED}--b--\n"
    ).encode()


def recipient(address: str = "pat@example.org", action: str = "failed", status: str = "5.1.1", more: str = "") -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n{more}"


def parse(content: bytes, envelope: Envelope = NULL) -> DeliveryStatus | None:
    return parse_delivery_status(read_message(content), envelope)


def found(content: bytes, envelope: Envelope = NULL) -> DeliveryStatus:
    status = parse(content, envelope)
    assert status is not None
    return status


def test_a_report_is_read_with_the_mail_it_returns() -> None:
    status = found(
        dsn(recipient(more="Diagnostic-Code: smtp; 550 5.1.1 no such user\nRemote-MTA: dns; mx.example.org\n"))
    )
    assert (status.format, status.reporting_mta, status.original_envelope_id) == (
        "rfc3464",
        "mx.example.net",
        "token-1",
    )
    assert status.original is not None
    assert status.original.headers.get("message-id") == "<1@sender.example>"
    (one,) = status.recipients
    assert (one.address, one.action, one.status, one.bounce_class) == (
        "pat@example.org",
        "failed",
        "5.1.1",
        BounceClass.hard,
    )
    assert (one.reason, one.diagnostic, one.remote_mta) == ("user unknown", "550 5.1.1 no such user", "mx.example.org")


def test_each_recipient_has_its_own_class() -> None:
    status = found(
        dsn(
            recipient("a@example.org"),
            recipient("b@example.org", status="5.2.2"),
            recipient("c@example.org", "delayed", "4.4.1"),
        )
    )
    assert [(one.address, one.bounce_class.value) for one in status.recipients] == [
        ("a@example.org", "hard"),
        ("b@example.org", "soft"),
        ("c@example.org", "delayed"),
    ]


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "Delivered (to mailbox)"])
def test_success_reports_name_nobody(action: str) -> None:
    status = found(dsn(recipient(action=action, status="2.0.0")))
    assert status.recipients == ()


def test_who_got_the_mail_is_left_out_of_a_mixed_report() -> None:
    status = found(dsn(recipient("a@example.org", "delivered", "2.0.0"), recipient("b@example.org")))
    assert [one.address for one in status.recipients] == ["b@example.org"]


@pytest.mark.parametrize("action", ["failed", "Failed", "failure", "failed (bad address)"])
def test_failed_is_understood_in_its_spellings(action: str) -> None:
    assert found(dsn(recipient(action=action))).recipients[0].action == "failed"


def test_the_original_recipient_is_the_one_we_wrote_to() -> None:
    more = "Original-Recipient: rfc822;pat@example.org\n"
    (one,) = found(dsn(recipient("inbox-17@store.example.org", more=more))).recipients
    assert one.address == one.original_recipient == "pat@example.org"
    assert one.final_recipient == "inbox-17@store.example.org"


def test_a_recipient_without_domain_is_completed_by_the_returned_mail() -> None:
    assert found(dsn(recipient("pat"))).recipients[0].address == "pat@example.org"


def test_international_addresses_are_unescaped() -> None:
    block = "Final-Recipient: utf-8; p\\x{E4}t@example.org\nAction: failed\nStatus: 5.1.1\n"
    status = found(dsn(block, machine="message/global-delivery-status"))
    assert status.recipients[0].address == "pät@example.org"


def test_xtext_is_undone() -> None:
    assert (
        found(dsn(recipient(more="Original-Recipient: rfc822;pat+2Bnews@example.org\n"))).recipients[0].address
        == "pat+news@example.org"
    )


def test_an_encoded_report_is_decoded() -> None:
    fields = base64.encodebytes(f"{PER_MESSAGE}\n{recipient()}".encode()).decode()
    content = (
        dsn()
        .decode()
        .replace(
            f"Content-Type: message/delivery-status\n\n{PER_MESSAGE}",
            f"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{fields}",
        )
    )
    assert found(content.encode()).recipients[0].address == "pat@example.org"


@pytest.mark.parametrize("machine", ["text/plain", "application/octet-stream", "message/xdelivery-status"])
def test_fields_under_a_wrong_name_are_read(machine: str) -> None:
    assert found(dsn(recipient(), machine=machine)).recipients[0].address == "pat@example.org"


def test_fields_inside_the_text_are_read() -> None:
    text = f"{HEAD}\nSorry, could not be delivered.\n\n{PER_MESSAGE}\n{recipient(status='5.2.2')}\n"
    status = found(text.encode())
    assert (status.format, status.recipients[0].status) == ("rfc3464", "5.2.2")


def test_a_report_without_empty_line_between_its_blocks_is_read() -> None:
    assert (
        found(dsn().replace(PER_MESSAGE.encode(), PER_MESSAGE.encode() + recipient().encode())).recipients[0].address
        == "pat@example.org"
    )


def test_an_empty_line_too_many_does_not_tear_a_recipient_from_what_befell_it() -> None:
    torn = "Final-Recipient: rfc822; pat@example.org\n\nAction: failed\nStatus: 5.1.1\n"
    status = parse(dsn(torn, recipient("sam@example.org", "delayed", "4.4.1")))
    assert status is not None
    assert [(one.address, one.bounce_class.value) for one in status.recipients] == [
        ("pat@example.org", "hard"),
        ("sam@example.org", "delayed"),
    ]


def test_where_the_fields_say_little_the_text_for_people_is_asked() -> None:
    human = (
        "<pat@example.org>: host mx.example.org said: 550 5.1.1 no such user\n"
        "\n<sam@example.org>: host mx.example.org said: mailbox full"
    )
    status = found(dsn(recipient(status="5.0.0"), recipient("sam@example.org", status="5.0.0"), human=human))
    assert [one.reason for one in status.recipients] == ["user unknown", "mailbox full"]


def test_a_report_needs_no_machine_sender() -> None:
    head = "From: Pat <pat@example.org>\nTo: bounce@sender.example\nSubject: hello\n"
    assert found(dsn(recipient(), head=head), PERSON).recipients[0].address == "pat@example.org"


def test_a_report_that_a_list_server_has_wrapped_is_found() -> None:
    inner = dsn(recipient()).decode().replace("=b\n", "=c\n").replace("--b", "--c")
    outer = (
        f"{HEAD}Content-Type: multipart/mixed; boundary=b\n"
        f"\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b\n\nfooter of a list\n--b--\n"
    )
    assert found(outer.encode()).recipients[0].address == "pat@example.org"


def test_a_person_who_encloses_a_bounce_sends_none() -> None:
    inner = dsn(recipient()).decode().replace("=b\n", "=c\n").replace("--b", "--c")
    outer = (
        f"From: Pat <pat@example.org>\nSubject: Fwd: your mail came back\n"
        f"Content-Type: multipart/mixed; boundary=b\n"
        f"\n--b\n\nwhat is this?\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    )
    assert parse(outer.encode(), PERSON) is None


def test_a_person_who_encloses_a_report_alone_sends_none() -> None:
    outer = (
        "From: Pat <pat@example.org>\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=b\n"
        "\n--b\n\nCan yours read this one?\n--b\nContent-Type: message/delivery-status\n\n"
        f"{PER_MESSAGE}\n{recipient()}\n--b--\n"
    )
    assert parse(outer.format(subject="parsing bounces").encode(), PERSON) is None
    assert parse(outer.format(subject="Undeliverable: March").encode(), PERSON) is not None
    assert parse(outer.format(subject="parsing bounces").encode(), NULL) is not None


def test_several_reports_of_one_mail_are_read_together() -> None:
    one, other = (f"{PER_MESSAGE}\n{recipient(address)}" for address in ("pat@example.org", "kim@example.org"))
    content = (
        f"{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: message/delivery-status\n\n{one}\n"
        f"--b\nContent-Type: message/delivery-status\n\n{other}\n--b\n{RETURNED}--b--\n"
    )
    status = found(content.encode())
    assert [failed.address for failed in status.recipients] == ["pat@example.org", "kim@example.org"]
    assert status.original is not None


def test_a_receipt_is_no_bounce() -> None:
    content = (
        b"From: pat@example.org\nContent-Type: multipart/report; report-type=disposition-notification; "
        b"boundary=b\n\n--b\n\nread\n--b\nContent-Type: message/disposition-notification\n"
        b"\nFinal-Recipient: rfc822; pat@example.org\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
    )
    assert parse(content, PERSON) is None


def test_a_report_with_thousands_of_recipients_is_bounded() -> None:
    assert len(found(dsn(*[recipient(f"p{n}@example.org") for n in range(5000)])).recipients) <= 1000


def test_many_reports_with_many_recipients_are_bounded() -> None:
    blocks = "\n".join(recipient(f"pat{number}@example.org") for number in range(500))
    report = f"--b\nContent-Type: message/delivery-status\n\n{PER_MESSAGE}\n{blocks}\n"
    content = f"{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n{report * 10}--b--\n"
    assert len(found(content.encode()).recipients) == 500


def test_a_report_about_no_recipient_is_read_by_its_text() -> None:
    status = found(dsn(human="Delivery to pat@example.org failed permanently: mailbox full"))
    assert [(one.address, one.reason) for one in status.recipients] == [("pat@example.org", "mailbox full")]


def test_a_report_that_says_nothing_is_no_success() -> None:
    head = "From: Pat <pat@example.org>\nTo: bounce@sender.example\nSubject: hello\n"
    status = found(dsn(human="", head=head), PERSON)
    assert [(one.address, one.bounce_class) for one in status.recipients] == [(None, BounceClass.soft)]
