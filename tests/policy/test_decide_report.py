import base64

import pytest
from posted import account_with, decided, report_mail, token_text

from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.account import FeedbackTrust, default_account
from mailproc.policy.decision import Action, Also, Decision
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.tokens.token import Purpose
from mailproc.policy.who.subscriber import RefSource, Trust
from mailproc.settings.account_policies import load_sources

FBL = "fbl@reply.acme.example"
FOREIGN = "From: shop@elsewhere.example\nTo: pat@example.org\n"
DATED = "From: Acme <news@news.acme.example>\nTo: pat@example.org\nDate: Mon, 2 Mar 2026 08:00:00 +0000\n"
MSFBL = "X-MSFBL: c2ln|eyJyIjoicGF0\n QGV4YW1wbGUub3JnIn0=\n"


def report(*args: str, **options: object) -> Decision:
    return decided(report_mail(*args), to=FBL, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feedback_type", "action", "fact", "also"),
    [
        ("abuse", Action.unsubscribe, FactKind.complaint, ()),
        ("fraud", Action.unsubscribe, FactKind.complaint, (Also.alert,)),
        ("other", Action.unsubscribe, FactKind.complaint, ()),
        ("opt-out", Action.unsubscribe, FactKind.opt_out, ()),
        ("opt-out-list", Action.unsubscribe, FactKind.opt_out, ()),
        ("virus", Action.record, None, (Also.alert,)),
        ("not-spam", Action.record, None, ()),
        ("miscategorized", Action.record, None, ()),
        ("auth-failure", Action.record, None, ()),
        ("dkim", Action.record, None, ()),
        ("applause", Action.record, None, (Also.review,)),
    ],
)
def test_each_feedback_type_has_its_effect(
    feedback_type: str, action: Action, fact: FactKind | None, also: tuple[Also, ...]
):
    decision = report(feedback_type)
    assert (decision.kind, decision.action, decision.also) == (MailKind.feedback_report, action, also)
    assert [one.kind for one in decision.facts] == ([fact] if fact else [])
    assert all(one.level == Level.account and one.channel == Channel.feedback_loop for one in decision.facts)
    assert decision.feedback is not None
    assert decision.feedback.type == feedback_type


def test_the_reason_names_the_sender_and_the_fact_the_day_of_the_mail():
    account = account_with(sources=load_sources(None))
    decision = decided(report_mail(sender="feedback@arf.mail.yahoo.com"), to=FBL, account=account)
    assert decision.reason == "abuse report by Yahoo"
    when = decision.facts[0].about_mail_of
    assert when is not None
    assert when.isoformat() == "2026-03-02T08:00:00+00:00"


def test_a_report_about_somebody_else_s_mail_has_no_effect():
    decision = report("abuse", "Original-Rcpt-To: pat@example.org\n", FOREIGN)
    assert (decision.action, decision.foreign, decision.facts, decision.subscribers) == (Action.record, True, (), ())


@pytest.mark.parametrize(
    "fields",
    [
        "Original-Mail-From: <x@news.acme.example>\n",
        "Reported-Domain: shop.news.acme.example\n",
        "Source-IP: 192.0.2.9\n",
    ],
)
def test_the_report_s_own_fields_may_show_that_it_is_ours(fields: str):
    decision = report("abuse", f"Original-Rcpt-To: pat@example.org\n{fields}", FOREIGN)
    assert decision.action == Action.unsubscribe


@pytest.mark.parametrize(
    "fields", ["Reported-Domain: acme.example\n", "Source-IP: 192.0.2.77\n", "Source-IP: nonsense\n"]
)
def test_a_neighbour_s_domain_or_address_does_not(fields: str):
    assert report("abuse", f"Original-Rcpt-To: pat@example.org\n{fields}", FOREIGN).foreign


def test_for_the_default_account_every_report_is_ours():
    decision = decided(report_mail("abuse", original=FOREIGN), account=default_account())
    assert (decision.action, decision.foreign) == (Action.unsubscribe, False)


