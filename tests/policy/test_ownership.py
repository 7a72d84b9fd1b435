import pytest
from posted import ACCOUNT, account_with

from mailproc.mail.reading.message import read_message
from mailproc.policy.who.ownership import (
    is_answer_to_ours,
    is_our_address,
    is_our_domain,
    is_our_ip,
    proof_that_bounced_mail_is_ours,
    proof_that_mail_is_ours,
)


@pytest.mark.parametrize(
    ("domain", "ours"),
    [
        ("news.acme.example", True),
        ("eu.NEWS.acme.example.", True),
        ("reply.acme.example", True),
        ("acme.example", False),
        ("xnews.acme.example", False),
        ("", False),
    ],
)
def test_a_domain_is_ours_or_below_ours(domain: str, ours: bool):
    assert is_our_domain(ACCOUNT, domain) is ours
    assert is_our_address(ACCOUNT, f"x@{domain}") is ours


@pytest.mark.parametrize(
    ("ip", "ours"),
    [
        ("192.0.2.1", True),
        ("[192.0.2.15]", True),
        ("192.0.2.16", False),
        ("2001:db8::1", False),
        ("x", False),
        ("", False),
    ],
)
def test_an_ip_address_is_ours_by_network(ip: str, ours: bool):
    assert is_our_ip(ACCOUNT, ip) is ours


def test_ipv6_networks_count_too():
    assert is_our_ip(account_with(sends_from=("2001:db8::/32",)), "2001:db8::1")


@pytest.mark.parametrize(
    ("header", "proof"),
    [
        ("From: Acme <n@news.acme.example>", "From: news.acme.example"),
        ("Return-Path: <b@news.acme.example>", "Return-Path: news.acme.example"),
        ("Message-ID: <1@mx.news.acme.example>", "Message-ID: mx.news.acme.example"),
        ("DKIM-Signature: v=1; a=rsa-sha256; d=news.acme.example; s=x", "DKIM-Signature: news.acme.example"),
        ("From: n@elsewhere.example", None),
        ("Subject: news.acme.example", None),
    ],
)
def test_each_of_our_traces_is_a_proof(header: str, proof: str | None):
    assert proof_that_mail_is_ours(ACCOUNT, read_message(f"{header}\r\n\r\n".encode())) == proof


def test_a_return_path_alone_proves_no_bounce():
    forged = read_message(b"Return-Path: <bounce@reply.acme.example>\r\nFrom: x@elsewhere.example\r\n\r\n")
    assert proof_that_bounced_mail_is_ours(ACCOUNT, forged) is None


def test_an_answer_to_ours_names_our_message_id():
    assert is_answer_to_ours(ACCOUNT, read_message(b"References: <1@x.example> <2@news.acme.example>\r\n\r\n"))
    assert not is_answer_to_ours(ACCOUNT, read_message(b"References: <1@x.example>\r\n\r\n"))
