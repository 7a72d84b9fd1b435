"""Two decisions beside each other: what differs in effect, and by which words."""

from posted import ACCOUNT, mail, reply_mail, shipped_rules

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.pipeline import examine_mail
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import decision_as_json
from mailproc.policy.explaining.comparison import (
    changes_between,
    compare_examinations,
    compare_with_decision,
    comparison_from_json,
)
from mailproc.policy.rules.rules import RuleSet, read_rules

NOTHING = read_rules({})


def seen(text: str, rules: RuleSet) -> Examination:
    return examine_mail(mail(reply_mail(text)), NOT_CHECKED, ACCOUNT, rules)


def test_two_sets_that_decide_alike_have_no_changes_and_no_words() -> None:
    found = compare_examinations(seen("unsubscribe", shipped_rules()), seen("unsubscribe", shipped_rules()))
    assert (found.changes, found.only_old, found.only_new) == ({}, frozenset(), frozenset())


def test_what_one_set_saw_alone_is_told_with_what_it_does() -> None:
    found = compare_examinations(seen("Please unsubscribe me", NOTHING), seen("Please unsubscribe me", shipped_rules()))
    assert found.changes["action"] == ("forward", "unsubscribe")
    assert found.changes["level"] == (None, "account")
    assert ("en-unsubscribe-me", "unsubscribe me", "body", "unsubscribe") in found.only_new
    assert found.only_old == frozenset()
    assert found.reasons == ("reply asks for nothing that a rule knows", "keyword in reply")


def test_a_guard_that_takes_out_is_among_the_words() -> None:
    text = "You can unsubscribe me at any time by clicking here"
    found = compare_examinations(seen(text, NOTHING), seen(text, shipped_rules()))
    assert "guard talk" in {does for _, _, _, does in found.only_new}


def test_another_rule_or_reason_alone_is_no_change() -> None:
    decision = decision_as_json(seen("unsubscribe", shipped_rules()).decision)
    assert (
        changes_between(decision, {**decision, "rule": "other", "reason": "other", "ruleset": "x", "evidence": []})
        == {}
    )


def test_who_is_meant_is_compared_by_name_whatever_the_source() -> None:
    old = {"action": "unsubscribe", "subscribers": [{"address": "a@example.org", "key": None, "source": "from"}]}
    new = {"action": "unsubscribe", "subscribers": [{"address": "a@example.org", "key": "7", "source": "token"}]}
    other = {"action": "unsubscribe", "subscribers": [{"address": None, "key": "7"}]}
    assert changes_between(old, new) == {}
    assert changes_between(old, other) == {"subscribers": (["a@example.org"], ["key 7"])}


def test_a_decision_with_keys_missing_is_compared_as_if_they_were_empty() -> None:
    assert changes_between({}, {"subscribers": [], "action": None}) == {}


def test_a_stored_decision_is_compared_by_its_evidence() -> None:
    old = decision_as_json(seen("Please unsubscribe me", shipped_rules()).decision)
    found = compare_with_decision(old, seen("Please unsubscribe me", NOTHING))
    assert found.changes["action"] == ("unsubscribe", "forward")
    assert "en-unsubscribe-me" in {rule for rule, *_ in found.only_old}


def test_it_survives_json() -> None:
    found = compare_examinations(seen("Stop it", NOTHING), seen("Stop it", shipped_rules()))
    assert comparison_from_json(found.as_json()) == found