def test_a_report_may_name_many_people():
    decision = report("abuse", "Original-Rcpt-To: pat@example.org\nOriginal-Rcpt-To: ann@example.net\n")
    assert {fact.address for fact in decision.facts} == {"pat@example.org", "ann@example.net"}


@pytest.mark.parametrize(
    ("fields", "original", "address", "source"),
    [
        ("Removal-Recipient: pat@example.org\n", DATED, "pat@example.org", RefSource.removal_recipient),
        ("", "X-HmXmrOriginalRecipient: pat@example.org\n" + FOREIGN, "pat@example.org", RefSource.jmrp_header),
        (
            "",
            f"X-Apparently-To: pat@example.org; Mon, 2 Mar 2026 08:00:00\n{DATED}",
            "pat@example.org",
            RefSource.received_for,
        ),
        (
            "",
            f"Received: from a by b for <pat@example.org>; Mon, 2 Mar\n{FOREIGN}",
            "pat@example.org",
            RefSource.received_for,
        ),
        (
            "",
            MSFBL + FOREIGN,
            "pat@example.org",
            RefSource.msfbl_header,
        ),
        ("", f"Delivered-To: pat@example.org\n{FOREIGN}", "pat@example.org", RefSource.received_for),
        ("", f"X-Original-To: pat@example.org\n{FOREIGN}", "pat@example.org", RefSource.received_for),
        ("", f"Envelope-To: <pat@example.org>\n{FOREIGN}", "pat@example.org", RefSource.received_for),
        (
            "Original-Rcpt-To: redacted@isp.example\n",
            f"Delivered-To: hashed@isp.example\nReceived: from a by b for <xxxx@isp.example>; Mon\n{DATED}",
            "pat@example.org",
            RefSource.to,
        ),
        ("Original-Rcpt-To: redacted@isp.example\n", DATED, "pat@example.org", RefSource.to),
    ],
)
def test_the_ladder_of_names_is_climbed_down(fields: str, original: str, address: str, source: RefSource):
    decision = report("opt-out", fields + "Source-IP: 192.0.2.3\n", original)
    assert [(one.address, one.source) for one in decision.subscribers if one.source == source] == [(address, source)]
    assert decision.action == Action.unsubscribe


@pytest.mark.parametrize(
    ("fields", "original"),
    [
        ("Original-Rcpt-To: d41d8cd98f00b204e9800998ecf8427e@isp.example\n", "From: news@news.acme.example\n"),
        ("", "From: news@news.acme.example\nTo: a@example.org, b@example.org\n"),
        ("", "From: news@news.acme.example\nTo: reply@reply.acme.example\n"),
    ],
)
def test_where_nobody_is_named_nobody_is_blamed(fields: str, original: str):
    decision = report("abuse", fields, original)
    assert (decision.action, decision.facts, decision.also) == (Action.review, (), (Also.alert,))


def test_two_different_derived_addresses_are_a_review():
    original = "From: news@news.acme.example\nDelivered-To: a@example.org\nDelivered-To: b@example.org\n"
    decision = report("abuse", "", original)
    assert (decision.action, decision.facts, len(decision.subscribers)) == (Action.review, (), 2)


