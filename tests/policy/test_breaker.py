import pytest
from posted import account_with, bounce_mail, decided, reply_mail, report_mail, token_text

from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.policy.account import FeedbackTrust
from mailproc.policy.deciding.breaker import HELD, BreakerLimits, Unproven, held_decision, unproven_in
from mailproc.policy.decision import Action
from mailproc.policy.hooks.probe import probe_address
from mailproc.policy.standing.facts import Level
from mailproc.policy.tokens.token import Purpose

ACCOUNT = account_with()
STRANGER = "203.0.113.9"
SIGNED = Authentication(source="verified", dkim=(MethodResult(result="pass", domain="example.org", aligned=True),))


@pytest.mark.parametrize(("people", "limit"), [(0, 50), (49_999, 50), (50_000, 50), (51_000, 51), (1_000_000, 1000)])
def test_the_limit_grows_with_the_account(people: int, limit: int):
    assert BreakerLimits().of(people) == limit


def test_a_request_that_nothing_proves_is_counted_by_network_and_rule():
    decision = decided(reply_mail("unsubscribe"))
    assert decision.action == Action.unsubscribe
    assert unproven_in(decision, ACCOUNT, STRANGER) == Unproven(
        people=1, network="203.0.113.0/24", rule=decision.rule or ""
    )
    assert decision.rule


def test_a_report_counts_as_many_as_it_names():
    fields = "Original-Rcpt-To: <pat@example.org>\nOriginal-Rcpt-To: <kim@example.org>\n"
    decision = decided(report_mail(fields=fields), to="fbl@reply.acme.example")
    assert unproven_in(decision, ACCOUNT, "2001:db8:1:2ff::9") == Unproven(
        people=2, network="2001:db8:1:200::/56", rule="abuse reports"
    )


def test_reports_that_wait_because_nobody_trusts_them_are_counted_too():
    account = account_with(feedback_trust=FeedbackTrust.enrolled)
    decision = decided(report_mail(), to="fbl@reply.acme.example", account=account)
    assert (decision.action, decision.facts) == (Action.review, ())
    assert unproven_in(decision, account, STRANGER) is not None


def test_a_bounce_without_token_is_counted_by_its_network_alone():
    decision = decided(bounce_mail(), to="bounce@reply.acme.example", sender=None)
    assert decision.action == Action.bounce
    assert unproven_in(decision, ACCOUNT, STRANGER) == Unproven(people=1, network="203.0.113.0/24", rule=None)


@pytest.mark.parametrize("client", ["192.0.2.9", "127.0.0.1", None])
def test_a_bounce_that_our_own_server_made_is_not(client: str | None):
    decision = decided(bounce_mail(), to="bounce@reply.acme.example", sender=None)
    assert unproven_in(decision, ACCOUNT, client) is None


def test_a_request_through_our_own_server_is():
    assert unproven_in(decided(reply_mail("unsubscribe")), ACCOUNT, "192.0.2.9") is not None


@pytest.mark.parametrize(
    "decision",
    [
        decided("From: pat@example.org\n\nx\n", to=f"{token_text(Purpose.unsubscribe_all)}@reply.acme.example"),
        decided(reply_mail("unsubscribe"), authentication=SIGNED),
        decided(reply_mail("Thanks, see you in March.")),
        decided(report_mail("not-spam"), to="fbl@reply.acme.example"),
        decided(report_mail("abuse", original="From: x@elsewhere.example\n"), to="fbl@reply.acme.example"),
    ],
    ids=["token", "signed", "no request", "not spam", "foreign"],
)
def test_what_is_proven_or_takes_nobody_off_is_not_counted(decision):
    assert unproven_in(decision, ACCOUNT, STRANGER) is None


@pytest.mark.parametrize("client", [None, "127.0.0.1", "::1"])
def test_our_own_machine_has_no_network_to_count_under(client: str | None):
    counted = unproven_in(decided(reply_mail("unsubscribe")), ACCOUNT, client)
    assert counted is not None
    assert counted.network is None


def test_a_client_that_nobody_knows_has_a_counter_of_its_own():
    counted = unproven_in(decided(reply_mail("unsubscribe")), ACCOUNT, "unknown")
    assert counted is not None
    assert counted.network == "unknown"


PROBE = probe_address("probe-1")


@pytest.mark.parametrize("client", [None, "127.0.0.1", "::1", "192.0.2.9"])
def test_the_probe_of_a_selftest_on_our_own_machine_spends_nobodys_allowance(client: str | None):
    decision = decided(reply_mail("unsubscribe", sender=PROBE), sender=PROBE)
    assert [fact.address for fact in decision.facts] == [PROBE]
    assert unproven_in(decision, ACCOUNT, client) is None


def test_a_stranger_who_writes_as_a_probe_is_counted():
    decision = decided(reply_mail("unsubscribe", sender=PROBE), sender=PROBE)
    assert unproven_in(decision, ACCOUNT, STRANGER) is not None


def test_who_is_named_beside_a_probe_is_counted_wherever_it_comes_from():
    fields = f"Original-Rcpt-To: <{PROBE}>\nOriginal-Rcpt-To: <kim@example.org>\n"
    decision = decided(report_mail(fields=fields), to="fbl@reply.acme.example")
    counted = unproven_in(decision, ACCOUNT, "127.0.0.1")
    assert counted is not None
    assert counted.people == 2


def test_a_held_decision_goes_on_asking_for_the_one_list_that_was_named():
    narrow = account_with(reply_scope="named-list")
    decision = decided(reply_mail("Please remove me from your list Acme Weekly"), account=narrow)
    held = held_decision(decision, "network 203.0.113.0/24", 50)
    assert (held.action, held.level, held.list_id, held.facts) == (Action.review, Level.list, "weekly", ())


def test_a_held_decision_changes_nobody_and_says_why():
    decision = decided(reply_mail("unsubscribe"))
    held = held_decision(decision, "network 203.0.113.0/24", 50)
    assert (held.action, held.facts, held.level) == (Action.review, (), None)
    assert held.reason == f"{HELD} (network 203.0.113.0/24: more than 50 an hour): {decision.reason}"
    assert held.subscribers == decision.subscribers
