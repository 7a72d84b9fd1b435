"""Several signed unsubscribe addresses in one envelope: everyone leaves whom they name, as far as the widest says."""

from dataclasses import replace

import pytest
from posted import ACCOUNT, account_with, mail, reply_mail, shipped_rules, token_text

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Action, Also, Decision
from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.tokens.token import Purpose

ALL, LIST, SEND = Purpose.unsubscribe_all, Purpose.unsubscribe_list, Purpose.unsubscribe_send
Asked = tuple[Purpose, int, int]
Left = tuple[str | None, Level, str | None, str | None]


def sent_to(*asked: Asked, text: str = "", account: AccountPolicy = ACCOUNT, day: int = 20_500) -> Decision:
    """The decision on a mail to the addresses of these tokens."""
    tokens = [token_text(purpose, subscriber, message, day) for purpose, subscriber, message in asked]
    posted = mail(reply_mail(text, subject="unsubscribe"))
    rcpt_tos = tuple(f"{token}@reply.acme.example" for token in tokens)
    inbound = replace(posted, envelope=replace(posted.envelope, rcpt_tos=rcpt_tos))
    return decide_mail(inbound, NOT_CHECKED, account, shipped_rules())


def left(decision: Decision) -> list[Left]:
    return [(fact.key, fact.level, fact.list_id, fact.evidence.get("send")) for fact in decision.facts]


@pytest.mark.parametrize("asked", [[(SEND, 7, 42), (ALL, 7, 0)], [(ALL, 7, 0), (LIST, 7, 42)], [(ALL, 7, 0)] * 3])
def test_who_is_to_leave_the_account_leaves_it_whatever_else_is_named(asked: list[Asked]):
    decision = sent_to(*asked)
    assert left(decision) == [("7", Level.account, None, None)]
    assert (decision.level, decision.list_id) == (Level.account, None)


def test_two_persons_both_leave_each_as_far_as_their_own_says():
    decision = sent_to((LIST, 7, 42), (ALL, 8, 0))
    assert left(decision) == [("7", Level.list, numbered(42), None), ("8", Level.account, None, None)]
    assert [ref.key for ref in decision.subscribers] == ["7", "8"]
    assert decision.level == Level.account
    assert [one.phrase for one in decision.evidence if one.rule == "token-address"] == [
        "unsubscribe_list for 7",
        "unsubscribe_all for 8",
    ]


def test_all_lists_and_sends_of_one_person_are_left():
    decision = sent_to((LIST, 7, 42), (LIST, 7, 43), (SEND, 7, 44), (SEND, 7, 45))
    assert left(decision) == [
        ("7", Level.list, numbered(42), None),
        ("7", Level.list, numbered(43), None),
        ("7", Level.list, None, "44"),
        ("7", Level.list, None, "45"),
    ]
    assert (decision.level, decision.list_id) == (Level.list, None)


def test_the_same_list_named_twice_is_one_fact():
    decision = sent_to((LIST, 7, 42), (LIST, 7, 42))
    assert left(decision) == [("7", Level.list, numbered(42), None)]
    assert decision.list_id == numbered(42)


def test_who_wants_nothing_at_all_leaves_the_account_once():
    decision = sent_to((LIST, 7, 42), (SEND, 7, 44), text="Stop all your emails.")
    assert left(decision)[0][:3] == ("7", Level.account, None)
    assert len(decision.facts) == 1


def test_addresses_for_other_things_take_nobody_off():
    assert left(sent_to((Purpose.bounce, 9, 1), (ALL, 7, 0), (Purpose.feedback, 8, 1))) == [
        ("7", Level.account, None, None)
    ]


def test_everybody_waits_where_nothing_is_automatic():
    decision = sent_to((LIST, 7, 42), (ALL, 8, 0), account=account_with(automatic=False))
    assert (decision.action, decision.level, decision.list_id, decision.facts) == (Action.review, Level.list, None, ())
    assert [ref.key for ref in decision.subscribers] == ["7", "8"]


@pytest.mark.parametrize(
    ("asked", "send"),
    [
        ([(SEND, 7, 44)], ["44"]),
        ([(SEND, 7, 44), (SEND, 8, 44)], ["44"]),
        ([(SEND, 7, 44), (SEND, 7, 45)], []),
        ([(SEND, 7, 44), (LIST, 7, 42)], []),
        ([(SEND, 7, 44), (ALL, 8, 0)], []),
    ],
)
def test_what_waits_names_a_send_only_where_everything_is_about_it(asked: list[Asked], send: list[str]):
    decision = sent_to(*asked, account=account_with(automatic=False))
    assert (decision.level, decision.list_id) == (Level.list, None)
    assert [one.phrase for one in decision.evidence if one.rule == "send"] == send


def test_more_than_a_client_may_send_at_once_are_a_person_s_to_look_at():
    many = [(ALL, 1000 + number, 0) for number in range(101)]
    assert (len(sent_to(*many[:100]).facts), sent_to(*many[:100]).also) == (100, ())
    decision = sent_to(*many)
    assert (decision.action, decision.also, len(decision.facts)) == (Action.unsubscribe, (Also.review,), 100)
    assert "1 more than are acted on" in decision.reason
