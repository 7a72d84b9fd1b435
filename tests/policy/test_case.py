import pytest
from posted import ACCOUNT, token_text

from mailproc.policy.account import MailboxRole, default_account
from mailproc.policy.deciding.case import route_of
from mailproc.policy.tokens.token import Purpose


@pytest.mark.parametrize(
    ("local_parts", "role"),
    [
        (("reply",), MailboxRole.reply),
        (("postmaster", "reply"), MailboxRole.reply),
        (("reply", "unsubscribe"), MailboxRole.unsubscribe),
        (("bounce", "fbl"), MailboxRole.feedback),
        (("nobody",), MailboxRole.reply),
        ((), MailboxRole.reply),
    ],
)
def test_of_several_mailboxes_the_strongest_counts(local_parts: tuple[str, ...], role: MailboxRole):
    assert route_of(ACCOUNT, [f"{local}@reply.acme.example" for local in local_parts]).role == role


def test_a_token_address_outranks_every_mailbox():
    to = [f"{token_text(Purpose.bounce)}@reply.acme.example", "unsubscribe@reply.acme.example"]
    assert route_of(ACCOUNT, to).role == MailboxRole.bounce


def test_the_default_account_has_only_the_reply_mailbox():
    assert route_of(default_account(), ["unsubscribe@x.example", "abuse@x.example"]).role == MailboxRole.reply
    assert route_of(default_account(), [f"u-{'a' * 48}@x.example"]).parked is None
