import pytest

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import read_message
from mailproc.mail.reports.bounce import BounceClass, DeliveryStatus
from mailproc.mail.reports.plain_bounce import read_plain_bounce

NULL = Envelope(mail_from=None, rcpt_tos=("bounce@sender.example",))
PERSON = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@sender.example",))
RETURNED = """\
Return-Path: <b-1@sender.example>
Received: from mx.sender.example by mx.example.org; Tue, 3 Mar 2026 10:00:00 +0000
Message-ID: <1@sender.example>
From: news@sender.example
To: returned@example.org
Subject: March

To unsubscribe, write to stop@sender.example
"""


def parse(sender: str, subject: str, text: str, envelope: Envelope = NULL, more: str = "") -> DeliveryStatus | None:
    head = (
        f"From: {sender}\nTo: b-1@sender.example\nSubject: {subject}\n{more}Content-Type: text/plain; charset=utf-8\n\n"
    )
    return read_plain_bounce(read_message((head + text).encode()), envelope)


def summary(status: DeliveryStatus | None) -> list[tuple[str | None, str, str]]:
    assert status is not None
    return [(one.address, one.bounce_class.value, one.reason) for one in status.recipients]


FORMS = {
    "qmail": (
        "MAILER-DAEMON@mx.example.net",
        "failure notice",
        "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<pat@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n"
        "\n<sam@example.org>:\nRemote host said: 552 mailbox full\n\n"
        "--- Below this line is a copy of the message.\n\n" + RETURNED,
        [("pat@example.org", "hard", "user unknown"), ("sam@example.org", "soft", "mailbox full")],
    ),
    "exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n"
        "\nA message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n"
        "\n  pat@example.org\n    host mx.example.org [192.0.2.1]\n"
        "    SMTP error from remote mail server after RCPT TO:<pat@example.org>:\n    550 5.1.1 User unknown\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n" + RETURNED,
        [("pat@example.org", "hard", "user unknown")],
    ),
    "postfix": (
        "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.net.\n"
        "\nI'm sorry to have to inform you that your message could not\nbe delivered.\n\n"
        "For further assistance, please send mail to <postmaster@mx.example.net>\n\n"
        "<pat@example.org>: host mx.example.org[192.0.2.1] said: 554 5.7.1 blocked using\n"
        "    bl.example.net (in reply to RCPT TO command)\n",
        [("pat@example.org", "policy", "blocked")],
    ),
    "sendmail": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Returned mail: see transcript for details",
        "The original message was received at Tue, 3 Mar 2026 10:00:00 GMT\n"
        "\n   ----- The following addresses had permanent fatal errors -----\n"
        "<pat@example.org>\n\n   ----- Transcript of session follows -----\n"
        ">>> RCPT To:<pat@example.org>\n<<< 550 5.2.1 mailbox disabled\n",
        [("pat@example.org", "hard", "mailbox disabled")],
    ),
    "exchange": (
        "postmaster@mx.example.net",
        "Undeliverable: March",
        "Your message did not reach some or all of the intended recipients.\n"
        "\n      Subject:\tMarch\n\nThe following recipient(s) could not be reached:\n\n"
        "      pat@example.org on 3/3/2026 10:00:00 AM\n            The recipient name is not recognized\n",
        [("pat@example.org", "hard", "user unknown")],
    ),
    "gmail": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "Delivery to the following recipient failed permanently:\n"
        "\n     pat@example.org\n\nTechnical details of permanent failure:\n"
        "Storage quota exceeded\n\n"
        "----- Original message -----\n\n" + RETURNED,
        [("pat@example.org", "soft", "mailbox full")],
    ),
    "yahoo": (
        "MAILER-DAEMON@mail.example",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n"
        "\n<pat@example.org>:\n554 delivery error: This user doesn't have an example.org account\n"
        "\n"
        "--- Below this line is a copy of the message.\n\n" + RETURNED,
        [("pat@example.org", "hard", "user unknown")],
    ),
    "domino": (
        "Postmaster@mx.example.net",
        "DELIVERY FAILURE: User pat (pat@example.org) not listed in Domino Directory",
        "Your message\n\n  Subject: March\n\nwas not delivered to:\n"
        "\n  pat@example.org\n\nbecause:\n\n  User pat (pat@example.org) not listed in Domino Directory\n",
        [("pat@example.org", "hard", "user unknown")],
    ),
    "opensmtpd": (
        "Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        "Delivery status notification: error",
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n"
        "\n    An error has occurred while attempting to deliver a message for\n"
        "    the following list of recipients:\n\npat@example.org: 550 5.1.1 no such user\n"
        "\n    Below is a copy of the original message:\n\n" + RETURNED,
        [("pat@example.org", "hard", "user unknown")],
    ),
    "dragonfly": (
        "MAILER-DAEMON <>",
        "Mail delivery failed",
        "This is the DragonFly Mail Agent v0.13 at mx.example.net.\n"
        "\nThere was an error delivering your mail to <pat@example.org>.\n"
        "\nDNS lookup failure: host example.org not found\n\nMessage headers follow.\n\n" + RETURNED,
        [("pat@example.org", "hard", "domain unknown")],
    ),
    "courier": (
        '"Courier mail server at mx.example.net" <@>',
        "NOTICE: mail delivery status.",
        "This is a delivery status notification from mx.example.net.\n"
        "\nYour message could not be delivered:\n\n<pat@example.org>:\n     550 User unknown.\n",
        [("pat@example.org", "hard", "user unknown")],
    ),
    "imail": (
        '"Postmaster" <postmaster@mx.example.net>',
        "Undeliverable Mail",
        "Unknown user: pat@example.org\n\nOriginal message follows.\n\n" + RETURNED,
        [("pat@example.org", "hard", "user unknown")],
    ),
    "mail.ru": (
        "mailer-daemon@mx.example.net",
        "Ваше сообщение не доставлено. Mail failure.",
        "Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.\n"
        "\n  pat@example.org\n    SMTP error from remote mail server: 550 5.1.1 user not found\n",
        [("pat@example.org", "hard", "user unknown")],
    ),
    "m-filter": (
        "postmaster@mx.example.net",
        "failure notice",
        "以下のメールアドレスへの送信に失敗しました。\n\npat@example.org\n"
        "\n-------server message\n550 No such user here\n\n-------original mail info\n" + RETURNED,
        [("pat@example.org", "hard", "user unknown")],
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_generator_is_recognised_and_understood(name: str) -> None:
    sender, subject, text, expected = FORMS[name]
    status = parse(sender, subject, text)
    assert summary(status) == expected
    assert status is not None
    assert status.format == name


@pytest.mark.parametrize("name", ["qmail", "exim", "gmail", "yahoo", "opensmtpd", "imail"])
def test_the_returned_mail_is_found_at_the_end_of_the_text(name: str) -> None:
    sender, subject, text, _ = FORMS[name]
    status = parse(sender, subject, text)
    assert status is not None
    assert status.original is not None
    assert status.original.headers.get("message-id") == "<1@sender.example>"


def test_what_is_returned_is_not_read_for_recipients_or_reasons() -> None:
    sender, subject, text, expected = FORMS["qmail"]
    assert summary(parse(sender, subject, text + "\n<other@example.org>:\nmailbox full\n")) == expected


def test_the_header_that_names_failed_recipients_counts_first() -> None:
    sender, subject, text, _ = FORMS["exim"]
    status = parse(sender, subject, text, more="X-Failed-Recipients: sam@example.org, pat@example.org\n")
    assert [address for address, _, _ in summary(status)] == ["sam@example.org", "pat@example.org"]


def test_without_any_address_the_returned_mail_tells_whom() -> None:
    status = parse(
        "MAILER-DAEMON@mx.example.net",
        "Undelivered Mail",
        "no such user here\n\n--- Original message follows\n\n" + RETURNED,
    )
    assert summary(status) == [("returned@example.org", "hard", "user unknown")]


def test_a_bounce_that_names_nobody_is_still_a_bounce() -> None:
    assert summary(parse("MAILER-DAEMON@mx.example.net", "Undelivered Mail", "mailbox full")) == [
        (None, "soft", "mailbox full")
    ]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Warning: message 1abc delayed 24 hours",
            "A message that you sent has not yet been delivered to one or more of its recipients.\n"
            "\n  pat@example.org\n\nNo action is required. Delivery attempts will continue.",
        ),
        (
            "Delivery Status Notification (Delay)",
            "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n"
            "\n     pat@example.org\n",
        ),
        (
            "Delayed Mail (still being retried)",
            "Your message could not be delivered for more than 4 hour(s).\n"
            "It will be retried until it is 5 day(s) old.\n"
            "\n<pat@example.org>: connection timed out\n",
        ),
    ],
)
def test_what_is_still_tried_is_delayed(subject: str, text: str) -> None:
    status = parse("MAILER-DAEMON@mx.example.net", subject, text)
    assert status is not None
    assert [(one.address, one.bounce_class, one.action) for one in status.recipients] == [
        ("pat@example.org", BounceClass.delayed, "delayed")
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Your mail to pat@example.org could not be handed over so far. We will keep trying for three days.",
        "Ihre Mail an pat@example.org konnte bisher nicht zugestellt werden. Wir versuchen es noch drei Tage.",
        "Su mensaje para pat@example.org sigue en cola. Lo intentaremos durante 48 horas más.",
        "Votre message à pat@example.org n'a pas encore été remis. De nouvelles tentatives suivront.",
        "Il messaggio per pat@example.org non è ancora stato consegnato, riproveremo domani.",
        "Ваше письмо для pat@example.org пока не удалось доставить, повторные попытки продолжаются.",
    ],
)
def test_a_delay_is_told_in_whatever_words(said: str) -> None:
    assert [one[:2] for one in summary(parse("postmaster@mail.example", "Notice", said))] == [
        ("pat@example.org", "delayed")
    ]


