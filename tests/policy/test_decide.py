from dataclasses import replace

import pytest
from posted import ACCOUNT, account_with, bounce_mail, decided, mail, reply_mail, report_mail, shipped_rules, token_text

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.mail_kind import MailKind
from mailproc.pipeline import decide_mail
from mailproc.policy.decision import Action, Also
from mailproc.policy.standing.facts import Channel, Level
from mailproc.policy.tokens.token import Purpose

ANSWERED_INVITATION = (
    "From: pat@example.org\nSubject: Accepted: lunch\nMIME-Version: 1.0\nContent-Type: text/calendar; method=REPLY\n\n"
    "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n"
)
READ_RECEIPT = (
    "From: pat@example.org\nSubject: Read: news\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
    "--b\nContent-Type: text/plain\n\nYour mail was displayed.\n"
    "--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; pat@example.org\n"
    "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n"
)
OUT_OF_OFFICE = reply_mail("I am away until Monday.", headers="Auto-Submitted: auto-replied\n")


def token_address(purpose: Purpose, **said: int) -> str:
    return f"{token_text(purpose, **said)}@reply.acme.example"


class TestTokenAddress:
    @pytest.mark.parametrize("content", [reply_mail(""), reply_mail("Do not unsubscribe me"), OUT_OF_OFFICE])
    def test_a_mail_to_it_takes_its_subscriber_off_whatever_it_says(self, content: str):
        decision = decided(content, to=token_address(Purpose.unsubscribe_all))
        assert (decision.kind, decision.action) == (MailKind.unsubscribe_request, Action.unsubscribe)
        assert [(fact.key, fact.address, fact.channel) for fact in decision.facts] == [
            ("7", None, Channel.unsubscribe_mail)
        ]
        assert decision.level == Level.account

    @pytest.mark.parametrize("feedback_type", ["not-spam", "auth-failure", "miscategorized", "virus", "unheard-of"])
    def test_a_report_that_takes_nobody_off_takes_nobody_off_there_either(self, feedback_type: str):
        decision = decided(report_mail(feedback_type), to=token_address(Purpose.unsubscribe_all))
        assert (decision.kind, decision.action, decision.facts) == (MailKind.feedback_report, Action.record, ())

    def test_nor_does_a_report_of_a_spam_trap(self):
        content = report_mail(fields="Report-Type: spamtrap\n")
        assert decided(content, to=token_address(Purpose.unsubscribe_all)).facts == ()

    def test_an_acting_report_to_it_takes_its_subscriber_off(self):
        decision = decided(report_mail("abuse"), to=token_address(Purpose.unsubscribe_all))
        assert (decision.action, [fact.key for fact in decision.facts]) == (Action.unsubscribe, ["7"])

    @pytest.mark.parametrize(
        ("content", "kind"), [(ANSWERED_INVITATION, MailKind.calendar), (READ_RECEIPT, MailKind.receipt)]
    )
    def test_answers_of_programs_to_a_mail_are_no_wish_to_leave(self, content: str, kind: MailKind):
        decision = decided(content, to=token_address(Purpose.unsubscribe_all))
        assert (decision.kind, decision.action, decision.facts) == (kind, Action.record, ())

    def test_upper_case_and_tags_do_not_matter(self):
        to = token_address(Purpose.unsubscribe_all).upper()
        assert decided(reply_mail(""), to=to).action == Action.unsubscribe

    def test_a_list_token_is_of_its_list(self):
        account = account_with(lists={"42": "Acme Weekly"})
        decision = decided(reply_mail(""), to=token_address(Purpose.unsubscribe_list, message=42), account=account)
        assert (decision.level, decision.list_id) == (Level.list, "42")

    def test_a_list_that_is_not_known_is_never_widened(self):
        decision = decided(reply_mail(""), to=token_address(Purpose.unsubscribe_list, message=99))
        assert (decision.action, decision.level, decision.list_id) == (Action.unsubscribe, Level.list, "number-99")
        assert [(fact.key, fact.list_id) for fact in decision.facts] == [("7", "number-99")]

    def test_a_token_of_a_send_is_of_the_lists_that_it_went_to_and_waits_where_nothing_is_automatic(self):
        to = token_address(Purpose.unsubscribe_send, message=42)
        decision = decided(reply_mail(""), to=to)
        assert [(fact.is_of_send, fact.evidence["send"]) for fact in decision.facts] == [(True, "42")]
        held = decided(reply_mail(""), to=to, account=account_with(automatic=False))
        assert (held.action, held.facts, held.level, held.list_id) == (Action.review, (), Level.list, None)
        assert [one.phrase for one in held.evidence if one.rule == "send"] == ["42"]

    def test_a_list_token_says_its_list_while_it_waits(self):
        for lists, list_id in (({"42": "Acme Weekly"}, "42"), ({}, "number-42")):
            account = account_with(automatic=False, lists=lists)
            held = decided(reply_mail(""), to=token_address(Purpose.unsubscribe_list, message=42), account=account)
            assert (held.action, held.level, held.list_id) == (Action.review, Level.list, list_id)
            assert "send" not in {one.rule for one in held.evidence}

    @pytest.mark.parametrize("purpose", [Purpose.unsubscribe_send, Purpose.unsubscribe_list])
    @pytest.mark.parametrize(
        "content",
        [
            reply_mail("Remove me from ALL your lists. I never want anything from you again.", "unsubscribe"),
            reply_mail("Ich will gar nichts mehr von euch, nehmt mich aus allen Listen.", "unsubscribe"),
            reply_mail("Thanks.", subject="Unsubscribe me from everything"),
            reply_mail("", subject="Stop all emails"),
            reply_mail("Désabonnez-moi de toutes vos listes.", "unsubscribe"),
            reply_mail("请将我从所有列表中删除。", "unsubscribe"),
            reply_mail("Please remove me from your database, thank you.", "unsubscribe"),
        ],
    )
    def test_a_person_who_wants_nothing_at_all_is_not_narrowed_to_its_lists(self, content: str, purpose: Purpose):
        decision = decided(content, to=token_address(purpose))
        assert (decision.action, decision.level, decision.list_id) == (Action.unsubscribe, Level.account, None)
        assert [(fact.key, fact.level, fact.list_id) for fact in decision.facts] == [("7", Level.account, None)]
        assert "totality" in {one.rule for one in decision.evidence}

    @pytest.mark.parametrize(
        "content",
        [
            reply_mail("Please take me off this list.", subject="unsubscribe"),
            reply_mail("No thanks.\n\nOn Tue, Acme wrote:\n> All our offers, everything at all", "unsubscribe"),
            reply_mail("No thanks.", subject="Re: All our offers"),
            reply_mail("No thanks.\n\n> Subject: All our offers\n> Buy now", subject="All our offers"),
            reply_mail("", subject="unsubscribe"),
            reply_mail("This message was automatically generated by Gmail.", subject="unsubscribe all"),
            reply_mail("I am away, all mail waits.", headers="Auto-Submitted: auto-replied\n"),
        ],
    )
    def test_words_that_are_quoted_or_a_machine_s_widen_nothing(self, content: str):
        decision = decided(content, to=token_address(Purpose.unsubscribe_send))
        assert [fact.is_of_send for fact in decision.facts] == [True]

    @pytest.mark.parametrize("purpose", [Purpose.unsubscribe_send, Purpose.unsubscribe_list])
    @pytest.mark.parametrize(
        "text",
        [
            "Hi all, please take me off this list.",
            "Hi all please take me off this list",
            "Please remove me from this list, I read her blog instead.",  # `her` is Turkish for every
            "Graag afmelden voor deze lijst. Tot ziens, Jan",  # `tot` is Catalan for all
            "Désabonnez-moi de cette lettre.",  # `mọi`, folded, is Vietnamese for every
            "I don't want to read this anymore, please unsubscribe me.",
            "Have you ever thought of a monthly one? Please unsubscribe me.",
            "Kindly unsubscribe me from this list if at all possible.",
            "Désinscrivez-moi tout de suite de cette liste.",
        ],
    )
    def test_words_that_only_look_like_totality_widen_nothing(self, text: str, purpose: Purpose):
        decision = decided(reply_mail(text, "unsubscribe"), to=token_address(purpose))
        assert (decision.action, decision.level, decision.also) == (Action.unsubscribe, Level.list, ())

    @pytest.mark.parametrize(
        "text",
        [
            "Please take me off Acme Weekly. I like all your work!",
            "Please take me off this list, I want to keep all the others.",
            "Do not remove me from all lists, only from this one.",
            "Bitte nehmt mich von dieser Liste, euch allen alles Gute.",
            "Everything, please.",
        ],
    )
    def test_who_may_ask_for_more_leaves_the_list_at_once_and_a_person_looks(self, text: str):
        decision = decided(reply_mail(text, "unsubscribe"), to=token_address(Purpose.unsubscribe_list))
        assert (decision.action, decision.level) == (Action.unsubscribe, Level.list)
        assert [fact.level for fact in decision.facts] == [Level.list]
        assert Also.review in decision.also
        assert "may ask for more" in decision.reason

    def test_a_reply_token_names_who_writes_and_asks_for_nothing(self):
        decision = decided(reply_mail("Nice!"), to=token_address(Purpose.reply))
        assert (decision.action, decision.facts) == (Action.forward, ())
        assert decided(reply_mail("unsubscribe"), to=token_address(Purpose.reply)).facts[0].key == "7"

    def test_a_token_of_a_retired_key_is_parked_for_a_person(self):
        decision = decided(
            reply_mail("x"), to=token_address(Purpose.unsubscribe_all), account=account_with(token_keys={})
        )
        assert (decision.action, decision.facts) == (Action.review, ())
        assert decision.reason.startswith("parked: ")


