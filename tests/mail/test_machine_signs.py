"""A mail without signs is one that every finder would have passed over: the short way never changes an answer."""

import email
import email.policy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_mail import html_mail, mail_of, multipart_mail

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.automatic.machine_signs import has_machine_signs
from mailproc.mail.kind import finding_of, kind_of
from mailproc.mail.mail_kind import MailKind
from mailproc.mail.reading.message import Message, read_message

PERSON = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
MAILS = sorted((Path(__file__).resolve().parents[2] / "fixtures" / "emails").rglob("*.eml"))
PARSED = [email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32) for path in MAILS]
FIELDS = sorted(
    {
        (name, str(value)[:500])
        for mail in PARSED
        for name, value in mail.items()
        if not name.lower().startswith(("content-", "mime-"))
    }
)
BODIES = sorted(
    {
        (part.get_content_type(), payload[:4000])
        for mail in PARSED
        for part in mail.walk()
        if part.get_content_maintype() in ("text", "message") and isinstance(payload := part.get_payload(), str)
    }
)


def spliced(fields: list[tuple[str, str]], bodies: list[tuple[str, str]]) -> Message:
    """A mail of fields and texts that stood in different mails."""
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    if len(bodies) == 1:
        return read_message(f"{head}Content-Type: {bodies[0][0]}\n\n{bodies[0][1]}".encode("utf-8", "replace"))
    parts = "".join(f"--splice\nContent-Type: {kind}\n\n{body}\n" for kind, body in bodies)
    head += 'Content-Type: multipart/mixed; boundary="splice"\n'
    return read_message(f"{head}\n{parts}--splice--\n".encode("utf-8", "replace"))


@pytest.mark.parametrize("path", MAILS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_saved_mail_is_of_the_kind_that_its_finder_says(path: Path):
    message = read_message(path.read_bytes())
    for envelope in (PERSON, Envelope(mail_from=None, rcpt_tos=PERSON.rcpt_tos)):
        assert kind_of(message, envelope) == finding_of(message, envelope)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(FIELDS), max_size=6),
    st.lists(st.sampled_from(BODIES), max_size=2),
    st.sampled_from(["", "From: Pat <pat@example.org>", "From: Pat <pat@example.org>\nSubject: Re: March news"]),
)
def test_so_is_a_mail_spliced_of_several(fields: list[tuple[str, str]], bodies: list[tuple[str, str]], usual: str):
    first = [tuple(line.split(": ", 1)) for line in usual.splitlines()]
    message = spliced([*first, *fields], bodies)
    assert kind_of(message, PERSON) == finding_of(message, PERSON)


@pytest.mark.parametrize(
    "message",
    [
        mail_of("Hello, when do you open?"),
        html_mail("<p>Hello, when do you open?</p>"),
        multipart_mail("alternative", ("text/plain", "Hello"), ("text/html", "<p>Hello</p>")),
        mail_of("please unsubscribe me", Subject="Re: 20% off"),
        mail_of("Hello\n\nPat wrote:\n> Good day\n>\n> I am out of the office until Monday\n"),
    ],
    ids=["text", "html", "alternative", "request", "quote"],
)
def test_a_person_s_mail_has_no_signs(message: Message):
    assert not has_machine_signs(message, PERSON)


@pytest.mark.parametrize(
    "message",
    [
        mail_of("Hello", From="MAILER-DAEMON@mx.example.org"),
        mail_of("Hello", From="Jörg <pat@example.org>"),
        mail_of("Hello", Subject="Out of office"),
        mail_of("Hello", Subject="Undeliverable: March news"),
        mail_of("Hello", Subject="unsubscribe"),
        mail_of("Hello", List_Id="<news.example.org>"),
        mail_of("Hello", X_Failed_Recipients="sam@example.net"),
        mail_of("Hello", X_Vacation="yes"),
        mail_of("Hello", X_Boxbe_Tag="1"),
        mail_of("I am out of the office until Monday"),
        mail_of("I am up in the mountains until the 12th and will not read my mail"),
        mail_of("We have closed for the winter. Nobody reads this mailbox until we reopen in March."),
        mail_of("There is no signal up here"),
        mail_of("I use a mail filter that lets in people I know"),
        mail_of("Hello", Subject="How did we do?"),
        mail_of("> Good day\n>\n> When do you open?\n\nI am out of the office until Monday"),
        mail_of("Final-Recipient: rfc822; sam@example.net\nStatus: 5.1.1\n"),
        html_mail("<style>" + "p {}" * 3000 + "</style><body>I am out of the office</body>"),
        multipart_mail("mixed", ("text/plain", "Hello"), ("image/png", "x")),
        multipart_mail("report; report-type=disposition-notification", ("text/plain", "Hello")),
    ],
    ids=lambda message: message.subject + message.root.content_type,
)
def test_whatever_a_finder_may_know_is_a_sign(message: Message):
    assert has_machine_signs(message, PERSON)


def test_a_mail_to_which_nobody_answers_has_a_sign():
    assert has_machine_signs(mail_of("Hello"), Envelope(mail_from=None, rcpt_tos=PERSON.rcpt_tos))


@pytest.mark.parametrize("content", [b"", b"From: Pat Doe\r\n\r\n"], ids=["nothing", "a sender without address"])
def test_a_mail_without_anything_stays_unreadable(content: bytes):
    assert kind_of(read_message(content), PERSON).kind is MailKind.unreadable