def test_giving_up_after_a_delay_is_no_delay() -> None:
    status = parse(
        "MAILER-DAEMON@mx.example.net",
        "failure notice",
        "<pat@example.org>:\nconnection timed out\n"
        "I'm not going to try again; this message has been in the queue too long.\n",
    )
    assert [one.bounce_class for one in status.recipients] == [BounceClass.soft]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        (
            "Pat <pat@example.org>",
            "Re: Undelivered Mail Returned to Sender",
            "What does this mean?\n\n> <pat@example.org>: user unknown\n",
        ),
        (
            "Pat <pat@example.org>",
            "Fwd: failure notice",
            "Your mail to sam@example.org could not be delivered, see below.",
        ),
        (
            "Pat <pat@example.org>",
            "my order",
            "My mail to shop@example.net was returned: user unknown. Please unsubscribe me.",
        ),
        ("Pat <pat@example.org>", "Undeliverable parcel", "The parcel came back. Who pays?"),
        ("admin@example.org", "please stop", "Mail to old@example.org could not be delivered for months. Remove it."),
        ("postmaster@example.org", "Your newsletter", "Please take us off your list."),
        ("noreply@example.org", "Ticket 17", "We have got your mail."),
    ],
)
def test_people_who_talk_about_bounces_send_none(sender: str, subject: str, text: str) -> None:
    assert parse(sender, subject, text, PERSON) is None


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("Pat <pat@example.org>", "Automatic reply: March", "I am on holiday until Monday. Write to sam@example.org."),
        ("Pat <pat@example.org>", "Out of office", "I have left the company. This mailbox is no longer monitored."),
        ("Pat <pat@example.org>", "Re: March", "please unsubscribe me"),
    ],
)
def test_vacation_mail_with_null_sender_is_no_bounce(sender: str, subject: str, text: str) -> None:
    assert parse(sender, subject, text, NULL) is None