class TestToken:
    def test_a_token_outranks_the_reported_address_and_proves_that_it_is_ours(self):
        original = f"From: shop@elsewhere.example\nCFBL-Feedback-ID: x:{token_text(Purpose.feedback)}\n"
        decision = report("abuse", "Original-Rcpt-To: ann@example.net\n", original)
        assert [(fact.key, fact.address) for fact in decision.facts] == [("7", None)]
        assert decision.subscribers[0].trust == Trust.token
        assert ("also-named", "ann@example.net") in [(one.rule, one.phrase) for one in decision.evidence]

    @pytest.mark.parametrize(
        "fields",
        ["Original-Envelope-Id: {}\n", "Original-Mail-From: <{}@reply.acme.example>\n"],
    )
    def test_the_report_s_fields_may_carry_it(self, fields: str):
        decision = report("abuse", fields.format(token_text(Purpose.bounce)), FOREIGN)
        assert [fact.key for fact in decision.facts] == ["7"]

    @pytest.mark.parametrize(
        "field",
        [
            "CFBL-Feedback-ID: 1:42:{}",
            "Message-ID: <{}.k1@elsewhere.example>",
            "List-Unsubscribe: <mailto:u-{}@elsewhere.example>",
            "List-Unsubscribe: <https://elsewhere.example/u/{}?l=1>, <mailto:x@elsewhere.example>",
            "Return-Path: <bounce+{}@elsewhere.example>",
            "Feedback-ID: 42:{}:news:acme",
            "List-Id: <{}.elsewhere.example>",
            "X-Acme-Ref: {}",
            "X-SES-Message-Id: {}",
        ],
    )
    def test_each_field_of_the_reported_mail_may_carry_it(self, field: str):
        original = f"{field.format(token_text(Purpose.unsubscribe_all)[2:])}\n{FOREIGN}"
        decision = report("abuse", "Original-Rcpt-To: redacted@isp.example\n", original)
        assert [fact.key for fact in decision.facts] == ["7"]

    def test_the_json_of_an_outbound_provider_may_carry_it(self):
        said = base64.b64encode(f'{{"m": "{token_text(Purpose.feedback)}"}}'.encode()).decode()
        assert [fact.key for fact in report("abuse", "", f"X-MSFBL: {said}\n{FOREIGN}").facts] == ["7"]

    @pytest.mark.parametrize("value", ["", "no base64!", "e30=", "eyJyIjogNX0=", "W10=", "eyJy", "{}" * 5000, "||||"])
    def test_what_is_no_json_of_a_provider_names_nobody(self, value: str):
        assert report("abuse", "", f"X-MSFBL: {value}\nFrom: news@news.acme.example\n").facts == ()

    def test_the_address_that_the_report_came_to_may_carry_it(self):
        to = f"{token_text(Purpose.feedback)}@reply.acme.example"
        assert [fact.key for fact in decided(report_mail("abuse", "", FOREIGN), to=to).facts] == ["7"]

    def test_the_token_s_day_tells_when_the_mail_was_sent(self):
        original = f"List-Unsubscribe: <mailto:{token_text(Purpose.unsubscribe_all, day=20_000)}@reply.acme.example>\n"
        when = report("abuse", "", original).facts[0].about_mail_of
        assert when is not None
        assert when.date().isoformat() == "2024-10-04"


