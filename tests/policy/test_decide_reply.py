import pytest
from posted import ACCOUNT, RECEIVED_AT, account_with, decided, reply_mail, token_text

from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import default_account
from mailproc.policy.decision import Action, Also
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.tokens.token import Purpose
from mailproc.policy.who.subscriber import RefSource, Trust

FORGED = Authentication(source="header", dmarc=MethodResult(result="fail", domain="example.org"), dmarc_policy="reject")
PASSED = Authentication(source="header", dmarc=MethodResult(result="pass", domain="example.org"))
QUOTE = (
    "\n\nOn Mon, 2 Mar 2026 at 08:00, Acme <news@news.acme.example> wrote:\n> Hello\n> Unsubscribe: https://x.example\n"
)


def test_a_keyword_takes_the_writer_off_at_account_level():
    decision = decided(reply_mail("please take me off this list"))
    assert (decision.kind, decision.action, decision.level) == (MailKind.reply, Action.unsubscribe, Level.account)
    assert (decision.reason, decision.rule) == ("keyword in reply", "en-take-me-off")
    (subscriber,) = decision.subscribers
    assert (subscriber.address, subscriber.source, subscriber.trust) == (
        "pat@example.org",
        RefSource.from_,
        Trust.unauthenticated,
    )
    (fact,) = decision.facts
    assert (fact.kind, fact.address, fact.channel) == (FactKind.opt_out, "pat@example.org", Channel.reply)
    assert fact.occurred_at == RECEIVED_AT
    assert fact.evidence["mail"] == decision.mail
    assert fact.evidence["rule"] == "en-take-me-off"


def test_the_evidence_has_the_span_in_the_new_text():
    decision = decided(reply_mail("Hello, please take me off this list" + QUOTE))
    assert decision.new_text is not None
    seen = decision.evidence[0]
    assert seen.span is not None
    assert decision.new_text[slice(*seen.span)] == seen.phrase == "take me off this list"


def test_a_keyword_in_the_quote_asks_for_nothing():
    decision = decided(reply_mail("Thank you for the lovely news!" + QUOTE))
    assert decision.action == Action.forward
    assert decision.facts == ()


def test_every_other_reply_goes_to_people():
    assert decided(reply_mail("When do you open on Sunday?")).action == Action.forward


def test_a_request_within_other_substance_is_forwarded_too():
    decision = decided(reply_mail("Unsubscribe me, and where is my refund?"))
    assert (decision.action, decision.also) == (Action.unsubscribe, (Also.forward,))


def test_a_request_for_erasure_opens_one():
    assert decided(reply_mail("Delete all my personal data.")).also == (Also.erasure_request,)


def test_with_automatic_handling_off_the_request_waits():
    decision = decided(reply_mail("unsubscribe"), account=account_with(automatic=False))
    assert (decision.action, decision.facts, decision.level) == (Action.review, (), None)
    assert [one.address for one in decision.subscribers] == ["pat@example.org"]


@pytest.mark.parametrize("text", ["Please do not unsubscribe me", "Please unsubscribe my mother", "not interested"])
def test_what_is_unclear_is_a_review_without_effect(text: str):
    decision = decided(reply_mail(text))
    assert (decision.action, decision.facts, decision.level) == (Action.review, (), None)


