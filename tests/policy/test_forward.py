"""What must not be forwarded is kept; an unsubscribe in it still counts, and what people must see is not kept back."""

import pytest
from posted import ACCOUNT, account_with, bounce_mail, decided, reply_mail, report_mail

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.decision import Action, Also
from mailproc.policy.hooks.forwarding import forwarding_hook

PRAISE = "Lovely pictures, thank you!"
VACATION = "Auto-Submitted: auto-replied\n"


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: YES",
        "x-spam-status: Yes, score=9.1 required=5.0",
        "X-Bogosity: Spam, tests=bogofilter",
        "X-MS-Exchange-Organization-SCL: 6",
        "X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:;LANG:en;SCL:5;SFV:SPM;H:mx",
        "X-Rspamd-Action: add header",
    ],
)
def test_spam_tagged_mail_is_kept_and_not_forwarded(header: str) -> None:
    decision = decided(reply_mail(PRAISE, headers=f"{header}\n"))
    assert decision.action == Action.record
    assert "tagged as spam" in decision.reason
    assert any(one.rule == "not-forwarded" for one in decision.evidence)


@pytest.mark.parametrize(
    "header",
    [
        "X-Spam-Flag: NO",
        "X-Spam-Status: No, score=-1.0 tests=YES_MAN",
        "X-Bogosity: Ham",
        "X-MS-Exchange-Organization-SCL: 1",
        "X-Forefront-Antispam-Report: CIP:192.0.2.1;SFV:NSPM;H:mx",
        "X-Rspamd-Action: no action",
        "X-Spam-Flag:",
    ],
)
def test_mail_that_a_filter_found_clean_is_forwarded(header: str) -> None:
    assert decided(reply_mail(PRAISE, headers=f"{header}\n")).action == Action.forward


def test_a_request_in_spam_tagged_mail_still_counts() -> None:
    asked = reply_mail(
        "Please take me off this list. And where is my refund for order 77?", headers="X-Spam-Flag: YES\n"
    )
    decision = decided(asked)
    assert decision.action == Action.unsubscribe
    assert Also.forward not in decision.also


@pytest.mark.parametrize("to", ["abuse@reply.acme.example", "fbl@reply.acme.example", "postmaster@reply.acme.example"])
def test_at_abuse_and_postmaster_people_read_also_what_a_filter_took_for_spam(to: str) -> None:
    decision = decided(reply_mail(PRAISE, headers="X-Spam-Flag: YES\n"), to=to)
    assert decision.action == Action.forward


@pytest.mark.parametrize(
    "to", ["reply@reply.acme.example", "abuse@reply.acme.example", "postmaster@reply.acme.example"]
)
def test_what_we_forwarded_is_our_own_mail_when_it_comes_back_wherever_it_comes(to: str) -> None:
    decision = decided(reply_mail("Please unsubscribe me", headers="X-Mailproc-Forwarded: acme 01abc\n"), to=to)
    assert (decision.kind, decision.action, decision.facts) == (MailKind.own_mail, Action.record, ())


def test_what_goes_in_circles_is_not_forwarded() -> None:
    hops = "".join(f"Received: from a{n}.example by b{n}.example; Tue, 3 Mar 2026 10:00:00 +0000\n" for n in range(41))
    assert decided(hops + reply_mail(PRAISE)).action == Action.record
    assert decided(hops[: len(hops) // 3] + reply_mail(PRAISE)).action == Action.forward


def test_mail_of_those_whom_mail_is_forwarded_to_is_not_sent_back_to_them() -> None:
    account = account_with(forward_to="Team@people.example")
    assert decided(reply_mail(PRAISE, sender="team@people.example"), account=account).action == Action.record
    assert decided(reply_mail(PRAISE, sender="other@people.example"), account=account).action == Action.forward


def test_automatic_replies_are_recorded_or_forwarded_as_the_account_sets() -> None:
    vacation = reply_mail("I am away until Monday.", subject="Out of office", headers=VACATION)
    assert decided(vacation).action == Action.record
    forwarding = account_with(auto_replies="forward")
    assert decided(vacation, account=forwarding).action == Action.forward
    forwarded = vacation.replace("auto-replied", "auto-forwarded")
    assert decided(forwarded, account=forwarding).action == Action.record


def test_bulk_mail_is_not_forwarded_also_where_automatic_replies_are() -> None:
    bulk = reply_mail("This week's offers", headers="List-Id: <news.shop.example>\nPrecedence: bulk\n")
    assert decided(bulk, account=account_with(auto_replies="forward")).action == Action.record


def test_what_comes_back_to_the_envelope_sender_of_forwards_has_no_effect() -> None:
    ours = bounce_mail()
    assert decided(ours, to="bounce@reply.acme.example").action == Action.bounce
    decision = decided(ours, to="bounce+forward@reply.acme.example", sender=None)
    assert (decision.action, decision.facts) == (Action.record, ())
    assert (
        decided(reply_mail("Please unsubscribe me"), to="reply+forward@reply.acme.example").action == Action.unsubscribe
    )


def test_an_operator_who_lets_a_mail_go_vouches_for_it() -> None:
    report = report_mail()
    strict = account_with(feedback_trust="token")
    assert decided(report, to="fbl@reply.acme.example", account=strict).action == Action.review
    released = account_with(feedback_trust="token", automatic=False, released=True)
    assert decided(report, to="fbl@reply.acme.example", account=released).action == Action.unsubscribe
    off = account_with(automatic=False)
    assert decided(reply_mail("Please unsubscribe me"), account=off).action == Action.review


def test_no_hook_of_the_settings_can_have_the_name_of_forwarding() -> None:
    assert "/" in forwarding_hook(ACCOUNT.id)