class TestList:
    def test_an_opt_out_list_is_of_the_list_where_that_is_known(self):
        decision = report(
            "opt-out-list", "Original-Rcpt-To: pat@example.org\n", f"List-Id: <weekly.news.acme.example>\n{DATED}"
        )
        assert (decision.level, decision.list_id, decision.facts[0].list_id) == (Level.list, "weekly", "weekly")

    def test_else_of_the_account(self):
        decision = report("opt-out-list", "Original-Rcpt-To: pat@example.org\n", f"List-Id: <other.example>\n{DATED}")
        assert (decision.level, decision.list_id) == (Level.account, None)

    def of_tokens(self, *tokens: str, feedback_type: str = "opt-out-list", headers: str = "") -> Decision:
        """A report on a mail that went out from the address of the first token, with the others in its header."""
        links = "".join(f"List-Unsubscribe: <mailto:{token}@reply.acme.example>\n" for token in tokens[1:])
        return report(
            feedback_type, f"Original-Mail-From: <{tokens[0]}@reply.acme.example>\n", f"{links}{headers}{DATED}"
        )

    BOUNCE = token_text(Purpose.bounce, message=0)
    BOUNCE_OF_SEND = token_text(Purpose.bounce, message=77)
    LIST = token_text(Purpose.unsubscribe_list, message=99)

    @pytest.mark.parametrize("tokens", [(LIST,), (BOUNCE, LIST), (BOUNCE_OF_SEND, LIST)])
    def test_a_list_that_is_gone_is_left_by_its_number_as_by_mail_and_link(self, tokens: tuple[str, ...]):
        decision = self.of_tokens(*tokens, headers="List-Id: <weekly.news.acme.example>\n")
        assert [(fact.key, fact.level, fact.list_id) for fact in decision.facts] == [("7", Level.list, "number-99")]
        assert (decision.level, decision.list_id) == (Level.list, "number-99")

    @pytest.mark.parametrize(
        "tokens", [(token_text(Purpose.unsubscribe_send, message=77),), (BOUNCE_OF_SEND,), (BOUNCE_OF_SEND, BOUNCE)]
    )
    def test_without_a_list_it_is_of_the_lists_of_the_send(self, tokens: tuple[str, ...]):
        decision = self.of_tokens(*tokens)
        assert [(fact.key, fact.is_of_send, fact.evidence["send"]) for fact in decision.facts] == [("7", True, "77")]

    @pytest.mark.parametrize(("feedback_type", "send"), [("opt-out-list", ["77"]), ("abuse", [])])
    def test_one_that_waits_says_the_send_where_its_lists_are_meant(self, feedback_type: str, send: list[str]):
        original = f"CFBL-Feedback-ID: {self.BOUNCE_OF_SEND[2:]}\nCFBL-Address: fbl@reply.acme.example; report=arf\n"
        decision = report(feedback_type, "", original, authentication=Authentication(source="verified"))
        assert (decision.action, decision.facts) == (Action.review, ())
        assert decision.level == (Level.list if send else None)
        assert [one.phrase for one in decision.evidence if one.rule == "send"] == send

    def test_a_list_id_tells_more_than_the_send(self):
        decision = self.of_tokens(self.BOUNCE_OF_SEND, headers="List-Id: <weekly.news.acme.example>\n")
        assert (decision.level, decision.list_id) == (Level.list, "weekly")

    def test_the_list_of_somebody_else_s_token_tells_nothing(self):
        decision = self.of_tokens(self.BOUNCE, token_text(Purpose.unsubscribe_list, subscriber=8, message=99))
        assert [(fact.key, fact.level, fact.list_id) for fact in decision.facts] == [("7", Level.account, None)]

    @pytest.mark.parametrize("feedback_type", ["opt-out", "abuse"])
    def test_what_asks_for_more_is_of_the_account_whatever_token_is_there(self, feedback_type: str):
        decision = self.of_tokens(self.LIST, feedback_type=feedback_type)
        assert [(fact.level, fact.list_id) for fact in decision.facts] == [(Level.account, None)]


class TestTrust:
    ENROLLED = account_with(feedback_trust=FeedbackTrust.enrolled, trusted_sources=("isp.example",))
    SIGNED = Authentication(source="verified", dkim=(MethodResult(result="pass", domain="isp.example", aligned=True),))

    def test_an_enrolled_source_acts_when_it_signs(self):
        decision = report(account=self.ENROLLED, authentication=self.SIGNED)
        assert (decision.action, decision.subscribers[0].trust) == (Action.unsubscribe, Trust.authenticated)

    @pytest.mark.parametrize(
        "authentication",
        [
            Authentication(),
            Authentication(source="verified"),
            Authentication(source="verified", dkim=(MethodResult(result="fail", domain="isp.example"),)),
            Authentication(source="verified", dkim=(MethodResult(result="pass", domain="other.example"),)),
        ],
    )
    def test_without_that_it_waits(self, authentication: Authentication):
        decision = report(account=self.ENROLLED, authentication=authentication)
        assert (decision.action, decision.facts) == (Action.review, ())
        assert [one.address for one in decision.subscribers] == ["pat@example.org"]

    def test_where_only_tokens_count_a_signature_is_not_enough(self):
        account = account_with(feedback_trust=FeedbackTrust.token, trusted_sources=("isp.example",))
        assert report(account=account, authentication=self.SIGNED).action == Action.review
        original = f"List-Unsubscribe: <mailto:{token_text(Purpose.unsubscribe_all)}@reply.acme.example>\n"
        assert decided(report_mail("abuse", "", original), to=FBL, account=account).action == Action.unsubscribe

    def test_with_automatic_handling_off_it_waits(self):
        assert report(account=account_with(automatic=False)).action == Action.review