class TestSubject:
    def test_a_changed_subject_counts_whatever_the_text_says(self):
        decision = decided(reply_mail("The weather is fine here and we go out a lot.", subject="Unsubscribe"))
        assert (decision.action, decision.reason) == (Action.unsubscribe, "keyword in subject")
        assert decision.also == (Also.forward,)

    def test_an_answer_to_our_mail_has_a_new_subject_without_prefix(self):
        content = reply_mail(
            "The weather is fine here and we go out a lot.",
            subject="unsubscribe",
            headers="In-Reply-To: <1@news.acme.example>\n",
        )
        assert decided(content).action == Action.unsubscribe

    def test_an_answer_to_somebody_else_may_repeat_somebody_else_s_subject(self):
        content = reply_mail(
            "The weather is fine here and we go out a lot.",
            subject="unsubscribe",
            headers="In-Reply-To: <1@other.example>\n",
        )
        assert decided(content).action == Action.review

    @pytest.mark.parametrize("text", ["", "Thanks for all the fish and the shoes", QUOTE])
    def test_the_subject_of_the_answered_mail_over_a_text_that_asks_nothing_is_a_review(self, text: str):
        decision = decided(reply_mail(text, subject="Re: unsubscribe"))
        assert (decision.action, decision.facts) == (Action.review, ())

    def test_a_wish_to_stay_in_the_text_outweighs_the_subject(self):
        assert decided(reply_mail("No, please keep me subscribed!", subject="unsubscribe")).action == Action.review

    def test_a_weak_subject_counts_only_over_an_empty_text(self):
        assert decided(reply_mail("", subject="not interested")).action == Action.review
        assert decided(reply_mail("See you on Sunday then", subject="no thanks")).action == Action.forward


class TestMailbox:
    @pytest.mark.parametrize("text", ["", "Hello, this is Pat", "abmelden"])
    def test_any_mail_of_a_person_to_the_unsubscribe_address_is_a_request(self, text: str):
        decision = decided(reply_mail(text, subject="hello"), to="unsubscribe@reply.acme.example")
        assert decision.action == Action.unsubscribe
        assert decision.facts[0].channel == Channel.unsubscribe_mail

    def test_unless_it_negates(self):
        content = reply_mail("Please do not unsubscribe me!", subject="hello")
        assert decided(content, to="unsubscribe@reply.acme.example").action == Action.review

    def test_the_bounce_address_is_not_read_for_keywords(self):
        decision = decided(reply_mail("unsubscribe"), to="bounce@reply.acme.example")
        assert (decision.action, decision.rule, decision.new_text) == (Action.forward, None, None)

    def test_postmaster_is_always_forwarded(self):
        assert decided(reply_mail("unsubscribe"), to="postmaster@reply.acme.example").action == Action.forward

    def test_a_complaint_at_abuse_takes_off_and_is_read_by_a_person(self):
        decision = decided(reply_mail("I received this spam from you, stop it"), to="abuse@reply.acme.example")
        assert (decision.kind, decision.action) == (MailKind.complaint, Action.unsubscribe)
        assert Also.forward in decision.also
        assert (decision.facts[0].kind, decision.facts[0].channel) == (FactKind.complaint, Channel.abuse_mailbox)

    def test_other_mail_at_abuse_goes_to_people(self):
        decision = decided(reply_mail("Which port does your relay use?"), to="abuse@reply.acme.example")
        assert (decision.kind, decision.action, decision.facts) == (MailKind.complaint, Action.forward, ())


