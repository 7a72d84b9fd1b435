from dataclasses import replace

import pytest
from posted import ACCOUNT, KEYS, token_text

from mailproc.policy.account import (
    AccountPolicy,
    Accounts,
    MailboxRole,
    NoRoute,
    Route,
    default_account,
    policy_digest,
)
from mailproc.policy.tokens.token import Purpose

ACCOUNTS = Accounts([ACCOUNT])


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("reply@reply.acme.example", MailboxRole.reply),
        ("Reply+march@REPLY.Acme.Example", MailboxRole.reply),
        ("unsubscribe@reply.acme.example", MailboxRole.unsubscribe),
        ("abuse@reply.acme.example", MailboxRole.feedback),
        ("Postmaster@reply.acme.example", MailboxRole.postmaster),
        ("bounce@reply.acme.example.", MailboxRole.bounce),
        ("postmaster", MailboxRole.postmaster),
    ],
)
def test_an_address_finds_its_mailbox(address: str, role: MailboxRole):
    assert ACCOUNTS.route(address) == Route(account_id="acme", role=role)


@pytest.mark.parametrize(
    ("purpose", "role"),
    [
        (Purpose.unsubscribe_all, MailboxRole.unsubscribe),
        (Purpose.unsubscribe_list, MailboxRole.unsubscribe),
        (Purpose.bounce, MailboxRole.bounce),
        (Purpose.reply, MailboxRole.reply),
        (Purpose.feedback, MailboxRole.feedback),
    ],
)
def test_a_token_address_finds_the_mailbox_of_its_purpose(purpose: Purpose, role: MailboxRole):
    route = ACCOUNTS.route(f"{token_text(purpose)}@reply.acme.example")
    assert isinstance(route, Route)
    assert route.role == role
    assert route.token is not None
    assert route.token.key == "7"


def test_a_token_of_a_retired_key_is_parked():
    route = Accounts([replace(ACCOUNT, token_keys={})]).route(f"{token_text(Purpose.bounce)}@reply.acme.example")
    assert isinstance(route, Route)
    assert route.token is None
    assert route.parked


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("nobody@reply.acme.example", NoRoute.unknown_mailbox),
        ("reply@elsewhere.example", NoRoute.unknown_domain),
        ("reply@sub.reply.acme.example", NoRoute.unknown_domain),
        ("reply", NoRoute.unknown_domain),
        ("", NoRoute.unknown_domain),
    ],
)
def test_an_address_of_nobody_says_why(address: str, why: NoRoute):
    assert ACCOUNTS.route(address) == why


def test_an_international_domain_is_found_in_both_spellings():
    accounts = Accounts([AccountPolicy(id="b", domains=("bücher.example",), mailboxes={MailboxRole.reply: ("reply",)})])
    assert accounts.route("reply@xn--bcher-kva.example") == accounts.route("reply@BÜCHER.example")


def test_accounts_that_share_a_domain_are_told_apart_by_mailbox_and_key():
    other = AccountPolicy(
        id="other", domains=ACCOUNT.domains, mailboxes={MailboxRole.reply: ("hello",)}, token_keys={2: b"x" * 32}
    )
    accounts = Accounts([other, ACCOUNT])
    hello, token = (
        accounts.route("hello@reply.acme.example"),
        accounts.route(f"{token_text(Purpose.reply)}@reply.acme.example"),
    )
    assert isinstance(hello, Route)
    assert isinstance(token, Route)
    assert (hello.account_id, token.account_id) == ("other", "acme")


def test_the_digest_follows_every_setting_and_shows_no_secret():
    assert policy_digest(ACCOUNT) == policy_digest(replace(ACCOUNT))
    assert policy_digest(ACCOUNT) != policy_digest(replace(ACCOUNT, automatic=False))
    assert policy_digest(ACCOUNT) != policy_digest(replace(ACCOUNT, token_keys={**KEYS, 2: b"z" * 32}))


def test_for_the_default_account_everything_is_ours():
    assert default_account().everything_is_ours