def test_a_parked_envelope_is_a_review_before_all_else():
    posted = mail(reply_mail("unsubscribe"))
    posted = replace(posted, envelope=replace(posted.envelope, parked="mailbox is not known"))
    decision = decide_mail(posted, NOT_CHECKED, ACCOUNT, shipped_rules())
    assert (decision.action, decision.facts) == (Action.review, ())
    assert "mailbox is not known" in decision.reason


class TestOwnMail:
    @pytest.mark.parametrize(
        "headers",
        [
            f"Message-ID: <{token_text(Purpose.reply)}@news.acme.example>\n",
            "From: reply@reply.acme.example\n",
            "From: news@news.acme.example\nList-Unsubscribe: <mailto:unsubscribe@reply.acme.example>\n",
        ],
    )
    def test_our_own_mail_coming_back_is_kept(self, headers: str):
        decision = decided(f"{headers}Subject: unsubscribe\n\nunsubscribe\n")
        assert (decision.kind, decision.action, decision.facts) == (MailKind.own_mail, Action.record, ())

    def test_people_of_the_sending_company_may_leave(self):
        decision = decided("From: ann@news.acme.example\nSubject: hello\n\nunsubscribe\n")
        assert (decision.kind, decision.action) == (MailKind.reply, Action.unsubscribe)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (OUT_OF_OFFICE, MailKind.auto_reply),
        (reply_mail("unsubscribe", headers="List-Id: <talk.example.net>\n"), MailKind.bulk),
        (reply_mail("unsubscribe", headers="Auto-Submitted: auto-replied\n"), MailKind.auto_reply),
    ],
)
def test_mail_that_nobody_wrote_to_us_is_kept_and_its_words_never_count(content: str, kind: MailKind):
    decision = decided(content)
    assert (decision.kind, decision.action, decision.facts) == (kind, Action.record, ())