class TestWho:
    def test_an_authenticated_sender_is_told(self):
        assert decided(reply_mail("unsubscribe"), authentication=PASSED).subscribers[0].trust == Trust.authenticated

    def test_a_forged_sender_waits_for_a_person(self):
        decision = decided(reply_mail("unsubscribe"), authentication=FORGED)
        assert (decision.action, decision.facts) == (Action.review, ())

    def test_unless_it_answers_a_mail_of_ours(self):
        content = reply_mail("unsubscribe", headers="References: <1@news.acme.example>\n")
        assert decided(content, authentication=FORGED).action == Action.unsubscribe

    def test_a_token_in_the_answered_message_id_names_the_subscriber(self):
        bare = token_text(Purpose.reply).removeprefix("r-")
        content = reply_mail(
            "unsubscribe", headers=f"In-Reply-To: <{bare}.1@news.acme.example>\n", sender="b@other.example"
        )
        decision = decided(content, authentication=FORGED)
        assert decision.action == Action.unsubscribe
        (subscriber,) = decision.subscribers
        assert (subscriber.key, subscriber.address, subscriber.trust) == ("7", None, Trust.token)
        assert [(fact.key, fact.address) for fact in decision.facts] == [("7", None)]
        assert ("also-named", "b@other.example") in [(one.rule, one.phrase) for one in decision.evidence]

    def test_two_different_senders_are_a_review(self):
        content = reply_mail("unsubscribe").replace(
            "From: Pat <pat@example.org>", "From: pat@example.org, ann@example.net"
        )
        decision = decided(content)
        assert (decision.action, decision.facts, len(decision.subscribers)) == (Action.review, (), 2)

    def test_without_from_the_envelope_s_sender_counts(self):
        content = reply_mail("unsubscribe").replace("From: Pat <pat@example.org>\n", "")
        assert decided(content, sender="pat@example.net").subscribers[0].address == "pat@example.net"

    def test_nobody_named_is_a_review(self):
        content = reply_mail("unsubscribe").replace("From: Pat <pat@example.org>\n", "X-Nothing: 1\nSubject: x\n")
        decision = decided(content, sender="")
        assert (decision.action, decision.subscribers) == (Action.review, ())

    @pytest.mark.parametrize("named", ["old.pat@example.org", "ann@example.net", "pat+news@example.org"])
    def test_nobody_speaks_for_another_address_however_well_the_own_one_is_proven(self, named: str):
        signed = Authentication(source="header", dmarc=MethodResult(result="pass", domain="example.org"))
        decision = decided(reply_mail(f"Please unsubscribe {named}"), authentication=signed)
        assert (decision.action, decision.facts) == (Action.review, ())
        assert [(one.address, one.source, one.trust) for one in decision.subscribers] == [
            ("pat@example.org", RefSource.from_, Trust.authenticated),
            (named, RefSource.body, Trust.untrusted),
        ]

    def test_a_token_tells_who_it_is_whatever_address_is_named(self):
        to = f"{token_text(Purpose.reply)}@reply.acme.example"
        decision = decided(reply_mail("Please unsubscribe old.pat@example.org"), to=to)
        assert [(fact.key, fact.address) for fact in decision.facts] == [("7", None)]

    @pytest.mark.parametrize(
        "text",
        [
            "please unsubscribe me from news@lists.example",
            "unsubscribe pat@example.org",
            "unsubscribe reply@reply.acme.example",
            "Unsubscribe me. You can reach Ann at ann@example.net any time.",
        ],
    )
    def test_lists_senders_and_ourselves_are_nobody_named(self, text: str):
        assert [one.address for one in decided(reply_mail(text)).subscribers] == ["pat@example.org"]


class TestLevel:
    NARROW = account_with(reply_scope="named-list")

    def test_a_reply_is_account_level_even_if_it_names_a_list(self):
        assert decided(reply_mail("take me off Acme Weekly"), account=ACCOUNT).level == Level.account

    def test_an_account_may_narrow_it_to_the_one_list_named(self):
        decision = decided(reply_mail("Please remove me from your list Acme Weekly"), account=self.NARROW)
        assert (decision.level, decision.list_id) == (Level.list, "weekly")
        assert (decision.facts[0].level, decision.facts[0].list_id) == (Level.list, "weekly")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("Please remove me from your list Acme Weekly", "automatic handling is off"),
            ("Please remove ann@example.net from your list Acme Weekly", "another address"),
        ],
    )
    def test_what_waits_says_the_one_list_that_it_names(self, text: str, reason: str):
        decision = decided(reply_mail(text), account=account_with(reply_scope="named-list", automatic=False))
        assert reason in decision.reason
        assert (decision.action, decision.level, decision.list_id) == (Action.review, Level.list, "weekly")

    @pytest.mark.parametrize("text", ["Remove me from Acme Weekly and all other lists", "Please unsubscribe me"])
    def test_nor_does_what_waits_where_all_or_none_is_named(self, text: str):
        decision = decided(reply_mail(text), account=account_with(reply_scope="named-list", automatic=False))
        assert (decision.action, decision.level, decision.list_id) == (Action.review, None, None)

    @pytest.mark.parametrize("text", ["Remove me from Acme Weekly and all other lists", "Please unsubscribe me"])
    def test_but_never_where_all_or_none_is_named(self, text: str):
        assert decided(reply_mail(text), account=self.NARROW).level == Level.account


