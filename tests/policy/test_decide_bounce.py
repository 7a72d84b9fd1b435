import pytest
from posted import account_with, bounce_mail, decided, token_text

from mailproc.mail.kind import MailKind
from mailproc.policy.account import default_account
from mailproc.policy.decision import Action
from mailproc.policy.facts import Channel, FactKind
from mailproc.policy.token import Purpose

BOUNCE = "bounce@reply.acme.example"


def test_a_hard_failure_of_our_mail_is_a_fact():
    decision = decided(bounce_mail(), to=BOUNCE, sender=None)
    assert (decision.kind, decision.action, decision.foreign) == (MailKind.delivery_status, Action.bounce, False)
    (fact,) = decision.facts
    assert (fact.kind, fact.address, fact.channel) == (FactKind.bounce, "pat@example.org", Channel.bounce)
    assert (fact.evidence["class"], fact.evidence["status"], fact.evidence["mail"]) == ("hard", "5.1.1", decision.mail)
    assert [(one.address, one.bounce_class) for one in decision.bounces] == [("pat@example.org", "hard")]


def test_a_soft_failure_is_a_fact_of_its_class():
    decision = decided(bounce_mail(status="4.2.2"), to=BOUNCE, sender=None)
    assert [fact.evidence["class"] for fact in decision.facts] == ["soft"]


@pytest.mark.parametrize(("status", "action"), [("5.7.1", "failed"), ("4.4.1", "delayed")])
def test_a_refusal_or_a_delay_says_nothing_about_the_address(status: str, action: str):
    decision = decided(bounce_mail(status=status, action=action), to=BOUNCE, sender=None)
    assert (decision.action, decision.facts, decision.level) == (Action.record, (), None)
    assert len(decision.bounces) == 1


def test_a_success_is_kept():
    decision = decided(bounce_mail(status="2.0.0", action="delivered"), to=BOUNCE, sender=None)
    assert (decision.action, decision.facts) == (Action.record, ())


@pytest.mark.parametrize(
    "original",
    [
        "From: shop@elsewhere.example\nTo: pat@example.org\n",
        "From: news@news.acme.example\nTo: ann@example.net\n",
        "Return-Path: <bounce@reply.acme.example>\nFrom: forger@elsewhere.example\nTo: pat@example.org\n",
    ],
)
def test_what_is_not_shown_to_be_ours_is_backscatter(original: str):
    decision = decided(bounce_mail(original=original), to=BOUNCE, sender=None)
    assert (decision.action, decision.foreign, decision.facts) == (Action.record, True, ())
    assert len(decision.bounces) == 1


def test_for_the_default_account_every_bounce_is_ours():
    content = bounce_mail(original="From: shop@elsewhere.example\n")
    assert decided(content, account=default_account(), sender=None).action == Action.bounce


def test_the_token_in_the_address_names_the_subscriber_whatever_address_failed():
    to = f"{token_text(Purpose.bounce)}@reply.acme.example"
    content = bounce_mail(recipient="forwarded@other.example", original="From: shop@elsewhere.example\n")
    decision = decided(content, to=to, sender=None)
    assert decision.action == Action.bounce
    assert [(fact.key, fact.address) for fact in decision.facts] == [("7", None)]


def test_the_token_in_the_returned_mail_does_so_too():
    original = f"Return-Path: <{token_text(Purpose.bounce)}@reply.acme.example>\nFrom: x@elsewhere.example\n"
    assert [fact.key for fact in decided(bounce_mail(original=original), to=BOUNCE, sender=None).facts] == ["7"]


def test_an_unsubscribe_token_does_not_make_a_bounce_an_opt_out():
    to = f"{token_text(Purpose.unsubscribe_all)}@reply.acme.example"
    decision = decided(bounce_mail(), to=to, sender=None)
    assert decision.action == Action.bounce


def test_bounces_are_no_requests_that_could_wait():
    assert decided(bounce_mail(), to=BOUNCE, account=account_with(automatic=False), sender=None).action == Action.bounce