@pytest.mark.parametrize(
    ("sender", "said", "expected"),
    [
        ("postmaster@mail.example", "Nobody here answers to pat@example.org.", "hard"),
        ("MAILER-DAEMON@mail.example", "pat@example.org - there has never been such a mailbox.", "hard"),
        ("postmaster@mail.example", "Het postvak van pat@example.org is opgezegd.", "hard"),
        ("postmaster@mail.example", "O endereço pat@example.org não consta no nosso cadastro.", "hard"),
        ("Mail System <info@mail.example>", "The letter to pat@example.org had to go back (4.2.2).", "soft"),
        ("Mail Gateway <gateway@mail.example>", "Rcpt: pat@example.org was blocked by our spam filter.", "policy"),
    ],
)
def test_a_mail_server_that_wants_no_answer_is_understood_whatever_its_words(
    sender: str, said: str, expected: str
) -> None:
    assert [one[:2] for one in summary(parse(sender, "Notice", said))] == [("pat@example.org", expected)]
    assert parse("Pat <pat@example.net>", "Notice", said, NULL) is None
    assert parse(sender, "Re: March", said, NULL) is None or "blocked" in said


@pytest.mark.parametrize(
    "said",
    [
        "I am not at my desk. No account manager of that name is here, write to sam@example.org.",
        "Ich bin bis Montag nicht erreichbar, mein Postfach ist voll. Vertretung: sam@example.org",
        "Mi buzón está lleno, escriba a sam@example.org.",
        "Who of you is sam@example.org? Nobody here knows that name.",
        "We meet on Tuesday, sam@example.org brings the cake.",
    ],
)
def test_who_speaks_from_an_office_sends_no_bounce(said: str) -> None:
    assert parse("postmaster@mail.example", "Notice", said) is None


