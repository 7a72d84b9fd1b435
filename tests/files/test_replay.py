"""A saved file gets the envelope it most likely had, and what was assumed is said."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mailproc.files.replay import saved_mail
from mailproc.policy.account import AccountPolicy, Accounts, MailboxRole

NOBODY = Accounts([])
ACME = AccountPolicy(id="acme", domains=("reply.acme.example",), mailboxes={MailboxRole.reply: ("reply",)})
BOLT = AccountPolicy(id="bolt", domains=("reply.bolt.example",), mailboxes={MailboxRole.reply: ("reply",)})


def mail(*headers: str) -> bytes:
    return "\r\n".join((*headers, "", "Hello", "")).encode()


def test_the_recipient_told_wins_over_every_header() -> None:
    saved = saved_mail(mail("Delivered-To: a@example.org"), NOBODY, "b@example.org")
    assert saved.mail.envelope.rcpt_tos == ("b@example.org",)


def test_the_recipient_comes_from_the_most_trustworthy_header_there_is() -> None:
    headers = [
        "Delivered-To: delivered@example.org",
        "X-Original-To: original@example.org",
        "Envelope-To: envelope@example.org",
        "Received: from a by b for <received@example.org>; Tue, 3 Mar 2026 10:00:00 +0000",
        "To: Someone <to@example.org>",
    ]
    found = [saved_mail(mail(*headers[start:]), NOBODY).mail.envelope.rcpt_tos[0] for start in range(len(headers))]
    assert [address.split("@")[0] for address in found] == ["delivered", "original", "envelope", "received", "to"]


def test_without_any_recipient_it_is_assumed_and_said() -> None:
    saved = saved_mail(mail("Subject: x"), NOBODY)
    assert saved.mail.envelope.rcpt_tos == ("reply@localhost",)
    assert "recipient reply@localhost (nothing names one)" in saved.assumed


def test_a_null_return_path_is_the_null_sender() -> None:
    assert saved_mail(mail("Return-Path: <>", "From: a@example.org"), NOBODY).mail.envelope.mail_from is None


def test_without_return_path_the_sender_is_from() -> None:
    assert saved_mail(mail("From: A <a@example.org>"), NOBODY).mail.envelope.mail_from == "a@example.org"


def test_the_account_is_that_of_the_recipient() -> None:
    saved = saved_mail(mail("Delivered-To: reply@reply.bolt.example"), Accounts([ACME, BOLT]))
    assert saved.account.id == saved.mail.account_id == "bolt"


def test_the_only_account_takes_what_names_none() -> None:
    assert saved_mail(mail("To: x@elsewhere.example"), Accounts([ACME])).account.id == "acme"


def test_with_several_accounts_the_default_one_takes_what_names_none() -> None:
    saved = saved_mail(mail("To: x@elsewhere.example"), Accounts([ACME, BOLT]))
    assert saved.account.everything_is_ours
    assert any("built-in default" in sentence for sentence in saved.assumed)


def test_the_time_of_receipt_is_that_of_the_topmost_received() -> None:
    content = mail(
        "Received: from c by d; Tue, 3 Mar 2026 10:00:05 +0100",
        "Received: from a by b; Tue, 3 Mar 2026 09:00:00 +0100",
        "Date: Mon, 2 Mar 2026 10:00:00 +0000",
    )
    assert saved_mail(content, NOBODY).mail.received_at == datetime(2026, 3, 3, 9, 0, 5, tzinfo=UTC)


def test_a_broken_date_falls_back_to_the_time_of_the_file() -> None:
    written_at = datetime(2026, 1, 1, tzinfo=UTC)
    saved = saved_mail(mail("Date: yesterday-ish"), NOBODY, received_at=written_at)
    assert saved.mail.received_at == written_at
    assert any("time of the file" in sentence for sentence in saved.assumed)


def test_an_mbox_separator_is_not_part_of_the_mail() -> None:
    assert saved_mail(b"From pat Tue Mar  3\r\n" + mail("Subject: x"), NOBODY).mail.content.startswith(b"Subject: x")


@given(st.binary(max_size=400))
def test_any_bytes_make_a_mail_with_a_recipient_and_an_aware_time(content: bytes) -> None:
    saved = saved_mail(content, NOBODY)
    assert saved.mail.envelope.rcpt_tos[0]
    assert saved.mail.received_at.tzinfo is UTC
