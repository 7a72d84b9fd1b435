"""Mails for these tests, posted to one small account: what comes out is the decision."""

import functools
from dataclasses import replace
from datetime import UTC, datetime

from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import examine_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Decision
from mailproc.policy.rules.rules import RuleSet
from mailproc.policy.tokens.token import Purpose, Token, make_token
from mailproc.rule_sets.files import load_rules

KEYS = {1: bytes(range(32))}
RECEIVED_AT = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    mailboxes={
        MailboxRole.reply: ("reply",),
        MailboxRole.unsubscribe: ("unsubscribe",),
        MailboxRole.feedback: ("fbl",),
        MailboxRole.bounce: ("bounce",),
    },
    sends_from=("news.acme.example", "192.0.2.0/28"),
    lists={"weekly": "Acme Weekly", "offers": "Acme Offers"},
    token_keys=KEYS,
)


@functools.cache
def shipped_rules() -> RuleSet:
    return load_rules(None)


def token_text(purpose: Purpose, subscriber: int = 7, message: int = 42, day: int = 20_500) -> str:
    return make_token(Token(purpose=purpose, subscriber=subscriber, message=message, day=day, kid=1), KEYS)


def mail(content: str, to: str = "reply@reply.acme.example", sender: str | None = "pat@example.org") -> InboundMail:
    return InboundMail(
        id="m1",
        account_id="acme",
        envelope=Envelope(mail_from=sender, rcpt_tos=(to,)),
        content=content.replace("\n", "\r\n").encode("utf-8", "surrogateescape"),
        received_at=RECEIVED_AT,
    )


def reply_mail(text: str, subject: str = "Re: March news", headers: str = "", sender: str = "pat@example.org") -> str:
    return (
        f"From: Pat <{sender}>\nTo: reply@reply.acme.example\nSubject: {subject}\nMessage-ID: <2@example.org>\n"
        f"Date: Tue, 3 Mar 2026 10:00:00 +0000\n{headers}MIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )


def examined(
    content: str,
    to: str = "reply@reply.acme.example",
    account: AccountPolicy = ACCOUNT,
    authentication: Authentication = NOT_CHECKED,
    sender: str | None = "pat@example.org",
) -> Examination:
    return examine_mail(mail(content, to, sender), authentication, account, shipped_rules())


def decided(
    content: str,
    to: str = "reply@reply.acme.example",
    account: AccountPolicy = ACCOUNT,
    authentication: Authentication = NOT_CHECKED,
    sender: str | None = "pat@example.org",
) -> Decision:
    return examined(content, to, account, authentication, sender).decision


def account_with(**changes: object) -> AccountPolicy:
    return replace(ACCOUNT, **changes)  # type: ignore[arg-type]


def report_mail(
    feedback_type: str = "abuse",
    fields: str = "Original-Rcpt-To: <pat@example.org>\n",
    original: str = "From: Acme <news@news.acme.example>\nTo: pat@example.org\nDate: Mon, 2 Mar 2026 08:00:00 +0000\n",
    sender: str = "fbl@isp.example",
) -> str:
    return (
        f"From: {sender}\nTo: fbl@reply.acme.example\nSubject: FW: March news\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nA complaint.\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {feedback_type}\nUser-Agent: Test/1\n"
        f"Version: 1\n{fields}\n--b\nContent-Type: message/rfc822\n\n{original}Subject: March news\n\nHello\n--b--\n"
    )


def bounce_mail(
    status: str = "5.1.1",
    action: str = "failed",
    recipient: str = "pat@example.org",
    original: str = "From: Acme <news@news.acme.example>\nTo: pat@example.org\nMessage-ID: <1@news.acme.example>\n",
) -> str:
    return bounce_of(((recipient, status),), original, action)


def bounce_of(failures: tuple[tuple[str, str], ...], original: str, action: str = "failed") -> str:
    blocks = "\n".join(
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n" for recipient, status in failures
    )
    return (
        "From: MAILER-DAEMON@mx.isp.example\nTo: bounce@reply.acme.example\nSubject: Undelivered Mail\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.isp.example\n\n"
        f"{blocks}--b\nContent-Type: message/rfc822\n\n{original}Subject: March news\n\nHello\n--b--\n"
    )