def test_the_default_account_reads_replies():
    assert decided(reply_mail("unsubscribe"), account=default_account()).action == Action.unsubscribe


def test_what_cannot_be_read_is_a_review():
    content = reply_mail("x").replace("text/plain; charset=utf-8", "application/pkcs7-mime; smime-type=enveloped-data")
    decision = decided(content)
    assert (decision.kind, decision.action) == (MailKind.unreadable, Action.review)


class TestHinges:
    """Whether looking up who sent a request could turn what becomes of it."""

    @pytest.mark.parametrize(
        ("text", "headers", "hinges"),
        [
            ("unsubscribe", "", True),
            ("unsubscribe", "In-Reply-To: <1@news.acme.example>\n", False),
            ("unsubscribe", "In-Reply-To: <1@elsewhere.example>\n", True),
            ("unsubscribe ann@example.net", "", False),
            ("What a lovely newsletter, thank you!", "", False),
        ],
    )
    def test_a_request_does_unless_it_answers_our_mail_or_waits_anyway(self, text: str, headers: str, hinges: bool):
        assert decided(reply_mail(text, headers=headers)).hinges is hinges

    def test_with_a_token_nothing_hinges(self):
        assert not decided(reply_mail("unsubscribe"), to=f"{token_text(Purpose.reply)}@reply.acme.example").hinges

    def test_with_automatic_handling_off_nothing_hinges(self):
        assert not decided(reply_mail("unsubscribe"), account=account_with(automatic=False)).hinges

    @pytest.mark.parametrize("authentication", [FORGED, PASSED])
    def test_with_an_answer_nothing_hinges(self, authentication: Authentication):
        assert not decided(reply_mail("unsubscribe"), authentication=authentication).hinges

    def test_where_dns_gave_no_answer_it_is_open_and_waits(self):
        no_answer = Authentication(source="verified", dmarc=MethodResult(result="temperror", domain="example.org"))
        decision = decided(reply_mail("unsubscribe"), authentication=no_answer)
        assert (decision.action, decision.facts, decision.hinges) == (Action.review, (), True)
        assert decision.reason.endswith("but DNS gave no answer about the sender")


PICTURE = (
    "From: pat@example.org\nTo: abuse@reply.acme.example\nSubject: {subject}\nMIME-Version: 1.0\n"
    "Content-Type: image/png; name=letter.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
)


def test_what_nobody_can_read_at_abuse_goes_to_people():
    decision = decided(PICTURE.format(subject="Your mail"), to="abuse@reply.acme.example")
    assert (decision.kind, decision.action, decision.facts) == (MailKind.unreadable, Action.forward, ())


def test_a_subject_that_asks_over_a_picture_at_abuse_acts_and_goes_to_people():
    decision = decided(PICTURE.format(subject="Unsubscribe me"), to="abuse@reply.acme.example")
    assert (decision.action, decision.also) == (Action.unsubscribe, (Also.forward,))


@pytest.mark.parametrize("sender", ["pat@example.org", "prvs=0123abcdef=pat@example.org"])
def test_without_from_the_envelopes_sender_is_meant_free_of_wrappers(sender: str):
    content = reply_mail("Please take me off your list.").replace("From: Pat <pat@example.org>\n", "")
    decision = decided(content, sender=sender)
    assert [(ref.address, ref.source) for ref in decision.subscribers] == [("pat@example.org", RefSource.from_)]


def test_whom_an_srs_envelope_sender_names_is_a_persons_to_decide():
    content = reply_mail("Please take me off your list.").replace("From: Pat <pat@example.org>\n", "")
    decision = decided(content, sender="SRS0=H=T=victim.example=pat@attacker.example")
    assert (decision.action, decision.facts) == (Action.review, ())
    assert [ref.address for ref in decision.subscribers] == [
        "SRS0=H=T=victim.example=pat@attacker.example",
        "pat@victim.example",
    ]
