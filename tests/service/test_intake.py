"""One transaction becomes one mail per account."""

from datetime import UTC, datetime
from itertools import count

from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.policy.account import AccountPolicy, Accounts, MailboxRole
from mailproc.service.intake import NOBODY, inbound_mails

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
ACCOUNTS = Accounts(
    AccountPolicy(id=name, domains=(f"reply.{name}.example",), mailboxes={MailboxRole.reply: ("reply",)})
    for name in ("acme", "bolt")
)


def mails_for(*rcpt_tos: str) -> list[InboundMail]:
    numbers = count()
    envelope = Envelope(mail_from=None, rcpt_tos=rcpt_tos, peer="192.0.2.1")
    return inbound_mails(envelope, b"x", ACCOUNTS, now=NOW, random_bits=lambda _: next(numbers))


def test_recipients_of_one_account_share_one_mail() -> None:
    (mail,) = mails_for("reply@reply.acme.example", "abuse@reply.acme.example")
    assert mail.account_id == "acme"
    assert mail.envelope.rcpt_tos == ("reply@reply.acme.example", "abuse@reply.acme.example")
    assert mail.envelope.peer == "192.0.2.1"


def test_recipients_of_two_accounts_make_two_mails_each_with_its_own() -> None:
    mails = mails_for("reply@reply.bolt.example", "reply@reply.acme.example", "reply+x@reply.bolt.example")
    assert [(mail.account_id, mail.envelope.rcpt_tos) for mail in mails] == [
        ("bolt", ("reply@reply.bolt.example", "reply+x@reply.bolt.example")),
        ("acme", ("reply@reply.acme.example",)),
    ]
    assert mails[0].id != mails[1].id


def test_an_unknown_mailbox_that_was_parked_stays_with_the_account_of_its_domain() -> None:
    assert mails_for("nobody@Reply.ACME.example")[0].account_id == "acme"


def test_an_unknown_domain_that_was_parked_is_nobodys() -> None:
    assert mails_for("reply@elsewhere.example")[0].account_id == NOBODY


def test_a_mistyped_neighbour_is_parked_by_itself_and_keeps_no_request_waiting() -> None:
    good, typo = mails_for("reply@reply.acme.example", "typo@reply.acme.example")
    assert (good.envelope.rcpt_tos, good.envelope.parked) == (("reply@reply.acme.example",), None)
    assert (typo.envelope.rcpt_tos, typo.envelope.parked) == (("typo@reply.acme.example",), "unknown mailbox")


def test_what_speaks_against_the_whole_mail_parks_all_of_it() -> None:
    envelope = Envelope(
        mail_from=None, rcpt_tos=("reply@reply.acme.example", "x@y.example"), parked="mail loop; unknown domain"
    )
    mails = inbound_mails(envelope, b"x", ACCOUNTS, now=NOW, random_bits=lambda _: 1)
    assert [mail.envelope.parked for mail in mails] == ["mail loop", "mail loop"]
