import pytest
from posted import account_with, bounce_mail, bounce_of, decided, token_text

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import default_account
from mailproc.policy.decision import Action
from mailproc.policy.standing.facts import Channel, FactKind
from mailproc.policy.tokens.token import Purpose

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


def facts_of(content: str, to: str = BOUNCE) -> list[tuple[str | None, str | None, str]]:
    decision = decided(content, to=to, sender=None)
    return [(fact.key, fact.address, fact.evidence["class"]) for fact in decision.facts]


class TestSeveralRecipients:
    OURS = "From: Acme <news@news.acme.example>\nMessage-ID: <1@news.acme.example>\n"
    THREE = (("pat@example.org", "5.1.1"), ("ann@example.net", "5.1.1"), ("sam@example.com", "5.1.1"))

    @pytest.mark.parametrize("original", ["From: x@elsewhere.example\n", f"{OURS}To: ann@example.net\n"])
    def test_a_token_proves_its_own_subscriber_and_nobody_else(self, original: str):
        to = f"{token_text(Purpose.bounce)}@reply.acme.example"
        assert facts_of(bounce_of(self.THREE, original), to=to) == [("7", None, "hard")]

    def test_the_token_in_the_returned_mail_proves_no_more(self):
        original = f"Return-Path: <{token_text(Purpose.bounce)}@reply.acme.example>\nFrom: x@elsewhere.example\n"
        assert facts_of(bounce_of(self.THREE, original)) == [("7", None, "hard")]

    def test_what_befell_the_address_that_the_returned_mail_names_befell_the_tokens_subscriber(self):
        to = f"{token_text(Purpose.bounce)}@reply.acme.example"
        failures = (("pat@example.org", "4.2.2"), ("ann@example.net", "5.1.1"))
        assert facts_of(bounce_of(failures, f"{self.OURS}To: pat@example.org\n"), to=to) == [("7", None, "soft")]

    def test_while_one_address_that_the_mail_was_passed_on_to_lives_so_does_the_subscriber(self):
        to = f"{token_text(Purpose.bounce)}@reply.acme.example"
        failures = (("a@other.example", "5.1.1"), ("b@other.example", "4.4.1"), ("c@other.example", "5.1.1"))
        assert facts_of(bounce_of(failures, "From: x@elsewhere.example\n"), to=to) == [("7", None, "soft")]

    def test_of_our_mail_only_those_bounce_whom_it_names(self):
        assert facts_of(bounce_of(self.THREE, f"{self.OURS}To: pat@example.org\n")) == [
            (None, "pat@example.org", "hard")
        ]

    def test_each_whom_it_names_bounces(self):
        original = f"{self.OURS}To: pat@example.org, sam@example.com\n"
        assert [address for _, address, _ in facts_of(bounce_of(self.THREE, original))] == [
            "pat@example.org",
            "sam@example.com",
        ]

    def test_an_address_beside_the_named_one_in_the_same_block_is_not_touched(self):
        content = bounce_mail(recipient="pat@example.org\nX-Actual-Recipient: rfc822; ann@example.net")
        assert [address for _, address, _ in facts_of(content)] == ["pat@example.org"]

    def test_an_unsubscribe_token_in_foreign_mail_proves_nothing(self):
        original = f"From: a@elsewhere.example\nX-Any: {token_text(Purpose.unsubscribe_all)}\n"
        decision = decided(bounce_of(self.THREE, original), to=BOUNCE, sender=None)
        assert (decision.action, decision.foreign, decision.facts) == (Action.record, True, ())

    def test_the_reason_tells_every_failure(self):
        failures = (("pat@example.org", "5.1.1"), ("ann@example.net", "4.2.2"), ("sam@example.com", "5.1.1"))
        original = f"{self.OURS}To: pat@example.org, ann@example.net\n"
        reason = decided(bounce_of(failures, original), to=BOUNCE, sender=None).reason
        assert reason.startswith("hard bounce: user unknown; soft bounce: ")
        assert reason.endswith("; 1 more without proof of their own")
