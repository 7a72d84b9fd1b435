"""The one function that decides: what holds for every mail."""

import functools
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail, digest_of
from mailproc.mail.mail_kind import MailKind
from mailproc.pipeline import decide_mail, examine_mail, failed_decision
from mailproc.policy.account import AccountPolicy, MailboxRole, default_account, policy_digest
from mailproc.policy.decision import Action, Decision, decision_as_json
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules

ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    mailboxes={MailboxRole.reply: ("reply",), MailboxRole.unsubscribe: ("unsubscribe",)},
    sends_from=("news.acme.example",),
)
FOOTER = (
    "You receive this mail because you signed up at acme.example.\n"
    "To unsubscribe click here or reply with STOP. Unsubscribe | Preferences\n"
    "Acme Ltd., 1 Garden Road"
)
HEADER_BLOCK = (
    "From: Acme <news@news.acme.example>\nSent: Monday, March 2, 2026 8:00 AM\nTo: Pat\nSubject: March news\n"
)
# The same newsletter quoted below the text, as different clients do it.
QUOTES = {
    "gmail": "\n\nOn Mon, Mar 2, 2026 at 8:00 AM Acme <news@news.acme.example> wrote:\n\n"
    + "".join(f"> {line}\n" for line in FOOTER.splitlines()),
    "gmail-german": "\n\nAm Mo., 2. März 2026 um 08:00 Uhr schrieb Acme <news@news.acme.example>:\n\n"
    + "".join(f"> {line}\n" for line in FOOTER.splitlines()),
    "outlook": f"\n\n-----Original Message-----\n{HEADER_BLOCK}\n{FOOTER}\n",
    "outlook-line": f"\n\n________________________________\n{HEADER_BLOCK}\n{FOOTER}\n",
    "apple": "\n\n> On 2 Mar 2026, at 08:00, Acme <news@news.acme.example> wrote:\n> \n"
    + "".join(f"> {line}\n" for line in FOOTER.splitlines()),
    "forwarded": f"\n\n---------- Forwarded message ---------\n{HEADER_BLOCK}\n{FOOTER}\n",
}
TEXTS = [
    "Thank you, that was a lovely letter!",
    "When do you open on Sunday?",
    "Please unsubscribe me",
    "Unsubscribe me, and where is my refund?",
    "Please do not unsubscribe me",
    "not interested",
    "Delete all my personal data.",
    "Bitte abmelden",
    "Merci de me désinscrire",
    "",
]


@functools.cache
def rules() -> RuleSet:
    return load_rules(None)


def decided(content: bytes, account: AccountPolicy = ACCOUNT, to: str = "reply@reply.acme.example") -> Decision:
    return decide_mail(mail(content, to), NOT_CHECKED, account, rules())


def mail(content: bytes, to: str = "reply@reply.acme.example") -> InboundMail:
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=(to,))
    received_at = datetime(2026, 3, 3, 10, tzinfo=UTC)
    return InboundMail(id="m1", account_id=ACCOUNT.id, envelope=envelope, content=content, received_at=received_at)


def reply(text: str, subject: str = "Re: March news") -> bytes:
    head = f"From: Pat <pat@example.org>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n"
    return f"{head}In-Reply-To: <1@news.acme.example>\n\n{text}\n".replace("\n", "\r\n").encode()


@pytest.mark.parametrize("client", QUOTES)
@pytest.mark.parametrize("text", TEXTS)
def test_a_quoted_copy_of_our_footer_changes_no_decision(text: str, client: str):
    plain, quoted = decided(reply(text)), decided(reply(text + QUOTES[client]))
    for field in ("kind", "action", "also", "level", "reason", "rule", "subscribers"):
        assert getattr(quoted, field) == getattr(plain, field)
    assert len(quoted.facts) == len(plain.facts)


@given(st.sampled_from(TEXTS), st.lists(st.sampled_from(sorted(QUOTES)), min_size=1, max_size=3))
def test_nor_do_several_of_them(text: str, clients: list[str]):
    quoted = decided(reply(text + "".join(QUOTES[client] for client in clients)))
    assert (quoted.action, quoted.rule) == (decided(reply(text)).action, decided(reply(text)).rule)


