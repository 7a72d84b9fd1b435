"""A request that waited and is answered later becomes what it would have been at once: same fact, same standing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from mailproc.mail.arrival.authentication import UNANSWERED, Authentication, MethodResult
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.pipeline import decide_mail, failed_decision
from mailproc.policy.account import AccountPolicy, FeedbackTrust
from mailproc.policy.deciding.breaker import held_decision
from mailproc.policy.deciding.patience import given_up
from mailproc.policy.decision import Action, Decision, decision_as_recorded
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.standing import Standing, standing_of
from mailproc.policy.tokens.token import Purpose
from mailproc.review.answer import WhoIsMeant, facts_of_answer
from mailproc.store.results import RecordedDecision, ReviewItem
from tests.policy.posted import (
    ACCOUNT,
    RECEIVED_AT,
    account_with,
    bounce_mail,
    decided,
    mail,
    reply_mail,
    report_mail,
    shipped_rules,
    token_text,
)

FBL, UNSUBSCRIBE = "fbl@reply.acme.example", "unsubscribe@reply.acme.example"
APPLE = reply_mail("", subject="unsubscribe", headers="Auto-Submitted: auto-replied\nX-Mailer: Apple Mail\n")
AN_UNSUBSCRIBE_TOKEN = f"{token_text(Purpose.unsubscribe_all)}@reply.acme.example"
FORGED = Authentication(
    source="verified",
    dmarc=MethodResult(result="fail", domain="example.org", aligned=False),
    dmarc_policy="reject",
)
# What comes in and acts at once, and by which door.
POSTED = {
    "a reply": (reply_mail("please take me off this list"), "reply@reply.acme.example", Channel.reply),
    "a reply to the token of a send": (
        reply_mail("please take me off this list"), f"{token_text(Purpose.reply)}@reply.acme.example", Channel.reply,
    ),
    "a reply that answers a send": (
        reply_mail("unsubscribe", headers=f"References: <{token_text(Purpose.reply)[2:]}@news.acme.example>\n"),
        "reply@reply.acme.example", Channel.reply,
    ),
    "to the token of a send": (
        reply_mail("bye"), f"{token_text(Purpose.unsubscribe_send)}@reply.acme.example", Channel.unsubscribe_mail,
    ),
    "a report about a send": (
        report_mail(
            "abuse", "",
            f"From: Acme <news@news.acme.example>\nReply-To: {token_text(Purpose.reply)}@reply.acme.example\n",
        ),
        FBL, Channel.feedback_loop,
    ),
    "to unsubscribe@": (reply_mail("no thanks"), UNSUBSCRIBE, Channel.unsubscribe_mail),
    "to unsubscribe@ with a keyword": (reply_mail("unsubscribe"), UNSUBSCRIBE, Channel.unsubscribe_mail),
    "a client's button": (APPLE, "reply@reply.acme.example", Channel.unsubscribe_mail),
    "to a token": (reply_mail("bye"), AN_UNSUBSCRIBE_TOKEN, Channel.unsubscribe_mail),
    "a report to a token": (report_mail(), AN_UNSUBSCRIBE_TOKEN, Channel.unsubscribe_mail),
    "a complaint": (reply_mail("unsubscribe me, this is spam"), FBL, Channel.abuse_mailbox),
    "a report": (report_mail(), FBL, Channel.feedback_loop),
    "a report of an opt-out": (report_mail("opt-out"), FBL, Channel.feedback_loop),
    "a report that only its fields date": (
        report_mail(
            "abuse", "Original-Rcpt-To: <pat@example.org>\nArrival-Date: Mon, 2 Mar 2026 07:00:00 +0000\n",
            "From: Acme <news@news.acme.example>\n",
        ),
        FBL, Channel.feedback_loop,
    ),
    "a report that only a token dates": (
        report_mail("abuse", "", f"From: Acme <news@news.acme.example>\nMessage-ID: <{token_text(Purpose.reply)}@x>\n"),
        FBL, Channel.feedback_loop,
    ),
}  # fmt: skip


def by_hand(posted: InboundMail, account: AccountPolicy) -> Decision:
    return decide_mail(posted, NOTHING_KNOWN, replace(account, automatic=False), shipped_rules())


def by_breaker(posted: InboundMail, account: AccountPolicy) -> Decision:
    return held_decision(decide_mail(posted, NOTHING_KNOWN, account, shipped_rules()), "network 203.0.113.0/24", 50)


def crashed(posted: InboundMail, account: AccountPolicy) -> Decision:
    return failed_decision(posted, account, "sha256:rules", "internal error")


NOTHING_KNOWN = Authentication(source="not_checked")
HOLDERS: dict[str, Callable[[InboundMail, AccountPolicy], Decision]] = {
    "automatic handling is off": by_hand,
    "held by the breaker": by_breaker,
}


def review_of(decision: Decision) -> ReviewItem:
    """The review of a decision as it comes back from its table."""
    said: dict[str, Any] = json.loads(json.dumps(decision_as_recorded(decision)))
    recorded = RecordedDecision(
        account_id="acme", mail_id="m1", n=1, kind=decision.kind.value, action=decision.action.value, ruleset="",
        policy="", authentication={}, decision=said, decided_at=RECEIVED_AT + timedelta(seconds=1),
    )  # fmt: skip
    return ReviewItem(
        account_id="acme", id="m1", mail_id="m1", state="open", reason=decision.reason,
        created_at=RECEIVED_AT + timedelta(seconds=1), due_at=RECEIVED_AT, received_at=RECEIVED_AT, decision=recorded,
    )  # fmt: skip


def answered(decision: Decision, *persons: str) -> list[Fact]:
    assert decision.action is Action.review or "review" in decision.also
    return facts_of_answer(review_of(decision), by="kim", persons=persons)


def told(fact: Fact) -> dict[str, object]:
    """All of a fact but why it was recorded, and by whom."""
    seen = {name: fact.evidence.get(name) for name in ("mail", "rule", "phrase", "send")}
    return {"id": fact.id, "at": fact.occurred_at, "about": fact.about_mail_of, **seen}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("name", POSTED)
def test_what_was_held_becomes_the_same_fact_when_it_is_answered(name: str, holder: str) -> None:
    content, to, channel = POSTED[name]
    at_once = decided(content, to=to)
    assert at_once.action is Action.unsubscribe
    assert [one.channel for one in at_once.facts] == [channel]
    held = HOLDERS[holder](mail(content, to), ACCOUNT)
    assert [told(one) for one in answered(held)] == [told(one) for one in at_once.facts]


def test_a_report_that_nobody_trusted_becomes_the_same_fact_when_it_is_answered() -> None:
    held = decided(report_mail(), to=FBL, account=account_with(feedback_trust=FeedbackTrust.enrolled))
    assert [told(one) for one in answered(held)] == [told(one) for one in decided(report_mail(), to=FBL).facts]


@pytest.mark.parametrize("to", ["reply@reply.acme.example", UNSUBSCRIBE, FBL])
def test_a_request_whose_sender_was_not_believed_becomes_the_same_fact(to: str) -> None:
    content = reply_mail("unsubscribe")
    held = decided(content, to=to, authentication=FORGED)
    assert [told(one) for one in answered(held)] == [told(one) for one in decided(content, to=to).facts]


def test_a_report_that_names_nobody_is_about_the_day_of_its_mail_when_a_person_says_who_is_meant() -> None:
    original = "From: Acme <news@news.acme.example>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\n"
    held = decided(report_mail("abuse", "", original), to=FBL)
    [fact] = answered(held, "pat@example.org")
    assert (fact.kind, fact.about_mail_of) == (FactKind.complaint, datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("content", "to", "fact", "channel"),
    [
        (reply_mail("How do I unsubscribe?"), "reply@reply.acme.example", FactKind.opt_out, Channel.reply),
        (reply_mail("unsubscribe"), FBL, FactKind.complaint, Channel.abuse_mailbox),
        (reply_mail("unsubscribe"), UNSUBSCRIBE, FactKind.opt_out, Channel.unsubscribe_mail),
        (reply_mail("unsubscribe"), "bounce@reply.acme.example", FactKind.opt_out, Channel.bounce),
        (reply_mail("unsubscribe"), "postmaster@reply.acme.example", FactKind.opt_out, Channel.reply),
        (bounce_mail(), "bounce@reply.acme.example", FactKind.opt_out, Channel.bounce),
        (bounce_mail(), UNSUBSCRIBE, FactKind.opt_out, Channel.bounce),
        (report_mail("applause"), FBL, FactKind.complaint, Channel.feedback_loop),
        (report_mail("opt-out-list"), UNSUBSCRIBE, FactKind.opt_out, Channel.feedback_loop),
    ],
)  # fmt: skip
def test_what_was_parked_is_recorded_by_the_door_that_it_came_by(
    content: str, to: str, fact: FactKind, channel: Channel
) -> None:
    posted = mail(content, to)
    envelope = replace(posted.envelope, parked="nobody knows this mailbox")
    held = decide_mail(replace(posted, envelope=envelope), NOTHING_KNOWN, ACCOUNT, shipped_rules())
    [said] = answered(held, "pat@example.org")
    assert (said.kind, said.channel) == (fact, channel)


@pytest.mark.parametrize(
    ("to", "channel"),
    [("reply@reply.acme.example", Channel.reply), (UNSUBSCRIBE, Channel.unsubscribe_mail),
     (FBL, Channel.abuse_mailbox), ("bounce@reply.acme.example", Channel.bounce)],
)  # fmt: skip
def test_of_a_mail_that_could_not_be_decided_the_mailbox_tells_the_door(to: str, channel: Channel) -> None:
    [said] = answered(crashed(mail(reply_mail("unsubscribe"), to), ACCOUNT), "pat@example.org")
    assert said.channel is channel


def standing_after(complaint: Fact, consented_at: datetime | None) -> Standing:
    facts = [complaint]
    if consented_at is not None:
        facts.append(
            Fact(
                kind=FactKind.consent, account_id="acme", address="pat@example.org", occurred_at=consented_at,
                channel=Channel.page,
            )
        )  # fmt: skip
    return standing_of(facts)


DAYS = [RECEIVED_AT - timedelta(days=days) for days in (9, 6, 3)]


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("order", list(permutations(("consent", "mail", "complaint"))))
def test_in_any_order_of_consent_mail_and_complaint_both_roads_give_the_same_standing(
    order: tuple[str, ...], holder: str
) -> None:
    at = dict(zip(order, DAYS, strict=True))
    original = f"From: Acme <news@news.acme.example>\nTo: pat@example.org\nDate: {at['mail']:%d %b %Y %H:%M:%S +0000}\n"
    posted = replace(mail(report_mail("abuse", original=original), FBL), received_at=at["complaint"])
    [straight] = decide_mail(posted, NOTHING_KNOWN, ACCOUNT, shipped_rules()).facts
    held = review_of(HOLDERS[holder](posted, ACCOUNT))
    [later] = facts_of_answer(replace(held, received_at=at["complaint"]), by="kim")
    assert standing_after(later, at["consent"]) == standing_after(straight, at["consent"])
    is_blocked = min(at["mail"], at["complaint"]) >= at["consent"]
    assert bool(standing_after(later, at["consent"]).blocks) is is_blocked


def test_what_asks_unclearly_is_traced_to_the_send_that_it_answers_once_a_person_says_what_it_is() -> None:
    to = f"{token_text(Purpose.reply)}@reply.acme.example"
    [fact] = answered(decided(reply_mail("Please do not unsubscribe me."), to=to))
    assert (fact.evidence["send"], fact.key) == ("42", "7")


@pytest.mark.parametrize("name", ["a reply", "to unsubscribe@", "a complaint", "a report", "a report of an opt-out"])
def test_what_waited_in_vain_for_an_answer_about_its_sender_becomes_the_same_fact(name: str) -> None:
    content, to, _ = POSTED[name]
    waited = decided(content, to=to, authentication=UNANSWERED)
    assert waited.hinges
    assert [told(one) for one in answered(given_up(waited))] == [told(one) for one in decided(content, to=to).facts]


@pytest.mark.parametrize("purpose", [Purpose.unsubscribe_list, Purpose.unsubscribe_send])
def test_of_a_mail_to_a_list_s_address_that_could_not_be_decided_a_person_must_say_how_far(purpose: Purpose) -> None:
    posted = mail(reply_mail("bye"), f"{token_text(purpose)}@reply.acme.example")
    with pytest.raises(WhoIsMeant, match="say how far"):
        answered(crashed(posted, ACCOUNT), "7")


def test_of_a_mail_to_the_address_of_the_account_that_could_not_be_decided_the_account_is_meant() -> None:
    [fact] = answered(crashed(mail(reply_mail("bye"), AN_UNSUBSCRIBE_TOKEN), ACCOUNT), "7")
    assert (fact.level, fact.channel) == (Level.account, Channel.unsubscribe_mail)
