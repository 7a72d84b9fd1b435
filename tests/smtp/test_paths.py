"""Addresses and parameters of MAIL and RCPT."""

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from mailproc.smtp import replies
from mailproc.smtp.mail_session import MailSession
from mailproc.smtp.paths import parse_parameters, parse_plain_path, read_mail_parameters

ATOM = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
DOMAIN = st.lists(st.text("abc019-", min_size=1, max_size=8), min_size=1, max_size=4).map(".".join)
LOCAL = st.lists(ATOM, min_size=1, max_size=3).map(".".join)


def full_grammar(text):
    return SMTP._getaddr(SMTP.__new__(SMTP), text)


def any_path(text):
    return MailSession.parse_path(MailSession.__new__(MailSession), text)


@given(LOCAL, DOMAIN, st.sampled_from(["", " SIZE=1000", " SIZE=5 BODY=8BITMIME"]))
def test_a_plain_address_is_read_as_the_full_grammar_reads_it(local, domain, parameters):
    text = f"<{local}@{domain}>{parameters}"
    address, rest = full_grammar(text)
    assert parse_plain_path(text) == (address, rest.strip())


@given(st.text('ab<>@.,:;"\\()[] \t=é', max_size=30))
def test_any_text_is_an_address_or_is_not_and_never_raises(text):
    path = any_path(text)
    assert path is None or path == ("", path[1]) or "@" in path[0]


@pytest.mark.parametrize("text", ["<a..b@example.org>", "<.a@example.org>", "<a.@example.org>", "<a@.example.org>"])
def test_misplaced_dots_are_left_to_the_full_grammar(text):
    assert parse_plain_path(text) is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("<>", ("", "")),
        ("<> BODY=8BITMIME", ("", "BODY=8BITMIME")),
        ("<pat+news@example.org>", ("pat+news@example.org", "")),
        ('<"a b"@example.org> SIZE=1', ('"a b"@example.org', "SIZE=1")),
        ("<@relay.example:pat@example.org>", ("pat@example.org", "")),
        ("<pat@[192.0.2.1]>", ("pat@[192.0.2.1]", "")),
        ("<用户@example.org>", ("用户@example.org", "")),
        ("pat@example.org", ("pat@example.org", "")),
    ],
)
def test_every_kind_of_address_is_understood(text, path):
    assert any_path(text) == path


@pytest.mark.parametrize(
    "text", ["", "<", "<pat>", "<@>", "pat", "<pat@", "<[", "<a@[\\\\", "<" + "(" * 400, '<"' * 200]
)
def test_what_is_no_address_is_refused(text):
    assert any_path(text) is None


def test_an_endless_address_is_not_even_tried():
    assert any_path("<" + '"' * 2000) is None
    assert any_path('<"' + "a" * 600 + '"@example.org>') is None


def test_a_long_plain_address_is_one():
    address = "bounce+" + "x" * 700 + "@example.org"
    assert any_path(f"<{address}>") == (address, "")


@pytest.mark.parametrize("text", ["SIZE=", "=5", "SIZE=1 size=2", "a_b=1", "-"])
def test_malformed_or_double_parameters_are_none(text):
    assert parse_parameters(text) is None


def test_parameters_have_upper_case_keys():
    assert parse_parameters("size=10 SMTPUTF8") == {"SIZE": "10", "SMTPUTF8": None}


@pytest.mark.parametrize(
    ("text", "size", "refusal"),
    [
        ("", 0, None),
        ("SIZE=1000", 1000, None),
        ("BODY=8bitmime SMTPUTF8", 0, None),
        ("SIZE", 0, replies.BAD_PARAMETER),
        ("SIZE=-1", 0, replies.BAD_PARAMETER),
        ("SIZE=١", 0, replies.BAD_PARAMETER),
        ("SIZE=" + "9" * 21, 0, replies.BAD_PARAMETER),
        ("BODY", 0, replies.BAD_PARAMETER),
        ("BODY=BINARYMIME", 0, replies.BAD_PARAMETER),
        ("SMTPUTF8=1", 0, replies.BAD_PARAMETER),
        ("AUTH=<>", 0, replies.UNKNOWN_PARAMETER),
        ("ENVID=x RET=FULL", 0, replies.UNKNOWN_PARAMETER),
    ],
)
def test_parameters_of_mail(text, size, refusal):
    assert read_mail_parameters(text) == (size, refusal)