def test_the_number_of_recipients_is_bounded() -> None:
    text = "Hi. This is the qmail-send program.\n" + "".join(
        f"<p{n}@example.org>:\nno such user\n\n" for n in range(5000)
    )
    status = parse("MAILER-DAEMON@mx.example.net", "failure notice", text)
    assert status is not None
    assert 0 < len(status.recipients) <= 200


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("MAILER-DAEMON@mail.example", "메일 전송 실패", "받는 사람: pat@example.org\n주소가 존재하지 않습니다."),
        ("postmaster@mail.example", "Mail konnte nicht zugestellt werden", "<pat@example.org>: Postfach gelöscht"),
        ("MAILER-DAEMON@mail.example", "Xabar yetkazilmadi", "pat@example.org\n550 5.1.1 no"),
        ("postmaster@mail.example", "mail to pat", "Mail to pat@example.org was refused: no such user\n\n" + RETURNED),
        ("postmaster@mail.example", "Undelivered (550 5.1.1 no): pat@example.org", "See below.\n\n" + RETURNED),
        ("postmaster@mail.example", "Mail failed", "no such user\n\n" + "> ".join(["", *RETURNED.splitlines(True)])),
    ],
)
def test_a_server_is_understood_whatever_its_language(sender: str, subject: str, text: str) -> None:
    text = text.replace("To: returned@", "To: pat@")
    assert [(address, kind) for address, kind, _ in summary(parse(sender, subject, text))] == [
        ("pat@example.org", "hard")
    ]


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("MAILER-DAEMON@mail.example", "Re: March", "pat@example.org is no longer active here."),
        ("postmaster@mail.example", "Your list", "Three of us left, pat@example.org among them. Shall we talk?"),
    ],
)
def test_what_a_server_says_beside_delivery_is_no_bounce(sender: str, subject: str, text: str) -> None:
    assert parse(sender, subject, text) is None


@pytest.mark.parametrize(
    ("said", "is_bounce"),
    [
        ("This could not be delivered to:\n\n  pat@example.org\n", True),
        ("This could not be delivered to:\n\n  pat@example.org\n\nDo you have another address?\n", False),
        ("This could not be delivered to:\n\n  pat@example.org\n\nPlease take me off.\n", False),
        ("Mail to my old address pat@example.org could not be delivered. Remove it.\n", False),
        ("Mail to pat@example.org could not be delivered, so remove it.\n", False),
        ("The parcel could not be delivered.\n\n  filter@example.com\n", False),
    ],
)
def test_without_a_machine_s_sender_only_a_list_of_who_failed_is_a_bounce(said: str, is_bounce: bool) -> None:
    assert (parse("Filter <filter@example.com>", "Undelivered mail", said, PERSON) is not None) is is_bounce
    assert parse("Pat <pat@example.com>", "Undelivered mail", said, PERSON) is None


def test_who_answers_from_the_mailbox_itself_is_there() -> None:
    said = "pat@example.org: no longer active here, I moved on.\n\n" + RETURNED.replace("To: returned@", "To: pat@")
    assert parse("Pat <pat@example.org>", "Re: March", said) is None
    assert parse("Office <robot@example.org>", "Re: March", said) is not None


def test_the_returned_header_is_found_in_html() -> None:
    page = (
        "<p>No se pudo realizar la entrega: pat@example.org</p><p>#5.1.1 RESOLVER.ADR.RecipNotFound; not found</p>"
        "<pre>From: news@sender.example\nTo: pat@example.org\nMessage-ID: &lt;1@sender.example&gt;</pre>"
    )
    head = "From: postmaster@example.org\nSubject: No se puede entregar: March\nContent-Type: text/html\n\n"
    status = read_plain_bounce(read_message((head + page).encode()), NULL)
    assert summary(status) == [("pat@example.org", "hard", "user unknown")]
    assert status is not None
    assert status.original is not None
    assert status.original.headers.get("message-id") == "<1@sender.example>"


def test_a_frozen_mail_is_delayed() -> None:
    status = parse(
        "Mailer-Daemon@example.net",
        "Message 1a-2b has been frozen",
        "Message 1a-2b has been frozen (delivery error message).\nThe sender is <>.\n\n"
        "The following address(es) have yet to be delivered:\n\n  pat@example.org: Unrouteable address\n",
    )
    assert summary(status) == [("pat@example.org", "delayed", "user unknown")]