@settings(max_examples=200)
@given(st.binary(max_size=600))
@example(b"")
@example(b"\x00")
@example(b"Subject: =?utf-8?q?=ED=A0=80?=\r\n\r\n\xed\xa0\x80unsubscribe")
@example(b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n")
@example(b"Content-Type: text/plain; charset=utf-7\r\n\r\nunsubscribe +2AA-")
def test_any_bytes_are_decided_and_can_be_written_as_json(content: bytes):
    for account in (ACCOUNT, default_account()):
        decision = decided(content, account)
        json.dumps(decision_as_json(decision)).encode("utf-8")
        for fact in decision.facts:
            assert fact.id
            json.dumps(dict(fact.evidence)).encode("utf-8")


_LINES = st.sampled_from(
    [
        b"From: pat@example.org",
        b"Subject: unsubscribe",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: message/feedback-report",
        b"Content-Transfer-Encoding: base64",
        b"Auto-Submitted: auto-replied",
        b"Feedback-Type: abuse",
        b"Original-Rcpt-To: <pat@example.org>",
        b"",
        b"--b",
        b"--b--",
        b"> quoted",
        b"please unsubscribe me",
        b"On Monday Acme wrote:",
        b"\xff\xfe\x00",
    ]
)


@settings(max_examples=200)
@given(st.lists(_LINES, max_size=25))
def test_any_order_of_mail_lines_is_decided(lines: list[bytes]):
    json.dumps(decision_as_json(decided(b"\r\n".join(lines)))).encode("utf-8")


@pytest.mark.parametrize("content", [reply("unsubscribe"), reply("hello"), b"", b"garbage"])
def test_the_same_mail_gets_the_same_decision(content: bytes):
    assert decided(content) == decided(content)


def test_a_decision_names_what_it_was_decided_on():
    content = reply("unsubscribe")
    decision = decided(content)
    assert decision.mail == digest_of(content)
    assert decision.ruleset == rules().digest
    assert decision.policy == policy_digest(ACCOUNT)
    assert decision.authentication == NOT_CHECKED


def test_an_examination_holds_the_decision_and_what_was_seen():
    seen = examine_mail(mail(reply("please unsubscribe me")), NOT_CHECKED, ACCOUNT, rules())
    assert seen.decision == decided(reply("please unsubscribe me"))
    assert seen.new_text is not None
    assert ("en-unsubscribe-me", "body") in [(hit.rule_id, hit.where) for hit in seen.hits]
    assert seen.subscribers == seen.decision.subscribers


def test_a_mail_that_is_not_read_for_text_has_no_new_text():
    away = reply("I am away").replace(b"From:", b"Auto-Submitted: auto-replied\r\nFrom:", 1)
    assert decided(away).new_text is None


@pytest.mark.parametrize("automatic", [True, False])
def test_no_decision_without_a_person_s_word_or_a_person_has_facts(automatic: bool):
    account = replace(ACCOUNT, automatic=automatic)
    for text in TEXTS:
        decision = decided(reply(text), account)
        assert bool(decision.facts) == (decision.action == Action.unsubscribe)
        assert (decision.level is not None) == bool(decision.facts)  # none of these names a list
        assert automatic or not decision.facts


def test_a_mail_that_could_not_be_decided_is_a_review():
    decision = failed_decision(mail(b"x"), ACCOUNT, rules().digest, "internal error")
    assert (decision.kind, decision.action, decision.reason) == (MailKind.unreadable, Action.review, "internal error")
    assert (decision.ruleset, decision.policy) == (rules().digest, policy_digest(ACCOUNT))
    json.dumps(decision_as_json(decision))


def test_a_sender_that_no_database_takes_is_named_in_a_form_that_it_does():
    envelope = Envelope(mail_from="p\udcfft@example.org", rcpt_tos=("reply@reply.acme.example",))
    sent = replace(mail(b"Subject: hello\r\n\r\nwhen do you open?"), envelope=envelope)
    decision = decide_mail(sent, NOT_CHECKED, ACCOUNT, rules())
    assert [ref.address for ref in decision.subscribers] == ["p\ufffdt@example.org"]