def test_automatic_by_subject_only_with_a_clear_request_is_a_review():
    decision = decided(reply_mail("Please unsubscribe me from your list", subject="Out of office: March news"))
    assert (decision.action, decision.facts) == (Action.review, ())


def test_an_address_that_is_given_up_is_a_review():
    text = "John Smith is no longer with the company. This mailbox is not monitored."
    decision = decided(reply_mail(text, subject="Automatic reply: news", headers="Auto-Submitted: auto-replied\n"))
    assert (decision.kind, decision.action) == (MailKind.auto_reply, Action.review)


@pytest.mark.parametrize(
    ("headers", "text", "action"),
    [
        ("", "I'm on leave, finally time for the garden! Do you have dahlias?", Action.forward),
        ("", "I'm on leave until 9 March. Our address: https://corp.example/find?desk=4", Action.record),
        ("Auto-Submitted: auto-replied\n", "I'm on leave. Urgent? Call the desk.", Action.record),
    ],
)
def test_a_question_in_what_only_seems_automatic_reaches_people(headers: str, text: str, action: Action):
    decision = decided(reply_mail(text, "On leave", headers))
    assert (decision.kind, decision.action) == (MailKind.auto_reply, action)


def test_automatic_mail_to_the_feedback_address_is_never_dropped():
    content = reply_mail("Your enrolment is approved.", headers="Auto-Submitted: auto-generated\n")
    assert decided(content, to="fbl@reply.acme.example").action == Action.forward


def test_apple_s_unsubscribe_mail_counts_although_it_calls_itself_automatic():
    content = reply_mail(
        "Apple Mail sent this email to unsubscribe from the message “March news”.",
        subject="unsubscribe",
        headers="Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: true\n",
    )
    decision = decided(content)
    assert (decision.kind, decision.action) == (MailKind.unsubscribe_request, Action.unsubscribe)
    assert decision.facts[0].channel == Channel.unsubscribe_mail


class TestClientsUnsubscribeMailElsewhere:
    MAIL = "From: pat@example.org\nSubject: unsubscribe\n\n\n"

    def test_to_postmaster_it_waits_for_a_person_and_is_forwarded(self):
        decision = decided(self.MAIL, to="postmaster@reply.acme.example")
        assert (decision.action, decision.also, decision.facts) == (Action.review, (Also.forward,), ())
        assert [one.address for one in decision.subscribers] == ["pat@example.org"]

    def test_to_the_bounce_address_it_waits_for_a_person(self):
        decision = decided(self.MAIL, to="bounce@reply.acme.example")
        assert (decision.action, decision.also, decision.facts) == (Action.review, (), ())

    @pytest.mark.parametrize("mailbox", ["reply", "unsubscribe", "fbl"])
    def test_to_the_others_it_takes_its_sender_off(self, mailbox: str):
        decision = decided(self.MAIL, to=f"{mailbox}@reply.acme.example")
        assert [fact.address for fact in decision.facts] == ["pat@example.org"]


@pytest.mark.parametrize("content", [report_mail(), bounce_mail()])
def test_machine_reports_to_postmaster_act_and_are_forwarded(content: str):
    decision = decided(content, to="postmaster@reply.acme.example")
    assert decision.action in (Action.unsubscribe, Action.bounce)
    assert decision.also == (Also.forward,)