class TestAskedFor:
    """Reports that our own CFBL-Address provoked (RFC 9477)."""

    TOKEN = token_text(Purpose.feedback)
    ORIGINAL = f"CFBL-Feedback-ID: {TOKEN[:20]}\n {TOKEN[20:]}\nMessage-ID: <1@news.acme.example>\n"
    SIGNED = Authentication(source="verified", dkim=(MethodResult(result="pass", domain="isp.example", aligned=True),))
    UNSIGNED = Authentication(source="verified")
    UNANSWERED = Authentication(
        source="verified", dkim=(MethodResult(result="temperror", domain="isp.example", aligned=True),)
    )

    @pytest.mark.parametrize("trust", FeedbackTrust)
    def test_signed_by_the_reporter_it_acts_for_the_token_s_person_whatever_the_trust(self, trust: FeedbackTrust):
        account = account_with(feedback_trust=trust)
        decision = report("abuse", "", self.ORIGINAL, account=account, authentication=self.SIGNED)
        assert [(fact.key, fact.kind) for fact in decision.facts] == [("7", FactKind.complaint)]
        assert not decision.hinges

    @pytest.mark.parametrize("trust", FeedbackTrust)
    def test_unsigned_it_waits_for_a_person(self, trust: FeedbackTrust):
        account = account_with(feedback_trust=trust)
        decision = report("abuse", "", self.ORIGINAL, account=account, authentication=self.UNSIGNED)
        assert (decision.action, decision.facts, decision.hinges) == (Action.review, (), False)
        assert decision.reason == "abuse report by isp.example, but the reporter did not sign it (RFC 9477)"

    def test_where_nobody_looked_it_acts_and_hinges_on_who_sent_it(self):
        decision = report("abuse", "", self.ORIGINAL)
        assert (decision.action, decision.hinges) == (Action.unsubscribe, True)

    def test_without_an_answer_from_dns_it_is_open(self):
        decision = report("abuse", "", self.ORIGINAL, authentication=self.UNANSWERED)
        assert (decision.action, decision.hinges) == (Action.review, True)

    @pytest.mark.parametrize(
        "field",
        ["CFBL-Address: fbl@reply.acme.example; report=arf\n", f"List-Unsubscribe: <mailto:{TOKEN}@x.example>\n"],
    )
    def test_our_cfbl_address_in_the_reported_mail_provoked_it_too(self, field: str):
        original = f"{field}Message-ID: <{self.TOKEN}@news.acme.example>\n"
        decision = report("abuse", "", original, authentication=self.UNSIGNED)
        assert decision.action == (Action.review if field.startswith("CFBL") else Action.unsubscribe)

    def test_so_does_the_token_in_the_address_that_it_came_to(self):
        to = f"{self.TOKEN}@reply.acme.example"
        original = "From: Acme <news@news.acme.example>\n"
        unsigned = decided(report_mail("abuse", "", original), to=to, authentication=self.UNSIGNED)
        signed = decided(report_mail("abuse", "", original), to=to, authentication=self.SIGNED)
        assert (unsigned.action, signed.action) == (Action.review, Action.unsubscribe)

    def test_somebody_else_s_feedback_id_is_no_token(self):
        original = "CFBL-Feedback-ID: 1:2:u-abcdefgh\nFrom: shop@elsewhere.example\n"
        assert report("abuse", "", original, authentication=self.SIGNED).foreign
